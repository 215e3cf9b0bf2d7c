"""Echoes that are scripted, on virtual time, and packets that no host would send.

No host can be made to lose exactly the second of three echoes, so there a mock stands in for the
socket (`Scripted`), and the clock is virtual.
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable
from types import TracebackType

import attrs
import pytest
import trio

from monitor.core.model import Reason, Result, Status, TaskSpec
from monitor.core.probing import OwnFault, Trace
from monitor.engine.look import look
from monitor.probes import icmpwire, prepare
from monitor.probes.icmpwire import Answer, Complaint, IcmpWire

# --- scripted echoes, on virtual time -----------------------------------------------------------

Script = Callable[[int, bytes], list[tuple[float, Answer | Complaint]]]
"""What is heard of an echo, by its number and payload, and how many seconds after it was sent."""


@attrs.define
class Scripted:
    """Stands in for a socket: what a script says is heard at its time."""

    script: Script
    sent_s: list[float] = attrs.field(factory=list)
    due: list[tuple[float, Answer | Complaint]] = attrs.field(factory=list)

    def __enter__(self) -> Scripted:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    async def send(self, number: int, payload: bytes) -> list[Complaint]:
        await trio.lowlevel.checkpoint()
        now_s = trio.current_time()
        self.sent_s.append(now_s)
        self.due += [(now_s + after_s, heard) for after_s, heard in self.script(number, payload)]
        self.due.sort(key=lambda one: one[0])
        return []

    async def receive(self) -> Answer | Complaint:
        await trio.sleep_until(self.due[0][0] if self.due else float("inf"))
        return self.due.pop(0)[1]


async def hear(
    monkeypatch: pytest.MonkeyPatch,
    script: Script,
    *conditions: str,
    timeout_s: float = 10.0,
    **options: object,
) -> tuple[Result, Scripted]:
    """Look at a scripted host, and judge by the real rule."""
    wire = Scripted(script)

    async def scripted(host: str, trace: Trace, **_options: object) -> Scripted:
        await trio.lowlevel.checkpoint()
        return wire

    monkeypatch.setattr(IcmpWire, "open", scripted)
    spec = TaskSpec(name="a test", target="icmp://host", options=options, expect=conditions)
    prepared = prepare(spec)
    return prepared.rule(await look(prepared.probe, timeout_s)), wire


def losing(*lost: int, after_s: float = 0.05) -> Script:
    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        return [] if number in lost else [(after_s, Answer(number, payload))]

    return script


async def test_echoes_go_out_at_their_times_and_the_look_ends_with_the_last_answer(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    start_s = trio.current_time()
    result, wire = await hear(monkeypatch, losing(), count=4, interval="500ms")
    assert [0.0, 0.5, 1.0, 1.5] == pytest.approx([one - start_s for one in wire.sent_s])
    assert 1.55 == pytest.approx(result.duration_s)
    assert "4 of 4 echoes came back, after 50.00 to 50.00 ms" == result.detail


async def test_a_lost_echo_is_waited_for_and_told(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    result, _wire = await hear(monkeypatch, losing(2))
    assert Status.UP == result.status
    assert "2 of 3 echoes came back, after 50.00 to 50.00 ms" == result.detail
    assert 100 / 3 == pytest.approx(result.facts["loss"])
    # The last was sent at 0.4 s; by 2.4 s all had their two seconds.
    assert 2.4 == pytest.approx(result.duration_s)


@pytest.mark.parametrize(
    ("lost", "condition", "status"),
    [
        ((), "loss < 5%", Status.UP),
        ((2,), "loss < 5%", Status.DOWN),
        ((2,), "loss < 50%", Status.UP),
        ((1, 2, 3), "loss <= 100%", Status.DOWN),
        ((2,), "rtt.avg < 100ms", Status.UP),
        ((2,), "rtt.avg < 50ms", Status.DOWN),
        ((2,), "received >= 2 and sent == 3", Status.UP),
    ],
)
async def test_conditions_decide_by_the_real_rule(
    monkeypatch: pytest.MonkeyPatch,
    autojump_clock: trio.testing.MockClock,
    lost: tuple[int, ...],
    condition: str,
    status: Status,
) -> None:
    result, _wire = await hear(monkeypatch, losing(*lost, after_s=0.0625), condition)
    assert status == result.status, result.detail


async def test_a_condition_that_fails_says_the_percentage(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    result, _wire = await hear(monkeypatch, losing(2, 4), "loss < 5%", count=4)
    assert (
        "loss < 5%: found 50% (2 of 4 echoes came back, after 50.00 to 50.00 ms)" == result.detail
    )


async def test_times_and_jitter_are_reckoned_in_the_order_of_sending(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    # The first is overtaken by the second.
    took_s = {1: 0.3, 2: 0.05, 3: 0.1}

    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        return [(took_s[number], Answer(number, payload))]

    result, _wire = await hear(monkeypatch, script)
    rtt = {"min": 0.05, "avg": 0.15, "max": 0.3}
    assert rtt == pytest.approx(result.facts["rtt"])
    assert (0.25 + 0.05) / 2 == pytest.approx(result.facts["jitter"])


async def test_silence_is_down_with_its_facts(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    result, _wire = await hear(monkeypatch, losing(1, 2, 3))
    assert (Status.DOWN, "echo") == (result.status, result.phase)
    assert "none of 3 echoes came back" == result.detail
    assert {"sent": 3, "received": 0, "loss": 100.0} == result.facts


async def test_an_echo_that_comes_too_late_is_lost(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    result, _wire = await hear(monkeypatch, losing(after_s=0.15), wait="100ms")
    assert "none of 3 echoes came back" == result.detail
    assert 0.5 == pytest.approx(result.duration_s)


async def test_the_look_tells_what_it_saw_before_its_deadline(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    result, _wire = await hear(monkeypatch, losing(3), timeout_s=1.0, wait="5s")
    assert (Status.UP, "echo") != (result.status, result.phase)
    assert result.detail.startswith("2 of 3 echoes came back")
    assert 0.9 == pytest.approx(result.duration_s)


async def test_echoes_that_do_not_fit_into_the_time_are_our_own_fault(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    words = r"100 echoes 1 s apart do not fit into the 9\.0 s that the look may take; ask for fewer"
    with pytest.raises(OwnFault, match=words) as caught:
        await hear(monkeypatch, losing(), count=100, interval="1s")
    assert Reason.TASK_ERROR == caught.value.reason


async def test_only_our_own_echoes_count_and_each_once(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        if number > 1:
            return []
        strangers = [Answer(7, payload), Answer(2, payload), Answer(1, b"x" * len(payload))]
        ours = [Answer(1, payload), Answer(1, payload), Answer(1, payload)]
        return [(0.01, heard) for heard in (*strangers, *ours)]

    result, _wire = await hear(monkeypatch, script)
    assert 1 == result.facts["received"]


async def test_echoes_that_come_back_changed_are_lost_and_told(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        return [(0.01, Answer(number, payload[:-1]))]

    result, _wire = await hear(monkeypatch, script)
    assert Status.DOWN == result.status
    assert "none of 3 echoes came back; 3 came back changed or cut" == result.detail


async def test_complaints_about_all_echoes_end_the_look(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        return [(0.05, Complaint(number, "192.0.2.1 says that there is no route"))]

    result, _wire = await hear(monkeypatch, script)
    assert "none of 3 echoes came back; 192.0.2.1 says that there is no route" == result.detail
    assert 0.45 == pytest.approx(result.duration_s)


async def test_a_complaint_about_nothing_of_ours_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    def script(number: int, payload: bytes) -> list[tuple[float, Answer | Complaint]]:
        return [(0.05, Complaint(None, "strange")), (0.1, Answer(number, payload))]

    result, _wire = await hear(monkeypatch, script)
    assert "3 of 3 echoes came back, after 100.00 to 100.00 ms" == result.detail


# --- what comes over the wire -------------------------------------------------------------------


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def test_rubbish_is_read_without_an_error_of_ours(family: socket.AddressFamily) -> None:
    dice = random.Random(7)
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        wire = IcmpWire(sock, "host")
        for raw in (False, True):
            wire._raw = raw
            for _ in range(2000):
                packet = dice.randbytes(dice.randrange(60))
                heard = wire._answer(packet)
                assert heard is None or heard.payload in packet
                told = wire._complaint(packet, dice.randbytes(dice.randrange(60)))
                assert told.words.isprintable()


def test_an_address_of_no_known_sort_is_somebody() -> None:
    of_four = struct.pack("=HH4s8x", socket.AF_INET, 0, bytes([192, 0, 2, 1]))
    assert "192.0.2.1" == icmpwire._offender(of_four)
    for nobody in (b"", of_four[:7], bytes(16), struct.pack("=H", socket.AF_INET6) + bytes(10)):
        assert "somebody on the way" == icmpwire._offender(nobody)


@pytest.mark.parametrize(
    ("packet", "expected"),
    # The example of RFC 1071, section 3, and what its arithmetic makes of edges.
    [("0001f203f4f5f6f7", 0x220D), ("", 0xFFFF), ("ffff", 0), ("01", 0xFEFF)],
)
def test_the_checksum_is_that_of_rfc_1071(packet: str, expected: int) -> None:
    assert expected == icmpwire._checksum(bytes.fromhex(packet))
