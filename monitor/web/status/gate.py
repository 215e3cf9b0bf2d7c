"""Stands before pages that have a password: a form for people, HTTP Basic for programs.

Who has given the password gets a cookie that says until when it holds, signed with what is kept of
the password: another password ends all of them, a restart ends none. Whoever could read that key
could read the page too. Guessing is slowed down as at the login, by address and by page: the latter
holds up neither a cookie nor an address from which the right password came before.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.core.access.throttle import OF_ADDRESS, OF_NAME, Throttle, neighbourhood
from monitor.core.statuspage.values import StatusPage
from monitor.journal import tell
from monitor.web.access.cookies import Cookie
from monitor.web.access.hashing import Passwords
from monitor.web.access.source import Source
from monitor.web.access.visits import soon
from monitor.web.kept import Kept

AGE = timedelta(days=30)
"""How long a browser is remembered."""
_REMEMBERED = 1000
ASK = {"WWW-Authenticate": 'Basic realm="status page", charset="UTF-8"'}


@attrs.define(eq=False, kw_only=True)
class Gate:
    """See the module."""

    source: Source
    now: Callable[[], datetime]
    passwords: Passwords = attrs.field(factory=Passwords)
    """Apart from those of logins: a crowd that guesses here keeps nobody of us out."""
    _addresses: Throttle = attrs.field(
        factory=lambda: Throttle(OF_ADDRESS, trio.current_time), init=False
    )
    _pages: Throttle = attrs.field(factory=lambda: Throttle(OF_NAME, trio.current_time), init=False)
    _secret: bytes = attrs.field(factory=lambda: secrets.token_bytes(32), init=False)
    _known: Kept[bytes, None] = attrs.field(factory=lambda: Kept(_REMEMBERED), init=False)
    """Passwords that fitted, in disguise: programs send theirs each time, and hashing is slow."""

    _friends: Kept[tuple[str, str], None] = attrs.field(
        factory=lambda: Kept(_REMEMBERED), init=False
    )
    """Pages, and addresses from which somebody knew the password: who guesses from a thousand
    others does not keep them out."""

    async def is_open(self, request: Request, page: StatusPage) -> bool:
        """Say whether somebody may read a page.

        Raises:
            HTTPException: 429, too many wrong passwords were sent; 503, too many at once.
        """
        if not page.password_hash:
            return True
        if self._is_good(page, self._cookie(page).read(request)):
            return True
        password = _basic(request)
        if password is None:
            return False
        known = hmac.digest(self._secret, f"{page.password_hash}\n{password}".encode(), "sha256")
        if known not in self._known and not await self.fits(request, page, password):
            return False
        self._known.keep(known, None)
        return True

    async def fits(self, request: Request, page: StatusPage, password: str) -> bool:
        """Say whether that is the password of a page; see `is_open`."""
        near = neighbourhood(self.source.address(request))
        wait_s = self._addresses.wait_s(near)
        if (page.slug, near) not in self._friends:
            wait_s = max(wait_s, self._pages.wait_s(page.slug))
        if wait_s:
            tell("access.held", address=near)
            raise HTTPException(
                429, "too many wrong passwords; wait a little", {"Retry-After": soon(wait_s)}
            )
        # Counted before it is known: who asks many times at once has failed as often.
        self._addresses.failed(near)
        self._pages.failed(page.slug)
        if not await self.passwords.fits(page.password_hash, password):
            tell("access.refused", address=near, how=f"status page {page.slug}")
            return False
        self._addresses.succeeded(near)
        self._pages.succeeded(page.slug)
        self._friends.keep((page.slug, near), None)
        return True

    def remember(self, request: Request, page: StatusPage) -> str:
        """Return the header that makes a browser bring what opens the page."""
        until = str(int((self.now() + AGE).timestamp()))
        return self._cookie(page).write(request, f"{until}.{_signed(page, until)}", AGE)

    def _cookie(self, page: StatusPage) -> Cookie:
        # Lax: who follows a link from a chat has not to say the password again.
        return Cookie(f"monitor-page-{page.slug}", self.source, "Lax")

    def _is_good(self, page: StatusPage, value: str) -> bool:
        until, _, signature = value.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 15):
            return False
        if not hmac.compare_digest(signature.encode(), _signed(page, until).encode()):
            return False
        return self.now().timestamp() < int(until)


def _signed(page: StatusPage, until: str) -> str:
    key = hashlib.sha256(page.password_hash.encode()).digest()
    return hmac.digest(key, f"status page {page.slug} {until}".encode(), "sha256").hex()


def _basic(request: Request) -> str | None:
    """Return the password that a program sent; the name before it may be any."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text.partition(":")[2]
