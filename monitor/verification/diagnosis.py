"""Step 5's findings: errors, moves of `next_check`, delays, attempts, exhaustion, the siblings."""

import logging
from collections.abc import Iterable
from itertools import pairwise

from monitor.app import Tuning
from monitor.core.model import Event, Lifecycle, Reason, State, Status
from monitor.core.policy import RecoveryPolicy
from monitor.core.schedule import Schedule
from monitor.store.address import Address
from monitor.verification.findings import Notes
from monitor.verification.ledger import account
from monitor.verification.recovery import HOPELESS, ILL, STEP, Story, heal
from monitor.verification.trial import Bench

_EARLY_S = 0.05
_LATE_S = 0.3
_LATE_SHARE = 0.1
"""A restart may come later than planned by this much, and this share of the delay."""
_RESUMED_S = 3.0
"""Changes by other processes are taken up within two seconds; then the look."""
_TOLD = ("task.error", "task.restarting", "task.restarted", "task.recovered", "task.failed")


async def heals_itself(bench: Bench, address: Address, notes: Notes) -> None:
    """Break, watch, and hold every claim against what was seen."""
    _find_defaults(notes)
    story = await heal(bench, address)
    notes.log.extend(
        line.text
        for line in bench.capture.of(STEP, *_TOLD)
        if line.fields.get("name") == f"task-{ILL + 1}" or line.level >= logging.ERROR
    )
    _find_errors(story, notes)
    _find_delays(story, notes)
    _find_healing(story, notes)
    _find_exhaustion(bench, story, notes)
    _find_siblings(bench, story, notes)
    _find_ledger(story, notes)


def _find_defaults(notes: Notes) -> None:
    """Ask the product itself for its policy, unscaled."""
    tuning, policy = Tuning(), RecoveryPolicy()
    delays = [round(policy.backoff.base_s * policy.backoff.factor**i) for i in range(3)]
    notes.find(
        "S8",
        "policy.defaults",
        delays == [60, 120, 240] and tuning.policy == policy and policy.max_attempts == 10,
        delays=_joined(delays),
        attempts=policy.max_attempts,
        cap_s=policy.backoff.cap_s,
    )
    notes.find("S6", "limit.default", tuning.max_errors == 5, limit=tuning.max_errors)


def _find_errors(story: Story, notes: Notes) -> None:
    """Five errors, five moves of `next_check`, one end."""
    counted = [state.consecutive_errors for state in story.states[1:]]
    ended = [event for event in story.events[ILL] if event.kind == "task.restarting"]
    notes.find(
        "S6",
        "errors.end_the_child",
        counted == list(range(1, story.limit + 1)) and bool(ended),
        limit=story.limit,
        counted=_joined(counted),
        ended=len(ended),
    )
    moves_s = [
        (after.next_check_at - before.next_check_at).total_seconds()
        for before, after in pairwise(story.states)
        if before.next_check_at and after.next_check_at
    ]
    ahead = [state for state in story.states[1:] if _points_ahead(state)]
    notes.find(
        "S7",
        "next_check.moves",
        len(moves_s) == len(ahead) == story.limit and all(move_s > 0 for move_s in moves_s),
        limit=story.limit,
        moved=len(ahead),
        moves=_joined(f"{move_s:+.2f}" for move_s in moves_s),
    )


def _points_ahead(state: State) -> bool:
    """Say whether the next check is later than the last look."""
    if state.next_check_at is None or state.last_slot_at is None:
        return False
    return state.next_check_at > state.last_slot_at


def _find_delays(story: Story, notes: Notes) -> None:
    task = story.stored[ILL].task
    attempts = list(range(1, (story.policy.max_attempts or 0) + 1))
    planned_s = [story.policy.backoff.delay_s(one, f"task {task.id}") for one in attempts]
    restarting = _attempts(story.events[ILL], "task.restarting")
    restarted = _attempts(story.events[ILL], "task.restarted")
    seen_s = [
        (restarted[one].at - restarting[one].at).total_seconds()
        for one in attempts
        if one in restarting and one in restarted
    ]
    kept = len(seen_s) == len(planned_s) and all(
        -_EARLY_S <= seen - planned <= _LATE_S + _LATE_SHARE * planned
        for seen, planned in zip(seen_s, planned_s, strict=True)
    )
    base_s = RecoveryPolicy().backoff
    notes.find(
        "S8",
        "recovery.delays",
        kept,
        real=_joined(round(base_s.base_s * base_s.factor ** (one - 1)) for one in attempts),
        planned=_joined(f"{delay_s:.2f}" for delay_s in planned_s),
        seen=_joined(f"{delay_s:.2f}" for delay_s in seen_s),
    )
    stored = sorted(restarting)
    notes.find(
        "S8",
        "recovery.stored",
        stored == attempts == sorted(restarted),
        attempts=_joined(attempts),
        stored=_joined(stored),
    )


