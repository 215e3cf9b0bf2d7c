"""Local servers that do exactly what a test tells them, and what looks leave open."""

from __future__ import annotations

import os
import resource
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import trio

from monitor.core.model import Result, TaskSpec
from monitor.core.probing import Probe
from monitor.engine.look import look
from monitor.probes import prepare

Stream = trio.SocketStream
Handler = Callable[[Stream], Awaitable[None]]

TIMEOUT_S = 5.0
"""For looks that end by themselves; those that must run into their deadline get SHORT_S."""
SHORT_S = 0.2


async def look_at(target: str, timeout_s: float = TIMEOUT_S, /, **options: Any) -> Result:
    """Look once at a target with these options."""
    prepared = prepare(TaskSpec(name="a test", target=target, options=options))
    return prepared.rule(await look(prepared.probe, timeout_s))


def probe_of(target: str, options: Mapping[str, Any]) -> Probe:
    """Return the bare probe, without the rule for its results."""
    return prepare(TaskSpec(name="a test", target=target, options=options)).probe


@asynccontextmanager
async def serving(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Handle each connection to the yielded port; a peer that goes away is no error."""
    listeners = await trio.open_tcp_listeners(0, host=host)
    async with _listening(handler, listeners):
        port: int = listeners[0].socket.getsockname()[1]
        yield port


@asynccontextmanager
async def serving_at(handler: Handler, path: Path) -> AsyncIterator[str]:
    """Do the same at a socket in the file system, and yield its path."""
    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(str(path))
    listener.listen()
    async with _listening(handler, [trio.SocketListener(listener)]):
        yield str(path)


@asynccontextmanager
async def _listening(handler: Handler, listeners: list[trio.SocketListener]) -> AsyncIterator[None]:
    async def handle(stream: Stream) -> None:
        async with stream:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await handler(stream)

    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, handle, listeners)
        yield
        nursery.cancel_scope.cancel()


async def read_request(stream: trio.abc.ReceiveStream) -> bytes:
    """Read a request up to the end of its headers, and what came with them."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = await stream.receive_some()
        if not piece:
            break
        received += piece
    return received


def http_answer(
    body: bytes | str = b"", status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """Write an answer with a correct length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


def answering(*pieces: bytes | Handler) -> Handler:
    """Make a handler that reads a request, and then sends pieces or does things in turn."""

    async def handler(stream: Stream) -> None:
        await read_request(stream)
        for piece in pieces:
            if isinstance(piece, bytes):
                await stream.send_all(piece)
            else:
                await piece(stream)

    return handler


async def hang(stream: trio.abc.Stream) -> None:
    """Say nothing until the client goes away."""
    while await stream.receive_some():
        pass


async def reset(stream: Stream) -> None:
    """Break the connection, not politely."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


def over_tls(context: ssl.SSLContext, handler: Callable[[Any], Awaitable[None]]) -> Handler:
    """Make a handler that speaks TLS."""

    async def handle(stream: Stream) -> None:
        secured = trio.SSLStream(stream, context, server_side=True, https_compatible=True)
        await secured.do_handshake()
        await handler(secured)
        with suppress(trio.BrokenResourceError):
            await secured.aclose()

    return handle


@contextmanager
def deaf_port(host: str = "127.0.0.1") -> Iterator[int]:
    """Yield a port whose queue is full: the kernel drops what knocks, and connecting hangs."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        listener.listen(0)
        waiting = []
        try:
            for _ in range(3):
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for sock in waiting:
                sock.close()


def closed_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        port: int = sock.getsockname()[1]
        return port


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def client_sockets(port: int) -> int:
    """Return how many sockets of this process are connected, or connecting, to a port."""
    connections = psutil.Process().net_connections("tcp")
    return sum(bool(found.raddr) and found.raddr.port == port for found in connections)


@contextmanager
def no_more_files(but: int = 0) -> Iterator[None]:
    """Let this process open no further file or socket but so many, by its real limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [os.dup(0) for _ in range(but + 1)]
    for descriptor in free:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1], hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
