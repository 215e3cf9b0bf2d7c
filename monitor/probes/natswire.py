"""The protocol of NATS, as far as one client needs it that asks or sends itself something.

https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import attrs
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.assertions.jsontext import NotJson, read_json
from monitor.core.probing import TargetDown
from monitor.probes.wire import Wire

BYTES_LIMIT = 1024 * 1024
"""Bytes of a message that are read; the default of servers for what they take is the same."""

_LINE_LIMIT = 64 * 1024
_MESSAGE = re.compile(rb"MSG +\S+ +1 +(?:\S+ +)?([0-9]{1,10})")
_MESSAGE_WITH_HEADERS = re.compile(rb"HMSG +\S+ +1 +(?:\S+ +)?([0-9]{1,10}) +([0-9]{1,10})")
_NO_RESPONDERS = re.compile(rb"NATS/1\.0\s+503\b")


@attrs.frozen
class Server:
    """What the server says of itself at first."""

    version: str
    offers_tls: bool
    needs_tls: bool
    nonce: str


class NatsWire:
    """The client's side of a connection; an error of the server is TargetDown, in its words."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def greet(self) -> Server:
        """Read what the server says first."""
        word = await self._wire.take(5)
        if word not in (b"INFO ", b"-ERR "):
            raise TargetDown("not a NATS server")
        line = await self._wire.line(_LINE_LIMIT)
        if word == b"-ERR ":
            raise TargetDown(self._wire.words(line.strip(b"'")))
        info = read_object(line)
        version, nonce = info.get("version"), info.get("nonce")
        needs = info.get("tls_required") is True
        return Server(
            version=version if isinstance(version, str) else "",
            offers_tls=needs or info.get("tls_available") is True,
            needs_tls=needs,
            nonce=nonce if isinstance(nonce, str) else "",
        )

    async def login(self, proof: Mapping[str, str]) -> None:
        """Say who we are, and wait until the server has answered to that."""
        said = {
            "verbose": False,
            "pedantic": False,
            "name": "monitor",
            "lang": "python",
            "version": "1",
            "protocol": 1,
            "headers": True,
            "no_responders": True,
            **proof,
        }
        await self._wire.send(b"CONNECT " + msgspec.json.encode(said) + b"\r\nPING\r\n")
        await self._next(b"PONG")

    async def subscribe(self, subject: str) -> None:
        """Hear one subject from now on."""
        await self._wire.send(f"SUB {subject} 1\r\n".encode())

    async def publish(self, subject: str, payload: bytes, reply: str = "") -> None:
        """Publish a message; answers to it go to `reply`."""
        words = " ".join(filter(None, (subject, reply)))
        await self._wire.send(f"PUB {words} {len(payload)}\r\n".encode() + payload + b"\r\n")

    async def message(self) -> bytes | None:
        """Return the next message; None if the server says that nobody answers a question."""
        line = await self._next(b"MSG ", b"HMSG ")
        if found := _MESSAGE.fullmatch(line):
            return await self._payload(0, int(found[1]))
        if found := _MESSAGE_WITH_HEADERS.fullmatch(line):
            return await self._payload(int(found[1]), int(found[2]))
        raise TargetDown("not a valid answer of a NATS server")

    async def _payload(self, headers: int, total: int) -> bytes | None:
        if not headers <= total <= BYTES_LIMIT:
            raise TargetDown("the server sent a message of more than 1 MiB")
        data = await self._wire.take(total + 2)
        if _NO_RESPONDERS.match(data[:headers]):
            return None
        return data[headers:-2]

    async def _next(self, *wanted: bytes) -> bytes:
        """Return the next line that begins so; the server may say other things in between."""
        while True:
            line = await self._wire.line(_LINE_LIMIT)
            if line.startswith(wanted):
                return line
            if line == b"PING":
                await self._wire.send(b"PONG\r\n")
            elif line.startswith(b"-ERR"):
                raise TargetDown(self._wire.words(line[4:].strip().strip(b"'")))
            elif not line.startswith((b"+OK", b"INFO ", b"PONG")):
                raise TargetDown("not a valid answer of a NATS server")


def read_object(text: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises TargetDown if it is none."""
    try:
        found = read_json(text.decode("utf-8", "replace"))
    except NotJson as error:
        raise TargetDown(f"the server's answer {error}") from None
    if not isinstance(found, dict):
        raise TargetDown("the server's answer is not a JSON object")
    return found


_CREDENTIALS = re.compile(
    r"-+BEGIN NATS USER JWT-+\s+(\S+)\s+-+END NATS USER JWT-+"
    r".*?-+BEGIN USER NKEY SEED-+\s+([A-Z2-7]+)\s+-+END USER NKEY SEED-+",
    re.DOTALL,
)
_SEED = 18 << 3
"""What the first five bits of a seed say; the next say whose seed it is."""


def read_credentials(text: str) -> tuple[str, Ed25519PrivateKey]:
    """Read a `.creds` file: a user's JWT, and the key that it is for.

    Raises:
        ValueError: it is none.
    """
    found = _CREDENTIALS.search(text)
    if not found:
        raise ValueError("it has no NATS user JWT and nkey seed")
    try:
        # Two bytes say what key it is; two more at the end are a checksum.
        raw = base64.b32decode(found[2] + "=" * (-len(found[2]) % 8))
    except binascii.Error:
        raise ValueError("its nkey seed cannot be read") from None
    whole = len(raw) == 36 and raw[0] & 0xF8 == _SEED
    if not whole or binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise ValueError("its nkey seed is damaged")
    return found[1], Ed25519PrivateKey.from_private_bytes(raw[2:-2])


def signed(nonce: str, key: Ed25519PrivateKey) -> str:
    """Return the signature of a server's nonce, as CONNECT wants it."""
    return base64.urlsafe_b64encode(key.sign(nonce.encode())).decode().rstrip("=")
