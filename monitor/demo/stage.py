"""The targets of the demonstration, on loopback, for the time of a block."""

import json
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import attrs
import trio

from monitor.demo.answering import Answer, Asked, answer_on
from monitor.demo.certificate import make_certificate
from monitor.demo.inbox import PATH, Inbox
from monitor.demo.story import SLOW_S, Places, api_answers, workers


@attrs.define(eq=False)
class World:
    """The web server of the demonstration."""

    inbox: Inbox
    begun_s: float = attrs.field(factory=trio.current_time)

    async def answer(self, asked: Asked) -> tuple[HTTPStatus, str]:
        """Answer one request, as the story has it."""
        at_s = trio.current_time() - self.begun_s
        match asked.path:
            case "/shop":
                return HTTPStatus.OK, '{"shop": "ok"}'
            case "/search":
                await trio.sleep(SLOW_S)
                return HTTPStatus.OK, '{"found": 42}'
            case "/api" if api_answers(at_s):
                return HTTPStatus.OK, "{}"
            case "/api":
                return HTTPStatus.SERVICE_UNAVAILABLE, '{"error": "overloaded"}'
            case "/queue":
                return HTTPStatus.OK, json.dumps({"jobs": 36, "workers": workers(at_s)})
            case path if path == PATH:
                return await self.inbox.take(asked)
        return HTTPStatus.NOT_FOUND, "{}"


async def _nothing(_asked: Asked) -> tuple[HTTPStatus, str]:
    await trio.lowlevel.checkpoint()
    return HTTPStatus.OK, "{}"


@asynccontextmanager
async def open_stage(folder: Path, inbox: Inbox) -> AsyncIterator[Places]:
    """Have all targets there for the time of a block; their files lie in a folder."""
    certificate = await trio.to_thread.run_sync(make_certificate, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    world = World(inbox)
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))  # and nobody listens; nobody else will either
        async with trio.open_nursery() as nursery:
            places = Places(
                web=await _open(nursery, world.answer),
                dead=dead.getsockname()[1],
                tls=await _open(nursery, _nothing, context),
                authority=certificate.authority,
                token=secrets.token_urlsafe(24),
            )
            yield places
            nursery.cancel_scope.cancel()


async def _open(
    nursery: trio.Nursery, answer: Answer, context: ssl.SSLContext | None = None
) -> int:
    """Begin to answer on a port that the system chooses; return it."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port: int = listeners[0].socket.getsockname()[1]
    nursery.start_soon(answer_on, listeners, answer, context)
    return port
