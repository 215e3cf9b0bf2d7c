"""What is stored of exercises, read as a history; and when the next one is due."""

from datetime import datetime
from typing import Any

import pytest

from monitor.core.drills import MISSED_S, Ending, Exercise, drills, exercises
from monitor.core.model import Event
from tests.core.scene import at

NOW = at(10_000)


def step(at_s: float, kind: str, task_id: int | None = None, **data: Any) -> Event:
    return Event(at=at(at_s), kind=f"drill.{kind}", task_id=task_id, detail=kind, data=data)


def read(*events: Event, now: datetime = NOW) -> list[tuple[datetime, Ending]]:
    return [(one.began_at, one.ending) for one in exercises(events, now)]


def test_an_exercise_has_a_beginning_and_an_end_in_whatever_order_they_come() -> None:
    end = step(7, "recovered", 3, took_s=6.5, late=True, name="shop")
    assert [
        Exercise(
            began_at=at(0),
            ending=Ending.LATE,
            task_id=3,
            name="shop",
            took_s=6.5,
            detail="recovered",
        )
    ] == exercises([end, step(0, "started", 3)], NOW)


@pytest.mark.parametrize("kind", ["recovered", "missed", "refused", "cut_short"])
def test_each_end_is_told_as_what_it_is(kind: str) -> None:
    assert [(at(5), Ending(kind))] == read(step(5, "started"), step(6, kind, late=False))


def test_an_end_whose_beginning_is_not_among_them_began_as_long_before_as_it_took() -> None:
    assert [(at(4), Ending.RECOVERED)] == read(step(6, "recovered", took_s=2.0))
    assert [(at(6), Ending.REFUSED)] == read(step(6, "refused"))


def test_a_beginning_without_end_is_under_way_and_after_a_while_cut_short() -> None:
    begun = step(0, "started", limit_s=90.0)
    for now_s, ending in ((149, Ending.UNDER_WAY), (151, Ending.CUT_SHORT)):
        assert [(at(0), ending)] == read(begun, now=at(now_s))
    assert [(at(0), Ending.CUT_SHORT)] == read(step(0, "started"), now=at(MISSED_S + 61))


def test_a_beginning_that_another_follows_was_cut_short() -> None:
    assert [
        (at(0), Ending.CUT_SHORT),
        (at(9999), Ending.UNDER_WAY),
    ] == read(step(0, "started"), step(9999, "started"))


@pytest.mark.parametrize(
    ("every_s", "last_at", "next_at", "overdue"),
    [
        (None, at(0), None, False),
        (300.0, None, None, False),
        (20_000.0, at(0), at(20_000), False),
        (10_000.0, at(0), NOW, False),
        (9_939.0, at(0), at(9_939), True),
    ],
)
def test_the_next_one_is_due_after_the_last_of_a_canary_and_overdue_a_minute_later(
    every_s: float | None, last_at: datetime | None, next_at: datetime | None, overdue: bool
) -> None:
    found = drills([], last_at, every_s, NOW)
    assert (next_at, overdue) == (found.next_at, found.overdue)


def test_endings_tell_whether_recovery_works_only_if_they_do() -> None:
    assert {True: [Ending.RECOVERED], False: [Ending.LATE, Ending.MISSED]} == {
        good: [one for one in Ending if one.good is good] for good in (True, False)
    }
