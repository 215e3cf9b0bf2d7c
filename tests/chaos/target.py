"""The web server that is looked at, and that takes alerts: `python -m tests.chaos.target LOG`.

`GET /look/N` is answered 200, or 503 while target N is unwell; every other target is unwell for
`BAD_S` of every `TURN_S`, each at another time. `POST /alerts` takes a message. What was asked is
one line of JSON in the log before it is answered; the port is the first line on stdout. It ends
when its standard input does.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

TURN_S = 60.0
BAD_S = 12.0
"""Turns so long that nobody is taken for flapping, even if most looks die with their process."""
SLOW_S = 0.15
"""What every fifth target takes to answer, so that there are always looks in flight."""


def is_well(number: int, at: float) -> bool:
    """Say whether a target is well at a moment."""
    return number % 2 != 0 or (at + number * 1.7) % TURN_S >= BAD_S


class Server:
    """Answer, and write down what was asked."""

    def __init__(self, log: int) -> None:
        self._log = log

    def _note(self, **line: Any) -> None:
        os.write(self._log, json.dumps(line).encode() + b"\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            writer.close()  # whoever asked has died

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        at = time.time()
        method, path, _ = head.split(" ", 2)
        if method == "POST":
            length = int(head.lower().partition("content-length:")[2].split("\r\n", 1)[0])
            self._take(at, json.loads(await reader.readexactly(length)))
            good = True
        else:
            good = await self._be_looked_at(at, int(path.rpartition("/")[2]))
        status = "200 OK" if good else "503 Out of order"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def _be_looked_at(self, at: float, number: int) -> bool:
        good = is_well(number, at)
        self._note(at=at, target=number, good=good)
        if number % 5 == 0:
            await asyncio.sleep(SLOW_S)
        return good

    def _take(self, at: float, message: Any) -> None:
        wanted = ("key", "kind", "task_id", "incident", "subject")
        notices = [{name: one[name] for name in wanted} for one in message["notices"]]
        self._note(at=at, message=message["key"], late=message["late"], notices=notices)


async def main(path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    server = await asyncio.start_server(Server(log).serve, "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
