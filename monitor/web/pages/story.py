"""What led to an incident and what came of it, step by step: the stored looks, judged once more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.model import Incident, WatchedTask
from monitor.core.ports import Session
from monitor.core.why.account import account
from monitor.core.why.fates import fates
from monitor.core.why.replay import replay
from monitor.core.why.untold import Line
from monitor.operations.explaining.evidence import Span, Subject, read_evidence
from monitor.operations.explaining.sentences import Sentences

LONGEST = timedelta(hours=6)
"""Of an incident that lasted longer only the beginning is told here: a page must not read looks
without end."""
_LOOKS_AROUND = 3
_SIGNS = {
    "look": "gap",
    "looks": "gap",
    "change": "pending",
    "gap": "paused",
    "event": "unknown",
    "settled": "degraded",
    "missed": "degraded",
    "differs": "degraded",
    "note": "edit",
    "notice": "notice",
    "untold": "quiet",
}


@attrs.frozen(kw_only=True)
class Step:
    """One line of the story."""

    at: datetime
    text: str
    depth: int
    sign: str
    """The shape beside it."""


@attrs.frozen(kw_only=True)
class Story:
    """The whole."""

    steps: Sequence[Step]
    cut: bool
    """Whether it went on for longer than is told."""


async def tell_story(
    session: Session,
    fleet: Sequence[WatchedTask],
    watched: WatchedTask,
    incident: Incident,
    now: datetime,
    lang: str,
) -> Story:
    """Return the story of an incident."""
    around = timedelta(seconds=_LOOKS_AROUND * watched.task.interval_s)
    ended_at = (incident.closed_at or now) + around
    until_at = min(now, ended_at, incident.opened_at + LONGEST)
    span = Span(at=until_at, from_at=incident.opened_at - around, until_at=until_at)
    subject = Subject(kind="task", key=watched.task.name, fleet=fleet, task=watched)
    evidence = await read_evidence(session, subject, watched, span, now)
    told = [
        one
        for one in fates(evidence.notices, evidence.rules)
        if one.notice.incident == incident.number or span.from_at <= one.at <= span.until_at
    ]
    assert evidence.history is not None
    lines = account(
        evidence.history,
        replay(evidence.history),
        evidence.events,
        told,
        span.from_at,
        span.until_at,
    )
    say = Sentences(lang)
    steps = [Step(at=one.at, text=say(one), depth=one.depth, sign=_sign(one)) for one in lines]
    return Story(steps=steps, cut=until_at < min(now, ended_at))


def _sign(line: Line) -> str:
    kind = line.kind
    if kind.startswith(("look", "looks")) and line.data.get("status"):
        return str(line.data["status"])
    if kind == "change":
        return str(line.data["after"])
    if kind == "flapping.begins":
        return "degraded"
    if kind == "incident.opened":
        return "down"
    if kind == "incident.closed":
        return "up"
    return _SIGNS.get(kind.partition(".")[0], "gap")
