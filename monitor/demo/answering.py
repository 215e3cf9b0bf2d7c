"""As much of HTTP as the targets of the demonstration need: one request, one answer."""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus

import attrs
import trio

PATIENCE_S = 5.0
_LIMIT = 1024 * 1024


@attrs.frozen
class Asked:
    """A request."""

    path: str
    body: bytes


Answer = Callable[[Asked], Awaitable[tuple[HTTPStatus, str]]]


async def answer_on(
    listeners: list[trio.SocketListener], answer: Answer, context: ssl.SSLContext | None = None
) -> None:
    """Answer for ever; what callers do wrong ends nothing but their own connection."""
    await trio.serve_listeners(partial(_answer_safely, answer, context), listeners)


async def _answer_safely(
    answer: Answer, context: ssl.SSLContext | None, stream: trio.SocketStream
) -> None:
    with (
        trio.move_on_after(PATIENCE_S),
        suppress(OSError, ValueError, trio.BrokenResourceError, trio.ClosedResourceError),
    ):
        if context is None:
            await _answer(answer, stream)
        else:
            await _answer(answer, trio.SSLStream(stream, context, server_side=True))


async def _answer(answer: Answer, stream: trio.abc.Stream) -> None:
    async with stream:
        asked = await _read(stream)
        if asked is None:
            return
        status, text = await answer(asked)
        body = text.encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        await stream.send_all(head.encode() + body)


async def _read(stream: trio.abc.Stream) -> Asked | None:
    """Read a request; None if none came.

    Raises:
        ValueError: it is none.
    """
    read = b""
    while b"\r\n\r\n" not in read:
        more = await stream.receive_some()
        if not more or len(read) > _LIMIT:
            return None
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value for name, _, value in (one.partition(":") for one in lines)
    }
    length = min(int(headers.get("content-length", "0")), _LIMIT)
    while len(body) < length:
        more = await stream.receive_some()
        if not more:
            return None
        body += more
    _method, path, _version = start.split(" ")
    return Asked(path, body)
