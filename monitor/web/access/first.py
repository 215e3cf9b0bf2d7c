"""The first-run token: the way in while there are no users, also for this machine's own programs.

Made anew at each start, told on the console, kept in memory only. It lets in whoever opens its
address, as an admin, and is void as soon as there is a user.
"""

import hmac

import attrs

from monitor.core.access.people import digest, new_secret

PARAMETER = "first-run"
BROWSERS = 20
"""So many browsers may be let in by it; the oldest is forgotten first."""


@attrs.define(eq=False)
class FirstRun:
    """Knows the token, and the browsers that have shown it."""

    token: str = attrs.field(factory=new_secret, repr=False)
    _let_in: list[str] = attrs.field(factory=list, init=False, repr=False)

    def fits(self, given: str) -> bool:
        """Say whether it is the token."""
        return hmac.compare_digest(digest(given), digest(self.token))

    def let_in(self) -> str:
        """Return the secret that a browser keeps from now on."""
        secret = new_secret()
        self._let_in = [*self._let_in, digest(secret)][-BROWSERS:]
        return secret

    def knows(self, secret: str) -> bool:
        """Say whether a browser has shown the token."""
        return bool(secret) and digest(secret) in self._let_in

    def address(self, base: str) -> str:
        """Return what to open."""
        return f"{base}/?{PARAMETER}={self.token}"
