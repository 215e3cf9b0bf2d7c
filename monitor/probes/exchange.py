"""One HTTP/1.1 request and its answer over an open stream, with a bound on all that is read."""

import contextlib
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Self

import attrs
import h11
import trio

from monitor.core.probing import TargetDown
from monitor.probes.content import BODY_LIMIT, Body
from monitor.probes.explain import explain, printable

HEAD_LIMIT = 64 * 1024
"""Bytes of headers that are read, interim answers (1xx) included."""

WIRE_LIMIT = BODY_LIMIT + 256 * 1024
"""Bytes of a body that are read from the wire: room for the frames of chunks, but not for a body
that consists of nothing else."""

_READ_SIZE = 16 * 1024

_EVENTS_AT_ONCE = 50
"""Events, such as chunks of one byte, that are parsed before other looks have their turn."""


@attrs.frozen
class Head:
    """What comes before the body. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    """Values of headers that are repeated are joined by commas."""
    cookies: list[str]
    """The values of the headers Set-Cookie: one by one, because dates have commas too."""
    http_version: str

    @classmethod
    def of(cls, status: int, headers: Iterable[tuple[bytes, bytes]], http_version: str) -> Self:
        """Make one of headers as they were received, with names in lower case."""
        joined: dict[str, str] = {}
        cookies = []
        for raw_name, raw_value in headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
            if name == "set-cookie":
                cookies.append(value)
        return cls(status, joined, cookies, http_version)

    @property
    def said(self) -> str:
        """The status in words, `status 404 Not Found`."""
        try:
            return f"status {self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"status {self.status}"


class Exchange:
    """The client's side of one request; the caller opens the stream and closes it."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        self._received = 0
        self._events = 0
        self._answered = False

    async def ask(self, request: h11.Request, body: bytes = b"") -> Head:
        """Send the request, and wait for the headers of the answer.

        Raises:
            TargetDown: the connection broke, or the answer is not HTTP.
        """
        pieces = [self._http.send(request)]
        if body:
            pieces.append(self._http.send(h11.Data(data=body)))
        pieces.append(self._http.send(h11.EndOfMessage()))
        # A server may refuse a large body before it has read it, answer and close: then the
        # sending fails, but the answer is there.
        with contextlib.suppress(trio.BrokenResourceError):
            await self._stream.send_all(b"".join(piece for piece in pieces if piece))
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                self._answered = True
                return Head.of(event.status_code, event.headers, event.http_version.decode())
            if self._received > HEAD_LIMIT:
                raise TargetDown(f"sent more than {HEAD_LIMIT // 1024} KiB of headers")

    async def content(self, head: Head) -> Body:
        """Read the body, as far as it is kept.

        Raises:
            TargetDown: the connection broke, or the body is not what its headers say.
        """
        body = Body(head.headers.get("content-encoding", ""))
        limit = self._received + WIRE_LIMIT
        while not body.cut:
            event = await self._event()
            if not isinstance(event, h11.Data):
                body.end()
                break
            body.add(event.data)
            if self._received > limit:
                body.cut = True
        return body

    @property
    def surplus(self) -> bool:
        """Whether more was received than the answer to what was asked."""
        return bool(self._http.trailing_data[0])

    async def _event(self) -> Any:
        """Return the next event; there is a checkpoint at least every _EVENTS_AT_ONCE of them."""
        self._events += 1
        if self._events % _EVENTS_AT_ONCE == 0:
            await trio.lowlevel.checkpoint()
        while True:
            try:
                event = self._http.next_event()
                if event is not h11.NEED_DATA:
                    return event
                self._http.receive_data(await self._receive())
            except h11.RemoteProtocolError as error:
                raise TargetDown(f"not a valid HTTP answer: {printable(str(error))}") from error

    async def _receive(self) -> bytes:
        try:
            data = await self._stream.receive_some(_READ_SIZE)
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error
        if not data and not self._answered:
            where = "in the middle of its headers" if self._received else "without an answer"
            raise TargetDown(f"the connection was closed {where}")
        self._received += len(data)
        return bytes(data)
