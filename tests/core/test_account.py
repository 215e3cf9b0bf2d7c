"""The account of a task: short where nothing happened, and it says why nobody was told."""

from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import (
    AlertPolicy,
    Event,
    Gap,
    GapReason,
    Lifecycle,
    Recovery,
    Status,
    Task,
    WatchedTask,
)
from monitor.core.why.account import MANY_LINES, account
from monitor.core.why.past import History
from monitor.core.why.replay import replay
from monitor.core.why.untold import Line, answer
from tests.core.inbox import open_inbox
from tests.core.scene import Stage, broken, down, in_turn, up
from tests.core.test_replay import history_of, task_of, written
from tests.core.test_verdict import minute

FAR = timedelta(days=1)


def lines_of(history: History, events: Sequence[Event] = ()) -> list[Line]:
    found = replay(history)
    return account(history, found, events, (), minute(0) - FAR, minute(0) + FAR)


def kinds(lines: Sequence[Line]) -> list[str]:
    return [one.kind for one in lines]


def answered(history: History, at_minute: float, **watched: object) -> list[Line]:
    found = replay(history)
    known = WatchedTask(task=history.task, state=found.state)
    known = attrs.evolve(known, **watched)  # type: ignore[arg-type]
    moment = minute(0) + timedelta(minutes=at_minute)
    return answer(history, known, found, moment, minute(0) + FAR)


def test_looks_that_say_nothing_new_are_counted() -> None:
    lines = lines_of(written("u" * 215, task_of()))
    assert ["start.whole", "look.news", "change", "untold.first_good", "looks.calm"] == kinds(lines)
    assert (214, minute(214).isoformat()) == (
        lines[-1].data["count"],
        lines[-1].data["until_at"],
    )


def test_an_outage_is_told_look_by_look_until_it_is_believed() -> None:
    task = task_of(alerts=AlertPolicy(channels=("ops",), on=()))
    lines = lines_of(written("uddduu", task))
    assert [(1, 3), (2, 3), (3, 3), (1, 2), (2, 2)] == [
        (one.data["streak"], one.data["needed"])
        for one in lines[4:]
        if one.kind in ("look.doubt", "look.news")
    ]
    assert ["incident.opened", "incident.closed"] == [
        one.kind for one in lines if one.kind.startswith("incident")
    ]
    assert 2 == kinds(lines).count("untold.not_on")


def test_a_long_doubt_is_cut_short_in_the_middle() -> None:
    lines = lines_of(written("u" + "d" * 50 + "u", task_of(attempts=99)))
    at = kinds(lines).index("look.doubt")
    assert ["look.doubt", "looks.doubt", "look.doubt", "looks.calm"] == kinds(lines)[at:]
    assert 48 == lines[at + 1].data["count"]


def test_a_target_that_trembles_for_long_fills_no_pages() -> None:
    lines = lines_of(written("u" + "dddu" * 100 + "?" * 20, task_of(attempts=9)))
    assert len(lines) < MANY_LINES
    (mixed,) = [one for one in lines if one.kind == "looks.mixed"]
    assert {"down": 300, "up": 100} == mixed.data["counts"]


def test_gaps_and_troubles_of_ours_stand_where_they_happened() -> None:
    history = written("uuu", task_of())
    gap = Gap(
        task_id=1, from_at=minute(5), until_at=minute(9), reason=GapReason.MONITOR_DOWN, slots=4
    )
    boom = Event(at=minute(1), kind="task.error", task_id=1, detail="boom")
    sent = Event(at=minute(1), kind="alert.sent", task_id=1)
    lines = lines_of(attrs.evolve(history, gaps=[gap]), [boom, sent])
    assert ["looks.calm", "event", "gap"] == kinds(lines)[-3:]


@pytest.mark.parametrize(
    ("expected", "letters", "alerts"),
    [
        (["silent.well"], "uuu", {}),
        (["silent.doubt"], "uudd", {}),
        (["silent.unknown"], "uu?", {}),
        (["silent.unknown", "silent.doubt"], "udd?", {}),
        (["silent.no_channel"], "uddd", {}),
        (["silent.not_on"], "uddd", {"on": (Status.DEGRADED,), "channels": ("ops",)}),
        (["silent.not_stored"], "uddd", {"channels": ("ops",)}),
        (["silent.doubt", "silent.no_channel"], "udddu", {}),
        (["silent.not_stored"], "?", {"on": (Status.UNKNOWN,), "channels": ("ops",)}),
        (["silent.doubt"], "d", {}),
    ],
)
def test_silence_has_a_reason(expected: list[str], letters: str, alerts: dict[str, object]) -> None:
    policy = AlertPolicy(**alerts)  # type: ignore[arg-type]
    history = written(letters, task_of(alerts=policy))
    lines = answered(history, len(letters))
    assert "answer.believed" == lines[0].kind
    assert expected == kinds(lines)[1:]


def test_who_does_not_look_has_nothing_to_tell() -> None:
    history = written("uuuu", task_of())
    gap = Gap(task_id=1, from_at=minute(1), until_at=minute(3), reason=GapReason.PAUSED, slots=2)
    assert ["answer.paused"] == kinds(answered(attrs.evolve(history, gaps=[gap]), 2))
    gap = attrs.evolve(gap, reason=GapReason.MONITOR_DOWN)
    assert ["answer.gap"] == kinds(answered(attrs.evolve(history, gaps=[gap]), 2))
    failed = Recovery(lifecycle=Lifecycle.FAILED, error="oh no", changed_at=minute(2))
    assert ["answer.not_running"] == kinds(answered(history, 3, recovery=failed))
    assert "answer.believed" == answered(history, 1, recovery=failed)[0].kind
    assert ["answer.not_known"] == kinds(answered(history, -1))


async def test_a_target_that_flaps_is_said_to(stage: Stage, autojump_clock: MockClock) -> None:
    open_inbox(stage)
    roles = [up, down] * 20
    task: Task = stage.add("shop", in_turn(*roles), interval_s=10.0, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(305)
    history = history_of(stage, task)
    found = replay(history)
    lines = account(history, found, (), (), minute(0) - FAR, minute(0) + FAR)
    assert 1 == kinds(lines).count("flapping.begins")
    assert "untold.flapping" in kinds(lines)
    (said,) = [
        one
        for one in answer(
            history, stage.watched(task), found, stage.looks(task)[-1].looked_at, minute(0) + FAR
        )
        if one.kind == "silent.told"
    ]
    assert "flapping" in said.data["key"]


async def test_what_is_stored_of_the_task_is_compared_with_the_end_of_the_replay(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", in_turn(up, broken, down), interval_s=10.0, attempts=3)
    async with stage.running():
        await trio.sleep_until(35)
    history, watched = history_of(stage, task), stage.watched(task)
    found, newest = replay(history), stage.looks(task)[-1].looked_at
    assert "differs.state" not in kinds(answer(history, watched, found, newest, newest))
    wrong = attrs.evolve(watched, state=attrs.evolve(watched.state, streak=7))
    (said,) = [
        one for one in answer(history, wrong, found, newest, newest) if one.kind == "differs.state"
    ]
    assert ["streak"] == said.data["fields"]
