"""A small web server on this machine to look at: healthy, slow, failing, flapping; it counts."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import trio

KINDS = ("healthy", "slow", "failing", "flapping")
_HEAD_LIMIT = 16_384


@attrs.define(eq=False)
class Targets:
    """What the server has seen, from its own side of the wire."""

    port: int
    slow_s: float = 0.2
    asked: Counter[str] = attrs.field(factory=Counter)
    """Name of the target -> requests."""
    in_progress: int = 0
    _arrival: trio.Event = attrs.field(factory=trio.Event)

    def url(self, kind: str, name: str) -> str:
        """Return the address of a target of that kind."""
        return f"http://127.0.0.1:{self.port}/{kind}/{name}"

    async def wait_asked(self) -> None:
        """Return while a request is in progress, waiting for the next one if there is none."""
        await trio.lowlevel.checkpoint()
        while not self.in_progress:
            self._arrival = trio.Event()
            await self._arrival.wait()

    async def serve(self, stream: trio.SocketStream) -> None:
        """Answer one request."""
        self.in_progress += 1
        self._arrival.set()
        try:
            async with stream:
                await self._answer(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # who asked has gone
        finally:
            self.in_progress -= 1

    async def _answer(self, stream: trio.SocketStream) -> None:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _HEAD_LIMIT:
            chunk = await stream.receive_some()
            if not chunk:
                return
            head += chunk
        _, kind, name = head.split(b" ", 2)[1].decode("ascii", "replace").split("/", 2)
        self.asked[name] += 1
        if kind == "slow":
            await trio.sleep(self.slow_s)
        bad = kind == "failing" or (kind == "flapping" and self.asked[name] % 2 == 0)
        status, body = ("503 Service Unavailable", b"bad") if bad else ("200 OK", b"well")
        lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        await stream.send_all(lines.encode() + body)


@asynccontextmanager
async def open_targets(slow_s: float = 0.2) -> AsyncIterator[Targets]:
    """Serve for the time of the block, on a free port that only this machine can reach."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port: int = listeners[0].socket.getsockname()[1]
    targets = Targets(port, slow_s)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, targets.serve, listeners, name="targets")
        yield targets
        nursery.cancel_scope.cancel()
