"""The rule of heartbeats: what is due when, what is late, what is missing since when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.heartbeat import (
    BAD,
    Absence,
    Cron,
    Every,
    Finding,
    Terms,
    Word,
    absences,
    examine,
    run_time_s,
)
from monitor.core.model import Node
from monitor.core.pings import Ping, PingKind
from tests.core.scene import at, since_start_s

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_S = 3600.0
HOURLY = Terms(schedule=Every(HOUR_S))
"""The grace that nobody chose is 12 minutes."""

KINDS = {
    "s": PingKind.START,
    "+": PingKind.SUCCESS,
    "-": PingKind.FAIL,
    "l": PingKind.LOG,
}


def ping(kind: str, at_s: float, rid: str | None = None) -> Ping:
    return Ping(task_id=1, kind=KINDS[kind], at=at(at_s), rid=rid)


def ping_at(moment: datetime) -> Ping:
    return Ping(task_id=1, kind=PingKind.SUCCESS, at=moment)


def told(history: str) -> list[Ping]:
    """Write a history as kinds and minutes: `+0 s55 +60`."""
    return [ping(word[0], 60.0 * float(word[1:])) for word in history.split()]


def seen(history: str, minute: float, terms: Terms = HOURLY) -> Finding:
    return examine(terms, told(history), at(0), at(60 * minute))


@pytest.mark.parametrize(
    ("word", "history", "minute", "example"),
    [
        (Word.NEW, "", 0, "a task has just been made"),
        (Word.NEW, "", 59.9, "its first success is due a period later"),
        (Word.LATE, "", 60, "and then it is late"),
        (Word.MISSING, "", 72, "and after the grace it is missing"),
        (Word.NEW, "l5", 10, "what it logs says nothing"),
        (Word.WELL, "+5", 64, "the next one is due a period after the last"),
        (Word.LATE, "+5", 65, "not a period after the one before"),
        (Word.LATE, "+5 l66", 70, "and what it logs is no success"),
        (Word.MISSING, "+5", 77, "the grace is over"),
        (Word.WELL, "+5 +200", 201, "a success ends it"),
        (Word.FAILED, "+5 -6", 7, "a failure is believed at once"),
        (Word.FAILED, "-6", 7, "also the first thing we hear"),
        (Word.FAILED, "+5 -6 s60", 61, "the next start does not end it"),
        (Word.FAILED, "+5 -6", 600, "nor does time"),
        (Word.WELL, "+5 -6 s60 +61", 62, "the next success does"),
        (Word.RUNNING, "+0 s50", 61, "who has started is not late"),
        (Word.OVERLONG, "+0 s50", 62, "but may take no longer than the grace"),
        (Word.RUNNING, "s1", 2, "the first run is under way"),
        (Word.RUNNING, "+0 s71", 82, "a start at the last moment counts"),
        (Word.MISSING, "+0 s73", 74, "one that comes too late does not"),
        (Word.OVERLONG, "+0 s50 s63", 64, "nor does the start after one that took too long"),
        (Word.WELL, "+0 s50 +61", 62, "the end of a run is a success"),
        (Word.WELL, "s0 s1 +2", 3, "of all runs before it"),
    ],
)
def test_readable_examples(word: Word, history: str, minute: float, example: str) -> None:
    assert word is seen(history, minute).word, example


def test_a_run_may_take_as_long_as_is_said_be_it_longer_or_shorter_than_the_grace() -> None:
    longer = Terms(schedule=Every(HOUR_S), max_runtime_s=2 * HOUR_S)
    assert Word.RUNNING is seen("+0 s60", 179, longer).word
    assert Word.OVERLONG is seen("+0 s60", 180, longer).word
    shorter = Terms(schedule=Every(HOUR_S), max_runtime_s=60.0)
    assert Word.OVERLONG is seen("+0 s50", 51, shorter).word


def test_the_grace_can_be_chosen_and_may_be_none_at_all() -> None:
    assert Word.MISSING is seen("+0", 60, Terms(schedule=Every(HOUR_S), grace_s=0.0)).word
    assert Word.LATE is seen("+0", 119, Terms(schedule=Every(HOUR_S), grace_s=HOUR_S)).word


@pytest.mark.parametrize(
    ("grace_s", "period_s"),
    [(60, 1), (60, 300), (120, 600), (17280, 86400), (86400, 30 * 86400)],
)
def test_a_grace_that_nobody_chose_is_a_share_of_the_period_within_bounds(
    grace_s: float, period_s: float
) -> None:
    assert grace_s == Terms(schedule=Every(period_s)).grace_at(at(0))


def test_it_says_when_something_else_is_to_be_said() -> None:
    assert [at(3600), at(4320), None] == [seen("+0", minute).changes_at for minute in (0, 60, 72)]
    assert at(3720) == seen("+0 s50", 60).changes_at
    assert seen("-0", 10).changes_at is None


# --- while we were away -------------------------------------------------------------------------


def away(*minutes: tuple[float, float]) -> list[Absence]:
    return [Absence(at(60 * begin), at(60 * end)) for begin, end in minutes]


def heard(history: str, minute: float, *absent: tuple[float, float]) -> Finding:
    return examine(HOURLY, told(history), at(0), at(60 * minute), away(*absent))


@pytest.mark.parametrize(
    ("word", "history", "minute", "absent", "example"),
    [
        (Word.LATE, "+0", 71, [(55, 65)], "within the grace all is as ever"),
        (Word.UNHEARD, "+0", 72, [(55, 65)], "it may have come while we were away"),
        (Word.UNHEARD, "+0", 136.9, [(55, 65)], "so there is time until the next one is missing"),
        (Word.MISSING, "+0", 137, [(55, 65)], "which is a period and the grace later"),
        (Word.WELL, "+0 +126", 137, [(55, 65)], "and if it comes, all was well"),
        (Word.UNHEARD, "+0", 72, [(40, 49)], "a job may be as early as it may be late"),
        (Word.MISSING, "+0", 72, [(40, 48)], "but no earlier"),
        (Word.MISSING, "+0", 90, [(73, 80)], "who is missing already stays so"),
        (Word.UNHEARD, "+0", 190, [(50, 180)], "a long absence counts up to its end"),
        (Word.MISSING, "+0", 252, [(50, 180)], "and not for ever"),
        (Word.UNHEARD, "+0", 140, [(55, 65), (120, 130)], "we may be away each time"),
        (Word.UNHEARD, "+0 s50", 62, [(51, 52)], "so it is with the end of a run"),
        (Word.OVERLONG, "+0 s50", 62, [(40, 49)], "which cannot come before its start"),
        (Word.FAILED, "+0 -10", 100, [(55, 65)], "a failure stands"),
    ],
)
def test_what_may_have_come_while_we_were_away_is_not_missing(
    word: Word, history: str, minute: float, absent: list[tuple[float, float]], example: str
) -> None:
    assert word is heard(history, minute, *absent).word, example


def test_it_names_our_absence_and_when_the_next_one_is_missing() -> None:
    found = heard("+0", 100, (55, 65))
    assert Absence(at(55 * 60), at(65 * 60)) == found.absence
    assert (at(125 * 60), at(137 * 60)) == (found.due_at, found.over_at)
    assert at(125 * 60) == found.changes_at


def test_a_job_of_a_cron_expression_has_until_its_next_moment() -> None:
    daily = Terms(schedule=Cron("0 3 * * *", BERLIN), grace_s=HOUR_S)
    last, due = ping_at(local("2026-01-05T03:05")), local("2026-01-06T03:00")
    absent = [Absence(due - timedelta(minutes=5), due + timedelta(minutes=10))]
    found = examine(daily, [last], at(0), due + timedelta(hours=2), absent)
    assert (Word.UNHEARD, due + timedelta(days=1)) == (found.word, found.due_at)


def node(began_s: float, beat_s: float, stopped_s: float | None = None) -> Node:
    stopped_at = None if stopped_s is None else at(stopped_s)
    return Node(
        id=f"{began_s}",
        host="here",
        pid=1,
        version="1",
        started_at=at(began_s),
        beat_at=at(beat_s),
        stopped_at=stopped_at,
    )


def test_we_were_away_while_no_process_ran_for_half_a_minute_and_while_the_machine_slept() -> None:
    nodes = [node(1000, 2000), node(0, 100, 105), node(900, 950, 939.9), node(2025, 2060)]
    jumps = [Absence.of_step(at(2300), by_s) for by_s in (100, 29, -100)]
    found = {
        (since_start_s(one.from_at), since_start_s(one.until_at)) for one in absences(nodes, jumps)
    }
    assert {(105, 900), (939.9, 1000), (2200, 2300)} == found


def test_processes_side_by_side_hear_for_one_another() -> None:
    assert [] == absences([node(0, 5000), node(10, 20, 21), node(4000, 6000)], ())


# --- cron ---------------------------------------------------------------------------------------


def local(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    """Return a moment by a zone's clocks; `fold=1` is the second of two that read the same."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def after(expression: str, success_at: datetime) -> datetime:
    return Cron(expression, BERLIN).due_after(success_at)


