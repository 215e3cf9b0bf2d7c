"""What a look gives somebody to tell: pure, the same for a live look and for a simulated one.

1. An incident is told when it opens and when it closes, each once per channel: the keys hold the
   incident's number.
2. DEGRADED is told when it is confirmed and when it is over, unless an incident tells it better.
3. UNKNOWN is our own trouble; a task tells it only if the operator asks for that.
4. A target that flaps is told as such, once, and not each time it falls.
5. An incident that lasts is told again, ever less often, and to more people, until somebody has
   taken it. After an absence of ours the newest reminder is told, not all that were missed.
6. A certificate or domain that runs out is told once for each step.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.alerting import Acknowledgement
from monitor.core.alerts.notices import PATIENCE, Notice, NoticeKind
from monitor.core.calendar.pace import EscalationPlan, Reminders, expiry_step
from monitor.core.describe import without_password
from monitor.core.model import Incident, Result, State, Status, Task

EXPIRING = {"certificate": "certificate", "domain": "domain"}
"""Facts that hold `days_left` -> what it is called."""


def told_of_look(
    task: Task,
    before: State,
    after: State,
    result: Result,
    incident: Incident | None,
    at: datetime,
    default_channels: Collection[str],
) -> tuple[Notice, ...]:
    """Return what one look gives to tell; most looks give nothing.

    Args:
        task: the task that was looked at.
        before: what was believed before the look.
        after: what is believed now.
        result: what was seen.
        incident: the incident that the look opened or closed, if any.
        at: when it was looked at.
        default_channels: the channels of a task that names none.
    """
    flapping, flapped = after.flapping_since_at, before.flapping_since_at
    if before.standing is after.standing and before.status is after.status and flapping == flapped:
        return ()
    drafts = _of_flapping(task, before, after, at)
    if incident is not None:
        drafts += _of_incident(task, incident, result, at)
    drafts += _of_degraded(task, before, after, at) + _of_unknown(task, before, after, at)
    if flapping is not None:
        drafts = [one for one in drafts if one.kind not in _NOT_WHILE_FLAPPING]
    if task.alerts.after_s:
        drafts = [_patient(one, task.alerts.after_s) for one in drafts]
    channels = dict.fromkeys(task.alerts.channels or default_channels)
    return tuple(attrs.evolve(one, channel=channel) for one in drafts for channel in channels)


def _patient(draft: Notice, after_s: float) -> Notice:
    """Hold bad news back until it has lasted for so long."""
    due_at = draft.since_at + timedelta(seconds=after_s)
    if draft.is_good or due_at <= draft.at:
        return draft
    return attrs.evolve(draft, due_at=due_at, why=PATIENCE)


_NOT_WHILE_FLAPPING = (NoticeKind.DOWN, NoticeKind.DEGRADED)
"""Ends are told all the same, to those who heard of the beginning."""


def _of_flapping(task: Task, before: State, after: State, at: datetime) -> list[Notice]:
    """Tell that the status changes too often to tell each change, and when that is over.

    What is down when it is over is told then.
    """
    since_at, was_since_at = after.flapping_since_at, before.flapping_since_at
    if Status.DOWN not in task.alerts.on or since_at == was_since_at:
        return []
    begun_at = since_at or was_since_at or at
    kind = NoticeKind.STEADY if since_at is None else NoticeKind.FLAPPING
    draft = _draft(task, f"{task.id}/flapping-{_stamp(begun_at)}", kind, at, begun_at)
    ended_at = at if since_at is None else None
    told = [attrs.evolve(draft, ended_at=ended_at, status=after.standing, detail=after.detail)]
    if since_at is None and after.standing is before.standing is Status.DOWN:
        opened_at = after.standing_since_at or at
        thread = thread_of(task.id, after.incidents)
        down = _draft(task, thread, NoticeKind.DOWN, at, opened_at)
        number = after.incidents
        told.append(attrs.evolve(down, incident=number, status=Status.DOWN, detail=after.detail))
    return told


def thread_of(task_id: int, incident: int) -> str:
    """Name an incident: what all its notices have in common."""
    return f"{task_id}/{incident}"


def _draft(task: Task, thread: str, kind: NoticeKind, at: datetime, since_at: datetime) -> Notice:
    return Notice(
        key=f"{thread}/{kind}",
        channel="",
        kind=kind,
        at=at,
        since_at=since_at,
        task_id=task.id,
        subject=task.name,
        target=without_password(task.target),
        tags=task.tags,
    )


def _of_incident(task: Task, incident: Incident, result: Result, at: datetime) -> list[Notice]:
    if Status.DOWN not in task.alerts.on:
        return []
    kind = NoticeKind.DOWN if incident.closed_at is None else NoticeKind.UP
    draft = _draft(task, thread_of(task.id, incident.number), kind, at, incident.opened_at)
    return [
        attrs.evolve(
            draft,
            incident=incident.number,
            ended_at=incident.closed_at,
            status=result.status,
            detail=result.detail,
        )
    ]


def _of_degraded(task: Task, before: State, after: State, at: datetime) -> list[Notice]:
    """Tell that a target is, or is no longer, degraded, where no incident tells it better."""
    if Status.DEGRADED not in task.alerts.on:
        return []
    if after.standing is Status.DEGRADED and before.standing in (Status.UP, Status.PENDING):
        kind, since_at = NoticeKind.DEGRADED, after.standing_since_at or at
    elif before.standing is Status.DEGRADED and after.standing is Status.UP:
        kind, since_at = NoticeKind.IMPROVED, before.standing_since_at or at
    else:
        return []
    ended_at = after.standing_since_at if kind is NoticeKind.IMPROVED else None
    draft = _draft(task, f"{task.id}/degraded-{_stamp(since_at)}", kind, at, since_at)
    return [
        attrs.evolve(draft, ended_at=ended_at, status=after.standing, detail=after.detail),
    ]


def _of_unknown(task: Task, before: State, after: State, at: datetime) -> list[Notice]:
    """Tell that we cannot look, or can again, to those who want to hear of it."""
    hidden, was_hidden = (one.status is Status.UNKNOWN for one in (after, before))
    if Status.UNKNOWN not in task.alerts.on or hidden is was_hidden:
        return []
    kind = NoticeKind.UNKNOWN if hidden else NoticeKind.KNOWN
    since_at = (after if hidden else before).since_at or at
    draft = _draft(task, f"{task.id}/unknown-{_stamp(since_at)}", kind, at, since_at)
    ended_at = None if hidden else at
    return [attrs.evolve(draft, ended_at=ended_at, status=after.status, detail=after.detail)]


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S.%f}"


# --- what time tells ----------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Lasting:
    """An incident that is not over, and what of it was told so far."""

    task: Task
    incident: Incident
    detail: str
    channels: tuple[str, ...]
    """Where its beginning was told."""
    told: frozenset[str]
    """Keys of its notices so far."""
    acknowledged: Acknowledgement | None = None


def told_of_time(lasting: Lasting, now: datetime) -> tuple[tuple[Notice, ...], datetime | None]:
    """Return what an incident that lasts gives to tell now, and when to ask again.

    An acknowledged incident gives nothing as long as that holds.
    """
    taken = lasting.acknowledged
    if taken is not None and taken.holds(now):
        return (), taken.until_at
    confirmed_at = lasting.incident.confirmed_at
    policy = lasting.task.alerts
    found: list[Notice] = []
    plan = EscalationPlan(policy.escalation)
    wakes = [plan.next_at(confirmed_at, now)]
    for number, step in enumerate(plan.due(confirmed_at, now), 1):
        found += _again(lasting, NoticeKind.ESCALATION, number, step.channels, now)
    if policy.reminder_s is not None:
        reminders = Reminders(every_s=policy.reminder_s)
        number = reminders.count_due(confirmed_at, now)
        wakes.append(reminders.due_at(confirmed_at, number + 1))
        if number:
            found += _again(lasting, NoticeKind.REMINDER, number, lasting.channels, now)
    return tuple(found), min((wake for wake in wakes if wake is not None), default=None)


def _again(
    lasting: Lasting, kind: NoticeKind, number: int, channels: Iterable[str], now: datetime
) -> list[Notice]:
    task, incident = lasting.task, lasting.incident
    key = f"{thread_of(task.id, incident.number)}/{kind}-{number}"
    if key in lasting.told:
        return []
    draft = attrs.evolve(
        _draft(task, thread_of(task.id, incident.number), kind, now, incident.opened_at),
        key=key,
        incident=incident.number,
        status=Status.DOWN,
        detail=lasting.detail,
    )
    return [attrs.evolve(draft, channel=channel) for channel in dict.fromkeys(channels)]


def told_of_expiry(
    task: Task,
    result: Result,
    at: datetime,
    default_channels: Collection[str],
) -> tuple[Notice, ...]:
    """Return what the days left of a certificate or a domain give to tell.

    The same look at the same time of the same certificate gives the same keys, so asking again
    tells nothing twice; a renewed one ends on another day, and is told anew.
    """
    found: list[Notice] = []
    for fact, name in EXPIRING.items():
        facts = result.facts.get(fact)
        if not isinstance(facts, dict):
            continue
        days_left = facts.get("days_left")
        if not isinstance(days_left, int | float):
            continue
        step = expiry_step(days_left, task.alerts.expiry_days)
        if step is None or days_left < 0:
            continue
        # The day alone would differ from look to look for what ends at midnight.
        ends = str(
            facts.get("not_after")
            or facts.get("expires")
            or f"{at + timedelta(days=days_left):%Y-%m-%d}"
        )
        thread = f"{task.id}/{name}-{ends}"
        draft = _draft(task, thread, NoticeKind.EXPIRY, at, at)
        found.append(
            attrs.evolve(
                draft,
                key=f"{thread}/{step}",
                status=result.status,
                detail=f"the {name} runs out in {days_left:.1f} days",
            )
        )
    channels = dict.fromkeys(task.alerts.channels or default_channels)
    return tuple(attrs.evolve(one, channel=channel) for one in found for channel in channels)
