"""Group commit: in order, acknowledged, and whatever is handed over is written or accounted for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.failures import DatabaseAway, StoreRefused
from monitor.core.model import Event, GapReason, Result, State, Status, TaskSpec, Transition
from monitor.core.records import EventRecord, LookRecord, Record
from monitor.engine.outage import Outage
from monitor.engine.recorder import BATCH, LINGER_S, PATIENCE_S, Recorder
from tests.core.scene import Machine, StagedStore, at, since_start_s


@attrs.define(eq=False)
class Desk:
    """A recorder with a store of its own."""

    store: StagedStore
    recorder: Recorder

    @classmethod
    def set_up(cls, tasks: int = 3, kept: int = 100_000) -> "Desk":
        clock = Machine().clock()
        store = StagedStore(now=clock.now)
        for number in range(tasks):
            store.insert(TaskSpec(name=f"t{number}", target="x"), at(0))
        return cls(store, Recorder(store, clock, Outage(clock), kept))

    async def close(self) -> None:
        """Write what waits, but not for ever."""
        self.recorder.close()
        with trio.fail_after(1e6):
            await self.recorder.run()

    def written(self) -> list[float]:
        return [since_start_s(slot_at) for _, slot_at in self.store.tables.looks]


def look(slot_s: float, task_id: int = 1, seq: int = 0) -> LookRecord:
    change = Transition(
        task_id=task_id, seq=seq, at=at(slot_s), before=Status.UP, after=Status.DOWN
    )
    return LookRecord(
        slot_at=at(slot_s),
        looked_at=at(slot_s),
        result=Result(status=Status.UP),
        state=State(task_id=task_id, last_slot_at=at(slot_s), next_check_at=at(slot_s + 60)),
        transition=change if seq else None,
    )


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk.set_up()
    yield desk
    assert {} == desk.store.open_sessions


async def test_a_record_is_acknowledged_when_it_is_in_the_database(
    desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.takes_s = 0.5
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.recorder.run)
        await desk.recorder.record(look(1))
        assert pytest.approx(0.5 + LINGER_S) == trio.current_time()
        assert ([1.0], 1, 0) == (desk.written(), desk.recorder.written, desk.recorder.waiting)
        nursery.cancel_scope.cancel()


async def test_what_comes_within_a_moment_is_written_together_and_in_order(
    desk: Desk, autojump_clock: MockClock
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.recorder.run)
        await trio.sleep(1)
        for number in range(10):
            desk.recorder.keep(look(number))
            await trio.sleep(LINGER_S / 20)
        await desk.recorder.record(look(99))
        nursery.cancel_scope.cancel()
    assert [*map(float, range(10)), 99.0] == desk.written()
    assert [11] == [size for _, _, size in desk.store.commits]


async def test_a_full_batch_does_not_linger_and_a_transaction_is_never_larger(
    desk: Desk, autojump_clock: MockClock
) -> None:
    for number in range(BATCH * 2 + 1):
        desk.recorder.keep(look(number))
    await desk.close()
    assert [BATCH, BATCH, 1] == [size for _, _, size in desk.store.commits]
    assert 0.0 == trio.current_time()
    await desk.recorder.wait_done()


async def test_closing_writes_what_waits_and_then_it_is_done(
    desk: Desk, autojump_clock: MockClock
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.recorder.run)
        await trio.sleep(1)
        desk.recorder.keep(look(1))
        desk.recorder.close()
        await desk.recorder.wait_done()
    assert [1.0] == desk.written()
    assert pytest.approx(1.0, abs=LINGER_S) == trio.current_time()


async def test_who_waits_for_the_database_is_let_go_when_it_is_lost(
    desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.go_away()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.recorder.run)
        await desk.recorder.record(look(1))
        assert pytest.approx(LINGER_S) == trio.current_time()
        await desk.recorder.record(look(2))
        assert pytest.approx(LINGER_S) == trio.current_time()
        assert (2, True, True) == (
            desk.recorder.waiting,
            desk.recorder.behind,
            desk.recorder.outage.on,
        )
        await trio.sleep(30)
        desk.store.come_back()
        await trio.sleep(3)
        assert not desk.recorder.behind
        nursery.cancel_scope.cancel()
    assert [1.0, 2.0] == desk.written()


async def test_one_who_loses_the_database_frees_all_who_wait_for_it(
    desk: Desk, autojump_clock: MockClock
) -> None:
    freed = []

    async def record(slot_s: float) -> None:
        await desk.recorder.record(look(slot_s))
        freed.append(trio.current_time())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(record, 1)
        nursery.start_soon(record, 2)
        await trio.sleep(0.5)
        desk.recorder.lose(DatabaseAway("seen by another"))
    assert [0.5, 0.5] == freed


async def test_cancelled_while_waiting_a_record_is_written_all_the_same(
    desk: Desk, autojump_clock: MockClock
) -> None:
    async with trio.open_nursery() as nursery:
        with trio.move_on_after(1) as scope:
            await desk.recorder.record(look(1))
        assert scope.cancelled_caught
        nursery.start_soon(desk.recorder.run)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert [1.0] == desk.written()


@pytest.mark.parametrize("cancel_s", [0.0, 0.01, LINGER_S, 1.0, 2.0, 2.5, 4.0, 30.0])
async def test_cancelled_anywhere_it_goes_on_where_it_was_when_started_again(
    cancel_s: float, desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.takes_s = 2.0
    for number in range(250):
        desk.recorder.keep(look(number))
    with trio.move_on_after(cancel_s):
        await desk.recorder.run()
    assert {} == desk.store.open_sessions
    await desk.close()
    assert list(map(float, range(250))) == desk.written()
    assert [] == desk.store.clashes


async def test_tries_come_soon_at_first_and_then_every_second_or_two(
    desk: Desk, autojump_clock: MockClock
) -> None:
    tries = []

    def away() -> None:
        tries.append(trio.current_time())
        raise DatabaseAway("gone")

    desk.store.before_unit = away
    desk.recorder.keep(look(1))
    with trio.move_on_after(10):
        await desk.recorder.run()
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert pytest.approx([0.2, 0.5, 1.0]) == pauses[:3]
    assert sorted(pauses) == pytest.approx(pauses)
    assert 2.01 >= pauses[-1]


async def test_for_a_slow_database_nobody_waits_for_long(
    desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.takes_s = 20.0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.recorder.run)
        await desk.recorder.record(look(1))
        assert pytest.approx(PATIENCE_S + LINGER_S) == trio.current_time()
        await desk.recorder.record(look(2))
        assert pytest.approx(PATIENCE_S + LINGER_S) == trio.current_time()
        assert (True, False) == (desk.recorder.behind, desk.recorder.outage.on)
        desk.store.takes_s = 0.0
        await trio.sleep(60)
        assert not desk.recorder.behind
        nursery.cancel_scope.cancel()
    assert [1.0, 2.0] == desk.written()


def refusing(*slots_s: float) -> Callable[[Sequence[Record]], None]:
    """Refuse the records of some slots, and with them the whole transaction."""
    poisoned = {at(slot_s) for slot_s in slots_s}

    def refuse(records: Sequence[Record]) -> None:
        if any(isinstance(one, LookRecord) and one.slot_at in poisoned for one in records):
            raise StoreRefused("value too long")

    return refuse


async def test_what_is_refused_is_tried_once_more_when_others_were_taken_and_then_dropped(
    desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.refuse = refusing(1, 3)
    for number in range(5):
        desk.recorder.keep(look(number))
    await desk.close()
    assert [0.0, 2.0, 4.0] == desk.written()
    assert (3, 2, 0) == (desk.recorder.written, desk.recorder.refused, desk.recorder.waiting)
    assert not desk.recorder.outage.on


async def test_a_refusal_that_was_a_whim_of_the_database_costs_nothing(
    desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.refuse = refusing(1)
    desk.recorder.keep(look(1))
    with trio.move_on_after(1):
        await desk.recorder.run()
    assert (0, 0, 1) == (desk.recorder.written, desk.recorder.refused, desk.recorder.waiting)
    desk.store.refuse = refusing()
    desk.recorder.keep(look(2))
    await desk.close()
    assert [2.0, 1.0] == desk.written()
    assert (2, 0, 0) == (desk.recorder.written, desk.recorder.refused, desk.recorder.waiting)


@pytest.mark.parametrize("away_at_try", range(1, 9))
async def test_a_database_that_goes_away_while_the_refused_are_sought_loses_and_doubles_nothing(
    away_at_try: int, desk: Desk, autojump_clock: MockClock
) -> None:
    tries = count(1)

    def away() -> None:
        if next(tries) == away_at_try:
            raise DatabaseAway("gone")

    desk.store.refuse = refusing(1)
    desk.store.before_unit = away
    for number in range(4):
        desk.recorder.keep(look(number))
    await desk.close()
    desk.recorder.keep(look(9))
    await desk.close()
    assert [0.0, 2.0, 3.0, 9.0] == sorted(desk.written())
    assert (1, 0) == (desk.recorder.refused, desk.recorder.waiting)
    assert [] == desk.store.clashes


@pytest.mark.parametrize("cancel_s", [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5])
async def test_cancelled_while_the_refused_are_sought_nothing_is_forgotten(
    cancel_s: float, desk: Desk, autojump_clock: MockClock
) -> None:
    desk.store.refuse = refusing(1, 2)
    desk.store.takes_s = 1.0
    for number in range(4):
        desk.recorder.keep(look(number))
    with trio.move_on_after(cancel_s):
        await desk.recorder.run()
    desk.recorder.keep(look(9))
    await desk.close()
    assert [0.0, 3.0, 9.0] == sorted(desk.written())
    assert (2, 0) == (desk.recorder.refused, desk.recorder.waiting)


async def test_when_memory_is_full_news_are_kept_longest(autojump_clock: MockClock) -> None:
    desk = Desk.set_up(kept=3)
    desk.store.go_away()
    with trio.move_on_after(1):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(desk.recorder.run)
            for number in range(5):
                await desk.recorder.record(look(60.0 * number))
            for number in range(1, 6):
                await desk.recorder.record(look(60.0 * number, task_id=2, seq=number))
            desk.recorder.keep(EventRecord(event=Event(at=at(1), kind="dropped")))
            assert 6 == desk.recorder.waiting
    desk.store.come_back()
    await desk.close()
    slots = list(desk.store.tables.looks)
    assert [(1, at(0)), (1, at(60)), (1, at(120))] == slots[:3]
    assert [(2, at(60)), (2, at(120)), (2, at(180))] == slots[3:]
    gaps = sorted(desk.store.tables.gaps.values(), key=lambda gap: gap.task_id)
    assert [(1, at(180), at(300), 2), (2, at(240), at(360), 2)] == [
        (gap.task_id, gap.from_at, gap.until_at, gap.slots) for gap in gaps
    ]
    assert {GapReason.DATABASE_LOST} == {gap.reason for gap in gaps}
