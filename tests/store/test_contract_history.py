"""Every store: what was seen and what happened, in order, and between moments."""

from monitor.core.model import Event, Reason, Recovery, Status
from monitor.core.ports import Store
from monitor.core.records import EventRecord, LifeRecord
from tests.store.scene import ODD_TEXT, add, at, event, gap, incident, look, transition


async def test_looks_come_newest_first_since_a_slot_and_no_more_than_asked(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "cart")
        await session.commit([look(task.id, slot_s) for slot_s in (60, 0, 90, 30)])
        await session.commit([look(other.id, 75)])

        async def slots(since_s: float | None = None, limit: int = 100) -> list[float]:
            since = None if since_s is None else at(since_s)
            found = await session.looks(task.id, since, limit)
            return [(one.slot_at - at(0)).total_seconds() for one in found]

        assert [90, 60, 30, 0] == await slots()
        assert [90, 60] == await slots(limit=2)
        assert [90, 60] == await slots(since_s=60)
        assert [90] == await slots(since_s=60.000001)
        assert [90] == await slots(since_s=0, limit=1)
        assert [] == await slots(since_s=91)


async def test_looks_and_events_may_be_asked_for_up_to_a_moment(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await session.commit([look(task.id, slot_s) for slot_s in (0, 30, 60, 90)])
        found = await session.looks(task.id, at(30), before=at(90))
        assert [at(60), at(30)] == [one.slot_at for one in found]
        assert [at(60)] == [
            one.slot_at for one in await session.looks(task.id, limit=1, before=at(90))
        ]
        lost, sent, failed = (
            event(seconds, kind)
            for seconds, kind in ((0, "database.lost"), (30, "alert.sent"), (60, "alert.failed"))
        )
        await session.commit([EventRecord(event=one) for one in (lost, sent, failed)])
        assert [sent, lost] == await session.events(before=at(60))
        assert [failed, sent] == await session.events(kinds=["alert.sent", "alert.failed"])
        assert [sent] == await session.events(before=at(60), kinds=["alert.sent"])


async def test_happenings_of_no_task_can_be_asked_for(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        ours, its = event(0, "drill.started"), event(0, "drill.started", task_id=task.id)
        await session.commit([EventRecord(event=ours), EventRecord(event=its)])
        assert [ours] == await session.events(0)
        assert [its] == await session.events(task.id)


async def test_gaps_come_oldest_first_and_those_that_ended_before_are_left_out(
    store: Store,
) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "cart")
        first, second = gap(task.id, 0, 60, slots=2), gap(task.id, 120, 150)
        foreign = gap(other.id, 30, 120, slots=3)
        await session.commit([look(task.id, 150, gaps=(second, first)), EventRecord()])
        await session.commit([EventRecord(gaps=(foreign,))])
        assert [first, foreign, second] == await session.gaps()
        assert [first, second] == await session.gaps(task.id)
        assert [first, foreign, second] == await session.gaps(since=at(59.999999))
        assert [foreign, second] == await session.gaps(since=at(60))
        assert [second] == await session.gaps(task.id, at(60))
        assert [] == await session.gaps(since=at(150))


async def test_transitions_come_oldest_first_since_their_moment(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "cart")
        first = transition(task.id, 1, 30, reason=Reason.RESOLVER, detail=ODD_TEXT)
        second = transition(task.id, 2, 30, before=Status.DOWN, after=Status.UP)
        foreign = transition(other.id, 1, 30)
        earliest = transition(other.id, 2, 0)
        for one in (foreign, second, earliest, first):
            await session.commit([look(one.task_id, 30 + one.seq, transition=one)])
        assert [earliest, first, second, foreign] == await session.transitions()
        assert [first, second, foreign] == await session.transitions(since=at(30))
        assert [first, second] == await session.transitions(task.id)
        assert [] == await session.transitions(since=at(30.000001))


async def test_incidents_are_found_while_they_are_open_and_until_they_closed(
    store: Store,
) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "cart")
        over = incident(task.id, 1, 0, closed_s=60)
        present = incident(task.id, 2, 90)
        foreign = incident(other.id, 1, 30)
        await session.commit(
            [
                look(task.id, 0, incident=incident(task.id, 1, 0)),
                look(task.id, 60, incident=over),
                look(task.id, 90, incident=present),
                look(other.id, 30, incident=foreign),
            ]
        )
        assert [over, foreign, present] == await session.incidents()
        assert [over, present] == await session.incidents(task.id)
        assert [over, foreign, present] == await session.incidents(since=at(60))
        assert [foreign, present] == await session.incidents(since=at(60.000001))
        assert [present] == await session.incidents(task.id, at(1000))


async def test_events_come_newest_first_of_one_task_or_of_all(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        ours = event(0, "database.lost", detail=ODD_TEXT, data={ODD_TEXT: [1, {"a": None}]})
        its = event(30, "task.error", task.id, data={"errors": 1})
        both = event(30, "task.failed", task.id)
        latest = event(60, "database.back")
        await session.commit(
            [EventRecord(event=latest), look(task.id, 30, event=its), EventRecord(event=ours)]
        )
        await session.commit([LifeRecord(task_id=task.id, recovery=Recovery(), event=both)])
        assert [latest, its, both, ours] == await session.events()
        assert [its, both] == await session.events(task.id)
        assert [latest, its, both] == await session.events(since=at(30))
        assert [latest] == await session.events(limit=1)
        assert [] == await session.events(since=at(61))


async def test_happenings_of_one_moment_are_kept_apart_by_kind_and_task(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "cart")
        happened: list[Event] = [
            event(0, "a"),
            event(0, "a", task.id),
            event(0, "a", other.id),
            event(0, "b"),
        ]
        await session.commit([EventRecord(event=one) for one in happened])
        assert happened == await session.events()
