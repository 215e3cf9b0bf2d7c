"""A web server that takes alerts, in a thread: commands have a trio of their own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs


@attrs.define
class Receiver:
    """What was posted to it, and with which status it answers."""

    port: int = 0
    status: int = 200
    messages: list[Any] = attrs.field(factory=list)

    @property
    def url(self) -> str:
        """Its address, as a channel has it."""
        return f"webhook+http://127.0.0.1:{self.port}/alerts"

    @property
    def kinds(self) -> list[str]:
        """What was told, in order."""
        return [one["kind"] for message in self.messages for one in message["notices"]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.messages.append(json.loads(body))
            self.send_response(receiver.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
