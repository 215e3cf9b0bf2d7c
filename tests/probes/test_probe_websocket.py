"""WebSockets: a real server of another library, and what may be asked."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from typing import Any

import pytest
import trustme
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Trace
from monitor.probes.wstalk import READ_LIMIT
from tests.probes.certificates import server_context
from tests.probes.conversations import judged
from tests.probes.servers import client_sockets, look_at, probe_of
from tests.probes.stepping import cancelled_at_step


class Real:
    """What the real server was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.closings: list[int | None] = []

    def check(self, _connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if request.path == "/members":
            return _connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?")
        return None

    def talk(self, connection: ServerConnection) -> None:
        match connection.request.path if connection.request else "":
            case "/hello":
                connection.send('{"service": "up", "load": [0.5]}')
                connection.send("second")
                connection.send(b"\x00\xffthird")
            case "/big":
                connection.send("x" * (2 * READ_LIMIT))
        for message in connection:
            connection.send(message[::-1])
        self.closings.append(connection.close_code)


@contextmanager
def a_real_server(**options: Any) -> Iterator[tuple[int, Real]]:
    """Run the server of `websockets`, which has no line of wsproto in it."""
    real = Real()
    server = serve(
        real.talk,
        "127.0.0.1",
        0,
        process_request=real.check,
        server_header=None,
        subprotocols=options.pop("subprotocols", None),
        **options,
    )
    thread = Thread(target=server.serve_forever, name="websockets")
    thread.start()
    try:
        yield server.socket.getsockname()[1], real
    finally:
        server.shutdown()
        thread.join()


async def look_at_real(path: str = "/", expect: tuple[str, ...] = (), **options: Any) -> Result:
    with a_real_server() as (port, _real):
        return await judged(f"ws://127.0.0.1:{port}{path}", *expect, **options)


async def test_a_server_that_opens_and_closes_is_up() -> None:
    with a_real_server() as (port, real):
        result = await look_at(f"ws://127.0.0.1:{port}/chat?room=1")
    assert (Status.UP, "the handshake went through") == (result.status, result.detail)
    assert (101, 1000) == (result.facts["status"], result.facts["close_code"])
    assert ["resolve", "connect", "handshake", "close"] == list(result.timings)
    assert ["/chat?room=1"] == [request.path for request in real.requests]
    assert f"127.0.0.1:{port}" == real.requests[0].headers["Host"]
    assert [1000] == real.closings


async def test_a_message_is_sent_and_its_answer_is_a_fact() -> None:
    result = await look_at_real(send='{"a": "ä"}', expect=('message.json.$ == "?"',))
    assert '}"ä" :"a"{' == result.facts["message"]
    assert Status.DOWN == result.status
    result = await look_at_real(send='"ok"', expect=('message.json.$ == "ko"',))
    assert (Status.UP, 'the handshake went through, received: "ko"') == (
        result.status,
        result.detail,
    )
    assert ["send", "receive", "close"] == list(result.timings)[3:]


async def test_as_many_messages_are_waited_for_as_wanted() -> None:
    result = await look_at_real("/hello", receive=1, expect=("message.json.$.load[0] < 1",))
    assert Status.UP == result.status
    assert ['{"service": "up", "load": [0.5]}'] == result.facts["messages"]
    result = await look_at_real("/hello", receive=3)
    assert "second" == result.facts["messages"][1]
    assert "\0\ufffdthird" == result.facts["message"]


async def test_a_ping_is_answered_in_a_phase_and_fact_of_its_own() -> None:
    result = await look_at_real(ping=True, expect=("pong < 5s", "phase.pong < 5s"))
    assert Status.UP == result.status
    assert re.fullmatch(r"the handshake went through, pong after [0-9.]+ ms", result.detail)


async def test_headers_origin_and_credentials_are_sent() -> None:
    with a_real_server(origins=["https://shop.example"]) as (port, real):
        target = f"ws://me:se%3Acret@127.0.0.1:{port}"
        good = await look_at(
            target, origin="https://shop.example", headers={"X-Tenant": "7", "Host": "a.example"}
        )
        bad = await look_at(target, origin="https://evil.example")
    assert (Status.UP, Status.DOWN) == (good.status, bad.status)
    assert "status == 101: found 403" in bad.detail
    sent = real.requests[0].headers
    assert ("7", "a.example") == (sent["X-Tenant"], sent["Host"])
    assert "me:se:cret" == base64.b64decode(sent["Authorization"].split()[1]).decode()
    assert sent["User-Agent"].startswith("sleepless-monitor/")


async def test_the_chosen_subprotocol_is_a_fact() -> None:
    with a_real_server(subprotocols=["mqtt", "wamp"]) as (port, _real):
        chosen = await look_at(f"ws://127.0.0.1:{port}", subprotocol="graphql-ws, wamp")
        refused = await look_at(f"ws://127.0.0.1:{port}", subprotocol="soap")
    assert (Status.UP, "wamp") == (chosen.status, chosen.facts["subprotocol"])
    assert (Status.DOWN, 400) == (refused.status, refused.facts["status"])
    none = await look_at_real()
    assert "" == none.facts["subprotocol"]


async def test_a_refused_handshake_is_down_unless_it_is_expected() -> None:
    result = await look_at_real("/members")
    assert Status.DOWN == result.status
    assert (
        "status == 101: found 401 (the handshake was refused with status 401 Unauthorized)"
        == result.detail
    )
    result = await look_at_real(
        "/members", expect=("status == 401", 'header["Content-Type"] contains "text"')
    )
    assert Status.UP == result.status


async def test_a_long_message_is_cut() -> None:
    result = await look_at_real("/big", receive=2)
    assert Status.UP == result.status
    assert 0.99 * READ_LIMIT < len(result.facts["message"]) < 1.01 * READ_LIMIT
    assert "received (the first 1024 KiB): xxx" in result.detail


async def test_wss_verifies_the_certificate(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with a_real_server(ssl=context) as (port, _real):
        good = await look_at(f"wss://localhost:{port}", send="hi")
        bad = await look_at(f"wss://127.0.0.1:{port}")
        trusting = await look_at(f"wss://127.0.0.1:{port}", verify=False)
    assert (Status.UP, "ih") == (good.status, good.facts["message"])
    assert ["localhost"] == good.facts["certificate"]["names"]
    assert (Status.DOWN, "tls") == (bad.status, bad.phase)
    assert Status.UP == trusting.status
    assert isinstance(context, ssl.SSLContext)


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    with a_real_server() as (port, _real):
        probe = probe_of(f"ws://127.0.0.1:{port}", {"send": "x", "ping": True})

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("ws:host", {}, "target"),
        ("ws://" + "a" * 61 + ":8080", {}, "target"),
        ("ws://host", {"receive": -1}, "option receive"),
        ("ws://host", {"receive": 101}, "option receive"),
        ("ws://host", {"subprotocol": "a,,b"}, "option subprotocol"),
        ("ws://host", {"subprotocol": "a b"}, "option subprotocol"),
        ("ws://host", {"origin": "a\r\nb"}, "option headers.Origin"),
        ("ws://host", {"headers": {"X": "a\nb"}}, "option headers.X"),
        ("ws://host", {"headers": {"Upgrade": "a"}}, "option headers.Upgrade"),
        ("ws://host", {"headers": {"sec-websocket-key": "a"}}, "option headers.sec-websocket-key"),
        ("ws://me@host", {"headers": {"authorization": "x"}}, "option headers.Authorization"),
        ("ws://host", {"headers": {"Host": "ä" * 70}}, "target"),
        ("ws://host", {"send": "\ud800"}, "option send"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
