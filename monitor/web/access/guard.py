"""Stands before all that is not public: by token, proxy, session or first-run token, in that order.

Everything is asked anew for each request: a token that is revoked, a session that is ended and a
role that is changed count at once, whoever changed them. Only while the database is away somebody
who was let in shortly before may go on looking, with no more than a viewer's rights.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.core.access.people import (
    SEEN_EVERY,
    TOKEN_PREFIX,
    USED_EVERY,
    digest,
    holds,
    serves,
    token_role,
)
from monitor.journal import tell
from monitor.web.access.door import Door
from monitor.web.access.first import PARAMETER
from monitor.web.access.source import SAFE
from monitor.web.kept import Kept
from monitor.web.routing import Role, Who

LATELY = timedelta(minutes=5)
_REMEMBERED = 1000
LOGIN, FIRST = "/login", "/first-run"


@attrs.define(eq=False)
class AccessGuard:
    """See `routing.Guard`."""

    door: Door
    _lately: Kept[str, tuple[Who, datetime, datetime]] = attrs.field(
        factory=lambda: Kept(_REMEMBERED), init=False
    )
    """Who was let in, when, and until when the session or token is good; by digest."""

    async def admit(self, request: Request, needs: Role) -> Who:
        """Say who asks. See `routing.Guard`."""
        _refuse_token_in_address(request)
        who = await self._who(request)
        if who is None:
            raise await self._refusal(request)
        if who.via != "token":
            self.door.source.refuse_strangers(request)
        if who.role < needs and who.is_remembered:  # nobody is to give up who only has to wait
            raise HTTPException(503, "the database is away", {"Retry-After": "10"})
        if who.role < needs:
            raise HTTPException(
                403, f"{who.name} is {who.role.word}; this takes the role {needs.word}"
            )
        return who

    async def visitor(self, request: Request) -> Who | None:
        """Say who asks for something public, if we know; never refuses."""
        try:
            return await self._who(request)
        except HTTPException:
            return None

    async def _who(self, request: Request) -> Who | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":  # other schemes are for proxies before us
            return await self._by_token(request, secret.strip())
        if self._is_said_by_proxy(request):
            return await self._by_proxy(request)
        if secret := self.door.session.read(request):
            who = await self._by_session(request, secret)
            if who is not None:
                return who
        return await self._by_first_run(request)

    # --- tokens ---------------------------------------------------------------------------------

    async def _by_token(self, request: Request, secret: str) -> Who | None:
        if not secret.startswith(TOKEN_PREFIX):
            raise _unauthorized(f"write it as Authorization: Bearer {TOKEN_PREFIX}...")
        key = f"{digest(secret)} {request.url.path}"
        return await self._with_memory(key, lambda: self._ask_token(request, secret))

    async def _ask_token(self, request: Request, secret: str) -> tuple[Who, datetime]:
        now, own = self.door.now(), digest(secret)
        async with self.door.desk.session() as session:
            found = await session.registry.find_token(own)
            if found is None or not serves(*found, now):
                raise _unauthorized("the token is not known, or no longer good")
            token, owner = found
            if token.used_at is None or now - token.used_at >= USED_EVERY:
                await session.registry.seen(now, token=token.id)
        if not token.covers(request.url.path):
            raise HTTPException(403, f"the token {token.name} is not for {request.url.path}")
        if token.read_only and request.method not in SAFE:
            raise HTTPException(403, f"the token {token.name} is for reading only")
        who = Who(
            name=owner.name if owner else token.name,
            role=token_role(token, owner),
            via="token",
            token=token.name,
            user_id=owner.id if owner else 0,
            address=self.door.source.address(request),
        )
        return who, token.expires_at or now + timedelta(days=36500)

    # --- proxies --------------------------------------------------------------------------------

    def _is_said_by_proxy(self, request: Request) -> bool:
        header = self.door.options.proxy_header
        return bool(header and self.door.source.is_proxied(request) and request.headers.get(header))

    async def _by_proxy(self, request: Request) -> Who | None:
        names = request.headers.getlist(self.door.options.proxy_header)
        name = names[0].strip()
        if len(names) != 1 or not name or not name.isprintable() or len(name) > 64:
            raise HTTPException(400, "the proxy must say in one header, once, who has logged in")
        return await self._with_memory(f"proxy {name}", lambda: self._ask_name(request, name))

    async def _ask_name(self, request: Request, name: str) -> tuple[Who, datetime]:
        user = (await self.door.people()).find(name)
        if user is not None and user.disabled:
            raise HTTPException(403, f"{user.name} is disabled")
        who = Who(
            name=user.name if user else name,
            role=user.role if user else self.door.options.proxy_role,
            via="proxy",
            user_id=user.id if user else 0,
            address=self.door.source.address(request),
        )
        return who, self.door.now() + self.door.spans.lifetime

    # --- sessions -------------------------------------------------------------------------------

    async def _by_session(self, request: Request, secret: str) -> Who | None:
        return await self._with_memory(digest(secret), lambda: self._ask_session(request, secret))

    async def _ask_session(self, request: Request, secret: str) -> tuple[Who | None, datetime]:
        now, own = self.door.now(), digest(secret)
        async with self.door.desk.session() as session:
            found = await session.registry.find_session(own)
            if found is None or found[0].pending or not holds(*found, now, self.door.spans):
                return None, now
            web_session, user = found
            if now - web_session.seen_at >= SEEN_EVERY:
                await session.registry.seen(now, session=own)
        who = Who(
            name=user.name,
            role=user.role,
            via="session",
            user_id=user.id,
            session=own,
            address=self.door.source.address(request),
        )
        return who, web_session.created_at + self.door.spans.lifetime

    async def _with_memory(
        self, key: str, ask: Callable[[], Awaitable[tuple[Who | None, datetime]]]
    ) -> Who | None:
        """Ask the database; while it is away, remember."""
        try:
            who, until = await ask()
        except HTTPException as error:
            remembered = self._remembered(key)
            if error.status_code != 503 or remembered is None:
                raise
            return remembered
        self._lately.pop(key, None)
        if who is not None:
            self._lately.keep(key, (who, self.door.now(), until))
        return who

    def _remembered(self, key: str) -> Who | None:
        lost_at, known = self.door.outage.since_at, self._lately.get(key)
        if lost_at is None or known is None:
            return None
        who, at, until = known
        if lost_at - at > LATELY or self.door.now() >= until:
            return None
        return attrs.evolve(who, role=Role.VIEWER, is_remembered=True)

    # --- the first run --------------------------------------------------------------------------

    async def _by_first_run(self, request: Request) -> Who | None:
        given = request.query_params.get(PARAMETER, "")
        given = given.rpartition(f"{PARAMETER}=")[2]  # the whole address was pasted, perhaps
        if given and request.method == "GET" and self.door.first.fits(given):
            if (await self.door.people()).users:
                return None
            tell("access.first_run", address=self.door.source.address(request))
            secret = self.door.first.let_in()
            cookie = self.door.first_run.write(request, secret, timedelta(days=1))
            raise HTTPException(303, "come in", {"Location": FIRST, "Set-Cookie": cookie})
        if not self.door.first.knows(self.door.first_run.read(request)):
            return None
        if (await self.door.people()).users:
            return None
        return Who(
            name="first run",
            role=Role.ADMIN,
            via="first run",
            address=self.door.source.address(request),
        )

    async def _refusal(self, request: Request) -> HTTPException:
        """Say to nobody we know how to become somebody."""
        path = request.url.path
        wants_page = "text/html" in request.headers.get("accept", "")
        if path.startswith("/api/") or not wants_page or request.method not in SAFE:
            return _unauthorized("log in, or send a token (Authorization: Bearer)")
        here = path + (f"?{request.url.query}" if request.url.query else "")
        target = LOGIN if here == "/" else f"{LOGIN}?{urlencode({'next': here})}"
        if request.headers.get("hx-request") or request.headers.get("sec-fetch-dest") == "empty":
            return HTTPException(401, "log in again", {"HX-Redirect": target})
        return HTTPException(303, "log in first", {"Location": target})


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})


def _refuse_token_in_address(request: Request) -> None:
    """Refuse tokens in addresses: these are kept in logs and histories, and sent on to others."""
    if any(value.startswith(TOKEN_PREFIX) for value in request.query_params.values()):
        raise HTTPException(
            400,
            "a token does not belong into an address, which ends up in logs; revoke it, and send "
            "the next one as Authorization: Bearer",
        )
