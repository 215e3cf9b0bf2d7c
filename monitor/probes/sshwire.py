"""The beginning of SSH, as far as it goes without a login: who is there, and what it knows.

https://www.rfc-editor.org/rfc/rfc4253, sections 4, 6 and 7. Nothing is encrypted yet.
"""

import secrets
from typing import Self

import attrs

from monitor import __version__
from monitor.core.probing import TargetDown
from monitor.probes.explain import printable
from monitor.probes.wire import Fields, Wire

OURS = f"SSH-2.0-sleepless_monitor_{__version__}".encode()
"""How we introduce ourselves."""

KEXINIT = 20

_DISCONNECT, _IGNORE, _UNIMPLEMENTED, _DEBUG = 1, 2, 3, 4
_BY_APPLICATION = 11

_LINE_LIMIT, _GREETING_LIMIT = 255, 8 * 1024
"""Bytes of the line that begins with `SSH-` (RFC 4253, 4.2), and of all before and with it."""

_PACKET_LIMIT = 35_000
"""Bytes of a packet that everybody must be able to take (RFC 4253, 6.1)."""

_LISTS = (
    *("kex", "host_key", "cipher", "cipher_back", "mac", "mac_back"),
    *("compression", "compression_back", "language", "language_back"),
)
_LIST_LIMIT = 200
"""Names of one list that are kept; OpenSSH knows some thirty."""


@attrs.frozen
class Offer:
    """What one side can do, and the message that said so."""

    message: bytes
    lists: dict[str, list[str]]

    @classmethod
    def make(cls, kex: list[str], host_key: list[str]) -> Self:
        """Make ours: exchanges and keys as given, and the rest so that nobody can object."""
        lists = {
            "kex": kex,
            "host_key": host_key,
            "cipher": ["aes128-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"],
            "mac": ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
            "compression": ["none"],
            "language": [],
        }
        lists |= {name: lists[name.removesuffix("_back")] for name in _LISTS}
        listed = b"".join(string(",".join(lists[name]).encode()) for name in _LISTS)
        return cls(bytes([KEXINIT]) + secrets.token_bytes(16) + listed + bytes(5), lists)

    @classmethod
    def read(cls, message: bytes) -> Self:
        """Read the server's. Raises TargetDown."""
        fields = Fields(message, "an SSH server")
        fields.take(1 + 16)
        lists = {}
        for name in _LISTS:
            names = take_string(fields).decode("ascii", "replace").split(",")
            lists[name] = [printable(one, 64) for one in names if one][:_LIST_LIMIT]
        return cls(message, lists)


class SshWire:
    """The client's side of a connection that is left before a login."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def introduce(self) -> bytes:
        """Tell who we are, and return how the server introduces itself, without the end of line.

        It may say something else before (RFC 4253, 4.2), which is passed over.
        """
        await self._wire.send(OURS + b"\r\n")
        left = _GREETING_LIMIT
        while left > 0:
            line = await self._line(left)
            if line.startswith(b"SSH-"):
                if len(line) > _LINE_LIMIT:
                    break
                return line.removesuffix(b"\r")
            left -= len(line) + 1
        raise TargetDown("not an SSH server")

    async def exchange_offers(self, ours: Offer) -> Offer:
        """Tell what we can do, and return what the server can."""
        await self.send(ours.message)
        # From now on we can leave as the protocol wants it.
        reason = _BY_APPLICATION.to_bytes(4, "big") + string(b"only looking") + string(b"")
        self._wire.goodbye = _packet(bytes([_DISCONNECT]) + reason)
        return Offer.read(await self.receive(KEXINIT))

    async def send(self, message: bytes) -> None:
        """Send one message."""
        await self._wire.send(_packet(message))

    async def receive(self, wanted: int) -> bytes:
        """Return the next message, which must be the wanted one.

        Raises:
            TargetDown: it is another one, perhaps a goodbye.
        """
        while True:
            length = int.from_bytes(await self._wire.take(4), "big")
            if not 5 <= length <= _PACKET_LIMIT:
                raise TargetDown("not an SSH server")
            packet = await self._wire.take(length)
            message = packet[1 : length - packet[0]]
            if not message:
                raise TargetDown("not an SSH server")
            kind = message[0]
            if kind == wanted:
                return message
            if kind == _DISCONNECT:
                fields = Fields(message, "an SSH server")
                fields.take(1 + 4)
                words = self._wire.words(take_string(fields))
                raise TargetDown(f"the server ended the connection: {words or 'without a reason'}")
            if kind not in (_IGNORE, _UNIMPLEMENTED, _DEBUG):
                raise TargetDown(f"not a valid answer of an SSH server: message {kind}")

    async def _line(self, limit: int) -> bytes:
        r"""Return a line without its `\n`. Old servers send no `\r`."""
        line = bytearray()
        while (byte := await self._wire.take(1)) != b"\n":
            line += byte
            if len(line) >= limit:
                raise TargetDown("not an SSH server")
        return bytes(line)


def _packet(message: bytes) -> bytes:
    """Pad a message to a multiple of eight bytes, with four at least (RFC 4253, 6)."""
    padding = 4 + -(5 + len(message) + 4) % 8
    length = 1 + len(message) + padding
    return length.to_bytes(4, "big") + bytes([padding]) + message + bytes(padding)


def string(data: bytes) -> bytes:
    """Write a string of RFC 4251."""
    return len(data).to_bytes(4, "big") + data


def number(value: int) -> bytes:
    """Write a positive number of RFC 4251, whose first bit is never set."""
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")


def take_string(fields: Fields) -> bytes:
    """Take a string of RFC 4251. Raises TargetDown."""
    return fields.take(fields.big(4))
