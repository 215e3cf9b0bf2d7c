"""What stored looks led to: the rules of `verdict` and `telling`, applied again. Pure.

1. A replay begins where nothing was believed yet, or with what the stored changes of status say was
   believed before the oldest look; then doubts that were under way are not known, and that is said.
2. Each look is judged by the task as it is now. What comes out is compared with what is stored.
3. Where both differ, the stored one is believed from then on, and the step says how they differ:
   nothing is hidden, and one difference does not make a hundred.

Results are stored after the conditions of their task were applied, so that judging them again is
exact. Not stored are facts (no expiry can be replayed) and whether a result was sure of itself (a
look that was believed at once shows as EARLY).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from monitor.core.alerts.notices import Notice
from monitor.core.alerts.telling import told_of_look
from monitor.core.calendar.pace import LOOKS
from monitor.core.model import (
    ABOUT_TARGET,
    GapReason,
    Incident,
    Look,
    State,
    Status,
    Task,
    Transition,
)
from monitor.core.verdict import Verdict, judge, looks_needed
from monitor.core.why.past import OF_LOOKS, History, as_stored, beginning

_NEVER = 1_000_000_000
"""More looks in a row than anybody waits for."""


class Settled(StrEnum):
    """How what is stored of a look follows from it."""

    RULES = "rules"
    """By the rules and the task as it is now."""
    EARLY = "early"
    """Believed sooner than the task asks for now: it was sure of itself, or the task was edited."""
    LATE = "late"
    """Not believed yet, though the task as it is now would: it was edited."""
    BEFORE = "before"
    """By looks before the oldest one that is replayed."""
    LOST = "lost"
    """By looks that were made while the database was away and could not be kept."""
    FAULT = "fault"
    """By no rule we know: a fault of ours, or somebody changed the database."""


@attrs.frozen(kw_only=True)
class Missed:
    """What the replay gives and the store does not hold, or the other way round."""

    what: str
    """`incident`, `notice`."""
    key: str
    replayed: str = ""
    stored: str = ""
    """Empty: nothing."""


@attrs.frozen(kw_only=True)
class Step:
    """One look, judged again."""

    look: Look
    before: State
    after: State
    settled: Settled
    change: Transition | None = None
    """What is stored, or what the replay says where both agree."""
    expected: Transition | None = None
    """What the replay says, where it differs."""
    incident: Incident | None = None
    confirming: bool = False
    needed: int = 0
    """Looks in a row that were needed to believe it; 0: it agrees, or says nothing."""
    streak: int = 0
    """The how manieth of them this one is."""
    told: tuple[Notice, ...] = ()
    """Stored notices that arose here."""
    would_tell: tuple[Notice, ...] = ()
    """What it gives to tell by the task as it is now."""
    missed: tuple[Missed, ...] = ()


@attrs.frozen(kw_only=True)
class Replay:
    """A stretch of a task's history, lived again."""

    start: State
    whole: bool
    """Whether it begins with the task's first look."""
    taken_from: Transition | None
    """The change of status that says what was believed at the start; None: nothing was."""
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """What is believed at the end."""
        return self.steps[-1].after if self.steps else self.start

    def at(self, moment: datetime) -> State:
        """Return what was believed at a moment."""
        past = [step for step in self.steps if step.look.looked_at <= moment]
        return past[-1].after if past else self.start

    def differs_from(self, state: State) -> tuple[str, ...]:
        """Name the fields in which what is believed at the end is not what is stored."""
        names = ["status", "reason", "standing", "seq", "incidents", "candidate", "streak"]
        if self.whole:
            names += ["standing_since_at", "streak_since_at", "flaps", "flapping_since_at"]
        ours = self.state
        return tuple(name for name in names if getattr(ours, name) != getattr(state, name))


def replay(history: History) -> Replay:
    """Live a history again; see this room's first lines."""
    start, whole, taken_from = beginning(history)
    index = _Index.of(history)
    steps: list[Step] = []
    state, calm, seen = start, whole, LOOKS if whole else 0
    for number, look in enumerate(history.looks):
        sight = _Sight(
            calm=calm,
            steady=seen >= LOOKS,
            first=not number or history.looks[number - 1].looked_at != look.looked_at,
            last=look is history.looks[-1] or history.looks[number + 1].looked_at != look.looked_at,
        )
        step = _step(history, index, state, look, sight)
        steps.append(step)
        state = step.after
        if look.result.status in ABOUT_TARGET:
            seen += 1
            calm = calm or state.candidate is None
    return Replay(start=start, whole=whole, taken_from=taken_from, steps=tuple(steps))


@attrs.frozen(kw_only=True)
class _Index:
    """What is stored, by the moment it happened."""

    changes: Mapping[datetime, Sequence[Transition]]
    notices: Mapping[datetime, Sequence[Notice]]

    @classmethod
    def of(cls, history: History) -> "_Index":
        changes: dict[datetime, list[Transition]] = {}
        for change in history.transitions:
            changes.setdefault(change.at, []).append(change)
        notices: dict[datetime, list[Notice]] = {}
        for notice in history.notices:
            if notice.kind in OF_LOOKS:
                notices.setdefault(notice.at, []).append(notice)
        return cls(changes=changes, notices=notices)


