"""A house with a door: the site as it is served, and browsers and programs that ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import urlencode

import attrs
import trio
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from monitor.core.access.changing import adding, granting
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Deed, Token, User
from monitor.core.access.roles import Role
from monitor.engine.clock import Clock
from monitor.engine.outage import Outage
from monitor.operations.people import make_token
from monitor.store.memory import MemoryStore
from monitor.web.access.entrance import FOLDER, Entrance
from monitor.web.access.guard import AccessGuard
from monitor.web.access.hashing import Passwords
from monitor.web.desk import Desk
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, who_asks
from monitor.web.site import make_site

T = TypeVar("T")

HOST = "monitor.example:8080"
PASSWORD = "four words in a row"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@attrs.define(eq=False)
class QuickPasswords(Passwords):
    """Hashes at once and in place: the clock of these tests runs on while a thread works."""

    hasher: PasswordHasher = QUICK
    nobodys: str = attrs.field(factory=lambda: QUICK.hash("nobody's"))
    looked: int = attrs.field(default=0, init=False)
    """How many passwords were hashed or compared."""

    async def _beside(self, work: Callable[[], T]) -> T:
        await trio.lowlevel.checkpoint()
        self.looked += 1
        return work()


class Rooms:
    """A room for each role."""

    def entries(self) -> Sequence[Entry]:
        both = ("GET", "HEAD", "POST")
        return (
            *(
                Entry(path=path, endpoint=self.answer, needs=role, methods=both)
                for role in Role
                for path in (f"/{role.word}", f"/api/v1/{role.word}")
            ),
            Entry(path="/api/v1/stream", endpoint=self.stream, needs=Role.VIEWER),
        )

    async def answer(self, request: Request) -> Response:
        await trio.lowlevel.checkpoint()
        who = who_asks(request)
        return PlainTextResponse(f"{who.name} {who.role.word} {who.means} {who.address}")

    async def stream(self, _request: Request) -> Response:
        """Answer without end."""
        await trio.lowlevel.checkpoint()
        return Stream(media_type="text/event-stream")


class Stream(Response):
    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await trio.sleep_forever()


@attrs.define(eq=False)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        """Return a header; empty if it is not there."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key == "set-cookie"]


@attrs.define(eq=False)
class Caller:
    """Whoever sends requests: a browser keeps cookies and says where a page is from."""

    site: Starlette
    address: str = "192.0.2.1"
    host: str = HOST
    scheme: str = "http"
    jar: dict[str, str] = attrs.field(factory=dict)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, form: Any = None, **more: str) -> Answer:
        """Send a form as a page of ours does, unless the headers say otherwise."""
        own = {"sec-fetch-site": "same-origin", "origin": f"{self.scheme}://{self.host}", **more}
        body = urlencode(form or {}).encode()
        return await self.ask("POST", path, body, **own)

    async def log_in(self, name: str = "anna", password: str = PASSWORD) -> Answer:
        return await self.post("/login", {"name": name, "password": password})

    async def ask(self, method: str, path: str, body: Any = b"", **more: str) -> Answer:
        """Send a request; headers without a value are left out.

        `pause_s` comes before each chunk of the body.
        """
        pause_s = float(more.pop("pause_s", "0"))
        plain, _, query = path.partition("?")
        headers = {
            "host": self.host,
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items()),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": plain,
            "raw_path": plain.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.encode(), value.encode("latin-1")) for name, value in headers.items() if value
            ],
            "client": (self.address, 1234),
            "server": ("127.0.0.1", 8080),
        }
        chunks = [body] if isinstance(body, bytes) else list(body)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            await trio.sleep(pause_s)
            chunk = chunks.pop(0) if chunks else b""
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            await trio.lowlevel.checkpoint()
            sent.append(message)

        await self.site(scope, receive, send)
        start, *rest = sent
        answer = Answer(
            start["status"],
            [(name.decode(), value.decode()) for name, value in start["headers"]],
            b"".join(one.get("body", b"") for one in rest).decode(),
        )
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        for header in answer.cookies:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value


@attrs.define(eq=False)
class House:
    """A site with a room for each role, and all of access."""

    store: MemoryStore
    clock: Clock
    options: AccessOptions = attrs.field(factory=AccessOptions)
    entrance: Entrance = attrs.field(init=False)
    passwords: QuickPasswords = attrs.field(factory=QuickPasswords)
    guard: AccessGuard = attrs.field(init=False)
    outage: Outage = attrs.field(init=False)
    site: Starlette = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.outage = Outage(self.clock)
        self.entrance = Entrance(options=self.options, passwords=self.passwords)
        self.open()

    def open(self) -> None:
        """Make the site, as at the start of the listener."""
        self.guard = self.entrance.guard(Desk(self.store), self.clock.now, self.outage)
        pages = Frame((FOLDER,), now=self.clock.now)
        rooms = [Rooms(), *self.entrance.rooms(self.guard, pages)]
        self.site = make_site(rooms, self.guard)

    def caller(self, address: str = "192.0.2.1", **more: Any) -> Caller:
        return Caller(self.site, address, **more)

    def now(self) -> datetime:
        return self.clock.now()

    async def add(
        self, name: str = "anna", role: Role = Role.ADMIN, password: str = PASSWORD, **more: Any
    ) -> User:
        """Add a user; the first one is an admin."""
        user = User(name=name, role=role, created_at=self.now(), **more)
        user = attrs.evolve(user, password=self.passwords.hasher.hash(password))
        async with self.store.session("test") as session:
            [user] = (await session.registry.change_people(adding(user))).users
        return user

    async def grant(self, name: str = "ci", role: Role = Role.EDITOR, **more: Any) -> str:
        """Make a token; return what is sent."""
        token, secret = make_token(name, role, self.now(), **more)
        async with self.store.session("test") as session:
            await session.registry.change_people(granting(token))
        return f"Bearer {secret}"

    @property
    def tokens(self) -> Mapping[str, Token]:
        return {one.name: one for one in self.store.tables.access.tokens.values()}

    @property
    def deeds(self) -> list[Deed]:
        return list(self.store.tables.access.deeds.values())
