"""The protocol of Redis, RESP2: commands, and answers of a bounded size.

https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import re
from collections.abc import Sequence
from typing import Any

from monitor.core.probing import TargetDown
from monitor.probes.wire import Wire

BYTES_LIMIT = 1024 * 1024
"""Bytes of an answer that are kept."""

PARTS_LIMIT = 10_000
"""Elements of an answer that are kept, those within others too."""

_DEPTH_LIMIT = 8
_LINE_LIMIT = 64 * 1024
_INTEGER = re.compile(rb"[-+]?[0-9]{1,20}")


class RespWire:
    """The client's side of a connection; an error that Redis answers is TargetDown."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._bytes_left = BYTES_LIMIT
        self._parts_left = PARTS_LIMIT
        self.cut = False
        """Whether an answer was longer than is kept; nothing can be asked afterwards."""

    async def ask(self, *command: str) -> Any:
        """Send one command and return its answer: a text, a number, a list or None.

        Texts and lists are cut where the limits are reached.
        """
        await self._wire.send(encode(command))
        return await self._value(0)

    async def _value(self, depth: int) -> Any:
        kind = await self._wire.take(1)
        if kind not in b"+-:$*":
            raise TargetDown("not a Redis server")
        said = await self._wire.line(_LINE_LIMIT)
        self._parts_left -= 1
        match kind:
            case b"+":
                return said.decode("utf-8", "replace")
            case b"-" if depth:
                return said.decode("utf-8", "replace")
            case b"-":
                raise TargetDown(self._wire.words(said))
            case b":":
                return _integer(said)
            case b"$":
                return await self._text(_integer(said))
            case b"*" if depth < _DEPTH_LIMIT:
                return await self._list(_integer(said), depth)
        raise TargetDown("not a Redis server")

    async def _text(self, length: int) -> str | None:
        if length < 0:
            return None
        kept = min(length, self._bytes_left)
        self._bytes_left -= kept
        self.cut = kept < length
        text = await self._wire.take(kept)
        if not self.cut and await self._wire.take(2) != b"\r\n":
            raise TargetDown("not a Redis server")
        return text.decode("utf-8", "replace")

    async def _list(self, length: int, depth: int) -> list[Any] | None:
        if length < 0:
            return None
        values: list[Any] = []
        while len(values) < length and not self.cut:
            if not self._parts_left:
                self.cut = True
                break
            values.append(await self._value(depth + 1))
        return values


def encode(command: Sequence[str]) -> bytes:
    """Write a command as Redis reads it, whatever letters it contains."""
    words = [word.encode("utf-8", "surrogateescape") for word in command]
    parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return b"*%d\r\n" % len(words) + b"".join(parts)


def _integer(text: bytes) -> int:
    if not _INTEGER.fullmatch(text):
        raise TargetDown("not a Redis server")
    return int(text)
