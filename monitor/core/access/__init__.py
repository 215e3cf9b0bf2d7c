"""Who may do what, and how we know: values and rules, pure.

roles       what somebody may do
people      users, tokens, web sessions, and what was done by whom
changing    changes of users and tokens: what is refused, and what each ends
passwords   which passwords are good enough
throttle    how long somebody has to wait who guesses
codes       one-time codes of a second factor; vault: how their secrets are kept
provider    an identity provider, as settings name it; oidc: what it says of somebody
"""
