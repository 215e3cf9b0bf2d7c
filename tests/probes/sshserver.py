"""An SSH server in a few lines that does what a test tells it, up to the proof of its host key.

It speaks Curve25519 and Ed25519 only; a real OpenSSH is there for the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from monitor.probes.sshwire import Offer, string
from tests.probes.servers import Handler, Stream

BANNER = b"SSH-2.0-Scripted_1.0 a comment"

Change = Callable[[bytes], bytes]


def as_it_is(data: bytes) -> bytes:
    return data


def number(value: int) -> bytes:
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def packet(message: bytes) -> bytes:
    """Write a packet; the padding makes it a multiple of eight bytes."""
    padding = 4 + -(5 + len(message) + 4) % 8
    return (
        (1 + len(message) + padding).to_bytes(4, "big")
        + bytes([padding])
        + message
        + bytes(padding)
    )


@attrs.frozen(kw_only=True)
class Server:
    """What it says at each step, if not what a good one would."""

    before: bytes = b""
    """What it says before it introduces itself."""
    banner: bytes = BANNER
    ending: bytes = b"\r\n"
    between: bytes = b""
    """What it says before it tells what it knows."""
    kex: tuple[str, ...] = ("curve25519-sha256",)
    host_key: tuple[str, ...] = ("ssh-ed25519",)
    offer: Change = as_it_is
    key: Change = as_it_is
    """Changes its host key, or the signature, or its half of the exchange, or the whole answer."""
    half: Change = as_it_is
    hashed: Change = as_it_is
    signature: Change = as_it_is
    reply: Change = as_it_is
    private: Ed25519PrivateKey = attrs.field(factory=Ed25519PrivateKey.generate)

    @property
    def blob(self) -> bytes:
        """Its host key."""
        return string(b"ssh-ed25519") + string(self.private.public_key().public_bytes_raw())

    @property
    def handler(self) -> Handler:
        """Serves one connection and then waits for the client to leave."""
        return self._serve

    async def _serve(self, stream: Stream) -> None:
        reader = Reader(stream)
        await stream.send_all(self.before + self.banner + self.ending)
        theirs = (await reader.line()).removesuffix(b"\r")
        offer = self.offer(Offer.make(list(self.kex), list(self.host_key)).message)
        await stream.send_all(self.between + packet(offer))
        their_offer = await reader.message()
        init = await reader.message()
        if init[:1] != b"\x1e":
            return
        private = X25519PrivateKey.generate()
        shared = private.exchange(X25519PublicKey.from_public_bytes(init[5:]))
        half, blob = private.public_key().public_bytes_raw(), self.key(self.blob)
        parts = [theirs, self.banner, their_offer, offer, blob, init[5:], half]
        secret = number(int.from_bytes(shared, "big"))
        digest = hashlib.sha256(b"".join(map(string, parts)) + secret).digest()
        signature = string(b"ssh-ed25519") + string(self.private.sign(self.hashed(digest)))
        parts = [blob, self.half(half), self.signature(signature)]
        await stream.send_all(packet(self.reply(b"\x1f" + b"".join(map(string, parts)))))
        await reader.message()


@attrs.define
class Reader:
    """Reads what a client sends."""

    stream: Stream
    _unread: bytes = b""

    async def line(self) -> bytes:
        while b"\n" not in self._unread:
            self._unread += await self._more()
        line, _newline, self._unread = self._unread.partition(b"\n")
        return line

    async def message(self) -> bytes:
        """Return the next message; nothing if the client has gone."""
        data = await self._take(4)
        data = await self._take(int.from_bytes(data, "big"))
        return data[1 : len(data) - data[0]] if data else b""

    async def _take(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._unread += await self._more()
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    async def _more(self) -> bytes:
        data = bytes(await self.stream.receive_some())
        # A client that goes away is padded with zeros until somebody notices.
        return data or bytes(4)
