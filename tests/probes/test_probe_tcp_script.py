"""Conversations by hand: steps that hear and say, catch and repeat, and go on with TLS."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import trio
import trio.testing
import trustme

from monitor.core.model import Status
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes import tcp
from tests.probes.certificates import server_context
from tests.probes.conversations import judged, repeating
from tests.probes.mailservers import smtp_server
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    over_tls,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step

Steps = list[dict[str, Any]]

SMTP: Steps = [
    {"matches": "^220 (?P<host>[^ ]+) ", "send": r"EHLO monitor.example\r\n"},
    {"matches": "^250-"},
    {"matches": "^250[- ]STARTTLS$"},
    {"matches": "^250 ", "send": r"STARTTLS\r\n"},
    {"matches": "^220 ", "starttls": True},
    {"send": r"EHLO {{host}}\r\n"},
    {"matches": "^250 ", "send": r"QUIT\r\n"},
    {"expect": "221 2.0.0"},
]


def chat(*turns: tuple[bytes, bytes]) -> Handler:
    """Make a handler that says the first of each pair, and then must hear the second."""

    async def handler(stream: Stream) -> None:
        for said, heard in turns:
            await stream.send_all(said)
            if heard:
                assert heard == await stream.receive_some()
        await hang(stream)

    return handler


async def test_a_conversation_with_a_real_mail_server_goes_on_with_tls(ca: trustme.CA) -> None:
    with smtp_server(server_context(ca.issue_cert("localhost"))) as (port, handler):
        result = await look_at(f"tcp://localhost:{port}", script=SMTP)
    assert Status.UP == result.status, result.detail
    assert f"connected to {result.address} over TLSv1.3, 8 steps went through" == result.detail
    assert {"host": "mail.example.com"} == result.facts["caught"]
    assert ["EHLO monitor.example", "EHLO mail.example.com", "QUIT"] == handler.said
    assert ["resolve", "connect", "receive", "send", "tls"] == list(result.timings)
    assert ["localhost"] == result.facts["certificate"]["names"]


async def test_what_was_caught_is_said_again_and_can_be_judged() -> None:
    server = chat((b"hello 4711 \xff\r\nready> ", b"take 4711\xff\n"), (b"taken 4711\n", b""))
    script = [
        {"matches": r"^hello (?P<id>\d+) "},
        {"expect": "ready> ", "send": r"take {{ id }}\xff\n"},
        {"expect": r"taken {{id}}\n"},
    ]
    async with serving(server) as port:
        result = await judged(f"tcp://127.0.0.1:{port}", "caught.id == '4711'", script=script)
        other = await judged(f"tcp://127.0.0.1:{port}", "caught.id == '1'", script=script)
    assert (Status.UP, Status.DOWN) == (result.status, other.status), result.detail
    assert "hello 4711 \ufffd\r\nready> taken 4711\n" == result.facts["answer"]


async def test_each_step_hears_what_the_steps_before_have_left() -> None:
    async with serving(chat((b"one two one\n", b""))) as port:
        target = f"tcp://127.0.0.1:{port}"
        twice = await look_at(target, script=[{"expect": "one"}, {"expect": "one\n"}])
        back = await look_at(target, SHORT_S, script=[{"expect": "two"}, {"expect": "two"}])
    assert (Status.UP, Status.DOWN) == (twice.status, back.status)


async def test_a_pattern_is_tried_on_whole_lines_only() -> None:
    async def slow(stream: Stream) -> None:
        for piece in (b"id=1", b"2", b"3;\n"):
            await stream.send_all(piece)
            await trio.testing.wait_all_tasks_blocked()
        await stream.send_all(b"id=9")
        await stream.send_eof()

    script = [{"matches": r"^id=(?P<first>\d+)"}, {"matches": r"id=(?P<second>\d+)$"}]
    async with serving(slow) as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", script=script)
    assert {"first": "123", "second": "9"} == result.facts["caught"]


async def test_a_group_that_did_not_take_part_has_caught_nothing() -> None:
    script = [{"matches": "a(?P<x>b)?(?P<y>c)?"}, {"send": "<{{x}}{{y}}>"}]
    async with serving(chat((b"ac\n", b"<c>"))) as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", script=script)
    assert {"x": "", "y": "c"} == result.facts["caught"]


@pytest.mark.parametrize(
    ("said", "step", "detail"),
    [
        (b"421 no\r\n", {"matches": "^220 "},
         "step 1: /^220 / did not come; the answer was '421 no'"),
        (b"421 no\r\n", {"expect": "220 "},
         "step 1: '220 ' did not come; the answer was '421 no'"),
        (b"", {"matches": "^220 "},
         "step 1: /^220 / did not come; the connection was closed unanswered"),
        (b"x" * 5000, {"matches": "^220 "}, "the target sent a line of more than 4096 bytes"),
    ],
    ids=["pattern", "text", "nothing", "line"],
)  # fmt: skip
async def test_what_does_not_come_is_down_and_the_step_is_named(
    said: bytes, step: dict[str, str], detail: str
) -> None:
    async with serving(repeating(said)) as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", script=[step])
    assert (Status.DOWN, "receive", detail) == (result.status, result.phase, result.detail)


async def test_a_flood_is_left_after_16_kib() -> None:
    async def flood(stream: Stream) -> None:
        while True:
            await stream.send_all(b"no\n" * 1000)

    async with serving(flood) as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", script=[{"matches": "yes"}])
    assert Status.DOWN == result.status
    assert 16 * 1024 == len(result.facts["answer"])


async def test_what_came_in_plain_text_is_not_believed_after_tls_has_begun(ca: trustme.CA) -> None:
    secured = over_tls(server_context(ca.issue_cert("localhost")), hang)

    async def server(stream: Stream) -> None:
        await stream.send_all(b"go on\n250 trust me\n")
        await secured(stream)

    script = [{"expect": r"go on\n", "starttls": True}, {"expect": "250 "}]
    async with serving(server) as port:
        result = await look_at(f"tcp://localhost:{port}", SHORT_S, script=script)
    assert "no answer within 0.2 s, in phase receive" == result.detail


async def test_tls_can_begin_with_the_first_byte(ca: trustme.CA) -> None:
    async def greet(stream: Stream) -> None:
        await stream.send_all(b"220 hi\r\n")
        await hang(stream)

    async with serving(over_tls(server_context(ca.issue_cert("localhost")), greet)) as port:
        good = await look_at(f"tcp://localhost:{port}", tls="true", expect="220 ")
        bad = await look_at(f"tcp://127.0.0.1:{port}", tls="true")
        judged_ = await judged(f"tcp://localhost:{port}", "certificate.days_left < 1", tls=True)
    assert f"connected to {good.address} over TLSv1.3, '220 ' received" == good.detail
    assert (Status.DOWN, "tls") == (bad.status, bad.phase)
    assert Status.DOWN == judged_.status


async def test_braces_mean_nothing_without_a_script() -> None:
    async with serving(chat((b"", b"{{x}}"), (b"{{y}}", b""))) as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", send="{{x}}", expect="{{y}}")
    assert Status.UP == result.status


async def test_only_the_wanted_version_of_ip_is_used() -> None:
    async with serving(hang) as port:
        good = await look_at(f"tcp://127.0.0.1:{port}", ip="4")
        bad = await look_at(f"tcp://127.0.0.1:{port}", ip="6")
    assert Status.UP == good.status
    assert (Status.DOWN, "127.0.0.1 has no IPv6 address") == (bad.status, bad.detail)


@pytest.mark.slow
async def test_a_look_cancelled_at_any_step_leaves_nothing_open(ca: trustme.CA) -> None:
    secured = over_tls(server_context(ca.issue_cert("localhost")), chat((b"250 ok\n", b"")))

    async def server(stream: Stream) -> None:
        await chat_once(stream)
        await secured(stream)

    async def chat_once(stream: Stream) -> None:
        await stream.send_all(b"220 hi\n")
        await stream.receive_some()

    script = [{"matches": "^220", "send": "x", "starttls": True}, {"expect": "250"}]
    async with serving(server) as port:
        probe = probe_of(f"tcp://localhost:{port}", {"script": script})
        outcomes = set[str]()

        async def work() -> None:
            try:
                outcomes.add((await probe(Trace())).detail.rpartition(", ")[2])
            except TargetDown as failure:
                outcomes.add(str(failure))

        await work()
        for step in range(1, 1000):
            if not await cancelled_at_step(step, work):
                break
            # The server's ends are counted with the others' ports, so this sees only ours.
            assert 0 == client_sockets(port), f"cancelled at step {step}"
    assert {"2 steps went through"} == outcomes
    assert 5 < step < 1000


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"script": [{}]}, "option script[1]", "does nothing; write expect, matches, send or"),
        ({"script": [{"expect": "a", "matches": "b"}]}, "option script[1]", "has both"),
        ({"script": [{"send": r"\q"}]}, "option script[1].send", "is not an escape"),
        ({"script": [{"send": "x"}, {"expect": "{{id}}"}]}, "option script[2].expect",
         "{{id}} is caught in no step before; write (?P<id>...) into one of their patterns"),
        ({"script": [{"matches": "(?P<id>.)", "send": "{{ie}}"}]}, "option script[1].send",
         "{{ie}} is caught in no step before"),
        ({"script": [{"matches": "(a"}]}, "option script[1].matches", "cannot be read"),
        ({"script": [{"matches": "(?=a)"}]}, "option script[1].matches", "look-ahead"),
        ({"script": [{"matches": ".{100}"}]}, "option script[1].matches", "is too large"),
        ({"script": [{"sent": "x"}]}, "option script[1].sent", "did you mean 'send'"),
        ({"script": [{"send": "x"}] * 51}, "option script", "has 51 steps; write 50 at most"),
        ({"script": [{"send": "x"}], "expect": "x"}, "option script", "put them into steps"),
        ({"script": [{"starttls": True}, {"starttls": True}]}, "option script", "TLS already"),
        ({"script": [{"starttls": True}], "tls": True}, "option script", "TLS already"),
        ({"tls": True, "starttls": "smtp"}, "option starttls", "means nothing with tls=true"),
        ({"starttls": "http"}, "option starttls", "is not known"),
    ],
    ids=map(str, range(15)),
)  # fmt: skip
def test_a_wrong_script_is_refused_and_the_place_is_named(
    options: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("tcp://127.0.0.1:25", options)
    assert field == caught.value.field
    assert message in caught.value.message


def test_the_script_on_the_page_can_be_used() -> None:
    [block] = re.findall(r"```toml\n(.*?)```", str(tcp.__doc__), re.DOTALL)
    [task] = tomllib.loads(block)["task"]
    assert callable(probe_of(task["target"], task["options"]))
