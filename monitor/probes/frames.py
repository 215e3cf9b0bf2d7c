"""The frames of an HTTP/2 connection with one request, as its client reads them (RFC 9113).

Spoken by h2 directly over an open stream, with a bound on what is read. Used by `http2` and by
`grpchealth`, which is a call over HTTP/2.
"""

import contextlib
from collections.abc import Mapping, Sequence

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import trio

from monitor.core.probing import TargetDown
from monitor.probes.explain import explain, printable

STREAM = 1
"""The only one."""

_READ_SIZE = 2 * 1024
"""Small, because all frames of one reading are parsed at once, and a frame may have nine bytes; of
a frame that has more the rest is read at once."""

_FRAME_HEAD = 9
_GOAWAY = 7


class Frames:
    """The client's side of a connection; the caller opens the stream and closes it."""

    def __init__(
        self,
        stream: trio.abc.Stream,
        what: str,
        settings: Mapping[h2.settings.SettingCodes, int] | None = None,
    ) -> None:
        """Make a connection, on which nothing is sent yet.

        Args:
            stream: where it is spoken.
            what: what the target takes, or does not: "requests".
            settings: ours, besides that nothing shall be pushed.
        """
        self._stream = stream
        self._what = what
        config = h2.config.H2Configuration(header_encoding=None)
        self.http = h2.connection.H2Connection(config)
        """What is to be sent is given to this one; it leaves when something has to be read."""
        self.http.local_settings = h2.settings.Settings(
            initial_values={h2.settings.SettingCodes.ENABLE_PUSH: 0, **(settings or {})}
        )
        self.received = 0
        """Bytes so far."""
        self.count = 0
        """Frames so far: each costs time, and one may carry nothing."""
        self._unread = bytearray()

    async def next(self) -> Sequence[h2.events.Event]:
        """Take one frame from the server, and return what it means; they are given to h2 singly.

        Raises:
            TargetDown: the connection broke, or this is no HTTP/2, or the target goes away.
        """
        while (missing := (size := self._size()) - len(self._unread)) > 0:
            await self._read_more(max(missing, _READ_SIZE))
        self.count += 1
        frame = bytes(self._unread[:size])
        del self._unread[:size]
        if frame[3] == _GOAWAY:
            # A server that goes away still answers what it has taken up (RFC 9113, 6.8), but h2
            # reads nothing after this.
            if int.from_bytes(frame[9:13], "big") & 0x7FFF_FFFF < STREAM:
                raise TargetDown(f"the target takes no {self._what} ({_goodbye(frame)})")
            return ()
        try:
            return self.http.receive_data(frame)
        except h2.exceptions.H2Error as error:
            raise invalid(str(error)) from error

    def _size(self) -> int:
        """Return the bytes of the next frame, as far as that is known."""
        if len(self._unread) < _FRAME_HEAD:
            return _FRAME_HEAD
        if self.count == 0 and self._unread.startswith(b"HTTP/1"):
            raise TargetDown("the target answers in HTTP/1, not in HTTP/2")
        size = int.from_bytes(self._unread[:3], "big")
        if size > self.http.max_inbound_frame_size:
            raise invalid("a frame is too long")
        return _FRAME_HEAD + size

    async def _read_more(self, most: int) -> None:
        # A target that has answered may have closed already; what is received tells.
        with contextlib.suppress(trio.BrokenResourceError):
            await self._stream.send_all(self.http.data_to_send())
        try:
            piece = await self._stream.receive_some(most)
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error
        if not piece:
            when = "in the middle of the answer" if self.received else "without an answer"
            raise TargetDown(f"the connection was closed {when}")
        self.received += len(piece)
        self._unread += piece


def error_name(code: int) -> str:
    """Return what an error code of HTTP/2 is called, or the code."""
    try:
        return h2.errors.ErrorCodes(code).name
    except ValueError:
        return str(code)


def invalid(why: str) -> TargetDown:
    """Say that what came is not HTTP/2."""
    return TargetDown(f"not a valid HTTP/2 answer: {printable(why, 100)}")


def _goodbye(frame: bytes) -> str:
    words = printable(frame[17:].decode("utf-8", "replace"), 100)
    return words or error_name(int.from_bytes(frame[13:17], "big"))
