"""Why nobody was told: of one change of status, and at one moment. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from monitor.core.alerts.notices import Notice, NoticeKind
from monitor.core.model import Gap, GapReason, Lifecycle, State, Status, Task, WatchedTask
from monitor.core.verdict import looks_needed
from monitor.core.why.past import History
from monitor.core.why.replay import Replay, Step


@attrs.frozen(kw_only=True)
class Line:
    """One line of the account."""

    at: datetime
    kind: str
    depth: int = 0
    """0: it happened; more: what followed from the line above, or caused it."""
    data: Mapping[str, Any] = attrs.field(factory=dict)


def gap_line(gap: Gap) -> Line:
    """Return the line of a gap."""
    data = {"until_at": gap.until_at.isoformat(), "reason": gap.reason.value, "slots": gap.slots}
    return Line(at=gap.from_at, kind="gap", data=data)


class Untold(StrEnum):
    """Why news of a task were told nobody."""

    FIRST_GOOD = "first_good"
    NOT_ON = "not_on"
    NO_CHANNEL = "no_channel"
    FLAPPING = "flapping"
    UNREACHABLE = "unreachable"
    BY_INCIDENT = "by_incident"
    """An incident tells it better."""
    NOT_BEGUN = "not_begun"
    """The end of what was not told."""


def untold(task: Task, step: Step, default_channels: Sequence[str]) -> Untold | None:
    """Say why a change of status gave nothing to tell; None: no rule says so."""
    change = step.change
    if change is None:
        return None
    if change.after is Status.UNREACHABLE or change.before is Status.UNREACHABLE:
        return Untold.UNREACHABLE
    if Status.UNKNOWN in (change.after, change.before) and step.before.standing is (
        step.after.standing
    ):
        return Untold.NOT_ON if Status.UNKNOWN not in task.alerts.on else Untold.NO_CHANNEL
    before, after = step.before.standing, step.after.standing
    if before is Status.PENDING and after is Status.UP:
        return Untold.FIRST_GOOD
    if not (task.alerts.channels or default_channels):
        return Untold.NO_CHANNEL
    worst = Status.DOWN if Status.DOWN in (before, after) else Status.DEGRADED
    if worst not in task.alerts.on:
        return Untold.NOT_ON
    if step.after.flapping_since_at is not None:
        return Untold.FLAPPING
    return Untold.BY_INCIDENT if before is Status.DOWN else Untold.NOT_BEGUN


# --- silence ------------------------------------------------------------------------------------


def answer(
    history: History,
    watched: WatchedTask,
    found: Replay,
    at: datetime,
    now: datetime,
) -> list[Line]:
    """Say what was believed at a moment, and why nobody was told anything then, if nobody was."""
    gap = next((one for one in history.gaps if one.from_at <= at < one.until_at), None)
    if watched.task.paused and gap is None and at >= now:
        return [Line(at=at, kind="answer.paused")]
    if gap is not None:
        kind = "answer.paused" if gap.reason is GapReason.PAUSED else "answer.gap"
        return [Line(at=at, kind=kind, data=gap_line(gap).data)]
    recovery = watched.recovery
    changed_at = recovery.changed_at or now
    if recovery.lifecycle is not Lifecycle.RUNNING and at >= changed_at:
        data = {"lifecycle": recovery.lifecycle.value, "error": recovery.error}
        return [Line(at=at, kind="answer.not_running", data=data)]
    if not found.steps or at < found.steps[0].look.looked_at:
        return [Line(at=at, kind="answer.not_known", data={"status": found.start.status.value})]
    lines = [_believed(found, at), *_silence(history, found, at)]
    newest = found.steps[-1].look.slot_at == watched.state.last_slot_at
    if newest and (fields := found.differs_from(watched.state)):
        lines.append(Line(at=at, kind="differs.state", depth=1, data={"fields": list(fields)}))
    return lines


def _believed(found: Replay, at: datetime) -> Line:
    state = found.at(at)
    since_at = state.since_at
    data = {
        "status": state.status.value,
        "reason": None if state.reason is None else state.reason.value,
        "standing": state.standing.value,
        "since_at": "" if since_at is None else since_at.isoformat(),
        "detail": state.detail,
    }
    return Line(at=at, kind="answer.believed", data=data)


def _silence(history: History, found: Replay, at: datetime) -> Iterator[Line]:
    state = found.at(at)
    task, on = history.task, history.task.alerts.on
    said = [one for one in history.notices if one.at <= at and _is_about(one, state)]

    def nothing(kind: str, **data: Any) -> Line:
        return Line(at=at, kind=f"silent.{kind}", depth=1, data=data)

    if state.status is Status.UNREACHABLE:
        yield nothing("unreachable", detail=state.detail)
        return
    if state.status is Status.UNKNOWN and Status.UNKNOWN not in on:
        yield nothing("unknown", detail=state.detail)
    if state.candidate is not None:
        needed = looks_needed(task, state.standing, state.candidate)
        yield nothing("doubt", status=state.candidate.value, streak=state.streak, needed=needed)
    for one in said:
        about = {"key": one.key, "channel": one.channel, "state": one.state.value, "why": one.why}
        yield nothing("told", **about)
    if said:
        return
    wrong = state.standing in (Status.DOWN, Status.DEGRADED)
    news = state.standing if wrong else state.status
    if news not in (Status.DOWN, Status.DEGRADED, Status.UNKNOWN):
        if state.candidate is None:
            yield nothing("well" if state.standing is Status.UP else "pending")
    elif news not in on:
        if news is not Status.UNKNOWN:
            yield nothing("not_on", on=[one.value for one in on], status=news.value)
    elif not (task.alerts.channels or history.default_channels):
        yield nothing("no_channel")
    elif state.flapping_since_at is not None:
        yield nothing("flapping", since_at=state.flapping_since_at.isoformat())
    else:
        yield nothing("not_stored")


def _is_about(notice: Notice, state: State) -> bool:
    """Say whether a notice tells of what is believed to be wrong now."""
    if notice.kind is NoticeKind.UNKNOWN:
        return state.status is Status.UNKNOWN and notice.since_at == state.since_at
    if state.flapping_since_at is not None and notice.kind is NoticeKind.FLAPPING:
        return notice.since_at == state.flapping_since_at
    if state.standing is Status.DOWN:
        return notice.incident == state.incidents and not notice.is_good
    return (
        state.standing is Status.DEGRADED
        and notice.kind is NoticeKind.DEGRADED
        and notice.since_at == state.standing_since_at
    )
