"""Every store: what is to be told is kept with what it tells about, and told once."""

import attrs

from monitor.core.alerts.alerting import (
    Acknowledgement,
    Alerting,
    AlertingChange,
    Maintenance,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.changes import FleetChange
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord, NoticeRecord
from tests.store.scene import ODD_TEXT, add, at, event, incident, look, notice, spec


async def write(session: Session, *notices: Notice) -> None:
    await session.commit([NoticeRecord(notices=notices)])


async def decide(session: Session, *notices: Notice) -> None:
    await session.commit([NoticeRecord(decided=notices)])


def sent(one: Notice, at_s: float = 5.0) -> Notice:
    return attrs.evolve(one, state=NoticeState.SENT, attempts=1, decided_at=at(at_s), message="m1")


async def test_a_notice_comes_back_as_it_was_written_with_its_look(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        told = notice(
            task.id,
            1.5,
            subject=ODD_TEXT,
            target="tcp://x:1",
            detail=f"{ODD_TEXT}\n",
            tags=("prod", ODD_TEXT),
            affected=("a", "b"),
            due_at=at(9),
            why="waits",
        )
        await session.commit([look(task.id, 0, incident=incident(task.id, 1, 0), notices=(told,))])
        assert [told] == await session.unfinished()
        assert [told] == await session.notices(task.id)


async def test_a_notice_that_is_written_again_changes_nothing(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        first = notice(task.id, detail="first")
        await write(session, first)
        await decide(session, sent(first))
        await write(session, first, attrs.evolve(first, detail="second"))
        assert [sent(first)] == await session.notices()


async def test_each_channel_has_a_notice_of_its_own(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        ours, theirs = notice(task.id), notice(task.id, channel="boss")
        await write(session, ours, theirs)
        await decide(session, sent(ours))
        assert [theirs, sent(ours)] == await session.notices()


async def test_what_became_of_a_notice_is_not_taken_back(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        first = notice(task.id)
        await write(session, first)
        await decide(session, sent(first))
        await decide(session, attrs.evolve(first, state=NoticeState.DROPPED, why="too late"))
        assert [sent(first)] == await session.notices()


async def test_a_thread_is_unfinished_while_one_of_it_is_pending(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        down = notice(task.id)
        up = notice(task.id, 1, key=f"{task.id}/1/up", kind=NoticeKind.UP, ended_at=at(1))
        await write(session, down, up)
        await decide(session, sent(down))
        assert [sent(down), up] == await session.unfinished()
        await decide(session, sent(up))
        assert [] == await session.unfinished()


async def test_a_thread_is_unfinished_while_its_incident_is_open(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        down = notice(task.id)
        opened = look(task.id, 0, incident=incident(task.id, 1, 0), notices=(down,))
        await session.commit([opened])
        await decide(session, sent(down))
        assert [sent(down)] == await session.unfinished()
        await session.commit([look(task.id, 30, incident=incident(task.id, 1, 0, 30))])
        assert [] == await session.unfinished()


async def test_notices_of_a_removed_task_are_gone_and_come_not_back(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "other")
        kept, ours = notice(other.id), notice(None, key="system/x/system")
        await write(session, notice(task.id), kept, ours)
        await session.remove(task.id)
        await write(session, notice(task.id, key=f"{task.id}/2/down"))
        assert [ours, kept] == sorted(await session.notices(), key=lambda one: one.task_id or 0)


async def test_notices_are_found_by_state_and_time_the_newest_first(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        many = [notice(task.id, i, key=f"{task.id}/{i}/down", incident=i) for i in range(4)]
        await write(session, *many)
        dead = attrs.evolve(many[2], state=NoticeState.DEAD, why="nobody there", attempts=9)
        await decide(session, dead)
        assert [many[3], dead, many[1]] == await session.notices(limit=3)
        assert [dead] == await session.notices(states=[NoticeState.DEAD])
        assert [many[3], dead] == await session.notices(since=at(2))


async def test_notices_are_found_by_their_thread_and_by_their_message(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        down = notice(task.id)
        up = notice(task.id, 1, key=f"{task.id}/1/up", kind=NoticeKind.UP, ended_at=at(1))
        other = notice(task.id, 2, key=f"{task.id}/2/down", incident=2)
        await write(session, down, up, other)
        with_up = attrs.evolve(sent(other), message="m2")
        await decide(session, sent(down), attrs.evolve(sent(up), message="m2"), with_up)
        assert [f"{task.id}/1/up", down.key] == [
            one.key for one in await session.notices(thread=down.thread)
        ]
        assert [with_up, attrs.evolve(sent(up), message="m2")] == await session.notices(
            message="m2"
        )
        assert [] == await session.notices(thread=down.thread, message="m3")


async def test_a_dead_notice_is_pending_again_when_somebody_wants_it(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        first, second = notice(task.id), notice(task.id, key=f"{task.id}/2/down", incident=2)
        await write(session, first, second)
        await decide(session, attrs.evolve(first, state=NoticeState.DEAD, attempts=9), sent(second))
        before = await session.changes(-1)
        wanted = ((first.key, "ops"), (second.key, "ops"))
        await session.change_alerting(AlertingChange(resend=wanted))
        assert [first] == [
            one for one in await session.unfinished() if one.state is NoticeState.PENDING
        ]
        assert before is not None
        assert await session.changes(before.revision) is not None


async def test_what_operators_say_comes_back_and_is_seen_as_a_change(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        assert Alerting() == await session.alerting()
        ops = ChannelSpec(
            name="ops",
            url="mailtos://${USER}@x",
            options={"to": ["a", ODD_TEXT]},
            default=True,
            hours="mon-fri 09:00-18:00 UTC",
            group_wait_s=1.5,
            from_file=True,
        )
        boss = ChannelSpec(name="boss", url="ntfy://boss", system=True)
        work = Maintenance(
            name="patch day",
            selector=Selector(tags=("prod",)),
            rule={"cron": "0 3 * * sun", "duration": "2h", "zone": "Europe/Berlin"},
        )
        taken = Acknowledgement(task_id=task.id, incident=3, at=at(1), note=ODD_TEXT, by="me")
        quiet = Silence(
            id=0, selector=Selector(tasks=("sh*",)), from_at=at(0), until_at=at(60), note="why"
        )
        change = AlertingChange(
            channels=(ops, boss),
            maintenances=(work,),
            acknowledgements=(taken,),
            silences=(quiet,),
        )
        before = await session.changes(-1)
        assert before is not None
        await session.change_alerting(change)
        found = await session.changes(before.revision)
        assert found is not None
        assert found.alerting == await session.alerting()
        assert found.alerting is not None
        assert (boss, ops) == found.alerting.channels
        assert found.alerting.channels[1].from_file
        assert (work,) == found.alerting.maintenances
        assert (taken,) == found.alerting.acknowledgements
        (stored,) = found.alerting.silences
        assert attrs.evolve(quiet, id=stored.id) == stored
        assert stored.id > 0


async def test_what_operators_say_can_be_replaced_and_taken_back(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        ops = ChannelSpec(name="ops", url="ntfy://one")
        taken = Acknowledgement(task_id=task.id, incident=1, at=at(1))
        quiet = Silence(id=0, selector=Selector(), from_at=at(0), until_at=at(60))
        first = AlertingChange(channels=(ops,), acknowledgements=(taken,), silences=(quiet,))
        await session.change_alerting(first)
        other = attrs.evolve(ops, url="ntfy://two")
        longer = attrs.evolve(taken, until_at=at(99))
        again = AlertingChange(channels=(other,), acknowledgements=(longer,))
        await session.change_alerting(again)
        found = await session.alerting()
        assert ((other,), (longer,)) == (found.channels, found.acknowledgements)
        await session.change_alerting(
            AlertingChange(
                drop_channels=("ops",),
                drop_silences=(found.silences[0].id,),
                drop_acknowledgements=((task.id, 1),),
            )
        )
        assert Alerting() == await session.alerting()


async def test_a_rebuild_changes_tasks_and_channels_together(store: Store) -> None:
    async with store.session("test") as session:
        ops = ChannelSpec(name="ops", url="ntfy://ops")
        alerting = AlertingChange(channels=(ops,))
        change = FleetChange(add=(spec("new"),), alerting=alerting)
        assert change == await session.rebuild(lambda *_: change, at(0))
        assert (ops,) == (await session.alerting()).channels
        assert ["new"] == [one.task.name for one in await session.fleet()]


async def test_other_records_may_be_committed_beside_notices(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        told = notice(task.id)
        happened = EventRecord(event=event(1, "alert.sent"))
        await session.commit([NoticeRecord(notices=(told,)), happened, look(task.id, 0)])
        await session.commit([NoticeRecord(decided=(sent(told),), event=event(2, "alert.sent"))])
        assert [sent(told)] == await session.notices()
        assert 2 == len(await session.events())