@attrs.frozen(kw_only=True)
class _Sight:
    """What can be known at a look."""

    calm: bool
    """Whether no doubt is under way that began before the replay."""
    steady: bool
    """Whether so many looks were replayed that flapping is known."""
    first: bool
    last: bool
    """Whether no other look was made at the same moment before it, or after it: a clock that
    stands still cannot say which of them a stored change belongs to."""


def _step(history: History, index: _Index, before: State, look: Look, sight: _Sight) -> Step:
    task, at, seen = history.task, look.looked_at, look.result.status
    stored = next((one for one in index.changes.get(at, ()) if one.seq > before.seq), None)
    verdict, settled, expected = _settle(history, before, look, stored, sight)
    after, incident = verdict.state, verdict.incident
    would_tell = told_of_look(
        task, before, after, look.result, incident, at, history.default_channels
    )
    told = tuple(index.notices.get(at, ()))
    sound = sight.calm and settled in (Settled.RULES, Settled.EARLY)
    missed = _missed_incident(history.incidents, incident) if sound else ()
    if sound and sight.steady and sight.first and sight.last:
        missed += _missed_notices(would_tell, told)
    if incident is not None and not sound:
        after = _with_incident(history.incidents, after, incident)
    says = seen in ABOUT_TARGET and seen is not before.standing
    streak = after.streak or (says and _patient(task, before, look).state.streak) or 1
    return Step(
        look=look,
        before=before,
        after=after,
        settled=settled,
        change=verdict.transition,
        expected=expected,
        incident=incident,
        confirming=verdict.confirming,
        needed=looks_needed(task, before.standing, seen) if says else 0,
        streak=streak if says else 0,
        told=told,
        would_tell=would_tell,
        missed=missed,
    )


def _patient(task: Task, before: State, look: Look) -> Verdict:
    """Judge a look as if no news were ever confirmed."""
    patient = attrs.evolve(task, attempts=_NEVER, recovery_confirmations=_NEVER)
    return judge(patient, before, look.result, look.looked_at)


def _settle(
    history: History, before: State, look: Look, stored: Transition | None, sight: _Sight
) -> tuple[Verdict, Settled, Transition | None]:
    """Judge a look so that what comes out is what is stored, by the mildest means that does it."""
    task, at, result = history.task, look.looked_at, look.result
    by_rules = judge(task, before, result, at)
    expected = by_rules.transition
    if expected == stored or not sight.last:
        return by_rules, Settled.RULES, None
    early = judge(task, before, attrs.evolve(result, sure=True), at)
    if early.transition == stored:
        return early, Settled.EARLY if sight.calm else Settled.BEFORE, expected
    late = _patient(task, before, look)
    if late.transition == stored:
        return late, Settled.LATE, expected
    begun_at = history.looks[0].looked_at
    lost = any(
        gap.reason is GapReason.DATABASE_LOST and begun_at < gap.until_at <= at
        for gap in history.gaps
    )
    state = as_stored(history, before, at) if stored is None else _after(before, stored)
    opened = [one.number for one in history.incidents if one.confirmed_at <= at]
    state = attrs.evolve(state, incidents=max(opened, default=0))
    return Verdict(state, stored), Settled.LOST if lost else Settled.FAULT, expected


def _after(before: State, stored: Transition) -> State:
    """Believe a stored change that no rule gives."""
    about = stored.after in (*ABOUT_TARGET, Status.PENDING)
    moved = about and stored.after is not before.standing
    return attrs.evolve(
        before,
        status=stored.after,
        reason=stored.reason,
        detail=stored.detail,
        since_at=stored.at,
        standing=stored.after if about else before.standing,
        standing_since_at=stored.at if moved else before.standing_since_at,
        candidate=None,
        streak=0,
        streak_since_at=None,
        seq=stored.seq,
    )


def _with_incident(known: Sequence[Incident], state: State, ours: Incident) -> State:
    """Take an incident's beginning from the store, where the replay cannot know it."""
    for one in known:
        if one.number == ours.number and state.standing is Status.DOWN:
            return attrs.evolve(state, standing_since_at=one.opened_at)
    return state


def _missed_incident(known: Sequence[Incident], ours: Incident | None) -> tuple[Missed, ...]:
    if ours is None:
        return ()
    found = next((one for one in known if one.number == ours.number), None)
    key = f"{ours.task_id}/{ours.number}"
    if ours.closed_at is None:
        expected = f"{ours.opened_at.isoformat()} {ours.confirmed_at.isoformat()}"
        stored = (
            ""
            if found is None
            else f"{found.opened_at.isoformat()} {found.confirmed_at.isoformat()}"
        )
    else:
        expected = ours.closed_at.isoformat()
        stored = found.closed_at.isoformat() if found and found.closed_at else ""
    if expected == stored:
        return ()
    return (Missed(what="incident", key=key, replayed=expected, stored=stored),)


def _missed_notices(ours: Sequence[Notice], stored: Sequence[Notice]) -> tuple[Missed, ...]:
    """Compare what would be told with what was; copies for escalated channels do not matter."""
    known = {(one.key, one.channel) for one in stored}
    keys = {one.key for one in ours}
    missing = [
        Missed(what="notice", key=one.key, replayed=one.channel)
        for one in ours
        if (one.key, one.channel) not in known
    ]
    extra = [
        Missed(what="notice", key=one.key, stored=one.channel)
        for one in stored
        if one.key not in keys
    ]
    return (*missing, *extra)
