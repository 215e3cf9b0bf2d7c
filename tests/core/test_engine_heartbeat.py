"""The whole engine on virtual time with the real kinds: heartbeats and groups."""

from collections.abc import Sequence
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from monitor import probes
from monitor.app import App
from monitor.core.model import Node, Reason, Status, Task, TaskSpec
from monitor.core.pings import Ping, PingKind
from monitor.core.probing import Prepared
from monitor.store.memory import MemorySession
from tests.core.scene import Stage, down, in_turn, since_start_s, up

pytestmark = pytest.mark.usefixtures("unhurried")

KINDS = ("heartbeat:", "group:")


@pytest.fixture(autouse=True)
def real(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats and groups are real; the others have targets as always."""
    plain = Stage.prepare

    def prepare(self: Stage, task: TaskSpec) -> Prepared:
        return probes.prepare(task) if task.target in KINDS else plain(self, task)

    monkeypatch.setattr(Stage, "prepare", prepare)


def add(stage: Stage, name: str, target: str, **options: Any) -> Task:
    """Add a task with the policies that everybody gets who says nothing."""
    spec = TaskSpec(name=name, target=target, options=options)
    return stage.store.insert(spec, stage.clock.now())


def add_job(stage: Stage, **options: Any) -> Task:
    return add(stage, "job", "heartbeat:", token="x" * 32, **options)


def told(stage: Stage, task: Task) -> list[tuple[float, Status]]:
    return [(round(since_start_s(one.at), 3), one.after) for one in stage.transitions(task)]


async def say(app: App, job: Task, kind: PingKind = PingKind.SUCCESS) -> None:
    """Have a ping come, and be written without waiting for company."""
    app.recorder.linger_s = 0.0
    assert await app.surroundings.pulse.take(job.id, kind)


async def test_a_missing_ping_is_told_at_the_very_moment_its_grace_is_over(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="1h", grace="7m30s")
    async with stage.running() as app:
        await trio.sleep_until(100.25)
        await say(app, job)
        await trio.sleep_until(6000)
    over_s = 100.25 + 3600 + 450
    assert [(100.25, Status.UP), (over_s, Status.DOWN)] == told(stage, job)
    assert Status.DOWN is stage.watched(job).state.standing
    [incident] = stage.store.tables.incidents.values()
    assert pytest.approx(over_s, abs=0.001) == since_start_s(incident.opened_at)


async def test_failure_and_recovery_are_told_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="1h")
    async with stage.running() as app:
        for at_s, kind in ((10, PingKind.SUCCESS), (20, PingKind.FAIL), (30, PingKind.SUCCESS)):
            await trio.sleep_until(at_s)
            await say(app, job, kind)
        await trio.sleep_until(40)
    assert [(10, Status.UP), (20, Status.DOWN), (30, Status.UP)] == told(stage, job)


async def test_a_ping_is_believed_when_it_is_written_and_not_before(
    stage: Stage, autojump_clock: MockClock
) -> None:
    """Or a process that dies meanwhile leaves a failure that its successor cannot explain."""
    job = add_job(stage, period="1h")
    async with stage.running() as app:
        await say(app, job)
        await trio.sleep(1)
        stage.store.takes_s = 0.5
        async with trio.open_nursery() as nursery:
            nursery.start_soon(say, app, job, PingKind.FAIL)
            await trio.sleep(0.25)
            app.surroundings.look_again(job.id)
            await trio.sleep(0.2)
            assert Status.UP is stage.watched(job).state.status
        await trio.sleep(3)
        assert Status.DOWN is stage.watched(job).state.status


async def test_while_the_database_is_away_a_ping_is_believed_all_the_same(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="1h")
    async with stage.running() as app:
        await say(app, job)
        await trio.sleep(1)
        stage.store.go_away()
        assert not await app.surroundings.pulse.take(job.id, PingKind.FAIL)
        await trio.sleep(0.1)
        [child] = app.fleet.children
        assert Status.DOWN is child.state.status
        stage.store.come_back()
        await trio.sleep(10)
    assert [Status.UP, Status.DOWN] == [after for _, after in told(stage, job)]


async def test_due_times_survive_a_restart(stage: Stage, autojump_clock: MockClock) -> None:
    job = add_job(stage, period="1h", grace="10m")
    async with stage.running() as app:
        await trio.sleep_until(60)
        await say(app, job)
        await trio.sleep_until(65)
    await trio.sleep_until(2000)
    async with stage.running():
        await trio.sleep_until(5000)
    assert [(60, Status.UP), (4260, Status.DOWN)] == told(stage, job)


async def test_a_ping_that_may_have_come_while_no_process_ran_is_not_missing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="1h", grace="10m")
    async with stage.running() as app:
        await trio.sleep_until(60)
        await say(app, job)
        await trio.sleep_until(3500)
    await trio.sleep_until(3900)
    async with stage.running():
        await trio.sleep_until(5000)
    async with stage.running():  # and the next process knows it too
        await trio.sleep_until(9000)
    changes = told(stage, job)
    assert [Status.UP, Status.UNKNOWN, Status.DOWN] == [after for _, after in changes]
    over_s, later_s = 60 + 3600 + 600, changes[0][0]
    assert 60 == later_s
    assert over_s == changes[1][0]
    assert pytest.approx(3900 + 3600 + 600, abs=2) == changes[2][0]
    [gap_told] = [one for one in stage.transitions(job) if one.after is Status.UNKNOWN]
    assert Reason.MONITOR_DOWN is gap_told.reason
    assert "we were not there ourselves" in gap_told.detail


async def test_a_ping_that_may_have_come_while_the_machine_slept_is_not_missing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="1h", grace="10m")
    async with stage.running() as app:
        await trio.sleep_until(60)
        await say(app, job)
        await trio.sleep_until(100)
        stage.machine.suspend(7200)
        await trio.sleep_until(1000)
    async with stage.running():
        await trio.sleep_until(1100)
    assert [(60, Status.UP), (102, Status.UNKNOWN)] == [
        (round(at_s) if at_s < 100 else 102, after) for at_s, after in told(stage, job)
    ]


async def test_a_ping_that_may_have_come_while_our_own_loop_stood_still_is_not_missing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    """As when a container is paused, or SIGSTOP comes: senders give up, and no clock steps."""
    job = add_job(stage, period="60s", grace="5s")
    async with stage.running() as app:
        await trio.sleep_until(10)
        await say(app, job)
        await trio.sleep_until(62)
        autojump_clock.jump(45)
        await trio.sleep_until(112)
    async with stage.running():  # and the next process knows it too
        await trio.sleep_until(120)
    assert [(10, Status.UP), (107, Status.UNKNOWN)] == [
        (round(at_s), after) for at_s, after in told(stage, job)
    ]
    [event] = stage.events("loop.lagged")
    assert pytest.approx(45, abs=2.5) == event.data["by_s"]


async def test_a_short_stall_of_our_own_loop_excuses_no_job(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="60s", grace="5s")
    async with stage.running() as app:
        await trio.sleep_until(10)
        await say(app, job)
        await trio.sleep_until(62)
        autojump_clock.jump(25)
        await trio.sleep_until(100)
    assert [Status.UP, Status.DOWN] == [after for _, after in told(stage, job)]


async def test_a_group_follows_its_members_at_once_and_needs_no_confirmation(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("web", in_turn(up, down, down, up), recovery_confirmations=1)
    job = add_job(stage, period="1h")
    group = add(stage, "shop", "group:", members="web,job")
    outer = add(stage, "all", "group:", members="shop")
    async with stage.running() as app:
        await trio.sleep_until(5)
        await say(app, job)
        await trio.sleep_until(300)
    web = next(one for one in stage.store.tables.tasks.values() if one.name == "web")
    changes = [(s, after) for s, after in told(stage, web) if s > 5]
    assert [Status.DOWN, Status.UP] == [after for _, after in changes]
    for follower in (group, outer):
        seen = [(s, after) for s, after in told(stage, follower) if s > 6]
        assert [after for _, after in changes] == [after for _, after in seen]
        for (at_s, _), (seen_s, _) in zip(changes, seen, strict=True):
            assert at_s == pytest.approx(seen_s, abs=0.5)


async def test_two_groups_that_contain_each_other_are_unknown_and_disturb_nobody(
    stage: Stage, autojump_clock: MockClock
) -> None:
    one = add(stage, "one", "group:", members="two")
    two = add(stage, "two", "group:", members="one")
    async with stage.running() as app:
        await trio.sleep_until(600)
        assert 40 > app.watch.looks
    for group in (one, two):
        state = stage.watched(group).state
        assert Status.UNKNOWN is state.status
        assert "it contains itself" in state.detail


async def test_pings_of_a_paused_job_count_when_it_is_resumed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    job = add_job(stage, period="10m", grace="1m")
    async with stage.running() as app:
        await stage.edit(job, paused=True)
        await trio.sleep_until(1000)
        await say(app, job)
        await stage.edit(job, paused=False)
        await trio.sleep_until(1500)
    assert Status.UP is stage.watched(job).state.status


async def test_what_was_heard_of_many_jobs_is_read_together_at_the_start(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One read for each took ten thousand jobs a minute, and those that waited were DOWN."""
    jobs = [
        add(stage, f"job {one}", "heartbeat:", token="x" * 32, period="1h") for one in range(60)
    ]
    async with stage.running() as app:
        for job in jobs:
            await say(app, job)
        await trio.sleep(1)
    asked, heard = list[int](), MemorySession.heard

    async def counted(
        self: MemorySession, task_ids: Sequence[int], each: int
    ) -> dict[int, list[Ping]]:
        asked.append(len(task_ids))
        await trio.sleep(0.5)
        return await heard(self, task_ids, each)

    monkeypatch.setattr(MemorySession, "heard", counted)
    async with stage.running():
        await trio.sleep(120)
    assert len(jobs) == sum(asked)
    assert 5 >= len(asked)
    assert {Status.UP} == {stage.watched(job).state.status for job in jobs}


async def test_what_all_jobs_need_to_know_of_our_absences_is_read_once(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        add(stage, f"job {number}", "heartbeat:", token="x" * 32, period="1h")
    asked, nodes = list[str](), MemorySession.nodes

    async def counted(self: MemorySession) -> list[Node]:
        asked.append(self._owner)
        await trio.sleep(0.5)
        return await nodes(self)

    monkeypatch.setattr(MemorySession, "nodes", counted)
    async with stage.running():
        await trio.sleep(120)
    assert 1 == len(asked)
