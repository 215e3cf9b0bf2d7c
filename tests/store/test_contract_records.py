"""Every store: what a commit writes, once, whole, and never over something newer."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from monitor.core.failures import StoreRefused
from monitor.core.model import Lifecycle, Look, Reason, Recovery, Result, State, Status
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord, LifeRecord, Record
from monitor.store.sql import SqlStore
from tests.store.scene import (
    ODD_TEXT,
    add,
    at,
    event,
    everything,
    gap,
    happening,
    incident,
    look,
    node,
    result,
    spec,
    state,
    transition,
)

# --- looks and states ---------------------------------------------------------------------------


async def test_a_look_comes_back_as_it_was_seen(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        seen = Result(
            status=Status.DOWN,
            detail=ODD_TEXT,
            reason=Reason.NETWORK,
            phase="connect",
            timings={"resolve": 0.001, "connect": 1e-06, ODD_TEXT: 3.5},
            duration_s=1 / 3,
            address="[2001:db8::1]:443",
        )
        await session.commit([look(task.id, 0, result=seen)])
        (found,) = await session.looks(task.id)
    assert Look(task_id=task.id, slot_at=at(0), looked_at=at(0.01), result=seen) == found
    assert ["resolve", "connect", ODD_TEXT] == list(found.result.timings)


async def test_what_is_believed_comes_back_as_it_was_judged(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        believed = State(
            task_id=task.id,
            status=Status.UNKNOWN,
            reason=Reason.LOOP_LAG,
            detail=ODD_TEXT,
            since_at=at(1),
            standing=Status.DEGRADED,
            standing_since_at=at(2),
            candidate=Status.DOWN,
            streak=2,
            streak_since_at=at(3),
            seq=2**40,
            incidents=7,
            consecutive_errors=4,
            last_slot_at=at(4),
            last_looked_at=at(5),
            next_check_at=at(6),
        )
        await session.commit([look(task.id, 4, state=believed)])
        assert believed == (await session.watched(task.id)).state


async def test_what_conditions_may_ask_about_is_not_stored(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, 0, result=result(facts={"body": object()}))])
        (found,) = await session.looks(task.id)
    assert {} == found.result.facts


async def test_writing_the_same_records_again_changes_nothing(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        records: list[Record] = [
            look(task.id, 0, event=event(0, task_id=task.id), gaps=(gap(task.id, -60, 0),)),
            look(
                task.id,
                30,
                Status.DOWN,
                transition=transition(task.id, 1, 30),
                incident=incident(task.id, 1, 0),
            ),
            look(
                task.id,
                60,
                transition=transition(task.id, 2, 60),
                incident=incident(task.id, 1, 0, closed_s=60),
            ),
            LifeRecord(
                task_id=task.id,
                recovery=Recovery(lifecycle=Lifecycle.BACKOFF, attempts=1, retry_at=at(99)),
                event=event(61, "task.restarting", task.id),
            ),
            EventRecord(event=event(62, "database.lost"), gaps=(gap(task.id, 90, 120),)),
        ]
        await session.commit(records)
        before = await everything(session)
        await session.commit(records)
        assert before == await everything(session)
        for record in records:
            await session.commit([record])
        assert before == await everything(session)
    assert [3, 2, 2, 1, 3] == [
        len(before["looks"][0]),
        *(len(before[what]) for what in ("gaps", "transitions", "incidents", "events")),
    ]


async def test_records_written_together_leave_what_records_written_singly_leave(
    store: Store,
) -> None:
    async with store.session("test") as session:
        task, twin = await add(session), await add(session, "twin")
        for slot_s in (0, 30, 60):
            await session.commit([look(task.id, slot_s)])
        await session.commit([look(twin.id, slot_s) for slot_s in (0, 30, 60)])
        found = await everything(session)
    assert found["looks"][0] == [attrs.evolve(one, task_id=task.id) for one in found["looks"][1]]
    assert state(task.id, 60) == found["fleet"][0].state
    assert state(twin.id, 60) == found["fleet"][1].state


async def test_a_late_record_is_kept_but_never_overwrites_a_newer_state(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        newer = look(task.id, 60)
        await session.commit([newer])
        await session.commit([look(task.id, 59.999999, Status.DOWN)])
        await session.commit([look(task.id, 0, Status.DOWN), look(task.id, 30, Status.DOWN)])
        assert newer.state == (await session.watched(task.id)).state
        assert [60.0, 59.999999, 30.0, 0.0] == [
            (one.slot_at - at(0)).total_seconds() for one in await session.looks(task.id)
        ]


async def test_records_out_of_order_in_one_batch_leave_the_newest_state(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, slot_s) for slot_s in (30, 90, 0, 60)])
        assert state(task.id, 90) == (await session.watched(task.id)).state


async def test_a_slot_has_one_result_and_the_first_one_stays(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, 0), look(task.id, 0, Status.DOWN)])
        await session.commit([look(task.id, 0, Status.DEGRADED)])
        assert [Status.UP] == [one.result.status for one in await session.looks(task.id)]
        assert Status.UP is (await session.watched(task.id)).state.status


async def test_a_state_with_a_slot_later_by_a_microsecond_is_newer(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, 0)])
        await session.commit([look(task.id, 0.000001, Status.DOWN)])
        assert Status.DOWN is (await session.watched(task.id)).state.status


async def test_a_step_of_a_childs_life_touches_nothing_that_is_believed(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, 0)])
        recovery = Recovery(
            lifecycle=Lifecycle.FAILED,
            attempts=10,
            retry_at=at(7),
            error=ODD_TEXT,
            changed_at=at(8),
        )
        await session.commit([LifeRecord(task_id=task.id, recovery=recovery)])
        watched = await session.watched(task.id)
        assert (state(task.id, 0), recovery) == (watched.state, watched.recovery)
        await session.commit([look(task.id, 30)])
        watched = await session.watched(task.id)
        assert (state(task.id, 30), recovery) == (watched.state, watched.recovery)


async def test_committing_nothing_and_empty_records_is_fine(store: Store) -> None:
    async with store.session("test") as session:
        before = await everything(session)
        await session.commit([])
        await session.commit([EventRecord()])
        assert before == await everything(session)


# --- incidents ----------------------------------------------------------------------------------


async def incidents_after(session: Session, *records: Record) -> list[Any]:
    await session.commit(records)
    return list(await session.incidents())


async def test_an_incident_opens_and_closes_once(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        opened = incident(task.id, 1, 0, detail=ODD_TEXT)
        closed = attrs.evolve(opened, closed_at=at(90))
        opening = look(task.id, 30, Status.DOWN, incident=opened)
        closing = look(task.id, 90, incident=incident(task.id, 1, 0, closed_s=90))
        later = look(task.id, 120, incident=incident(task.id, 1, 0, closed_s=120))
        assert [opened] == await incidents_after(session, opening)
        assert [opened] == await incidents_after(session, opening)
        assert [closed] == await incidents_after(session, closing)
        assert [closed] == await incidents_after(session, closing)
        assert [closed] == await incidents_after(session, later)
        assert [closed] == await incidents_after(session, opening)


async def test_an_incident_may_open_and_close_in_one_batch(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        opening = look(task.id, 30, Status.DOWN, incident=incident(task.id, 1, 0))
        closing = look(task.id, 60, incident=incident(task.id, 1, 0, closed_s=60))
        reopening = look(task.id, 90, Status.DOWN, incident=incident(task.id, 2, 90))
        found = await incidents_after(session, opening, closing, reopening)
    assert [incident(task.id, 1, 0, closed_s=60), incident(task.id, 2, 90)] == found


async def test_closing_an_incident_that_was_never_opened_does_nothing(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        closing = look(task.id, 60, incident=incident(task.id, 1, 0, closed_s=60))
        assert [] == await incidents_after(session, closing)


# --- all or nothing -----------------------------------------------------------------------------


def _unwritable(task_id: int) -> dict[str, Record]:
    """Records that no database takes, each for another reason."""
    return {
        "a required column is empty": look(task_id, 30, result=Result(status=None)),  # type: ignore[arg-type]
        "a number out of range": look(task_id, 120, state=state(task_id, 120, seq=2**80)),
        "no JSON": EventRecord(event=event(3, data={"a": object()})),
        "no Unicode": EventRecord(event=event(3, detail="\ud800")),
        "the wrong type": look(task_id, 30, result=result(duration_s="long")),
    }


_SQLITE_TAKES = {"a number out of range", "the wrong type"}
"""SQLite stores anything in any column."""


@pytest.mark.parametrize("why", _unwritable(0))
async def test_one_bad_record_refuses_its_whole_batch_and_harms_no_other(
    sql_store: SqlStore, why: str
) -> None:
    if sql_store.bridge.address.is_sqlite and why in _SQLITE_TAKES:
        why = "no JSON"
    async with sql_store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, 0)])
        before = await everything(session)
        bad = _unwritable(task.id)[why]
        batch: list[Record] = [
            look(task.id, 60),
            happening(1),
            bad,
            happening(2),
            look(task.id, 90),
        ]
        with pytest.raises(StoreRefused):
            await session.commit(batch)
        assert before == await everything(session)
        await session.commit([look(task.id, 60)])
        assert 2 == len(await session.looks(task.id))
    assert 0 == sql_store.bridge.poisoned


# --- moments ------------------------------------------------------------------------------------


async def there_and_back(session: Session, moment: datetime) -> list[datetime]:
    (task,) = await session.add([spec()], moment)
    record = look(task.id, 0, state=state(task.id, 0, next_check_at=moment))
    await session.commit([attrs.evolve(record, slot_at=moment, looked_at=moment)])
    (found,) = await session.looks(task.id, since=moment)
    (watched,) = await session.fleet()
    assert watched.state.next_check_at is not None
    return [found.slot_at, found.looked_at, watched.task.created_at, watched.state.next_check_at]


@pytest.mark.parametrize("micros", [0, 1, 999_999])
async def test_a_moment_comes_back_to_the_microsecond(store: Store, micros: int) -> None:
    moment = datetime(2026, 10, 25, 0, 59, 59, micros, tzinfo=UTC)
    async with store.session("test") as session:
        found = await there_and_back(session, moment)
    assert [(moment, UTC)] * 4 == [(one, one.tzinfo) for one in found]


@pytest.mark.parametrize("hours", [-11, 5.75])
async def test_a_moment_of_another_zone_comes_back_in_utc(
    sql_store: SqlStore, hours: float
) -> None:
    moment = at(0).astimezone(timezone(timedelta(hours=hours)))
    async with sql_store.session("test") as session:
        found = await there_and_back(session, moment)
    assert [(moment, UTC)] * 4 == [(one, one.tzinfo) for one in found]


# --- processes ----------------------------------------------------------------------------------


async def test_a_beat_says_what_a_process_is_and_the_newest_comes_first(store: Store) -> None:
    async with store.session("test") as session:
        one = node("n1", 2, sessions={"task 1": "2026"}, figures={"looks": 3.0, "lag_s": 1e-06})
        two = node("n2", 4, sessions={}, stopped_at=at(4), host=ODD_TEXT)
        await session.beat(one)
        await session.beat(two)
        assert [two, one] == await session.nodes()
        again = attrs.evolve(one, beat_at=at(6), figures={})
        await session.beat(again)
        assert [again, two] == await session.nodes()


async def test_a_beat_without_sessions_leaves_them_as_they_were(store: Store) -> None:
    async with store.session("test") as session:
        await session.beat(node(sessions={"task 1": "2026"}))
        await session.beat(node(beat_s=2, sessions=None))
        assert [node(beat_s=2, sessions={"task 1": "2026"})] == await session.nodes()
        await session.beat(node(beat_s=4, sessions={}))
        assert [node(beat_s=4, sessions={})] == await session.nodes()


async def test_a_first_beat_without_sessions_has_none(store: Store) -> None:
    async with store.session("test") as session:
        await session.beat(node(sessions=None))
        assert [node(sessions={})] == await session.nodes()
