"""All bad servers in one process: `python -m tests.horrors.serve`.

It says the port of each as one line of JSON, and ends with its standard input.
"""

import json
import sys
from contextlib import suppress
from functools import partial

import trio

from tests.horrors.horror import Horror
from tests.horrors.table import HORRORS

_DATAGRAMS_KEPT = 65_535


async def _handle(horror: Horror, stream: trio.SocketStream) -> None:
    assert horror.act is not None
    async with stream:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            await horror.act(stream)


async def _reply(horror: Horror, sock: trio.socket.SocketType) -> None:
    assert horror.reply is not None
    while True:
        with suppress(OSError):
            question, address = await sock.recvfrom(_DATAGRAMS_KEPT)
            for answer in horror.reply(question):
                await sock.sendto(answer, address)


async def _end_with_input() -> None:
    await trio.to_thread.run_sync(sys.stdin.buffer.read, abandon_on_cancel=True)


async def _main() -> None:
    ports = {}
    async with trio.open_nursery() as nursery:
        for horror in HORRORS:
            if horror.reply is not None:
                sock = trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM)
                await sock.bind(("127.0.0.1", 0))
                ports[horror.name] = sock.getsockname()[1]
                nursery.start_soon(_reply, horror, sock)
                continue
            (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
            ports[horror.name] = listener.socket.getsockname()[1]
            nursery.start_soon(trio.serve_listeners, partial(_handle, horror), [listener])
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        await _end_with_input()
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(_main)
