"""A wire to the server that goes dead, or is cut after a COMMIT and before its answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import attrs
import trio

_CHUNK = 65536


@attrs.define(eq=False)
class _Wire:
    """One connection."""

    deaths: int
    """How often wires had gone dead before this one was made."""
    committing: bool = False
    concerned: bool = False
    """Whether what the proxy waits for was said in this transaction."""


@attrs.define(eq=False)
class Proxy:
    """Stands between the monitor and its server."""

    target_port: int
    url: str = ""
    """The database's URL by way of this proxy."""
    cuts_left: int = 0
    """So many answers to a COMMIT will be swallowed, with the connection."""
    only: bytes = b""
    """Cut only transactions in which this was said."""
    swallows_commit: bool = False
    """Whether the COMMIT does not get through either."""
    cuts: int = 0
    deaths: int = 0
    """How often all wires that were there went dead: nothing gets through, and nobody is told."""

    async def serve(self, client: trio.SocketStream) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", self.target_port)
        async with client, server, trio.open_nursery() as nursery:
            wire = _Wire(self.deaths)
            nursery.start_soon(self._ask, client, server, wire, nursery.cancel_scope)
            await self._answer(server, client, wire)
            nursery.cancel_scope.cancel()

    async def _ask(
        self,
        client: trio.SocketStream,
        server: trio.SocketStream,
        wire: "_Wire",
        both: trio.CancelScope,
    ) -> None:
        """Pass on what the client says; notice when it says COMMIT."""
        try:
            while data := await client.receive_some(_CHUNK):
                if wire.deaths != self.deaths:
                    continue
                wire.concerned = wire.concerned or self.only in data
                if b"COMMIT" in data:
                    if wire.concerned and self.cuts_left > 0:
                        self.cuts_left -= 1
                        wire.committing = True
                    wire.concerned = False
                if wire.committing and self.swallows_commit:
                    self.cuts += 1
                    break
                await server.send_all(data)
        except trio.BrokenResourceError:
            pass
        both.cancel()

    async def _answer(
        self, server: trio.SocketStream, client: trio.SocketStream, wire: "_Wire"
    ) -> None:
        """Pass on what the server says, but for the answer to the COMMIT that is to be lost."""
        try:
            while data := await server.receive_some(_CHUNK):
                if wire.deaths != self.deaths:
                    continue
                if wire.committing:
                    assert b"COMMIT" in data
                    self.cuts += 1
                    return
                await client.send_all(data)
        except trio.BrokenResourceError:
            pass


@asynccontextmanager
async def open_proxy(server_url: str) -> AsyncIterator[Proxy]:
    """Stand before the server of a URL for as long as the block runs."""
    where = urlsplit(server_url)
    assert where.port is not None
    proxy = Proxy(where.port)
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, host="127.0.0.1")
        listeners = await nursery.start(serve, proxy.serve, 0)
        port = listeners[0].socket.getsockname()[1]
        proxy.url = where._replace(netloc=f"{where.username}@127.0.0.1:{port}").geturl()
        yield proxy
        nursery.cancel_scope.cancel()
