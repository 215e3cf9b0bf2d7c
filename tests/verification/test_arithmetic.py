"""The scale of time, and the account of slots: pure arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.model import Gap, GapReason
from monitor.core.policy import RecoveryPolicy
from monitor.core.schedule import Schedule
from monitor.verification.ledger import account, percentile
from monitor.verification.scale import Scale

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECONDLY = Schedule(1_000_000, 0)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def gap(since: float, until: float) -> Gap:
    return Gap(task_id=1, from_at=at(since), until_at=at(until), reason=GapReason.OVERRUN, slots=1)


def test_every_slot_is_looked_at_in_a_gap_or_lost() -> None:
    books = account(SECONDLY, [at(0), at(1), at(4), at(4.5)], [gap(2, 3)], at(0), at(5))

    assert (6, 3, 1, (at(3), at(5))) == (books.due, books.looked, books.in_gaps, books.lost)


def test_slots_outside_the_time_do_not_count() -> None:
    books = account(SECONDLY, [at(1)], [], at(0.5), at(1.5))

    assert (1, 1, ()) == (books.due, books.looked, books.lost)


def test_percentiles() -> None:
    assert 0.0 == percentile([], 0.99)
    assert 99 == percentile(list(range(100)), 0.99)
    assert 50 == percentile(list(range(100)), 0.5)


def test_by_default_a_minute_is_half_a_second_and_ten_seconds_a_third_of_one() -> None:
    scale = Scale()

    assert (120.0, 0.5) == (scale.factor, scale.interval_s)
    assert [1 / 3, 1.0] == pytest.approx([scale.load_interval_s(0), scale.load_interval_s(7)])
    assert (0.5, 30.0) == (scale.policy.backoff.base_s, scale.policy.backoff.cap_s)
    assert 5.0 == scale.policy.reset_after_s
    assert 50.0 > scale.limit_s > 45.0


def test_the_shape_of_the_policy_is_the_products_own() -> None:
    real, scaled = RecoveryPolicy(), Scale().policy

    assert (real.backoff.factor, real.backoff.jitter) == (
        scaled.backoff.factor,
        scaled.backoff.jitter,
    )


@pytest.mark.parametrize("duration_s", [5.0, 12.0, 30.0, 60.0, 600.0])
def test_more_time_is_never_a_shorter_run(duration_s: float) -> None:
    shorter, longer = Scale(8, 5.0), Scale(8, duration_s)

    assert longer.load_s >= shorter.load_s
    assert longer.factor <= shorter.factor


def test_a_crowd_gets_time_for_its_first_looks() -> None:
    assert 14.0 == Scale(1000, 5.0).load_s
    assert 50 == Scale(1000).few.tasks
    assert 1.0 == Scale(1000).slow_s


def test_a_crowd_looks_less_often() -> None:
    looks_a_second = [
        sum(1 / scale.load_interval_s(i) for i in range(scale.tasks))
        for scale in (Scale(50), Scale(1000))
    ]

    assert looks_a_second[0] == pytest.approx(looks_a_second[1], rel=0.1)
