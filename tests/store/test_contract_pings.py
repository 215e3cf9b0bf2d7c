"""Every store: what watched jobs say is kept once, whole, and within bounds."""

from typing import Any

import attrs
import pytest

from monitor.core.pings import BEGINNING, PINGS_KEPT, Ping, PingKind, PingRecord
from monitor.core.ports import Session, Store
from monitor.core.records import Record
from tests.store.scene import ODD_TEXT, add, at, look


def ping(task_id: int, at_s: float, kind: PingKind = PingKind.SUCCESS, **more: Any) -> Ping:
    return Ping(task_id=task_id, kind=kind, at=at(at_s), **more)


async def write(session: Session, *pings: Ping) -> None:
    await session.commit([PingRecord(ping=one) for one in pings])


async def test_a_ping_comes_back_as_it_was_sent(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        sent = ping(
            task.id,
            1.5,
            PingKind.FAIL,
            exit_code=137,
            rid="0f6a",
            run_s=1 / 3,
            body=f"{ODD_TEXT}\n\tcannot read {'ж' * 300}",
            source="[2001:db8::1]",
        )
        bare = ping(task.id, 3)
        await write(session, bare, sent)
        assert [bare, sent] == await session.pings(task.id)
        short = attrs.evolve(sent, body=sent.body[:BEGINNING])
        assert [bare, short] == await session.pings(task.id, bodies=False)
        assert [bare] == await session.pings(task.id, limit=1)


async def test_what_was_heard_of_many_is_read_at_once(store: Store) -> None:
    async with store.session("test") as session:
        one, two, silent = [await add(session, name) for name in ("one", "two", "silent")]
        mine = [ping(one.id, n, body="ж" * 300) for n in range(5)]
        logs = [ping(one.id, 10 + n, PingKind.LOG) for n in range(2)]
        theirs = ping(two.id, 3, PingKind.FAIL, exit_code=1, rid="a", run_s=0.5, source="x")
        await write(session, *logs, *mine, theirs)
        short = [attrs.evolve(each, body=each.body[:BEGINNING]) for each in mine]
        found = await session.heard([one.id, two.id, silent.id, 999], 3)
        assert {one.id: [*short[-3:], *logs], two.id: [theirs]} == found
        assert {one.id: [short[-1], logs[-1]]} == await session.heard([one.id], 1)
        assert {} == await session.heard([], 3)


async def test_a_ping_that_is_written_again_changes_nothing(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        first = ping(task.id, 1, body="first")
        await write(session, first)
        await write(session, first, ping(task.id, 1, body="second"))
        assert [first] == await session.pings(task.id)


async def test_at_one_moment_there_may_be_one_ping_of_each_kind(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        await write(session, *(ping(task.id, 1, kind) for kind in PingKind))
        found = await session.pings(task.id)
        assert sorted(PingKind) == [one.kind for one in found]


async def test_of_each_kind_the_newest_are_kept_and_no_kind_pushes_another_out(
    store: Store,
) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "other")
        success, theirs = ping(task.id, 0), ping(other.id, 0, PingKind.LOG)
        await write(session, success, theirs)
        logs = [ping(task.id, 1 + n, PingKind.LOG) for n in range(PINGS_KEPT + 30)]
        await write(session, *logs[:70])
        await write(session, *reversed(logs[70:]))
        newest = logs[: -PINGS_KEPT - 1 : -1]
        assert [*newest, success] == await session.pings(task.id, limit=1000)
        assert [theirs] == await session.pings(other.id)


async def test_a_ping_that_comes_late_does_not_push_out_a_newer_one(store: Store) -> None:
    async with store.session("test") as session:
        task = await add(session)
        pings = [ping(task.id, 10 + n) for n in range(PINGS_KEPT)]
        await write(session, *pings)
        await write(session, ping(task.id, 1))
        assert pings[::-1] == await session.pings(task.id, limit=1000)


async def test_pings_go_with_their_task_and_none_outlives_it(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add(session), await add(session, "other")
        await write(session, ping(task.id, 1), ping(other.id, 1))
        await session.remove(task.id)
        await write(session, ping(task.id, 2), ping(other.id, 2))
        assert [] == await session.pings(task.id)
        assert 2 == len(await session.pings(other.id))


@pytest.mark.parametrize("first", [True, False])
async def test_pings_share_a_commit_with_other_records(store: Store, first: bool) -> None:
    async with store.session("test") as session:
        task = await add(session)
        records: list[Record] = [look(task.id, 0), PingRecord(ping=ping(task.id, 1))]
        await session.commit(records if first else records[::-1])
        assert 1 == len(await session.pings(task.id))
        assert 1 == len(await session.looks(task.id))