def _attempts(events: list[Event], kind: str) -> dict[int, Event]:
    return {int(event.data["attempt"]): event for event in events if event.kind == kind}


def _find_healing(story: Story, notes: Notes) -> None:
    looks = story.stored[ILL].looks  # newest first
    healed = bool(looks) and looks[0].result.status is Status.UP
    notes.find("S8", "recovery.healed", healed, attempt=story.policy.max_attempts)
    watched = story.recovered
    events = [event for event in story.events[ILL] if event.kind == "task.recovered"]
    notes.find(
        "S8",
        "recovery.reset",
        watched is not None
        and len(events) == 1
        and watched.recovery.attempts == watched.state.consecutive_errors == 0
        and watched.recovery.lifecycle is Lifecycle.RUNNING,
        after_s=story.policy.reset_after_s,
        attempts=watched and watched.recovery.attempts,
        errors=watched and watched.state.consecutive_errors,
    )


def _find_exhaustion(bench: Bench, story: Story, notes: Notes) -> None:
    watched = story.failed
    loud = [line for line in bench.capture.of(STEP, "task.failed") if line.level >= logging.ERROR]
    stored = [event for event in story.events[HOPELESS] if event.kind == "task.failed"]
    notes.find(
        "S8",
        "exhaustion.loud",
        watched is not None
        and watched.shown == (Status.UNKNOWN, Reason.FAILED)
        and len(loud) == len(stored) == 1,
        attempts=watched and watched.recovery.attempts,
        lifecycle=watched and watched.recovery.lifecycle.value,
        logged=len(loud),
        stored=len(stored),
    )
    notes.find(
        "S8",
        "exhaustion.resumed",
        story.resumed_s is not None and story.resumed_s <= _RESUMED_S,
        within_s=_RESUMED_S,
        resumed=story.resumed_s is not None,
        took_s=story.resumed_s or 0.0,
    )


def _find_siblings(bench: Bench, story: Story, notes: Notes) -> None:
    """The other six: no slot missed, no gap, no restart, while two of them broke."""
    siblings = [one for i, one in enumerate(story.stored) if i not in (ILL, HOPELESS)]
    assert story.broken_at is not None
    assert story.until_at is not None
    due = looked = 0
    for one in siblings:
        slots = {look.slot_at for look in one.looks if look.result.status is Status.UP}
        schedule = Schedule.of(one.task.id, one.task.interval_s)
        until_at = min(story.until_at, max(slots, default=story.broken_at))
        books = account(schedule, slots, (), story.broken_at, until_at)
        due += books.due
        looked += books.looked
    names = {one.task.name for one in siblings}
    starts = sum(
        line.fields.get("name") in names for line in bench.capture.of(STEP, "task.started")
    )
    notes.find(
        "S8",
        "siblings.undisturbed",
        0 < due == looked and starts == len(siblings) and not any(one.gaps for one in siblings),
        siblings=len(siblings),
        due=due,
        looked=looked,
        gaps=sum(len(one.gaps) for one in siblings),
        starts=starts,
    )


def _find_ledger(story: Story, notes: Notes) -> None:
    """No slot of any task may be lost without a word, least of all of those that failed."""
    due = looked = in_gaps = lost = 0
    reasons: set[str] = set()
    for one in story.stored:
        slots = [look.slot_at for look in one.looks]
        schedule = Schedule.of(one.task.id, one.task.interval_s)
        if slots:
            books = account(schedule, slots, one.gaps, min(slots), max(slots))
            due += books.due
            looked += books.looked
            in_gaps += books.in_gaps
            lost += len(books.lost)
            reasons |= {gap.reason.value for gap in one.gaps}
    notes.find(
        "S7",
        "ledger.whole",
        due > 0 and not lost,
        due=due,
        looked=looked,
        gaps=in_gaps,
        reasons=_joined(sorted(reasons)),
        lost=lost,
    )


def _joined(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values) or "-"
