"""A conversation over one connection: every read has a bound, and what breaks is said in words."""

from typing import Self

import trio

from monitor.core.probing import TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.explain import explain, printable
from monitor.probes.secure import TlsOptions, secure
from monitor.probes.target import Url

TOTAL_LIMIT = 4 * 1024 * 1024
"""Bytes that one look reads from one connection, whatever they are."""

_READ_SIZE = 4 * 1024
"""Small, because everything of one reading may be parsed without a checkpoint between."""


class Wire(trio.abc.AsyncResource):
    """One connection, which is closed when its `async with` block ends.

    Whatever was read already is handed out without a checkpoint; there is one at least every
    4 KiB. Every method raises TargetDown when the connection breaks.
    """

    def __init__(self, stream: trio.SocketStream, host: str, secret: str = "") -> None:
        self._plain = stream
        self._secured: trio.SSLStream[trio.SocketStream] | None = None
        self._host = host
        self._secret = secret
        self._unread = bytearray()
        self._received = 0
        self.goodbye = b""
        """What is said before closing, however the conversation went; nothing if cancelled."""

    @classmethod
    async def open(
        cls, url: Url, trace: Trace, tls: TlsOptions | None = None, secret: str = ""
    ) -> Self:
        """Connect to a target's host, with TLS from the first byte if `tls` is given.

        `secret` is what the target must not make us repeat in its own words.

        Raises:
            TargetDown, OwnFault: as `connect` and `secure` do.
        """
        wire = cls(await connect(url.host, url.port, trace), url.host, secret)
        if tls is not None:
            await wire.start_tls(tls, trace)
        return wire

    async def start_tls(self, options: TlsOptions, trace: Trace) -> None:
        """Go on with TLS, in phase `tls`.

        Raises:
            TargetDown: the handshake failed, or something was said before it that an attacker may
                have put there.
            OwnFault: as `secure` does.
        """
        with trace.enter("tls"):
            if self._unread:
                raise TargetDown("the target went on in plain text when TLS had to begin")
        self._secured = await secure(self._plain, self._host, options, trace)

    @property
    def encrypted(self) -> bool:
        """Whether TLS has begun."""
        return self._secured is not None

    def certificate(self) -> bytes | None:
        """Return the certificate that the target has shown, in DER, verified or not."""
        shown: bytes | None = self._secured.getpeercert(True) if self._secured else None
        return shown

    async def send(self, data: bytes) -> None:
        """Send everything."""
        try:
            await self._stream.send_all(data)
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error

    async def take(self, count: int) -> bytes:
        """Return exactly so many bytes; the caller has checked that it wants so many."""
        while len(self._unread) < count:
            await self._read_more()
        taken = bytes(self._unread[:count])
        del self._unread[:count]
        return taken

    async def line(self, limit: int) -> bytes:
        r"""Return a line without its `\r\n`; a longer one than `limit` is none.

        Raises:
            TargetDown: that many bytes came without an end of line.
        """
        while (end := self._unread.find(b"\r\n", 0, limit + 2)) < 0:
            if len(self._unread) > limit:
                raise TargetDown(f"the target sent a line of more than {limit} bytes")
            await self._read_more()
        taken = bytes(self._unread[:end])
        del self._unread[: end + 2]
        return taken

    def words(self, said: bytes) -> str:
        """Return what the target said as one line that may be shown, without our password."""
        text = said.decode("utf-8", "replace")
        return printable(text.replace(self._secret, "***") if self._secret else text)

    async def aclose(self) -> None:
        """Say goodbye and close; nobody minds if the target is gone already."""
        try:
            if self.goodbye:
                await self._stream.send_all(self.goodbye)
        except trio.BrokenResourceError:
            pass
        finally:
            await self._stream.aclose()

    @property
    def _stream(self) -> trio.abc.Stream:
        return self._secured or self._plain

    async def _read_more(self) -> None:
        if self._received > TOTAL_LIMIT:
            raise TargetDown(f"the target sent more than {TOTAL_LIMIT // 1024**2} MiB")
        try:
            piece = await self._stream.receive_some(_READ_SIZE)
        except trio.BrokenResourceError as error:
            raise TargetDown(explain(error)) from error
        if not piece:
            when = "before its answer was complete" if self._received else "without an answer"
            raise TargetDown(f"the target closed the connection {when}")
        self._received += len(piece)
        self._unread += piece


class Fields:
    """The fields of one binary message, taken from its front.

    Every method raises TargetDown when the message is too short for what is asked; `of` says
    whose message it is.
    """

    def __init__(self, data: bytes, of: str) -> None:
        self._data = data
        self._at = 0
        self._of = of

    @property
    def left(self) -> int:
        """Bytes that were not taken yet."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """Take so many bytes."""
        if count > self.left:
            raise self.broken()
        self._at += count
        return self._data[self._at - count : self._at]

    def big(self, size: int) -> int:
        """Take an unsigned number of so many bytes, the highest first."""
        return int.from_bytes(self.take(size), "big")

    def little(self, size: int) -> int:
        """Take an unsigned number of so many bytes, the lowest first."""
        return int.from_bytes(self.take(size), "little")

    def until_zero(self) -> bytes:
        """Take what stands before the next zero byte, and the zero byte."""
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise self.broken()
        return self.take(end + 1 - self._at)[:-1]

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.take(self.left)

    def broken(self) -> TargetDown:
        """Return the error for a message that makes no sense."""
        return TargetDown(f"not a valid answer of {self._of}")
