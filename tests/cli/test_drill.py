"""`monitor drill` asks a real monitor, whose canary falls and recovers."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.core.model import Event, Lifecycle, Node, Recovery, TaskSpec
from monitor.core.ports import Session
from monitor.core.records import EventRecord, LifeRecord
from monitor.words import Words
from tests.cli.conftest import Fill, Monitor, Process, Start, part, wait_until


def test_a_running_monitor_proves_that_it_recovers(monitor: Monitor, running: Process) -> None:
    answer = monitor("drill --json")
    assert (0, True, False) == (
        answer.code,
        answer.document["recovered"],
        answer.document["late"],
    )
    assert answer.document["took_s"] >= 2
    running.wait_for("drill.recovered")
    [ending] = [one["ending"] for one in monitor("drill --history --json").document["exercises"]]
    assert "recovered" == ending


def test_the_child_of_a_task_proves_that_it_recovers(monitor: Monitor, running: Process) -> None:
    [task] = monitor("task list --json").document
    before = session_opened_at(monitor, task["id"])
    answer = monitor(f"drill {task['name']}")
    assert 0 == answer.code
    assert answer.out.startswith(f'task 1 "{task["name"]}" recovered: after 1')
    assert "its database session of 20" in answer.out
    running.wait_for("made to fail (no later than")
    wait_until(lambda: session_opened_at(monitor, task["id"]) > before)
    [exercise] = monitor("drill --history 1 --json").document["exercises"]
    expected = {"task_id": 1, "task": task["name"], "ending": "recovered", "good": True}
    assert expected == part(exercise, expected)
    [task] = monitor("task list --json").document
    assert ("running", 0) == (task["recovery"]["lifecycle"], task["recovery"]["attempts"])


def session_opened_at(monitor: Monitor, task_id: int) -> str:
    sessions = monitor("status --json").document["sessions"]
    opened = [one["opened_at"] for one in sessions if one["owner"] == f"task {task_id}"]
    return str(opened[0]) if opened else ""


async def a_fleet(session: Session) -> None:
    """A monitor that runs, and tasks it does not look at."""
    now = datetime.now(UTC)
    _, lost = await session.add(
        [TaskSpec(name="off", target="self:", paused=True), TaskSpec(name="lost", target="self:")],
        now,
    )
    failed = Recovery(lifecycle=Lifecycle.FAILED, attempts=10, error="oh no", changed_at=now)
    await session.commit([LifeRecord(task_id=lost.id, recovery=failed)])
    # Of another machine, so that nobody finds that it is gone.
    await session.beat(
        Node(id="n", host="elsewhere", pid=1, version="1", started_at=now, beat_at=now)
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("drill nobody", "there is no task 'nobody'; `monitor task list` shows all"),
        ("drill off", "task 'off' is paused, so there is no child of it to be made to fail"),
        ("drill lost", "task 'lost' is recovering from a failure of its own already (failed: oh"),
        ("drill --since 1h", "--since is about exercises that were; say --history too"),
        ("drill --history nobody", "there is no task 'nobody'"),
    ],
)
def test_what_cannot_be_exercised_is_refused(
    monitor: Monitor, fill: Fill, line: str, sentence: str
) -> None:
    fill(a_fleet)
    answer = monitor(line)
    assert 2 == answer.code
    assert answer.sentence.startswith(sentence)


def drill_event(ago_s: float, kind: str, task_id: int | None = None, **data: object) -> Event:
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    return Event(at=at, kind=f"drill.{kind}", task_id=task_id, detail=kind, data=data)


async def a_history(session: Session) -> None:
    await a_fleet(session)
    events = [
        drill_event(90_002, "started", limit_s=30.0),
        drill_event(90_000, "recovered", took_s=2.0, late=False),
        drill_event(7_207, "started", 2),
        drill_event(7_200, "recovered", 2, took_s=7.0, late=True, name="lost"),
        drill_event(3_630, "started"),
        drill_event(3_600, "missed", took_s=30.0),
        drill_event(600, "started", 2, name="lost"),
        drill_event(500, "cut_short", 2, name="lost"),
        drill_event(100, "refused", 2, name="lost"),
        drill_event(1, "started", limit_s=30.0),
    ]
    await session.commit([EventRecord(event=one) for one in events])


def cells(head: str, line: str) -> tuple[str, ...]:
    """Return what stands below WHOSE, ENDING and TOOK."""
    edges = [head.index(one) for one in ("WHOSE", "ENDING", "TOOK", "DETAIL")]
    return tuple(line[begin:end].strip() for begin, end in pairwise(edges))


def test_history_shows_how_each_exercise_ended(monitor: Monitor, fill: Fill) -> None:
    fill(a_history)
    lines = monitor("drill --history").out.splitlines()
    assert [
        ("a canary", "✓ recovered", "2.0s"),
        ("2 lost", "! late", "7.0s"),
        ("a canary", "✗ missed", "30.0s"),
        ("2 lost", "? cut short", ""),
        ("2 lost", "- refused", ""),
        ("a canary", "… under way", ""),
    ] == [cells(lines[0], one) for one in lines[1:-1]]
    assert "no exercises are planned" in lines[-1]
    document = monitor("drill --history --since 2h --json").document
    assert ["missed", "cut_short", "refused", "under_way"] == [
        one["ending"] for one in document["exercises"]
    ]
    assert [False, None, None, None] == [one["good"] for one in document["exercises"]]
    assert 2 == len(monitor("drill --history --limit 2 --json").document["exercises"])


def test_history_says_when_the_next_exercise_is_due(
    monitor: Monitor, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DRILL_EVERY", "1h")
    fill(a_fleet)
    first, second = monitor("drill --history").out.splitlines()
    assert first.startswith("recovery was not exercised yet; do it with: ")
    assert second.startswith("the first planned exercise comes a minute after the start")
    fill(lambda session: session.commit([EventRecord(event=drill_event(7_201, "started"))]))
    last = monitor("drill --history").out.splitlines()[-1]
    assert last.startswith("! the next exercise was due at 20")
    assert last.endswith("s ago) and did not come")
    document = monitor("drill --history --json").document
    assert (3600.0, True) == (document["every_s"], document["overdue"])
    fill(lambda session: session.commit([EventRecord(event=drill_event(599, "started"))]))
    assert "(in 50m" in monitor("drill --history").out.splitlines()[-1]


def test_a_schedule_is_read(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DRILL_EVERY", "1s")
    process = start("run self: --for 1s")
    assert 2 == process.ends()
    assert "MONITOR_DRILL_EVERY: '1s' is out of range; use 1m to 366d" in process.err


def test_without_a_monitor_nobody_can_tell(monitor: Monitor) -> None:
    monitor("task add self:")
    answer = monitor("drill")
    assert 3 == answer.code
    assert answer.sentence.startswith("no monitor is running; start one with `")


def test_it_speaks_russian() -> None:
    said = Words("ru")("the canary recovered: {detail}", detail="2s")
    assert "канарейка восстановлена: 2s" == said
