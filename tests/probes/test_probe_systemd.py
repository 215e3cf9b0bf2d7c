"""Units, seen by a real systemd on a real bus, and what may be asked.

It is a user's manager: it answers as that of the whole machine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.model import Reason, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from tests.probes.managers import Manager, running_bus, running_manager
from tests.probes.servers import look_at, open_files, probe_of
from tests.probes.stepping import cancelled_at_step

UNITS = {
    "well.service": "[Service];ExecStart=/bin/sleep 1000",
    "mail@.service": "[Service];ExecStart=/bin/sleep 1000",
    "ends.service": "[Service];ExecStart=/bin/sh -c 'exit 3'",
    "shot.service": "[Service];ExecStart=/bin/sh -c 'kill -9 $$$$'",
    "loop.service": "[Service];ExecStart=/bin/false;Restart=always;RestartSec=1000",
    "slow.service": "[Service];Type=notify;ExecStart=/bin/sleep 1000",
    "job.service": "[Service];Type=oneshot;ExecStart=/bin/true",
    "job.timer": "[Timer];OnActiveSec=1000",
    "long.service": "[Service];Type=oneshot;ExecStart=/bin/sleep 1000",
    "bad.service": "[Service];Type=oneshot;ExecStart=/bin/false",
    "rest.service": "[Service];ExecStart=/bin/sleep 1000",
    "broken.service": "[Service];ExecStart=relative/path",
}


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    with running_manager(tmp_path_factory.mktemp("systemd"), UNITS) as manager:
        manager.systemctl("mask", "hidden.service")
        manager.systemctl("start", "job.timer", "well.service", "mail@a.service")
        for unit in ("ends", "shot", "loop", "bad", "job"):
            manager.systemctl("start", f"{unit}.service", check=False)
        manager.systemctl("start", "--no-block", "slow.service", "long.service")
        for unit in ("ends", "shot", "bad"):
            manager.wait_until(f"{unit}.service", "failed")
        yield manager


async def test_an_active_service_is_up(manager: Manager) -> None:
    result = await look_at("systemd:well.service", bus=manager.bus)
    assert Status.UP == result.status
    assert result.detail.startswith("active (running) for ")
    assert 0 <= result.facts["since"] < 300
    assert {
        "load": "loaded",
        "state": "active",
        "substate": "running",
        "result": "success",
        "restarts": 0,
        "since": result.facts["since"],
    } == result.facts
    assert ["connect", "login", "unit"] == list(result.timings)
    assert manager.bus == result.address


@pytest.mark.parametrize(
    "unit", ["well", "mail@a", "job.timer", "-.slice", "default.target", "-.mount"]
)
async def test_any_sort_of_unit_may_be_asked_about(manager: Manager, unit: str) -> None:
    result = await look_at(f"systemd://{unit}/", bus=manager.bus)
    assert (Status.UP, "active") == (result.status, result.facts["state"])


@pytest.mark.parametrize(
    ("unit", "begins", "ends"),
    [
        ("ends", "failed for ", "s, result exit-code, exit code 3"),
        ("shot", "failed for ", "s, result signal, exit code 137 (SIGKILL)"),
        ("loop", "activating (auto-restart) for ", "s, result exit-code, exit code 1"),
        ("bad", "failed for ", "s, result exit-code, exit code 1"),
        ("rest", "inactive (dead)", ""),
        ("nowhere", "systemd has no unit nowhere.service", ""),
        ("nowhere.mount", "systemd has no unit nowhere.mount", ""),
        ("hidden", "hidden.service is masked", ""),
        ("broken", "broken.service cannot be loaded (bad-setting)", ""),
    ],
)
async def test_a_unit_that_is_not_well_is_down_and_says_why(
    manager: Manager, unit: str, begins: str, ends: str
) -> None:
    result = await look_at(f"systemd:{unit}", bus=manager.bus)
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert result.detail.startswith(begins)
    assert result.detail.endswith(ends)


async def test_a_service_that_is_on_its_way_is_degraded(manager: Manager) -> None:
    result = await look_at("systemd:slow", bus=manager.bus)
    assert Status.DEGRADED == result.status
    assert result.detail.startswith("activating (start) for ")


@pytest.mark.parametrize(
    ("unit", "expected", "begins"),
    [
        ("job", Status.UP, "inactive (dead) for "),
        ("rest", Status.UP, "inactive (dead)"),
        ("long", Status.UP, "activating (start) for "),
        ("well", Status.UP, "active (running) for "),
        ("bad", Status.DOWN, "failed for "),
        ("loop", Status.DOWN, "activating (auto-restart) for "),
        ("nowhere", Status.DOWN, "systemd has no unit"),
    ],
)
async def test_a_job_may_have_ended_but_not_badly(
    manager: Manager, unit: str, expected: Status, begins: str
) -> None:
    result = await look_at(f"systemd:{unit}", bus=manager.bus, oneshot=True)
    assert expected == result.status
    assert result.detail.startswith(begins)


async def test_the_bus_of_the_monitors_own_user_is_where_its_environment_says(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(manager.folder))
    assert Status.UP == (await look_at("systemd:well", bus="user")).status
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with pytest.raises(OwnFault, match=r"the socket /run/user/\d+/bus cannot be used"):
        await look_at("systemd:well", bus="user")


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(manager: Manager) -> None:
    probe = probe_of("systemd:well", {"bus": manager.bus})

    async def work() -> None:
        await probe(Trace())

    await work()
    before = open_files()
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, work)
        assert before == open_files(), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000


async def test_a_bus_without_systemd_is_our_fault(tmp_path: Path) -> None:
    bus = tmp_path / "bus"
    with (
        running_bus(bus),
        pytest.raises(OwnFault, match=r"does not answer at .*; was this machine"),
    ):
        await look_at("systemd:well", bus=str(bus))


async def test_without_a_bus_it_is_our_fault_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="no such file or directory; install dbus") as caught:
        await look_at("systemd:well", bus=str(tmp_path / "none"))
    assert Reason.NETWORK == caught.value.reason


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("systemd:", {}, "target"),
        ("systemd:.service", {}, "target"),
        ("systemd:a/b", {}, "target"),
        ("systemd:a b", {}, "target"),
        ("systemd:mail@.service", {}, "target"),
        ("systemd:gr\u00fcn", {}, "target"),
        ("systemd:" + "x" * 300, {}, "target"),
        ("systemd:a", {"bus": "session"}, "option bus"),
        ("systemd:a", {"oneshot": "maybe"}, "option oneshot"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
