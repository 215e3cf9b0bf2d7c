"""One HTTP/2 request and its answer over an open stream, with a bound on all that is read.

Spoken by h2 directly over our stream (RFC 9113): one request, on the one stream of a connection.
"""

import contextlib
from collections.abc import Sequence

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import trio

from monitor.core.ports import TargetDown
from monitor.probes.content import Body
from monitor.probes.exchange import HEAD_LIMIT, WIRE_LIMIT, Head
from monitor.probes.explain import explain, printable

_WINDOW = WIRE_LIMIT + 64 * 1024
"""What the server may send of a body without being asked to go on; it never has to be asked."""

_READ_SIZE = 2 * 1024
"""Small, because all frames of one reading are parsed at once, and a frame may have nine bytes; of
a frame that has more the rest is read at once."""

_FRAMES_LIMIT = 20_000
"""Frames that are read: each costs time, and one may carry nothing."""

_FRAME_HEAD = 9
_GOAWAY = 7
_STREAM = 1
"""The only one."""


class Http2Exchange:
    """The client's side of one request; the caller opens the stream and closes it."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        config = h2.config.H2Configuration(header_encoding=None)
        self._http = h2.connection.H2Connection(config)
        self._http.local_settings = h2.settings.Settings(
            initial_values={
                h2.settings.SettingCodes.ENABLE_PUSH: 0,
                h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
                h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_LIMIT,
            }
        )
        self._unread = bytearray()
        self._received = 0
        self._frames = 0
        self._head: Head | None = None
        self._pieces: list[bytes] = []
        self._ended = False

    async def ask(self, fields: Sequence[tuple[str, str]], body: bytes = b"") -> Head:
        """Send the request, and wait for the headers of the answer.

        `fields` are the headers, those that begin with a colon first.

        Raises:
            TargetDown: the connection broke, or the answer is not HTTP/2.
        """
        self._http.initiate_connection()
        self._http.increment_flow_control_window(_WINDOW)
        self._http.send_headers(_STREAM, fields, end_stream=not body)
        rest = memoryview(body)
        # A server may answer a large body before it has read it.
        while rest and not self._ended and self._received <= WIRE_LIMIT:
            room = self._http.local_flow_control_window(_STREAM)
            size = min(room, self._http.max_outbound_frame_size, len(rest))
            if size <= 0:
                await self._step()
                continue
            self._http.send_data(_STREAM, bytes(rest[:size]), end_stream=size == len(rest))
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
        limit = self._received + WIRE_LIMIT
        while True:
            for piece in self._pieces:
                body.add(piece)
            self._pieces.clear()
            if body.cut:
                break
            if self._ended:
                body.end()
                break
            if self._received > limit or self._frames > _FRAMES_LIMIT:
                body.cut = True
                break
            await self._step()
        return body

    async def _step(self) -> None:
        """Take one frame from the server. They are given to h2 one by one."""
        while (missing := (size := self._frame_size()) - len(self._unread)) > 0:
            await self._read_more(max(missing, _READ_SIZE))
        self._frames += 1
        frame = bytes(self._unread[:size])
        del self._unread[:size]
        if frame[3] == _GOAWAY:
            # A server that goes away still answers what it has taken up (RFC 9113, 6.8), but h2
            # reads nothing after this.
            if int.from_bytes(frame[9:13], "big") & 0x7FFF_FFFF < _STREAM:
                raise TargetDown(f"the target takes no requests ({_goodbye(frame)})")
            return
        try:
            events = self._http.receive_data(frame)
        except h2.exceptions.H2Error as error:
            raise _invalid(str(error)) from error
        for event in events:
            self._happened(event)
        if self._head is None and self._received > HEAD_LIMIT:
            raise TargetDown(f"sent more than {HEAD_LIMIT // 1024} KiB of headers")

    def _frame_size(self) -> int:
        """Return the bytes of the next frame, as far as that is known."""
        if len(self._unread) < _FRAME_HEAD:
            return _FRAME_HEAD
        if self._frames == 0 and self._unread.startswith(b"HTTP/1"):
            raise TargetDown("the target answers in HTTP/1, not in HTTP/2")
        size = int.from_bytes(self._unread[:3], "big")
        if size > self._http.max_inbound_frame_size:
            raise _invalid("a frame is too long")
        return _FRAME_HEAD + size

    async def _read_more(self, most: int) -> None:
        # A target that has answered may have closed already; what is received tells.
        with contextlib.suppress(trio.BrokenResourceError):
            await self._stream.send_all(self._http.data_to_send())
        try:
            piece = await self._stream.receive_some(most)
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error
        if not piece:
            when = "in the middle of the answer" if self._received else "without an answer"
            raise TargetDown(f"the connection was closed {when}")
        self._received += len(piece)
        self._unread += piece

    def _happened(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived():
                fields = [(bytes(name), bytes(value)) for name, value in event.headers]
                status = dict(fields)[b":status"]
                if not (status.isdigit() and len(status) == 3):
                    raise _invalid("its status is no number")
                told = [(name, value) for name, value in fields if name != b":status"]
                self._head = Head.of(int(status), told, "2")
            case h2.events.DataReceived():
                self._pieces.append(event.data)
            case h2.events.StreamEnded():
                self._ended = True
            case h2.events.StreamReset() if not self._ended:
                raise TargetDown(f"the target gave up the answer ({_name(event.error_code)})")


def _goodbye(frame: bytes) -> str:
    words = printable(frame[17:].decode("utf-8", "replace"), 100)
    return words or _name(int.from_bytes(frame[13:17], "big"))


def _name(code: int) -> str:
    try:
        return h2.errors.ErrorCodes(code).name
    except ValueError:
        return str(code)


def _invalid(why: str) -> TargetDown:
    return TargetDown(f"not a valid HTTP/2 answer: {printable(why, 100)}")
