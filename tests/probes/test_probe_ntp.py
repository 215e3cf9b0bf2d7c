"""Time servers: a real chrony, and scripted ones that say what no good server says."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Trace
from monitor.probes import ntp as room
from tests.probes.conversations import judged
from tests.probes.datagrams import Reply, answering_datagrams, datagram_sockets
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import SHORT_S, closed_port, look_at, open_files, probe_of
from tests.probes.stepping import cancelled_at_step

UNIX_S = 2_208_988_800

MARGIN_S = 0.05
"""Of the same clock read twice; how long an exchange takes does not matter."""


@attrs.frozen(kw_only=True)
class Clock:
    """A scripted server: whatever is not changed is as a good one would say it."""

    leap: int = 0
    version: int = 4
    mode: int = 4
    stratum: int = 2
    reference: bytes = bytes([192, 0, 2, 1])
    delay_s: float = 0.0
    dispersion_s: float = 0.01
    ahead_s: float = 0.0
    number: bytes | None = None
    """Of which question it is the answer, if not of the one that was asked."""
    sent: int | None = None

    def __call__(self, question: bytes) -> list[bytes]:
        now = stamp(time.time() + self.ahead_s)
        return [
            struct.pack(
                "!BBbb II 4s Q 8s Q Q",
                self.leap << 6 | self.version << 3 | self.mode,
                self.stratum,
                6,
                -20,
                int(self.delay_s * 65536),
                int(self.dispersion_s * 65536),
                self.reference,
                now,
                question[40:48] if self.number is None else self.number,
                now,
                now if self.sent is None else self.sent,
            )
        ]


def stamp(moment_s: float) -> int:
    """Write a moment as NTP does, which begins anew in 2036."""
    return int((moment_s + UNIX_S) * 2**32) % 2**64


async def ask(reply: Reply, timeout_s: float = 5.0, /) -> Result:
    async with answering_datagrams(reply) as port:
        return await look_at(f"ntp://127.0.0.1:{port}", timeout_s)


async def test_a_good_server_is_up_with_facts() -> None:
    result = await ask(Clock(delay_s=0.25, dispersion_s=0.125, ahead_s=0.5))
    assert Status.UP == result.status
    offset_s, delay_s = result.facts["offset"], result.facts["delay"]
    assert 0 <= delay_s
    assert abs(offset_s - 0.5) <= delay_s / 2 + MARGIN_S
    assert {
        "stratum": 2,
        "offset": offset_s,
        "delay": delay_s,
        "dispersion": 0.125,
        "root_delay": 0.25,
        "reference": "192.0.2.1",
        "leap": "none",
    } == result.facts
    shown = f"{offset_s * 1000:.1f} ms ahead of ours, root dispersion 125.0 ms"
    assert f"stratum 2 (192.0.2.1), its clock is {shown}" == result.detail
    assert ["resolve", "query"] == list(result.timings)


async def test_the_question_says_nothing_about_us() -> None:
    asked = []

    def notice(question: bytes) -> list[bytes]:
        asked.append(question)
        return Clock()(question)

    await ask(notice)
    await ask(notice)
    assert [48, 48] == [len(question) for question in asked]
    assert {bytes([0x23]) + bytes(39)} == {question[:40] for question in asked}
    assert asked[0][40:] != asked[1][40:]


# --- what conditions ask ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (Clock(stratum=6), "stratum"),
        (Clock(ahead_s=2), "offset"),
        (Clock(ahead_s=-2), "offset"),
        (Clock(dispersion_s=0.6), "dispersion"),
    ],
    ids=["far from a reference", "ahead", "behind", "unsure"],
)
async def test_a_bad_clock_is_down_unless_other_conditions_are_set(clock: Clock, said: str) -> None:
    result = await ask(clock)
    assert (Status.DOWN, None) == (result.status, result.phase)
    assert result.detail.startswith(said)
    async with answering_datagrams(clock) as port:
        target = f"ntp://127.0.0.1:{port}"
        lenient = {
            "stratum": "stratum < 10",
            "offset": "offset in -1m..1m",
            "dispersion": "dispersion < 1m",
        }
        assert Status.UP == (await judged(target, lenient[said])).status
        strict = {"stratum": "stratum < 2", "offset": "offset in -1ms..1ms"}
        if said in strict:
            assert Status.DOWN == (await judged(target, strict[said])).status


async def test_conditions_may_ask_for_all_that_is_found() -> None:
    async with answering_datagrams(Clock(stratum=1, reference=b"GPS\0", leap=1)) as port:
        target = f"ntp://127.0.0.1:{port}"
        for condition in (
            'reference == "GPS"',
            'leap == "insert"',
            "delay < 5s",
            "root_delay == 0s",
            "stratum == 1",
        ):
            assert Status.UP == (await judged(target, condition)).status, condition
        assert Status.DOWN == (await judged(target, "delay > 5s")).status


# --- servers that say that they do not know -----------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (b"RATE", "the server is asked too often; use a longer interval (kiss code 'RATE')"),
        (b"DENY", "the server denies us access (kiss code 'DENY')"),
        (b"RSTR", "the server denies us access (kiss code 'RSTR')"),
        (b"INIT", "the server has not yet set its clock (kiss code 'INIT')"),
        (b"X\n\0\0", "the server refuses (kiss code 'X')"),
        (b"\xff\x01\0\0", "the server refuses (kiss code 'ÿ\ufffd')"),
        (bytes(4), "the server refuses (kiss code '')"),
    ],
)
async def test_a_kiss_of_death_is_down_and_said_in_words(code: bytes, words: str) -> None:
    result = await ask(Clock(stratum=0, leap=3, reference=code))
    assert (Status.DOWN, words) == (result.status, result.detail)


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (Clock(leap=3), "the server's clock is not set: leap 3, stratum 2"),
        (Clock(stratum=16), "the server's clock is not set: leap 0, stratum 16"),
        (Clock(stratum=255), "the server's clock is not set: leap 0, stratum 255"),
        (Clock(sent=0), "the server's clock is not set: leap 0, stratum 2"),
    ],
    ids=["leap", "stratum", "high stratum", "no time"],
)
async def test_a_clock_that_is_not_set_is_down(clock: Clock, words: str) -> None:
    result = await ask(clock)
    assert (Status.DOWN, words) == (result.status, result.detail)


# --- answers of others, and none ----------------------------------------------------------------


async def test_what_strangers_send_is_not_the_answer() -> None:
    def reply(question: bytes) -> list[bytes]:
        return [
            b"",
            b"rubbish",
            question,
            Clock(number=bytes(8), stratum=0)(question)[0],
            Clock(mode=5, stratum=0)(question)[0],
            Clock(version=0, stratum=0)(question)[0],
            Clock(version=5, stratum=0)(question)[0],
            Clock(stratum=0)(question)[0][:47],
            *Clock(stratum=3)(question),
        ]

    assert 3 == (await ask(reply)).facts["stratum"]


async def test_an_answer_may_be_longer_and_older() -> None:
    result = await ask(lambda question: [Clock(version=3)(question)[0] + b"a signature"])
    assert Status.UP == result.status


async def test_a_lost_datagram_is_sent_again_with_another_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "RESEND_S", 0.02)
    heard: list[bytes] = []

    def late(question: bytes) -> list[bytes]:
        heard.append(question)
        # The answer to the first question comes after the second was sent.
        return Clock()(heard[0]) if len(heard) == 2 else []

    result = await ask(late)
    assert Status.UP == result.status
    assert 2 == len({question[40:] for question in heard})
    # Both are reckoned from the question that was answered.
    assert result.facts["delay"] >= 0.02
    assert abs(result.facts["offset"]) <= result.facts["delay"] / 2 + MARGIN_S


async def test_the_version_of_ip_may_be_chosen() -> None:
    async with answering_datagrams(Clock(), "::1") as port:
        result = await look_at(f"ntp://[::1]:{port}", ip="6")
        other = await look_at(f"ntp://[::1]:{port}", ip="4")
    assert (Status.UP, f"[::1]:{port}") == (result.status, result.address)
    assert (Status.DOWN, "::1 has no IPv4 address") == (other.status, other.detail)


async def test_silence_is_down_in_phase_query_and_leaves_nothing_open() -> None:
    before = open_files()
    result = await ask(lambda _question: [], SHORT_S)
    assert "no answer within 0.2 s, in phase query" == result.detail
    assert before == open_files()


async def test_a_port_on_which_nobody_listens_is_down() -> None:
    port = closed_port()
    result = await look_at(f"ntp://127.0.0.1:{port}")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert f"127.0.0.1:{port}: connection refused" == result.detail


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    dice = random.Random(7)

    def broken(question: bytes) -> list[bytes]:
        answer = bytearray(Clock()(question)[0])
        for _ in range(dice.randint(1, 12)):
            # The number of the question stays, or nobody would read the rest.
            answer[dice.choice([*range(24), *range(32, 48)])] = dice.getrandbits(8)
        answer[0] = answer[0] & 0xC0 | 0x24
        return [bytes(answer)]

    async with answering_datagrams(broken) as port:
        for _ in range(300):
            result = await look_at(f"ntp://127.0.0.1:{port}")
            assert result.status in (Status.UP, Status.DOWN)
            assert result.detail.isprintable()
            assert {"stratum", "offset", "delay", "dispersion"} <= result.facts.keys()


@pytest.mark.parametrize("year", [1999, 2026, 2035, 2037, 2100])
def test_a_moment_is_the_one_nearest_to_now(year: int) -> None:
    moment_s = datetime(year, 3, 1, tzinfo=UTC).timestamp()
    for away_s in (-60 * 365 * 86400.0, -1.0, 0.0, 1.0, 60 * 365 * 86400.0):
        assert moment_s == pytest.approx(room._moment(stamp(moment_s), moment_s + away_s))


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "RESEND_S", 0.02)
    heard = [0]

    def every_second(question: bytes) -> list[bytes]:
        heard[0] += 1
        return Clock()(question) if heard[0] % 2 == 0 else []

    async with answering_datagrams(every_second) as port:
        probe = probe_of(f"ntp://127.0.0.1:{port}", {})
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, lambda: probe(Trace()))
            assert 0 == datagram_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


# --- a real server ------------------------------------------------------------------------------


@pytest.fixture
def chrony(tmp_path: Path) -> Iterator[int]:
    """A chrony that answers with this machine's time and does not touch its clock."""
    program = needs_program("chronyd", "chrony")
    port = free_port(socket.SOCK_DGRAM)
    (tmp_path / "conf").write_text(
        f"port {port}\ncmdport 0\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 3\n"
        f"pidfile {tmp_path}/pid\nbindcmdaddress /\n"
    )
    command = (program, "-x", "-d", "-u", "root", "-f", tmp_path / "conf")
    with running(port, tmp_path / "log", *command, kind=socket.SOCK_DGRAM):
        yield port


async def test_a_real_server_is_up_and_agrees_with_our_clock(chrony: int) -> None:
    result = await look_at(f"ntp://127.0.0.1:{chrony}")
    assert Status.UP == result.status
    assert (3, "none") == (result.facts["stratum"], result.facts["leap"])
    # It shows the very clock that we compare it with: what is left is the way.
    assert abs(result.facts["offset"]) <= result.facts["delay"] / 2 + MARGIN_S
    assert Status.DOWN == (await judged(f"ntp://127.0.0.1:{chrony}", "stratum < 3")).status


# --- what may be asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["ntp:host", "ntp://", "ntp://host/path", "ntp://me@host", "ntp://host:0"]
)
def test_a_wrong_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field


@pytest.mark.parametrize(("option", "value"), [("stratum", "5"), ("ip", "5")])
def test_a_wrong_option_is_refused_and_named(option: str, value: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("ntp://host", {option: value})
    assert f"option {option}" == caught.value.field
