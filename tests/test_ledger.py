"""The ledger that judges the others: it must see what is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.schedule import Schedule
from tests.ledger import Page, Span

SCHEDULE = Schedule.of(1, 10.0)
FIRST = SCHEDULE.after(datetime(2026, 3, 29, tzinfo=UTC))


def slot(number: int) -> datetime:
    return FIRST + timedelta(seconds=10 * number)


def page(looked: list[int], *gaps: Span) -> Page:
    """Make the page of a healthy task that looked in these slots."""
    last_at = slot(looked[-1])
    return Page(
        task_id=1,
        name="shop",
        interval_s=10.0,
        status="up",
        seq=1,
        last_slot_at=last_at,
        next_check_at=slot(looked[-1] + 1),
        standing="up",
        results=[(slot(number), "up") for number in looked],
        gaps=list(gaps),
        transitions=[(1, "pending", "up")],
    )


def overrun(start: int, stop: int, slots: int | None = None) -> Span:
    return Span(slot(start), slot(stop), "overrun", stop - start if slots is None else slots)


def test_looks_and_gaps_without_a_hole_are_in_order() -> None:
    assert [] == page([0, 1, 2, 5, 6], overrun(3, 5)).faults()


def test_looks_between_the_slots_do_no_harm() -> None:
    ledger = page([0, 1, 2])
    ledger.results.insert(1, (slot(0) + timedelta(seconds=3), "up"))
    assert [] == ledger.faults()


def test_a_first_look_out_of_turn_is_where_the_account_begins() -> None:
    ledger = page([1, 2])
    ledger.results.insert(0, (slot(0) + timedelta(seconds=3), "up"))
    assert [] == ledger.faults()


@pytest.mark.parametrize(
    ("ledger", "fault"),
    [
        (page([0, 1, 3]), "has no result and lies in 0 gaps"),
        (page([0, 4], overrun(1, 3)), "has no result and lies in 0 gaps"),
        (page([0, 1, 2, 3], overrun(1, 2)), "has a result and lies in"),
        (page([0, 3], overrun(1, 3), overrun(2, 3)), "lies in 2 gaps"),
        (page([0, 3], overrun(1, 3), overrun(2, 3)), "overlap"),
        (page([0, 3], overrun(1, 3, slots=1)), "has 2 slots"),
        (page([0, 3], overrun(1, 3, slots=3)), "has 2 slots"),
        (page([0, 1, 1, 2]), "a slot has two results"),
    ],
)
def test_a_hole_is_found(ledger: Page, fault: str) -> None:
    assert any(fault in found for found in ledger.faults())


def test_a_state_that_is_not_what_the_transitions_say_is_found() -> None:
    wrong = [
        [(1, "pending", "down")],
        [(2, "pending", "up")],
        [(1, "down", "up")],
        [(1, "pending", "up"), (2, "up", "down"), (4, "down", "up")],
        [],
    ]
    for transitions in wrong:
        ledger = page([0, 1])
        ledger.transitions = transitions
        assert ledger.faults()


def test_a_state_older_than_the_last_look_is_found() -> None:
    ledger = page([0, 1])
    ledger.last_slot_at = slot(0)
    assert ledger.faults()


@pytest.mark.parametrize(
    ("standing", "incidents", "right"),
    [
        ("up", [], True),
        ("up", [(1, True), (2, True)], True),
        ("down", [(1, True), (2, False)], True),
        ("up", [(1, False)], False),
        ("down", [(1, True)], False),
        ("up", [(1, True), (3, True)], False),
        ("down", [(1, False), (2, False)], False),
    ],
)
def test_incidents_alternate_and_the_last_is_open_while_the_target_is_down(
    standing: str, incidents: list[tuple[int, bool]], right: bool
) -> None:
    ledger = page([0, 1])
    ledger.standing, ledger.incidents = standing, incidents
    assert right is (ledger.faults() == [])
