"""The outpost: `/livez` and `/readyz` at an address of their own, answered whatever our loop does.

A thread answers there (see `engine.lookout`), with the last word of the loop, or that it stands
still. The listener itself cannot: while the loop stands still, pings and other requests wait in the
queues of the system and are taken when it moves again; somebody who accepted them in its place
could only send them away.
"""

import json
import select
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus

import attrs

from monitor.app import App
from monitor.engine.lookout import Lookout
from monitor.engine.wellness import Word
from monitor.web.problem import HEADERS

_CALLER_S = 1.0
"""How long one caller may take; they are answered one by one."""
_PAUSE_S = 0.05
"""How long to leave alone what cannot be accepted, for want of files perhaps."""
_REQUEST_LIMIT = 8192


async def keep_lookout(monitor: App, sockets: Sequence[socket.socket]) -> None:
    """Have somebody look on while a monitor runs, who answers at these sockets."""
    await Lookout(monitor.word, Outpost(sockets).answer if sockets else None).run()


@attrs.define(eq=False)
class Outpost:
    """Answers at some sockets, in the thread that calls."""

    sockets: Sequence[socket.socket]

    def answer(self, word: Word, for_s: float) -> None:
        """Answer all that come within that time; whoever is being answered is answered whole."""
        until_s = time.monotonic() + for_s
        poll = select.poll()
        known = {one.fileno(): one for one in self.sockets}
        for number in known:
            poll.register(number, select.POLLIN)
        while (left_s := until_s - time.monotonic()) > 0:
            for number, _ in poll.poll(1000 * left_s):
                try:
                    caller, _ = known[number].accept()
                except OSError:
                    time.sleep(_PAUSE_S)
                    continue
                with caller, suppress(OSError):  # it went away
                    _serve(caller, word)


def _serve(caller: socket.socket, word: Word) -> None:
    caller.settimeout(_CALLER_S)
    request = _read(caller)
    caller.sendall(reply(request, word))
    caller.shutdown(socket.SHUT_WR)
    caller.settimeout(0.1)
    caller.recv(65536)  # else a body that nobody has read would take our answer with it


def _read(caller: socket.socket) -> bytes:
    """Read the head of a request, as far as it comes in time."""
    until_s, read = time.monotonic() + _CALLER_S, b""
    while b"\r\n\r\n" not in read and len(read) < _REQUEST_LIMIT and time.monotonic() < until_s:
        try:
            more = caller.recv(_REQUEST_LIMIT)
        except TimeoutError:
            break
        if not more:
            break
        read += more
    return read


def reply(request: bytes, word: Word) -> bytes:
    """Return the answer to a request, of which the first line counts."""
    method, _, rest = request.partition(b"\r\n")[0].partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if path == b"/livez":
        return _answer(method, "alive", word.ailing)
    if path == b"/readyz":
        return _answer(method, "ready", word.unready)
    return _written(method, HTTPStatus.NOT_FOUND, {"why": ["here are only /livez and /readyz"]})


def _answer(method: bytes, what: str, why: Sequence[str]) -> bytes:
    status = HTTPStatus.SERVICE_UNAVAILABLE if why else HTTPStatus.OK
    return _written(method, status, {what: not why, "why": why})


def _written(method: bytes, status: HTTPStatus, document: dict[str, object]) -> bytes:
    body = json.dumps(document).encode()
    headers = {
        **HEADERS,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
    return head if method == b"HEAD" else head + body