def test_due_are_the_moments_of_the_expression_by_the_clocks_of_its_zone() -> None:
    success_at = local("2026-01-05T03:04")
    assert local("2026-01-06T03:00") == after("0 3 * * *", success_at)
    assert local("2026-01-05T04:00") == after("0 * * * *", success_at)
    assert local("2026-01-12T03:00") == after("0 3 * * MON", success_at)


def test_a_job_whose_hour_is_skipped_in_spring_is_due_right_after() -> None:
    """On 2026-03-29 the clocks go from 02:00 to 03:00."""
    due_at = after("30 2 * * *", local("2026-03-28T02:31"))
    assert local("2026-03-29T03:00") == due_at
    assert local("2026-03-30T02:30") == after("30 2 * * *", due_at + timedelta(minutes=1))
    assert timedelta(hours=23) == after("0 4 * * *", local("2026-03-28T04:01")) - local(
        "2026-03-28T04:00"
    )


def test_a_job_whose_hour_comes_twice_in_autumn_is_due_once() -> None:
    """On 2026-10-25 the clocks go from 03:00 back to 02:00."""
    first = local("2026-10-25T02:30")
    assert first == after("30 2 * * *", local("2026-10-24T02:31"))
    assert local("2026-10-26T02:30") == after("30 2 * * *", first + timedelta(minutes=1))


