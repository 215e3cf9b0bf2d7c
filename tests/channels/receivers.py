"""Receivers of messages for tests: a web server that answers what a test tells it, and keeps all.

It is a stand-in: what it answers is written after the services' documentation, not recorded.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.channels import prepare_channel
from monitor.channels.wording import compose
from monitor.core.alerts.notices import GOOD_NEWS, ChannelSpec, Message, Notice, NoticeKind, Send
from monitor.core.model import Status
from tests.probes.servers import Handler, http_answer, over_tls, serving

AT = datetime(2026, 11, 24, 3, 0, 5, tzinfo=UTC)


def notice(kind: NoticeKind = NoticeKind.DOWN, task: int = 7, **changes: Any) -> Notice:
    """Return a notice about a task, as the engine writes them."""
    good = kind in GOOD_NEWS
    known: dict[str, Any] = {
        "key": f"{task}/3/{kind}",
        "channel": "ops",
        "kind": kind,
        "at": AT + timedelta(seconds=90 if good else 30),
        "since_at": AT,
        "ended_at": AT + timedelta(seconds=80) if good else None,
        "task_id": task,
        "incident": 3,
        "subject": f"shop-{task}",
        "target": "https://shop.example/health",
        "status": Status.UP if good else Status.DOWN,
        "detail": "status 500 Internal Server Error",
        "tags": ("prod",),
    }
    return Notice(**{**known, **changes})


def message(*kinds: NoticeKind, lang: str = "en") -> Message:
    """Return a message that tells this of one task; of its end if nothing is said."""
    return compose([notice(kind) for kind in kinds or (NoticeKind.DOWN,)], lang)


def sender(url: str, /, **options: Any) -> Send:
    """Make a channel ready."""
    return prepare_channel(ChannelSpec(name="ops", url=url, options=options))


@attrs.frozen
class Received:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@attrs.define
class WebReceiver:
    """What a web server got; its answers are given in turn, the last one again and again."""

    answers: Sequence[bytes | Handler]
    port: int = 0
    requests: list[Received] = attrs.field(factory=list)

    async def handle(self, stream: trio.SocketStream) -> None:
        """Take one request and answer it."""
        got = bytearray()
        while b"\r\n\r\n" not in got:
            piece = await stream.receive_some()
            if not piece:
                return
            got += piece
        head, _end, body = bytes(got).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _colon, v in (one.partition(":") for one in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            piece = await stream.receive_some()
            if not piece:
                return
            body += piece
        method, path, _version = first.split(" ")
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(Received(method, path, headers, body))
        if isinstance(answer, bytes):
            await stream.send_all(answer)
        else:
            await answer(stream)


@asynccontextmanager
async def receiving(
    *answers: bytes | Handler, context: ssl.SSLContext | None = None
) -> AsyncIterator[WebReceiver]:
    """Run a web server, over TLS if there is a context; without answers it takes everything."""
    receiver = WebReceiver(answers or [http_answer("ok")])
    handler = receiver.handle if context is None else over_tls(context, receiver.handle)
    async with serving(handler) as port:
        receiver.port = port
        yield receiver


def refusing(status: str, body: str = "", **headers: str) -> bytes:
    """Write an answer that is no success; underscores in names of headers are hyphens."""
    return http_answer(body, status, {k.replace("_", "-"): v for k, v in headers.items()})
