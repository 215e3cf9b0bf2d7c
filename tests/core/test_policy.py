"""Backoff is arithmetic, and every failure leads to exactly one decision."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Lifecycle, Recovery
from monitor.core.policy import SYSTEM_POLICY, Backoff, RecoveryPolicy, after_failure

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
EXACT = RecoveryPolicy(backoff=Backoff(jitter=0.0))

backoffs = st.builds(
    Backoff,
    base_s=st.floats(0.01, 1000),
    factor=st.floats(1.0, 10.0),
    cap_s=st.floats(1000, 100_000),
    jitter=st.floats(0.0, 0.5),
)
keys = st.text(max_size=20)


def fail(recovery: Recovery, policy: RecoveryPolicy = EXACT, **circumstances: object) -> Recovery:
    given_: dict[str, object] = {
        "error": "RuntimeError: a bug",
        "lived_s": 0.0,
        "now": NOW,
        "key": "task 7",
        **circumstances,
    }
    return after_failure(policy, recovery, **given_)  # type: ignore[arg-type]


def wait_s(recovery: Recovery) -> float:
    assert recovery.retry_at is not None
    return (recovery.retry_at - NOW) / timedelta(seconds=1)


def test_the_waits_are_those_of_the_report_that_started_this_project() -> None:
    backoff = Backoff(jitter=0.0)
    expected = [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert expected == [backoff.delay_s(attempt) for attempt in range(1, 11)]


def test_by_default_each_wait_is_ten_percent_longer_or_shorter_at_most() -> None:
    plain = Backoff(jitter=0.0)
    for task in range(200):
        for attempt in range(1, 11):
            share = Backoff().delay_s(attempt, f"task {task}") / plain.delay_s(attempt)
            assert 0.9 <= share <= 1.1


@given(backoffs, st.integers(1, 1000), keys)
def test_each_wait_lies_on_the_curve_give_or_take_the_jitter(
    backoff: Backoff, attempt: int, key: str
) -> None:
    curve_s = backoff.base_s
    for _ in range(attempt - 1):
        curve_s = min(backoff.cap_s, curve_s * backoff.factor)
    delay_s = backoff.delay_s(attempt, key)
    assert curve_s * (1 - backoff.jitter) * 0.999999 <= delay_s
    assert curve_s * (1 + backoff.jitter) * 1.000001 >= delay_s


@given(backoffs, st.integers(1, 100), keys)
def test_a_simulation_draws_the_same_jitter_as_the_real_thing(
    backoff: Backoff, attempt: int, key: str
) -> None:
    assert backoff.delay_s(attempt, key) == attrs.evolve(backoff).delay_s(attempt, key)


def test_a_thousand_children_that_fell_together_do_not_rise_together() -> None:
    delays = sorted(Backoff().delay_s(1, f"task {task}") for task in range(1000))
    assert 990 <= len(set(delays))
    for tenth in range(10):
        from_s = 54 + 1.2 * tenth
        assert 50 <= sum(from_s <= one < from_s + 1.2 for one in delays) <= 150


def test_the_millionth_attempt_does_not_overflow() -> None:
    assert 3600.0 == Backoff(jitter=0.0).delay_s(1_000_000)


def test_ten_attempts_are_made_and_then_the_child_is_given_up() -> None:
    recovery, waits = Recovery(), []
    for attempt in range(1, 11):
        recovery = fail(recovery)
        assert (Lifecycle.BACKOFF, attempt) == (recovery.lifecycle, recovery.attempts)
        waits.append(wait_s(recovery))
    assert [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600] == waits
    recovery = fail(recovery)
    assert (Lifecycle.FAILED, 10) == (recovery.lifecycle, recovery.attempts)
    assert 6 * 3600.0 == wait_s(recovery)
    assert recovery == fail(recovery)


def test_without_a_slow_probe_a_child_given_up_on_waits_for_the_operator() -> None:
    policy = attrs.evolve(EXACT, max_attempts=0, probe_every_s=None)
    recovery = fail(Recovery(), policy)
    assert (Lifecycle.FAILED, None) == (recovery.lifecycle, recovery.retry_at)


@given(st.integers(0, 10_000))
def test_an_organ_of_ours_is_never_given_up_and_is_back_within_33_seconds(attempts: int) -> None:
    recovery = fail(Recovery(attempts=attempts), SYSTEM_POLICY)
    assert (Lifecycle.BACKOFF, attempts + 1) == (recovery.lifecycle, recovery.attempts)
    assert 0.45 <= wait_s(recovery) <= 33


@pytest.mark.parametrize(
    ("attempts", "lived_s"), [(5, 0.0), (5, 599.9), (1, 600.0), (1, 1e9)], ids=str
)
def test_attempts_are_forgotten_only_after_a_sound_life(attempts: int, lived_s: float) -> None:
    assert attempts == fail(Recovery(attempts=4), lived_s=lived_s).attempts


def test_a_child_that_lived_soundly_before_it_was_given_up_on_starts_anew() -> None:
    recovery = fail(Recovery(attempts=10), lived_s=601.0)
    assert (Lifecycle.BACKOFF, 1, 60) == (recovery.lifecycle, recovery.attempts, wait_s(recovery))


@pytest.mark.parametrize("attempts", [0, 3, 10])
def test_what_no_restart_can_mend_is_invalid_at_once(attempts: int) -> None:
    recovery = fail(Recovery(attempts=attempts), permanent=True, ours=True)
    expected = Recovery(lifecycle=Lifecycle.INVALID, error="RuntimeError: a bug", changed_at=NOW)
    assert expected == recovery


@pytest.mark.parametrize(
    ("attempts", "waits"), [(0, 60), (1, 60), (2, 120), (3, 240), (9, 3600), (10, 3600)]
)
def test_a_storm_spends_no_attempt_and_gives_nobody_up(attempts: int, waits: float) -> None:
    recovery = fail(Recovery(attempts=attempts), ours=True)
    assert Lifecycle.BACKOFF is recovery.lifecycle
    assert (attempts, waits) == (recovery.attempts, wait_s(recovery))


@given(
    st.lists(st.tuples(st.floats(0, 2000), st.booleans(), st.booleans()), max_size=60),
    st.integers(0, 12) | st.none(),
)
def test_whatever_happens_attempts_stay_within_the_limit_and_there_is_a_next_step(
    failures: list[tuple[float, bool, bool]], limit: int | None
) -> None:
    policy = attrs.evolve(EXACT, max_attempts=limit)
    recovery = Recovery()
    for lived_s, permanent, ours in failures:
        before = recovery
        recovery = fail(before, policy, lived_s=lived_s, permanent=permanent, ours=ours)
        assert Lifecycle.RUNNING is not recovery.lifecycle
        assert recovery.attempts <= before.attempts + 1
        assert limit is None or recovery.attempts <= limit
        assert permanent is (recovery.lifecycle is Lifecycle.INVALID)
        assert permanent is (recovery.retry_at is None)
        assert (NOW, "RuntimeError: a bug") == (recovery.changed_at, recovery.error)