def test_a_job_of_every_hour_is_due_in_both_of_the_two_hours() -> None:
    moment, found = local("2026-10-25T01:01"), []
    for _ in range(3):
        moment = after("0 * * * *", moment)
        found.append(moment)
    twice = [local("2026-10-25T02:00"), local("2026-10-25T02:00", fold=1)]
    assert [*twice, local("2026-10-25T03:00")] == found


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_no_change_of_clocks_makes_a_punctual_job_late(day: str) -> None:
    terms = Terms(schedule=Cron("30 2 * * *", BERLIN), grace_s=600.0)
    moment = local(f"{day}T00:00")
    pings = [Ping(task_id=1, kind=PingKind.SUCCESS, at=moment)]
    for _ in range(3):
        due_at = examine(terms, pings, moment, pings[-1].at).due_at
        assert Word.LATE is examine(terms, pings, moment, due_at).word
        done_at = due_at + timedelta(seconds=30)
        pings.append(Ping(task_id=1, kind=PingKind.SUCCESS, at=done_at))
        assert Word.WELL is examine(terms, pings, moment, done_at).word


def test_a_ping_from_a_clock_a_little_ahead_counts_for_the_moment_it_was_meant_for() -> None:
    assert local("2026-01-06T03:00") == after("0 3 * * *", local("2026-01-05T02:59:56"))
    assert local("2026-01-05T03:00") == after("0 3 * * *", local("2026-01-05T02:59:54"))


