"""One HTTP/2 request and its answer over an open stream, with a bound on all that is read.

Spoken by h2 directly over our stream (RFC 9113): one request, on the one stream of a connection.
"""

from collections.abc import Sequence

import h2.events
import h2.settings
import trio

from monitor.core.probing import TargetDown
from monitor.probes.content import Body
from monitor.probes.exchange import HEAD_LIMIT, WIRE_LIMIT, Head
from monitor.probes.frames import STREAM, Frames, error_name, invalid

_WINDOW = WIRE_LIMIT + 64 * 1024
"""What the server may send of a body without being asked to go on; it never has to be asked."""

_FRAMES_LIMIT = 20_000
"""Frames that are read: each costs time, and one may carry nothing."""


class Http2Exchange:
    """The client's side of one request; the caller opens the stream and closes it."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        settings = {
            h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
            h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_LIMIT,
        }
        self._frames = Frames(stream, "requests", settings)
        self._head: Head | None = None
        self._pieces: list[bytes] = []
        self._ended = False

    async def ask(self, fields: Sequence[tuple[str, str]], body: bytes = b"") -> Head:
        """Send the request, and wait for the headers of the answer.

        `fields` are the headers, those that begin with a colon first.

        Raises:
            TargetDown: the connection broke, or the answer is not HTTP/2.
        """
        http = self._frames.http
        http.initiate_connection()
        http.increment_flow_control_window(_WINDOW)
        http.send_headers(STREAM, fields, end_stream=not body)
        rest = memoryview(body)
        # A server may answer a large body before it has read it.
        while rest and not self._ended and self._frames.received <= WIRE_LIMIT:
            room = http.local_flow_control_window(STREAM)
            size = min(room, http.max_outbound_frame_size, len(rest))
            if size <= 0:
                await self._step()
                continue
            http.send_data(STREAM, bytes(rest[:size]), end_stream=size == len(rest))
            rest = rest[size:]
        while self._head is None:
            await self._step()
        return self._head

    async def content(self, head: Head) -> Body:
        """Read the body, as far as it is kept.

        Raises:
            TargetDown: the connection broke, or the body is not what its headers say.
        """
        body = Body(head.headers.get("content-encoding", ""))
        limit = self._frames.received + WIRE_LIMIT
        while True:
            for piece in self._pieces:
                body.add(piece)
            self._pieces.clear()
            if body.cut:
                break
            if self._ended:
                body.end()
                break
            if self._frames.received > limit or self._frames.count > _FRAMES_LIMIT:
                body.cut = True
                break
            await self._step()
        return body

    async def _step(self) -> None:
        """Take one frame from the server."""
        for event in await self._frames.next():
            self._happened(event)
        if self._head is None and self._frames.received > HEAD_LIMIT:
            raise TargetDown(f"sent more than {HEAD_LIMIT // 1024} KiB of headers")

    def _happened(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived():
                fields = [(bytes(name), bytes(value)) for name, value in event.headers]
                status = dict(fields)[b":status"]
                if not (status.isdigit() and len(status) == 3):
                    raise invalid("its status is no number")
                told = [(name, value) for name, value in fields if name != b":status"]
                self._head = Head.of(int(status), told, "2")
            case h2.events.DataReceived():
                self._pieces.append(event.data)
            case h2.events.StreamEnded():
                self._ended = True
            case h2.events.StreamReset() if not self._ended:
                raise TargetDown(f"the target gave up the answer ({error_name(event.error_code)})")
