"""Reads pages as a browser without scripts does: asks the site, follows links, sends forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import attrs
import trio
from starlette.applications import Starlette
from starlette.requests import Request

from monitor.app import App
from monitor.web.api.guarded import ApiOptions
from monitor.web.desk import Desk
from monitor.web.pages.rooms import pages_of
from monitor.web.routing import Role, Who
from monitor.web.site import make_site
from monitor.web.status.rooms import StatusRoom
from monitor.web.status.shelf import Shelf
from monitor.web.status.subscribing import Subscriptions

VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "option"})
"""Elements without an end, and those whose end may be left out."""


class OpenDoor:
    """Lets everybody in as anna; only for tests."""

    def __init__(self, role: Role = Role.ADMIN) -> None:
        self.role = role

    async def admit(self, request: Request, needs: Role) -> Who:
        from starlette.exceptions import HTTPException

        await trio.lowlevel.checkpoint()
        if needs > self.role:
            raise HTTPException(403, "anna may not")
        return Who(name="anna", role=self.role, via="session")


def site_of(app: App, role: Role = Role.ADMIN, *, allow: bool = True) -> Starlette:
    """Return all pages of a running monitor, open to everybody, and what the public reads."""
    allowed = ApiOptions(allow_commands=allow, allow_references=allow)
    desk = Desk(app.store)
    shelf = Shelf(app, desk)
    status = StatusRoom(shelf)
    pages = pages_of(app, desk, allowed=allowed, published=shelf.forget)
    readers = Subscriptions(status=status, desk=desk, now=app.clock.now)
    return make_site([*pages, status, readers], OpenDoor(role))


class Document(HTMLParser):
    """What is in a page, as far as tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.mistakes: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.mistakes += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: Any) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self._open[-1:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open[-1:] not in (["script"], ["style"]):
            self.words.append(data)

    @property
    def said(self) -> str:
        """All text of the page, in one line."""
        return " ".join(" ".join(self.words).split()).replace("\N{NO-BREAK SPACE}", " ")

    def every(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        """Where the page leads to, and what it loads, on this site."""
        found = [one["href"] for tag in ("a", "link") for one in self.every(tag) if "href" in one]
        found += [one["src"] for one in self.every("script") if "src" in one]
        return [one for one in found if not one.startswith("#")]


@attrs.frozen
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def document(self) -> Document:
        return Document(self.text)

    @property
    def said(self) -> str:
        return self.document.said

    @property
    def to(self) -> str:
        """Where a browser is sent on to."""
        return self.headers["location"]


BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def multipart(field: str, data: bytes, name: str = "a picture.png") -> bytes:
    """Return a form with a text and a file, as browsers write it."""
    dashes = f"--{BOUNDARY}".encode()
    named = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'.encode()
    text = [dashes, b'Content-Disposition: form-data; name="other"', b"", b"hello"]
    file = [dashes, named, b"Content-Type: application/octet-stream", b"", data]
    return b"\r\n".join([*text, *file, dashes + b"--", b""])


@attrs.frozen
class Browser:
    """Asks a site."""

    site: Starlette
    headers: Mapping[str, str] = attrs.field(factory=dict)
    address: str = "192.0.2.9"

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, b"", headers)

    async def post(
        self, path: str, fields: Mapping[str, str | Sequence[str]], **headers: str
    ) -> Answer:
        body = urlencode(fields, doseq=True).encode()
        more = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self._ask("POST", path, body, more)

    async def upload(
        self, path: str, field: str, data: bytes, name: str = "a picture.png", **headers: str
    ) -> Answer:
        """Send a file as browsers do."""
        more = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
        return await self._ask("POST", path, multipart(field, data, name), more)

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(path)
        named = {"accept": "text/html", "host": "monitor.example", **self.headers, **headers}
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in named.items()
            ],
            "client": (self.address, 1234),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            await trio.lowlevel.checkpoint()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            await trio.lowlevel.checkpoint()
            sent.append(message)

        with trio.fail_after(20):
            await self.site(scope, receive, send)
        start, *rest = sent
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(
            start["status"],
            b"".join(one["body"] for one in rest).decode(errors="replace"),
            answered,
        )
