"""Echoes: real ones of this machine and of a network of our own, and what may be asked."""

from __future__ import annotations

import pytest
import trio

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, TargetDown, Trace
from monitor.probes import guard
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
