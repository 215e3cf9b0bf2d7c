"""Echoes: real ones of this machine and of a network of our own, and scripted ones on virtual time.

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
from monitor.core.probing import InvalidTask, OwnFault, TargetDown, Trace
from monitor.engine.look import look
from monitor.probes import guard, icmpwire, prepare
from monitor.probes.icmpwire import Answer, Complaint, IcmpWire
from tests.probes.conversations import judged
from tests.probes.elsewhere import looks_elsewhere
from tests.probes.real import needs_icmp, needs_namespaces
from tests.probes.servers import look_at, no_more_files, open_files, probe_of
from tests.probes.stepping import cancelled_at_step

QUICK: dict[str, object] = {"interval": "10ms"}

# --- this machine, for real ---------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
async def test_a_host_that_answers_is_up_with_facts(host: str) -> None:
    needs_icmp()
    result = await look_at(f"icmp://{host}", **QUICK)
    assert Status.UP == result.status
    assert result.detail.startswith("3 of 3 echoes came back, after ")
    assert {"sent", "received", "loss", "rtt", "jitter"} == result.facts.keys()
    assert (3, 3, 0.0) == tuple(result.facts[name] for name in ("sent", "received", "loss"))
    assert 0 < result.facts["rtt"]["min"] <= result.facts["rtt"]["avg"]
    assert result.facts["rtt"]["avg"] <= result.facts["rtt"]["max"]
    assert ["resolve", "echo"] == list(result.timings)
    assert result.address in ("127.0.0.1", "::1")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
@pytest.mark.parametrize("size", [8, 9, 1472, 65_000])
async def test_echoes_of_any_size_come_back_whole(host: str, size: int) -> None:
    needs_icmp()
    options = {"size": size, "count": 1, "dont_fragment": True}
    result = await look_at(f"icmp://{host}", **options)
    assert (Status.UP, 1) == (result.status, result.facts["received"])


async def test_the_version_may_be_chosen() -> None:
    needs_icmp()
    result = await look_at("icmp://127.0.0.1", ip="6")
    assert (Status.DOWN, "127.0.0.1 has no IPv6 address") == (result.status, result.detail)
    assert Status.UP == (await look_at("icmp://[::1]", ip="6", count=1)).status


async def test_looks_at_the_same_host_do_not_take_each_others_echoes() -> None:
    needs_icmp()
    results: list[Result] = []

    async def one() -> None:
        results.append(await look_at("icmp://127.0.0.1", count=5, **QUICK))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(one)
    assert [(Status.UP, 5)] * 20 == [(one.status, one.facts["received"]) for one in results]


async def test_conditions_ask_for_loss_and_times() -> None:
    needs_icmp()
    for condition in ("loss < 5%", "loss == 0%", "rtt.avg < 5s", "rtt.max < 5s", "jitter < 5s"):
        result = await judged("icmp://127.0.0.1", condition, **QUICK)
        assert Status.UP == result.status, condition
    result = await judged("icmp://127.0.0.1", "rtt.avg > 5s", **QUICK)
    assert Status.DOWN == result.status
    assert result.detail.startswith("rtt.avg > 5s: found ")


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    needs_icmp()
    probe = probe_of("icmp://127.0.0.1", QUICK)
    await probe(Trace())
    before = open_files()
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, lambda: probe(Trace()))
        assert before == open_files(), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000


async def test_too_many_open_files_are_our_own_fault() -> None:
    with no_more_files(), pytest.raises(OwnFault) as caught:
        await look_at("icmp://127.0.0.1")
    assert Reason.DESCRIPTORS == caught.value.reason


async def test_looks_go_nowhere_where_the_operator_forbids_it() -> None:
    token = guard.POLICY.set(guard.Policy(private="deny"))
    try:
        result = await look_at("icmp://127.0.0.1")
    finally:
        guard.POLICY.reset(token)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


# --- a network of our own, for real -------------------------------------------------------------

ONE: dict[str, object] = {"count": 1, "wait": "1s"}


@pytest.mark.slow
@pytest.mark.parametrize("may", ["raw", "datagram"])
def test_who_complains_on_the_way_is_named(may: str) -> None:
    needs_namespaces()
    found = looks_elsewhere(
        may,
        ("icmp://10.9.0.2", ONE),
        ("icmp://[fd09::2]", ONE),
        ("icmp://10.9.3.1", ONE),
        ("icmp://10.9.3.1", {"count": 3, **QUICK}),
        ("icmp://10.9.4.1", ONE),
        ("icmp://10.9.6.1", {**ONE, "wait": "100ms"}),
        ("icmp://10.9.5.1", {**ONE, "ttl": 1}),
        ("icmp://[fd09:3::1]", ONE),
        ("icmp://[fd09:5::1]", {**ONE, "ttl": 1}),
        ("icmp://10.9.0.2", {**ONE, "size": 2000, "dont_fragment": True}),
        ("icmp://[fd09::2]", {**ONE, "size": 2000, "dont_fragment": True}),
        ("icmp://10.9.0.2", {**ONE, "size": 2000}),
    )
    for status, phase, detail in (found[0], found[1], found[11]):
        assert ("up", None) == (status, phase)
        assert detail.startswith("1 of 1 echo came back, after ")
    none = "none of 1 echo came back"
    too_large = "an echo of 2000 bytes cannot be sent in one piece: the way there takes 1500 bytes"
    assert [
        ["down", "echo", f"{none}; 10.9.0.2 says that the host cannot be reached"],
        [
            "down",
            "echo",
            "none of 3 echoes came back; 10.9.0.2 says that the host cannot be reached",
        ],
        ["down", "echo", f"{none}; 10.9.0.2 says that the way is closed by a rule"],
        ["down", "echo", none],
        ["down", "echo", f"{none}; 10.9.0.2 says that the time to live was used up on the way"],
        ["down", "echo", f"{none}; fd09::2 says that there is no route"],
        ["down", "echo", f"{none}; fd09::2 says that the time to live was used up on the way"],
        ["down", "echo", f"{too_large}, headers included"],
        ["down", "echo", f"{too_large}, headers included"],
    ] == found[2:11]


@pytest.mark.slow
def test_a_machine_that_allows_no_icmp_blames_itself_and_says_what_to_do() -> None:
    needs_namespaces()
    found = looks_elsewhere("nothing", ("icmp://10.9.0.2", ONE), ("icmp://[fd09::2]", ONE))
    words = (
        "this machine lets the monitor send no ICMP; as root, set net.ipv4.ping_group_range = "
        "0 2147483647 by sysctl (it is for IPv6 too), or give the monitor CAP_NET_RAW"
    )
    assert [["network", words]] * 2 == found


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


# --- what may be asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("icmp:host", "has no //"),
        ("icmp://", "names no host"),
        ("icmp://host:80", "has a port, which ICMP has not; write icmp://host"),
        ("icmp://[::1]:80", "has a port, which ICMP has not; write icmp://[::1]"),
        ("icmp://host/path", "has more than a host; write icmp://host"),
        ("icmp://me@host", "has more than a host; write icmp://host"),
        ("icmp://host?count=3", "has more than a host; write icmp://host"),
    ],
)
def test_a_target_is_a_host(target: str, message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("count", value) for value in ("0", "101", "many", 1.5)),
        *(("interval", value) for value in ("1", "9ms", "61s")),
        *(("wait", value) for value in ("0s", "61s", 3)),
        *(("size", value) for value in ("7", "65001")),
        *(("ttl", value) for value in ("0", "256")),
        *(("dont_fragment", value) for value in ("perhaps", 1)),
        *(("ip", value) for value in ("5", 4)),
        ("packets", "3"),
    ],
)
def test_a_wrong_option_is_refused_and_named(option: str, value: object) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("icmp://host", {option: value})
    assert f"option {option}" == caught.value.field


async def test_a_name_that_does_not_exist_is_down() -> None:
    with pytest.raises(TargetDown, match="does not exist or has no address"):
        await probe_of("icmp://no-such-host.invalid", {})(Trace())
