"""A task's history lived again gives what is stored, or says in what it differs."""

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import (
    AlertPolicy,
    Gap,
    GapReason,
    Incident,
    Look,
    RequestKind,
    State,
    Status,
    Task,
    Transition,
)
from monitor.core.verdict import judge
from monitor.core.why.past import History
from monitor.core.why.replay import Replay, Settled, replay
from tests.core.inbox import open_inbox
from tests.core.scene import START, Stage, broken, degraded, down, in_turn, open_stage, up
from tests.core.test_verdict import LETTERS, minute

ROLES = {"u": up, "g": degraded, "d": down, "?": broken}


def history_of(stage: Stage, task: Task, **changes: object) -> History:
    """Return all that a stage's store holds of a task."""
    tables = stage.store.tables
    known = History(
        task=stage.watched(task).task,
        looks=stage.looks(task),
        transitions=stage.transitions(task),
        incidents=[one for one in tables.incidents.values() if one.task_id == task.id],
        gaps=stage.gaps(task),
        notices=sorted(tables.alerts.notices.values(), key=lambda one: one.at),
        default_channels=tables.alerts.alerting().default_channels,
    )
    return attrs.evolve(known, **changes)  # type: ignore[arg-type]


def told_by(found: Replay) -> list[tuple[str, str]]:
    return [(one.key, one.channel) for step in found.steps for one in step.would_tell]


def written(letters: str, task: Task) -> History:
    """Write down a history as the engine would, one look a minute."""
    state, looks, changes = State(task_id=task.id), list[Look](), list[Transition]()
    incidents: dict[int, Incident] = {}
    for number, letter in enumerate(letters):
        at, result = minute(number), LETTERS[letter]
        verdict = judge(task, state, result, at)
        state = verdict.state
        seen = attrs.evolve(result, sure=False)
        looks.append(Look(task_id=task.id, slot_at=at, looked_at=at, result=seen))
        changes += [verdict.transition] if verdict.transition else []
        if (incident := verdict.incident) is not None:
            known = incidents.get(incident.number, incident)
            incidents[incident.number] = attrs.evolve(known, closed_at=incident.closed_at)
    return History(task=task, looks=looks, transitions=changes, incidents=list(incidents.values()))


def task_of(**spec: object) -> Task:
    fields = {"name": "shop", "target": "x", "attempts": 3, "recovery_confirmations": 2, **spec}
    return Task(id=1, created_at=START, **fields)  # type: ignore[arg-type]


def ways(found: Replay) -> str:
    """Say of each look how it was settled, by the first letter."""
    return "".join(step.settled.value[0] for step in found.steps)


@settings(max_examples=60)
@given(
    letters=st.text("ugd?", min_size=1, max_size=40),
    attempts=st.integers(1, 4),
    confirmations=st.integers(1, 3),
    cut=st.integers(0, 40),
)
def test_what_the_engine_stored_is_what_the_replay_says(
    letters: str, attempts: int, confirmations: int, cut: int
) -> None:
    async def live(stage: Stage) -> Task:
        open_inbox(stage)
        roles = [ROLES[letter] for letter in letters]
        policy = AlertPolicy(on=(Status.DOWN, Status.DEGRADED, Status.UNKNOWN))
        task = stage.add(
            "shop", in_turn(*roles), interval_s=10.0, attempts=attempts, alerts=policy,
            recovery_confirmations=confirmations, retry_interval_s=2.0,
        )  # fmt: skip
        async with stage.running(max_errors=1000):
            await trio.sleep_until(10.0 * len(letters) + 15)
        return task

    for stage in open_stage():
        task = trio.run(live, stage, clock=MockClock(autojump_threshold=0))
        history = history_of(stage, task)
        found = replay(history)
        assert found.whole
        assert {"r"} == set(ways(found))
        assert () == found.differs_from(stage.watched(task).state)
        assert [()] == list({step.missed for step in found.steps})
        stored = [one for one in history.notices if one.task_id == task.id]
        told = sorted(told_by(found))
        assert told == sorted((one.key, one.channel) for one in stored)
        tail = replay(
            attrs.evolve(history, looks=history.looks[min(cut, len(history.looks) - 1) :])
        )
        assert set(ways(tail)) <= set("rbe")
        assert not any(one.what == "incident" for step in tail.steps for one in step.missed)
        assert stage.watched(task).state.seq == tail.state.seq


