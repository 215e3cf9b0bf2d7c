"""The whole engine on virtual time: looks that ask about other tasks, and about pings."""

from collections.abc import Callable, Sequence

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Reason, Result, Status, Task, TaskSpec
from monitor.core.pings import BODY_LIMIT, Ping, PingKind
from monitor.core.probing import Around, Prepared, Probe, Trace
from monitor.engine.pulse import NoRoom, Pulse
from tests.core.scene import Stage, at, down, in_turn, since_start_s, taking, up

Look = Callable[[Around], Result]


@attrs.define(eq=False)
class Asking:
    """What the looks of one task ask, and when they did."""

    ask: Look
    takes_s: float = 0.0
    asked_s: list[float] = attrs.field(factory=list)
    heard: list[Sequence[Ping]] = attrs.field(factory=list)

    def within(self, around: Around) -> Probe:
        async def probe(_trace: Trace) -> Result:
            self.asked_s.append(around.now().timestamp() - at(0).timestamp())
            result = self.ask(around)
            self.heard.append(await around.pings())
            await trio.sleep(self.takes_s)
            return result

        return probe


@pytest.fixture
def asking(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, Asking]:
    """Tasks of these names ask; the others have targets as always."""
    asked: dict[str, Asking] = {}
    plain = Stage.prepare

    def prepare(self: Stage, task: TaskSpec) -> Prepared:
        prepared = plain(self, task)
        if task.target in asked:
            return attrs.evolve(prepared, within=asked[task.target].within)
        return prepared

    monkeypatch.setattr(Stage, "prepare", prepare)
    return asked


def follow(name: str) -> Look:
    """Say of another task what there is to be said."""

    def ask(around: Around) -> Result:
        found = around.find(name)
        shown = "none" if found is None else found.shown[0].value
        return Result(status=Status.UP, detail=shown)

    return ask


def details(stage: Stage, task: Task) -> list[tuple[float, str]]:
    return [
        (round(since_start_s(look.looked_at), 1), look.result.detail) for look in stage.looks(task)
    ]


