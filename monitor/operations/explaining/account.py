"""What led to an alert, or why there was none: read, replayed, and told step by step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.core.model import WatchedTask
from monitor.core.ports import Session
from monitor.core.units import stamp
from monitor.core.why.account import account, of_told
from monitor.core.why.fates import fates
from monitor.core.why.replay import replay
from monitor.core.why.untold import Line, answer
from monitor.operations.explaining.evidence import (
    Evidence,
    Span,
    Subject,
    find_subject,
    read_evidence,
)
from monitor.operations.explaining.sentences import Sentences
from monitor.operations.forms import moment as moment_form
from monitor.operations.refusals import Unfit

_SINCE_S = 6 * 3600.0
_LONGEST_S = 3660 * 86400.0
_MOST_TASKS = 5
"""Of a message that told of more tasks, only so many are replayed."""
_LOOKS_BEFORE = 3
"""How many intervals before an alert's beginning its account begins."""


@attrs.frozen(kw_only=True)
class Account:
    """What was asked about, and all that is to be told of it."""

    subject: Subject
    span: Span
    told: Sequence[tuple[Evidence, list[Line]]]
    left_out: Sequence[str]

    def document(self) -> dict[str, Any]:
        """Return it for scripts."""
        return _document(self.subject, self.span, self.told, self.left_out)


async def tell(
    session: Session, alert: str, at: datetime | None, since_s: float | None, moment: datetime
) -> Account:
    """Return what led to an alert, or why there was none.

    Raises:
        Unfit: the time that is asked about cannot be.
        NoSuchTask: there is no such task or alert.
    """

    if since_s is not None and not 0 < since_s <= _LONGEST_S:
        raise Unfit("since", "is out of range; use 1s to 3660d, or leave it out")
    if at is not None and at > moment:
        raise Unfit("at", f"{stamp(at)} lies in the future; there is nothing to explain yet")
    subject = await find_subject(session, alert)
    span = _span(subject, at, since_s, moment)
    tasks = subject.tasks()
    parts: list[WatchedTask | None] = [*tasks[:_MOST_TASKS]]
    if any(one.task_id is None for one in subject.notices):
        parts.append(None)
    sections = [await read_evidence(session, subject, one, span, moment) for one in parts]
    # In a thread: thousands of looks are judged once more, and a running monitor may be asked.
    told = [
        (section, await trio.to_thread.run_sync(_lines, section, subject, span, moment))
        for section in sections
    ]
    left_out = [one.task.name for one in tasks[_MOST_TASKS:]]
    return Account(subject=subject, span=span, told=told, left_out=left_out)


def _span(subject: Subject, at: datetime | None, since_s: float | None, now: datetime) -> Span:
    """Choose what to tell of: around a moment, or from an alert's beginning to its end."""

    back = timedelta(seconds=since_s or _SINCE_S)
    if at is not None or subject.task is not None:
        around = at or now
        return Span(at=around, from_at=around - back, until_at=min(now, around + back))
    begun_at = min(min(one.since_at, one.at) for one in subject.notices)
    if since_s is None:
        longest_s = max((one.task.interval_s for one in subject.tasks()), default=60.0)
        back = timedelta(seconds=_LOOKS_BEFORE * longest_s)
    ended_at = max(one.decided_at or now for one in subject.notices)
    return Span(at=ended_at, from_at=begun_at - back, until_at=ended_at)


def _lines(evidence: Evidence, subject: Subject, span: Span, now: datetime) -> list[Line]:
    """Return the account of one task."""

    asked = {(one.key, one.channel) for one in subject.notices}
    told = [
        one
        for one in fates(evidence.notices, evidence.rules)
        if (one.notice.key, one.notice.channel) in asked
        or (subject.task is not None and span.from_at <= one.at <= span.until_at)
    ]
    if evidence.history is None or evidence.watched is None:
        return [of_told(one) for one in told]
    found = replay(evidence.history)
    lines = account(evidence.history, found, evidence.events, told, span.from_at, span.until_at)
    if subject.task is not None:
        lines += answer(evidence.history, evidence.watched, found, span.at, now)
    return lines


def _document(
    subject: Subject,
    span: Span,
    told: Sequence[tuple[Evidence, list[Line]]],
    left_out: Sequence[str],
) -> dict[str, Any]:

    in_words = Sentences()
    steps = [
        {
            "at": moment_form(line.at),
            "kind": line.kind,
            "depth": line.depth,
            "task": None if evidence.watched is None else evidence.watched.task.name,
            "text": in_words(line),
            "data": dict(line.data),
        }
        for evidence, lines in told
        for line in lines
    ]
    return {
        "about": {"kind": subject.kind, "key": subject.key},
        "at": moment_form(span.at),
        "from_at": moment_form(span.from_at),
        "until_at": moment_form(span.until_at),
        "tasks_left_out": list(left_out),
        "steps": steps,
    }