@pytest.mark.parametrize(
    ("settled", "letters", "then", "now", "example"),
    [
        ("rrrr", "uddd", {}, {}, "nothing was edited"),
        ("rrrr", "u?uu", {}, {}, "a fault of ours says nothing"),
        ("rrlr", "uddd", {}, {"attempts": 2}, "it would have been told sooner today"),
        ("rrer", "uddd", {"attempts": 2}, {}, "and was told sooner then"),
        ("rrrrlr", "uddduu", {}, {"recovery_confirmations": 1}, "also of its end"),
        ("re", "uD", {}, {}, "a look that is sure of itself needs no other"),
    ],
)
def test_decisions_under_other_settings_are_told_as_such(
    settled: str, letters: str, then: dict[str, int], now: dict[str, int], example: str
) -> None:
    history = written(letters, task_of(**then))
    found = replay(attrs.evolve(history, task=task_of(**now)))
    assert settled == ways(found), example
    assert history.transitions[-1].after is found.state.status


def test_a_stored_change_that_no_rule_gives_is_a_fault_and_believed_from_then_on() -> None:
    history = written("uuuudddu", task_of())
    first, second, *rest = history.transitions
    moved = attrs.evolve(second, at=minute(3))
    found = replay(attrs.evolve(history, transitions=[first, moved, *rest]))
    assert "rrrfrrrr" == ways(found)
    step = found.steps[3]
    assert (None, moved) == (step.expected, step.change)
    assert Status.DOWN is step.after.standing


def test_a_change_that_is_not_stored_is_not_believed() -> None:
    history = written("uddduu", task_of())
    found = replay(attrs.evolve(history, transitions=history.transitions[:1], incidents=[]))
    assert Status.UP is found.state.status
    step = found.steps[3]
    assert (Settled.LATE, Status.DOWN) == (step.settled, step.expected and step.expected.after)


def test_looks_that_were_lost_with_the_database_explain_what_does_not_follow() -> None:
    whole = written("uddduuu", task_of())
    kept = [whole.looks[0], *whole.looks[5:]]
    gap = Gap(
        task_id=1, from_at=minute(1), until_at=minute(4), reason=GapReason.DATABASE_LOST, slots=3
    )
    found = replay(attrs.evolve(whole, looks=kept, transitions=whole.transitions[:1]))
    assert {"r"} == set(ways(found))  # nothing of the outage is stored at all
    found = replay(
        attrs.evolve(
            whole, looks=kept, gaps=[gap],
            transitions=[one for one in whole.transitions if one.after is Status.UP],
        )
    )  # fmt: skip
    assert Settled.LOST is found.steps[1].settled
    assert whole.transitions[-1] == found.steps[1].change


def test_an_incident_that_is_not_stored_is_missed() -> None:
    history = written("uddduu", task_of())
    found = replay(attrs.evolve(history, incidents=[]))
    assert ["1/1", "1/1"] == [one.key for step in found.steps for one in step.missed]


def test_a_replay_that_begins_late_believes_the_stored_changes() -> None:
    history = written("uuddddduu", task_of())
    found = replay(attrs.evolve(history, looks=history.looks[6:]))
    assert not found.whole
    assert history.transitions[1] == found.taken_from
    assert (Status.DOWN, 1) == (found.start.standing, found.start.incidents)
    assert "rrr" == ways(found)
    assert minute(7) == found.state.standing_since_at


def test_a_doubt_from_before_the_replay_is_not_called_an_edit() -> None:
    history = written("uuddd", task_of())
    found = replay(attrs.evolve(history, looks=history.looks[3:], older=True))
    assert "rb" == ways(found)
    assert history.incidents[0].opened_at == found.state.standing_since_at


async def test_looks_asked_for_at_once_and_an_edit_in_between_are_replayed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    task = stage.add("shop", in_turn(up, down, down, down, up), interval_s=10.0, attempts=3)
    async with stage.running():
        await trio.sleep_until(11)
        await stage.ask(task, RequestKind.LOOK)
        await trio.sleep_until(14)
        await stage.edit(task, attempts=2)
        await trio.sleep_until(60)
    found = replay(history_of(stage, task))
    assert not {"f", "o"} & set(ways(found))
    assert () == found.differs_from(stage.watched(task).state)


async def test_channels_that_were_added_later_show_as_a_difference(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", in_turn(up, down), interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(30)
    channel = ChannelSpec(name="late", url="test:", default=True)
    stage.store.tables.alerts.change(AlertingChange(channels=(channel,)))
    missed = [one for step in replay(history_of(stage, task)).steps for one in step.missed]
    assert [("1/1/down", "late", "")] == [(one.key, one.replayed, one.stored) for one in missed]
