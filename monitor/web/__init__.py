"""What is served over HTTP, for as long as the monitor runs.

listen    where to listen: an address, read once; sockets, opened before anything runs
serve     the listener, as an organ of the monitor
routing   what a path is, and the least role that it takes
desk      a few sessions of the store, for all requests together
site      all paths, and what is answered to errors
status/   pages for the public, their feeds and badges
ping      pings of watched jobs
health    is it alive, is it ready?
outpost   the same at an address of its own, also while our loop stands still
forms     the fields of forms, read within bounds; uploads (a file of a form)
kept      what can be made again, up to a number
metrics   what Prometheus asks for; series (the numbers, read off the running parts)
problem   errors as RFC 9457 has them
headers   what every answer tells browsers
access/   who may come in: the guard, logins, tokens
pages     the dashboard

Nothing here decides anything about tasks: what comes in is handed to the engine.
"""
