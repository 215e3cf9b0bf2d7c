"""Web servers that keep what they were asked, and answer in turn or repeat it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.probes.servers import Stream, http_answer, read_request, serving


def header(request: bytes, name: str) -> str:
    lines = request.decode().split("\r\n")
    found = [line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name}: ")]
    return found[0] if found else ""


@asynccontextmanager
async def a_target(*answers: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Serve these answers in turn, the last one for ever."""
    asked: list[bytes] = []

    async def handler(stream: Stream) -> None:
        asked.append(await read_request(stream))
        await stream.send_all(answers[min(len(asked), len(answers)) - 1])

    async with serving(handler) as port:
        yield port, asked


async def echo(stream: Stream) -> None:
    """Repeat the whole request, as some servers do when they are asked to."""
    request = await read_request(stream)
    await stream.send_all(
        http_answer(request, headers={"X-Echo": header(request, "authorization")})
    )