async def test_who_asks_about_another_task_looks_again_at_once_when_that_changes(
    stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", in_turn(up, down, up), interval_s=10.0, recovery_confirmations=1)
    asking["group"] = Asking(follow("shop"))
    group = stage.add("group", interval_s=3600.0)
    async with stage.running():
        await trio.sleep_until(40)
    changed_s = [since_start_s(one.at) for one in stage.transitions(shop)]
    looked = details(stage, group)
    assert ["up", "down", "up"] == [detail for _, detail in looked[-3:]]
    assert changed_s[1:] == pytest.approx([s for s, _ in looked[-2:]], abs=0.1)


async def test_who_waits_for_a_task_that_is_not_there_looks_again_when_it_comes_and_goes(
    stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock
) -> None:
    asking["group"] = Asking(follow("shop"))
    group = stage.add("group", interval_s=3600.0)
    async with stage.running():
        await trio.sleep_until(10)
        shop = stage.add("shop")
        await trio.sleep_until(20)
        await stage.edit(shop, paused=True)
        await trio.sleep_until(30)
        await stage.operate(lambda session: session.remove(shop.id))
        await trio.sleep_until(40)
    said = [detail for _, detail in details(stage, group)]
    assert ["none", "pending", "up", "paused", "none"] == said


async def test_a_change_during_a_look_is_not_lost(
    stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock
) -> None:
    stage.add("shop", taking(5.0))
    asking["group"] = Asking(follow("shop"), takes_s=8.0)
    group = stage.add("group", interval_s=3600.0)
    async with stage.running():
        await trio.sleep_until(20)
    (_, before), (again_s, after) = details(stage, group)
    assert ("pending", "up") == (before, after)
    assert 8.0 == pytest.approx(again_s, abs=0.2)


async def test_who_is_gone_or_has_been_edited_follows_nobody(
    stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock
) -> None:
    for name in ("shop", "other"):
        stage.add(name)
    asking["group"] = Asking(follow("shop"))
    group = stage.add("group")
    async with stage.running() as app:
        await trio.sleep_until(5)
        assert {"shop": {group.id}} == app.surroundings.followers
        asking["group"].ask = follow("other")
        await stage.edit(group, timeout_s=5.0)
        await trio.sleep_until(70)
        assert {"other": {group.id}} == app.surroundings.followers
        await stage.operate(lambda session: session.remove(group.id))
        await trio.sleep_until(80)
        assert {} == app.surroundings.followers


async def test_a_look_can_ask_for_the_next_one_to_come_at_a_moment(
    stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock
) -> None:
    def ask(around: Around) -> Result:
        for seconds in (500.0, 123.456, 300.0):
            around.look_at(at(seconds))
        return Result(status=Status.UP)

    asking["cron"] = Asking(ask)
    cron = stage.add("cron", interval_s=3600.0)
    async with stage.running():
        await trio.sleep_until(130)
    assert [0.0, 123.456] == stage.slots_s(cron)
    assert at(300) == stage.watched(cron).state.next_check_at
    async with stage.running():
        await trio.sleep_until(310)
    assert [0.0, 123.456, 130.0, 300.0] == pytest.approx(stage.slots_s(cron), abs=0.01)
    assert [] == stage.gaps(cron)


# --- pings --------------------------------------------------------------------------------------


def well(_around: Around) -> Result:
    return Result(status=Status.UP)


@pytest.fixture
async def job(stage: Stage, asking: dict[str, Asking], autojump_clock: MockClock) -> Task:
    asking["job"] = Asking(well)
    return stage.add("job", interval_s=3600.0)


async def test_a_ping_is_written_before_its_sender_is_told_and_looked_at_at_once(
    stage: Stage, asking: dict[str, Asking], job: Task, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep_until(10)
        pulse = app.surroundings.pulse
        assert await pulse.take(job.id, PingKind.START, rid="r", source="192.0.2.7")
        assert 1 == len(stage.pings)
        await trio.sleep_until(15)
        assert await pulse.take(job.id, PingKind.FAIL, exit_code=3, rid="r", body="ж" * BODY_LIMIT)
        await trio.sleep_until(20)
    start, fail = stage.pings
    assert (at(10), "r", "192.0.2.7") == (start.at, start.rid, start.source)
    assert (PingKind.FAIL, 3, 5.0) == (fail.kind, fail.exit_code, fail.run_s)
    assert BODY_LIMIT >= len(fail.body.encode()) > BODY_LIMIT - 5
    assert [0, 10, 15] == pytest.approx(asking["job"].asked_s, abs=0.1)
    assert [0, 1, 2] == [len(heard) for heard in asking["job"].heard]


async def test_pings_are_known_again_after_a_restart(
    stage: Stage, asking: dict[str, Asking], job: Task, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep_until(10)
        await app.surroundings.pulse.take(job.id, PingKind.SUCCESS)
    async with stage.running() as app:
        assert await app.surroundings.pulse.take(job.id, PingKind.LOG)
        await trio.sleep(1)
    assert [PingKind.SUCCESS, PingKind.LOG] == [one.kind for one in asking["job"].heard[-1]]


async def test_while_the_database_is_away_pings_count_and_wait_and_are_written_once(
    stage: Stage, asking: dict[str, Asking], job: Task, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep_until(10)
        stage.store.go_away()
        for _ in range(3):
            assert not await app.surroundings.pulse.take(job.id, PingKind.SUCCESS)
        await trio.sleep_until(20)
        assert 3 == len(asking["job"].heard[-1])
        stage.store.come_back()
        await trio.sleep_until(30)
    assert 3 == len(stage.pings)
    assert sorted(ping.at for ping in asking["job"].heard[-1]) == sorted(
        ping.at for ping in stage.pings
    )


async def takes(pulse: Pulse, job: Task) -> bool:
    try:
        await pulse.take(job.id, PingKind.LOG)
    except NoRoom:
        return False
    return True


async def test_no_ping_is_taken_that_could_not_be_kept(
    stage: Stage, job: Task, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep_until(10)
        stage.store.go_away()
        app.recorder.kept = 1
        pulse = app.surroundings.pulse
        taken = sum([await takes(pulse, job) for _ in range(5)])
        stage.store.come_back()
        await trio.sleep_until(20)
    assert 1 <= taken < 5
    assert taken == len(stage.pings)


async def test_pings_that_cannot_be_read_are_our_own_fault(
    stage: Stage, asking: dict[str, Asking], job: Task, autojump_clock: MockClock
) -> None:
    def ask(_around: Around) -> Result:
        stage.store.go_away()
        return Result(status=Status.UP)

    asking["job"].ask = ask
    async with stage.running():
        await trio.sleep_until(1)
        stage.store.come_back()
        await trio.sleep_until(10)
    assert Reason.DATABASE is stage.looks(job)[0].result.reason


async def test_pings_of_a_task_that_is_gone_are_forgotten(
    stage: Stage, job: Task, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep_until(10)
        await app.surroundings.pulse.take(job.id, PingKind.LOG)
        await stage.operate(lambda session: session.remove(job.id))
        await trio.sleep_until(20)
        assert {} == app.surroundings.pulse._memories