def test_the_grace_of_a_cron_expression_is_a_share_of_the_time_to_its_next_moment() -> None:
    friday = local("2026-01-09T03:00")
    assert 0.2 * 86400 == Terms(schedule=Cron("0 3 * * *", BERLIN)).grace_at(friday)
    assert 0.2 * (3 * 86400) == Terms(schedule=Cron("0 3 * * 1-5", BERLIN)).grace_at(friday)


# --- run times ----------------------------------------------------------------------------------


def test_a_run_is_timed_from_its_own_start() -> None:
    pings = [ping("s", 0, "a"), ping("s", 10, "b"), ping("l", 11, "a"), ping("+", 20, "b")]
    assert 30 == run_time_s(pings, "a", at(30))
    assert run_time_s(pings, "b", at(30)) is None, "it has ended already"
    assert run_time_s(pings, None, at(30)) is None, "nobody started a run without a rid"
    assert run_time_s(pings, "c", at(30)) is None


def test_a_run_that_was_started_again_is_timed_from_the_last_start() -> None:
    assert 5 == run_time_s([ping("s", 0), ping("s", 10)], None, at(15))


# --- properties ---------------------------------------------------------------------------------

histories = st.lists(
    st.builds(ping, st.sampled_from(list(KINDS)), st.integers(0, 20_000)), max_size=8
)
terms_of_all_sorts = st.builds(
    lambda period_s, grace_s, max_s: Terms(
        schedule=Every(period_s), grace_s=grace_s, max_runtime_s=max_s
    ),
    st.sampled_from([60.0, 600.0, 3600.0]),
    st.none() | st.sampled_from([0.0, 30.0, 600.0]),
    st.none() | st.sampled_from([1.0, 60.0, 7200.0]),
)
moments = st.integers(0, 30_000)


@given(terms_of_all_sorts, histories, moments)
def test_what_is_said_does_not_depend_on_the_order_in_which_pings_are_read(
    terms: Terms, pings: list[Ping], now_s: int
) -> None:
    at_once = {(one.kind, one.at): one for one in pings}
    pings = list(at_once.values())
    assert examine(terms, pings, at(0), at(now_s)) == examine(terms, pings[::-1], at(0), at(now_s))


@given(terms_of_all_sorts, histories, moments, moments)
def test_without_pings_what_is_said_changes_only_when_it_was_announced(
    terms: Terms, pings: list[Ping], now_s: int, later_s: int
) -> None:
    now_s, later_s = sorted((now_s, later_s))
    before = examine(terms, pings, at(0), at(now_s))
    after = examine(terms, pings, at(0), at(later_s))
    if before.word is not after.word:
        assert before.changes_at is not None
        assert before.changes_at <= at(later_s)
    if before.word in BAD:
        assert after.word is before.word, "time heals nothing"


@given(terms_of_all_sorts, histories, moments)
def test_a_success_makes_it_well_whatever_was_before(
    terms: Terms, pings: list[Ping], now_s: int
) -> None:
    success = ping("+", max([now_s, *(since_start_s(one.at) for one in pings)]))
    assert Word.WELL is examine(terms, [*pings, success], at(0), success.at).word


@given(terms_of_all_sorts, histories, moments)
def test_only_a_success_or_a_failure_changes_what_is_bad(
    terms: Terms, pings: list[Ping], now_s: int
) -> None:
    """Neither a start nor a log makes up for anything, however often they come."""
    before = examine(terms, pings, at(0), at(now_s))
    late = max([now_s, *(since_start_s(one.at) for one in pings)])
    more = [ping("s", late), ping("l", late)]
    if before.word in BAD and not any(one.at > at(now_s) for one in pings):
        assert before.word is examine(terms, [*pings, *more], at(0), at(now_s)).word
