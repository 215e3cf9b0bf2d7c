"""What is stored of a task or an alert, read for `explain`: bounded, and nothing is changed."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.alerting import Alerting, Maintenance
from monitor.core.alerts.notices import BEGINNINGS, Notice
from monitor.core.calendar.hours import Hours
from monitor.core.calendar.windows import Window, read_window
from monitor.core.failures import NoSuchTask
from monitor.core.model import Event, WatchedTask
from monitor.core.ports import Session
from monitor.core.why.heldby import Blocking, Rules, blockings
from monitor.core.why.past import History

RUN_UP = 100
"""Looks before the span that are replayed too: more than flapping and any usual doubt go back."""
MOST_LOOKS = 20_000
"""The newest of a span that are replayed: five hours at one look a second, two weeks at one a
minute."""
_MOST_NOTICES = 5000
_MOST_THREADS = 50
_GUESSED_FROM = 1000
"""Newest notices among which a mistyped key is looked for."""
_DELIVERIES = ("alert.sent", "alert.failed")
_BEFORE = timedelta(hours=1)
"""How long before a notice what its channel did may matter: the longest wait between attempts."""

_AFTER = timedelta(minutes=1)
"""How long after a notice was sent that may be written down."""


@attrs.frozen(kw_only=True)
class Subject:
    """What was asked about."""

    kind: str
    """`task`, `notice`, `thread` or `message`."""
    key: str
    fleet: Sequence[WatchedTask]
    task: WatchedTask | None = None
    """Of a task that was asked about."""
    notices: tuple[Notice, ...] = ()
    """Of an alert that was asked about."""

    def tasks(self) -> list[WatchedTask]:
        """Return the tasks it is about."""
        if self.task is not None:
            return [self.task]
        named = {one.task_id for one in self.notices}
        return [one for one in self.fleet if one.task.id in named]


@attrs.frozen(kw_only=True)
class Span:
    """From when until when is told, and the moment of the question."""

    at: datetime
    from_at: datetime
    until_at: datetime


@attrs.frozen(kw_only=True)
class Evidence:
    """What is stored of one task and its alerts, or of alerts of no task."""

    watched: WatchedTask | None
    history: History | None
    events: Sequence[Event]
    notices: Sequence[Notice]
    """Whole threads."""
    rules: Rules


async def find_subject(session: Session, wanted: str) -> Subject:
    """Return the task of that name or id, or the alert of that key, thread or message.

    Raises:
        NoSuchTask: there is none; it names the one that was probably meant.
    """
    fleet = await session.fleet()
    for watched in fleet:
        if wanted in (watched.task.name, str(watched.task.id)):
            return Subject(kind="task", key=watched.task.name, fleet=fleet, task=watched)
    for kind in ("notice", "thread", "message"):
        found = await _find_notices(session, kind, wanted)
        if found:
            return Subject(kind=kind, key=wanted, fleet=fleet, notices=tuple(found[::-1]))
    known = [watched.task.name for watched in fleet]
    for one in await session.notices(limit=_GUESSED_FROM):
        known += [one.key, one.thread]
    close = difflib.get_close_matches(wanted, dict.fromkeys(known), n=3)
    meant = " or ".join(map(repr, close))
    guess = f", did you mean {meant}" if close else "; `monitor incidents --json` shows their keys"
    raise NoSuchTask(f"there is no task and no alert {wanted!r}{guess}")


async def _find_notices(session: Session, kind: str, wanted: str) -> list[Notice]:
    thread = wanted.rpartition("/")[0]
    if kind == "message":
        return await session.notices(message=wanted, limit=_MOST_NOTICES) if wanted else []
    if kind == "thread":
        return await session.notices(thread=wanted, limit=_MOST_NOTICES) if wanted else []
    mates = await session.notices(thread=thread, limit=_MOST_NOTICES) if thread else []
    return [one for one in mates if one.key == wanted]


async def read_evidence(
    session: Session, subject: Subject, watched: WatchedTask | None, span: Span, now: datetime
) -> Evidence:
    """Read what is stored of one task; None: of what belongs to no task."""
    alerting = await session.alerting()
    if watched is None:
        foreign = [one for one in subject.notices if one.task_id is None]
        notices = await _whole_threads(session, foreign)
        rules = await _rules(session, alerting, notices, span, now)
        return Evidence(watched=None, history=None, events=(), notices=notices, rules=rules)
    task = watched.task
    end_at = span.until_at + timedelta(microseconds=1)
    looks = await session.looks(task.id, span.from_at, MOST_LOOKS, before=end_at)
    more = await session.looks(task.id, None, RUN_UP + 1, before=span.from_at)
    older = len(more) > RUN_UP or len(looks) == MOST_LOOKS
    if len(looks) < MOST_LOOKS:
        looks = [*looks, *more[:RUN_UP]]
    first_at = looks[-1].looked_at if looks else span.from_at
    asked = [one for one in subject.notices if one.task_id == task.id]
    since_at = min([first_at, *(one.at for one in asked)])
    stored = await session.notices(task.id, since_at, limit=_MOST_NOTICES)
    notices = await _whole_threads(session, stored)
    history = History(
        task=task,
        looks=looks[::-1],
        transitions=await session.transitions(task.id),
        incidents=await session.incidents(task.id),
        gaps=await session.gaps(task.id, first_at),
        notices=notices,
        default_channels=alerting.default_channels,
        older=older,
    )
    rules = await _rules(session, alerting, notices, span, now)
    in_the_way = {task.id: await _blockings(session, subject, watched)}
    return Evidence(
        watched=watched,
        history=history,
        events=await session.events(task.id, span.from_at, before=end_at),
        notices=notices,
        rules=attrs.evolve(rules, gaps=history.gaps, blockings=in_the_way),
    )


async def _whole_threads(session: Session, found: Iterable[Notice]) -> list[Notice]:
    """Return notices with all of their threads, the oldest first."""
    known = {(one.key, one.channel): one for one in found}
    begun = {one.thread for one in known.values() if one.kind in BEGINNINGS}
    missing = {one.thread: None for one in known.values() if one.thread not in begun}
    for thread in list(missing)[:_MOST_THREADS]:
        for one in await session.notices(thread=thread):
            known[one.key, one.channel] = one
    return sorted(known.values(), key=lambda one: (one.at, one.key, one.channel))


async def _rules(
    session: Session,
    alerting: Alerting,
    notices: Sequence[Notice],
    span: Span,
    now: datetime,
) -> Rules:
    from_at = min([span.from_at, *(one.at for one in notices)]) - _BEFORE
    ends = [one.decided_at for one in notices if one.decided_at is not None]
    until_at = now if len(ends) < len(notices) else max([span.until_at, *ends])
    until_at += _AFTER
    deliveries = await session.events(
        None, from_at, _MOST_NOTICES, before=until_at, kinds=_DELIVERIES
    )
    return Rules(
        now=now,
        alerting=alerting,
        windows=_windows(alerting.maintenances),
        hours=_hours(alerting),
        deliveries=deliveries[::-1],
    )


def _windows(maintenances: Iterable[Maintenance]) -> list[tuple[Maintenance, Window]]:
    found = []
    for one in maintenances:
        try:
            found.append((one, read_window(one.name, one.rule)))
        except ValueError:
            continue  # nor does a running monitor hold anything by it
    return found


def _hours(alerting: Alerting) -> dict[str, Hours]:
    from monitor.channels.outside import read_hours

    found = {}
    for spec in alerting.channels:
        try:
            hours = read_hours(spec)
        except ValueError:
            continue
        if hours is not None:
            found[spec.name] = hours
    return found


async def _blockings(session: Session, subject: Subject, watched: WatchedTask) -> list[Blocking]:
    found: list[Blocking] = []
    for one in subject.fleet:
        if one.task.name in watched.task.depends_on and one.task.id != watched.task.id:
            incidents = await session.incidents(one.task.id)
            changes = await session.transitions(one.task.id)
            found += blockings(watched.task, one.task, incidents, changes)
    return found
