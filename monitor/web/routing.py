"""What may be asked, and by whom: rooms of the listener offer entries, `site` makes routes of them.

Nothing is open by omission: an entry without a role is public, and says so by name. The guard
stands before every other.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from monitor.core.access.roles import Role as Role
from monitor.operations.signing import Author

Endpoint = Callable[[Request], Awaitable[Response]]


ASKED_AGAIN_S = 15.0
"""How often it is asked whether somebody who gets an answer without end may still get it."""

PUBLIC = None
"""The need of an entry that anybody may use: whoever knows a token, or everybody."""


@attrs.frozen(kw_only=True)
class Who:
    """Somebody that the guard has let in."""

    name: str
    role: Role
    via: str
    """How we know: `session`, `token`, `proxy`, or `first run`."""
    token: str = ""
    """The name of the token, if that is how."""
    user_id: int = 0
    """0: no user of ours."""
    session: str = ""
    """The digest of the web session, if there is one."""
    address: str = ""
    """Where the request came from."""
    is_remembered: bool = False
    """Whether the database is away, and he was let in lately: so long he may only look."""

    @property
    def means(self) -> str:
        """How we know, as it is written down of what was done."""
        return f"token {self.token}" if self.token else self.via

    @property
    def author(self) -> Author:
        """Who it is, as it is written down of what was done."""
        return Author(name=self.name, via=self.means, address=self.address)


@attrs.frozen(kw_only=True)
class Entry:
    """A path, what answers there, and the least role that it takes."""

    path: str
    endpoint: Endpoint
    needs: Role | None
    methods: tuple[str, ...] = ("GET", "HEAD")


class Room(Protocol):
    """A family of paths."""

    def entries(self) -> Sequence[Entry]: ...


class Guard(Protocol):
    """Lets in who may come in."""

    async def admit(self, request: Request, needs: Role) -> Who:
        """Say who asks.

        Raises:
            HTTPException: 401 nobody we know (a page is sent to the login: 303 and a Location),
                403 somebody who may not.
        """


class NobodyYet:
    """The guard of a listener that knows no users: nobody but the public is let in."""

    async def admit(self, request: Request, needs: Role) -> Who:
        """Refuse."""
        raise HTTPException(401, "nobody can be let in here")


def who_asks(request: Request) -> Who:
    """Return whom the guard has let in; only for entries that need a role."""
    who: Who = request.state.who
    return who


class _Revocable(Response):
    """An answer without end: it ends when whoever gets it would not be let in any more."""

    def __init__(
        self, stream: Response, request: Request, admit: Callable[[], Awaitable[Who]]
    ) -> None:
        super().__init__(media_type=stream.media_type)
        self._stream, self._request, self._admit = stream, request, admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch, nursery.cancel_scope)
            await self._stream(scope, receive, send)
            nursery.cancel_scope.cancel()

    async def _watch(self, scope: trio.CancelScope) -> None:
        while True:
            await trio.sleep(ASKED_AGAIN_S)
            try:
                await self._admit()
            except HTTPException as error:
                if error.status_code != 503:  # the database may be back before long
                    scope.cancel()


def make_route(entry: Entry, guard: Guard) -> Route:
    """Put the guard before an entry."""
    return Route(entry.path, _guarded(entry, guard), methods=list(entry.methods))


def _guarded(entry: Entry, guard: Guard) -> Endpoint:
    async def answer(request: Request) -> Response:
        if entry.needs is not PUBLIC:
            request.state.who = await guard.admit(request, entry.needs)
        response = await entry.endpoint(request)
        if request.method == "HEAD":  # the server counts on that
            response.body = b""
        if entry.needs is not PUBLIC and response.media_type == "text/event-stream":
            return _Revocable(response, request, partial(guard.admit, request, entry.needs))
        return response

    return answer
