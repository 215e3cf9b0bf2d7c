"""Ports: open, closed, talking, silent."""

from __future__ import annotations

import pytest

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask
from monitor.probes.tcp import unescape
from tests.probes.servers import SHORT_S, Handler, Stream, hang, look_at, probe_of, reset, serving


async def look_at_handler(handler: Handler, timeout_s: float = 5.0, /, **options: object) -> Result:
    async with serving(handler) as port:
        return await look_at(f"tcp://127.0.0.1:{port}", timeout_s, **options)


async def redis(stream: Stream) -> None:
    """Answer a PING in two pieces."""
    assert b"PING\r\n" == await stream.receive_some()
    await stream.send_all(b"+PO")
    await stream.send_all(b"NG\r\n")
    await hang(stream)


async def test_an_open_port_is_up() -> None:
    result = await look_at_handler(hang)
    assert Status.UP == result.status
    assert f"connected to {result.address}" == result.detail
    assert ["resolve", "connect"] == list(result.timings)


async def test_an_open_port_on_ipv6_is_up() -> None:
    async with serving(hang, host="::1") as port:
        result = await look_at(f"tcp://[::1]:{port}")
    assert (Status.UP, f"[::1]:{port}") == (result.status, result.address)


async def test_a_question_that_gets_the_expected_answer_is_up() -> None:
    result = await look_at_handler(redis, send=r"PING\r\n", expect="+PONG")
    assert Status.UP == result.status
    assert result.detail.endswith(", '+PONG' received")
    assert result.facts["answer"].startswith("+PONG")
    assert ["resolve", "connect", "send", "receive"] == list(result.timings)


async def test_another_answer_is_down_and_shown() -> None:
    async def full(stream: Stream) -> None:
        await stream.send_all(b"421 too \x00 many\r\nconnections\r\n")

    result = await look_at_handler(full, expect="220 ")
    assert (Status.DOWN, "receive") == (result.status, result.phase)
    assert "'220 ' did not come; the answer was '421 too \ufffd many connections'" == result.detail


async def test_only_the_first_kibibyte_is_searched() -> None:
    async def chatty(stream: Stream) -> None:
        await stream.send_all(b"x" * 1024 + b"needle")
        await hang(stream)

    result = await look_at_handler(chatty, expect="needle")
    assert Status.DOWN == result.status
    assert 1024 == len(result.facts["answer"])


async def test_a_connection_closed_unanswered_is_down() -> None:
    async def close(stream: Stream) -> None:
        await stream.send_eof()

    result = await look_at_handler(close, expect="220 ")
    assert "'220 ' did not come; the connection was closed unanswered" == result.detail


async def test_a_reset_is_down() -> None:
    result = await look_at_handler(reset, expect="220 ")
    assert (Status.DOWN, "receive") == (result.status, result.phase)
    assert "connection reset by peer" == result.detail


async def test_silence_is_down_in_the_phase_it_happened() -> None:
    result = await look_at_handler(hang, SHORT_S, expect="220 ")
    assert "no answer within 0.2 s, in phase receive" == result.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"PING\r\n", b"PING\r\n"),
        (r"\\r\t\x00\xFF", b"\\r\t\x00\xff"),
        ("grüße\r\n", "grüße\r\n".encode()),
        ("", b""),
    ],
)
def test_escapes_stand_for_bytes(text: str, expected: bytes) -> None:
    assert expected == unescape("send", text)


@pytest.mark.parametrize("text", ["\\q", "\\", "\\x1", "\\xgg", "a\\\n", "\\ü"])
def test_an_unknown_escape_is_refused(text: str) -> None:
    with pytest.raises(InvalidTask, match=r"option expect: .* is not an escape"):
        probe_of("tcp://127.0.0.1:80", {"expect": text})


@pytest.mark.parametrize(
    ("options", "field"),
    [({"send": 5}, "option send"), ({"expect": None}, "option expect"), ({"x": 1}, "option x")],
    ids=["send", "expect", "x"],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("tcp://127.0.0.1:80", options)
    assert field == caught.value.field


@pytest.mark.parametrize(
    "target", ["tcp://host", "tcp://host:80/path", "tcp://host:80?a=b", "tcp://me@host:80", "tcp:a"]
)
def test_a_target_is_a_host_and_a_port(target: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
