"""The client's side of a WebSocket over an open stream, with a bound on all that is read.

RFC 6455 as wsproto reads it. Extensions are not offered, so nothing arrives packed.
"""

import contextlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

import attrs
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import RemoteProtocolError

from monitor.core.probing import TargetDown
from monitor.probes.explain import explain, printable

READ_LIMIT = 1024 * 1024
"""Bytes that are read; a message that goes on is cut there."""

_READ_SIZE = 4 * 1024
"""Small, because a frame may have two bytes, and all frames of one reading are parsed at once."""


EVENTS_LIMIT = 9_000
"""Frames of one look, or nearly so; a MiB of frames of two bytes would take ten seconds of ours."""

_EVENTS_AT_ONCE = 50
"""Frames that are parsed before other looks have their turn."""


@attrs.frozen(kw_only=True)
class Opening:
    """What is asked for: names of headers are in lower case, `path` is ready to be sent."""

    host: str
    path: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    offered: Sequence[str]
    """Subprotocols, the best first."""


@attrs.frozen(kw_only=True)
class Answer:
    """What the target says to the handshake; it has accepted with status 101, and only then."""

    status: int
    headers: dict[str, str]
    """Without those that only make the connection; names are in lower case."""
    subprotocol: str = ""


class WebSocket:
    """`open` first, then the rest if the target has accepted; the caller closes the stream.

    Pings are answered meanwhile. Every method raises TargetDown when the connection breaks, when
    what comes is no WebSocket, and when the target closes or sends too much before the method is
    done.
    """

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._received = 0
        self._events = 0
        self.cut = False
        """Whether the last message was longer than is kept; none can be read after it."""
        self.close_code = 1006
        """The code with which the target closed; 1006 while it has not (RFC 6455, 7.1.5)."""
        self.closed = ""
        """How the connection ended, in words; empty while it stands."""

    async def open(self, opening: Opening) -> Answer:
        """Do the handshake."""
        request = Request(
            host=opening.host,
            target=opening.path,
            extra_headers=[(n.encode(), v.encode()) for n, v in opening.headers.items()],
            subprotocols=list(opening.offered),
        )
        await self._send(request)
        while True:
            match await self._next():
                case AcceptConnection(subprotocol=chosen, extra_headers=headers):
                    return Answer(
                        status=HTTPStatus.SWITCHING_PROTOCOLS,
                        headers=_joined(headers),
                        subprotocol=chosen or "",
                    )
                case RejectConnection(status_code=status, headers=headers) if status >= 200:
                    return Answer(status=status, headers=_joined(headers))

    async def ping(self) -> None:
        """Ping, and wait for the pong; messages that come before it are lost.

        Pongs may come unasked (RFC 6455, 5.5.3); only one with our words counts.
        """
        ours = secrets.token_bytes(8)
        await self._send(Ping(payload=ours))
        while await self._next() != Pong(payload=ours):
            pass

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self._send(TextMessage(data=text))

    async def message(self) -> str:
        """Wait for a message; the bytes of a binary one are read as UTF-8, as far as they are."""
        texts: list[str] = []
        raw = bytearray()
        while True:
            event = await self._next()
            if isinstance(event, TextMessage):
                texts.append(event.data)
            elif isinstance(event, BytesMessage):
                raw += event.data
            else:
                continue
            self.cut = not event.message_finished and self._received >= READ_LIMIT
            if event.message_finished or self.cut:
                return "".join(texts) + raw.decode("utf-8", "replace")

    async def close(self) -> None:
        """Close, and wait until the target has closed too; `close_code` tells how.

        What it still sends is dropped; after READ_LIMIT bytes or EVENTS_LIMIT frames of all, it is
        not waited for.
        """
        with contextlib.suppress(_Closed):
            await self._send(CloseConnection(code=1000))
            while self._received < READ_LIMIT and self._events < EVENTS_LIMIT:
                await self._next()

    async def _next(self) -> Event:
        """Return what happened next; answer pings, and agree when the target closes."""
        while True:
            try:
                # One by one: wsproto is in the state after the last event that it gave.
                event = next(self._protocol.events(), None)
                if event is None:
                    self._protocol.receive_data(await self._receive())
                    continue
            except (RemoteProtocolError, UnicodeDecodeError) as error:
                raise _invalid(str(error)) from error
            await self._count()
            if isinstance(event, Ping) and self._protocol.state is ConnectionState.OPEN:
                await self._send(event.response())
            if isinstance(event, CloseConnection):
                raise await self._closed(event)
            return event

    async def _count(self) -> None:
        self._events += 1
        if self._events > EVENTS_LIMIT:
            raise TargetDown(f"the target sent more than {EVENTS_LIMIT} frames")
        if self._events % _EVENTS_AT_ONCE == 0:
            await trio.lowlevel.checkpoint()

    async def _closed(self, event: CloseConnection) -> TargetDown:
        reason = printable(event.reason or "", 100)
        if self._protocol.state is ConnectionState.REMOTE_CLOSING:
            with contextlib.suppress(_Closed):
                await self._send(event.response())
        elif self._protocol.state is not ConnectionState.CLOSED:
            # It is wsproto that wants to close, because it cannot read what came.
            return _invalid(reason)
        self.close_code = int(event.code)
        return self._lost(f"closed with code {self.close_code}{reason and f': {reason}'}")

    async def _send(self, event: Event) -> None:
        try:
            await self._stream.send_all(self._protocol.send(event))
        except trio.BrokenResourceError as error:
            raise self._lost(f"broke the connection: {explain(error)}") from error

    async def _receive(self) -> bytes:
        if self._received >= READ_LIMIT:
            raise TargetDown(f"the target sent more than {READ_LIMIT // 1024**2} MiB")
        try:
            data = await self._stream.receive_some(_READ_SIZE)
        except trio.BrokenResourceError as error:
            raise self._lost(f"broke the connection: {explain(error)}") from error
        if not data:
            raise self._lost(
                "closed the connection" if self._received else "closed the connection unanswered"
            )
        self._received += len(data)
        return bytes(data)

    def _lost(self, how: str) -> TargetDown:
        self.closed = how
        return _Closed(f"the target {how}")


class _Closed(TargetDown):
    """The connection has ended, by whatever words."""


def _invalid(why: str) -> TargetDown:
    return TargetDown(f"not a valid WebSocket answer: {printable(why, 100)}")


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
