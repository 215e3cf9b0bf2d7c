"""Whatever is asked of them, in whatever order: the databases do what the memory store does."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor.core.failures import StoreRefused
from monitor.core.model import Lifecycle, Reason, Recovery, RequestKind, Status
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord, LifeRecord, LookRecord, Record
from monitor.store.address import parse_address
from monitor.store.memory import MemoryStore
from monitor.store.sql import open_store
from tests.outsider import open_outsider
from tests.store.conftest import EMPTIED, now
from tests.store.scene import (
    at,
    event,
    everything,
    gap,
    incident,
    look,
    node,
    result,
    spec,
    state,
    transition,
)

Step = Callable[[Session], Awaitable[object]]
Script = list[tuple[str, Step]]

# Few values, so that they meet again: the same slot, name, number and moment twice are the point.
task_ids = st.integers(1, 4)
moments = st.sampled_from([0, 0.000001, 1, 2, 3])
statuses = st.sampled_from([Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN])
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=3,
)
details = st.dictionaries(texts, values, max_size=2)


@st.composite
def looks(draw: st.DrawFn) -> LookRecord:
    task_id, slot_s, status = draw(task_ids), draw(moments), draw(statuses)
    seq, number = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    detail = draw(texts)
    seen = result(
        status,
        detail=detail,
        reason=draw(st.none() | st.sampled_from(Reason)),
        timings=draw(
            st.dictionaries(texts, st.floats(0, 1).map(lambda s: round(s, 6)), max_size=2)
        ),
        duration_s=draw(st.floats(0, 1e9)),
    )
    closed_s = draw(st.none() | moments)
    happened = event(slot_s, task_id=task_id, detail=detail, data=draw(details))
    return look(
        task_id,
        slot_s,
        status,
        result=seen,
        state=state(task_id, slot_s, status, detail=detail, seq=seq),
        transition=draw(st.none() | st.just(transition(task_id, seq, slot_s, detail=detail))),
        incident=draw(st.none() | st.just(incident(task_id, number, slot_s, closed_s))),
        gaps=draw(st.just(()) | st.just((gap(task_id, slot_s, slot_s + 1),))),
        event=draw(st.none() | st.just(happened)),
    )


@st.composite
def lives(draw: st.DrawFn) -> LifeRecord:
    task_id = draw(task_ids)
    recovery = Recovery(
        lifecycle=draw(st.sampled_from(Lifecycle)),
        attempts=draw(st.integers(0, 10)),
        retry_at=at(draw(moments)),
        error=draw(texts),
    )
    happened = event(draw(moments), "task.failed", task_id)
    return LifeRecord(task_id=task_id, recovery=recovery, event=draw(st.none() | st.just(happened)))


@st.composite
def happenings(draw: st.DrawFn) -> EventRecord:
    return EventRecord(
        event=event(draw(moments), draw(st.sampled_from(["a", "b"])), draw(st.none() | task_ids)),
        gaps=draw(st.just(()) | st.just((gap(draw(task_ids), draw(moments), 9),))),
    )


records: st.SearchStrategy[Record] = looks() | lives() | happenings()
specs = st.builds(spec, st.sampled_from("abc"), target=texts, paused=st.booleans(), options=details)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, Step]:
    sort = draw(st.sampled_from(["commit"] * 6 + ["add", "edit", "remove", "wish", "beat", "read"]))
    task_id = draw(task_ids)
    if sort == "commit":
        batch = draw(st.lists(records, max_size=6))
        return f"commit {batch}", lambda session: session.commit(batch)
    if sort == "add":
        new = draw(st.lists(specs, max_size=3))
        return f"add {new}", lambda session: session.add(new, at(0))
    if sort == "edit":
        wanted = draw(specs)
        return f"edit {task_id} {wanted}", lambda session: session.edit(task_id, wanted)
    if sort == "remove":
        return f"remove {task_id}", lambda session: session.remove(task_id)
    if sort == "wish":
        kind = draw(st.sampled_from(RequestKind))
        return f"wish {kind} {task_id}", lambda session: wish(session, task_id, kind)
    if sort == "beat":
        beat = node(draw(st.sampled_from("xy")), draw(moments), sessions=draw(st.none() | details))
        return f"beat {beat}", lambda session: session.beat(beat)
    since = at(draw(moments))
    return f"read since {since}", lambda session: read(session, task_id, since)


async def wish(session: Session, task_id: int, kind: RequestKind) -> None:
    """Leave a wish; each store numbers them its own way."""
    await session.request(task_id, kind)


async def read(session: Session, task_id: int, since: Any) -> list[Any]:
    changes = await session.changes(-1)
    assert changes is not None
    return [
        [(wish.task_id, wish.kind) for wish in changes.requests],
        changes.watched,
        await session.looks(task_id, since, 2),
        await session.recent({task_id: since}),
        await session.gaps(task_id, since),
        await session.transitions(task_id, since),
        await session.incidents(task_id, since),
        await session.events(task_id, since, 2),
        await session.overdue(since),
    ]


async def play(store: Store, script: Script) -> list[object]:
    """Return what came of every step, and all that is stored in the end."""
    outcomes: list[object] = []
    async with store.session("player") as session:
        await session.add([spec("a"), spec("b", paused=True)], at(0))
        for name, step in script:
            try:
                outcomes.append((name, await step(session)))
            except StoreRefused as error:
                outcomes.append((name, type(error)))
        outcomes.append(await everything(session))
    return outcomes


async def play_on_database(url: str, script: Script) -> list[object]:
    async with open_store(parse_address(url), now, upgrade=False) as store:
        return await play(store, script)


def agree(url: str, script: Script) -> None:
    expected = trio.run(play, MemoryStore(now), script)
    assert expected == trio.run(play_on_database, url, script)


scripts = st.lists(steps(), min_size=1, max_size=12)
quick = settings(phases=set(Phase) - {Phase.explain})  # that takes minutes


@given(script=scripts)
@settings(quick, max_examples=40)
def test_sqlite_agrees_with_memory(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, script: Script
) -> None:
    path = shutil.copy(migrated_file, tmp_path_factory.getbasetemp() / "agree.db")
    agree(f"sqlite:///{path}", script)


@given(script=scripts)
@settings(quick, max_examples=15)
def test_postgresql_agrees_with_memory(migrated_database: str, script: Script) -> None:
    with open_outsider(migrated_database) as outsider:
        outsider.ask(EMPTIED)
    agree(migrated_database, script)
