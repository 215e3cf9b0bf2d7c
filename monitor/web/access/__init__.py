"""Who may come in over HTTP.

guard     stands before all that is not public: by session, token, proxy, or first-run token
first     the first-run token: the way in while there are no users
source    where a request really comes from, and whether one of our own pages sent it
cookies   what browsers keep for us
hashing   passwords, hashed beside the loop
visits    what a login makes and a logout ends
login     `/login`, `/logout`, `/first-run`: the pages
account   `/account`: what somebody may change about themselves
oidc      `/login/oidc`: by an identity provider, which provider asks
people_page  `/access`: users, tokens, and who changed what, for admins
pages     what these pages ask of whoever makes pages
form      what these pages send
door      what all of these have in common
entrance  all of it together, and what is forgotten in time

Every way in ends in a `Who`, with a role; what each entry needs stands beside its path. The core's
`access` knows the rules; nothing here decides what a role may do.
"""
