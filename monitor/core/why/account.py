"""The account of a task: what was seen, what it led to, and what was told, in time order. Pure.

Lines are facts in no language: a kind (`look.doubt`) and the data of its sentence. Looks that say
nothing new are counted, so that a month is as long as what happened in it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from monitor.core.model import ABOUT_TARGET, Event
from monitor.core.notes import KIND as NOTE
from monitor.core.why.fates import Told
from monitor.core.why.past import History
from monitor.core.why.replay import Replay, Settled, Step
from monitor.core.why.untold import Line, gap_line, untold

MANY_LINES = 150
"""With more lines than this, rows of looks without news become one line each."""
MOST_LINES = 1000
_ROW = 4
"""Doubtful looks in a row that are shown one by one."""
_DELIVERIES = ("alert.sent", "alert.failed")


def account(
    history: History,
    found: Replay,
    events: Sequence[Event],
    told: Sequence[Told],
    from_at: datetime,
    until_at: datetime,
) -> list[Line]:
    """Return the lines of a span, oldest first.

    Args:
        history: what is stored.
        found: its replay, which may begin before the span.
        events: stored happenings about us.
        told: what became of notices; all of it is shown, also outside the span.
        from_at: the span's beginning.
        until_at: its end.
    """
    steps = [one for one in found.steps if from_at <= one.look.looked_at <= until_at]
    looks = [line for row in _rows(steps) for line in _of_row(row, history)]
    if len(looks) > MANY_LINES:
        looks = list(_mixed(looks))
    lines = [_start(history, found, from_at), *looks]
    lines += [gap_line(one) for one in history.gaps if one.until_at > from_at]
    lines += [
        Line(at=one.at, kind="event", data={"event": one.kind, "detail": one.detail})
        if one.kind != NOTE
        else Line(at=one.at, kind="note", data={"by": one.data.get("by"), "detail": one.detail})
        for one in events
        if one.kind not in _DELIVERIES and from_at <= one.at <= until_at
    ]
    lines += [of_told(one) for one in told]
    head, *rest = lines
    rest = sorted((one for one in rest if one.at <= until_at or "key" in one.data), key=_when)
    if len(rest) > MOST_LINES:
        left_out = len(rest) - MOST_LINES
        rest = rest[left_out:]
        rest.insert(0, Line(at=rest[0].at, kind="left_out", data={"count": left_out}))
    return [head, *rest]


def _when(line: Line) -> datetime:
    return line.at


def of_told(one: Told) -> Line:
    """Return the line of something that happened to a notice."""
    notice = one.notice
    data = {"key": notice.key, "channel": notice.channel, "notice": notice.kind.value, **one.data}
    return Line(at=one.at, kind=f"notice.{one.kind}", depth=one.depth, data=data)


def _start(history: History, found: Replay, from_at: datetime) -> Line:
    """Say from where the replay begins, and what is not known therefore."""
    if not found.steps:
        return Line(at=from_at, kind="start.nothing", data={"status": found.start.status.value})
    first_at = found.steps[0].look.looked_at
    data = {"looks": len(found.steps), "first_at": first_at.isoformat()}
    if found.whole:
        return Line(at=max(first_at, from_at), kind="start.whole", data=data)
    change = found.taken_from
    believed = {
        "status": found.start.status.value,
        "seq": found.start.seq,
        "changed_at": "" if change is None else change.at.isoformat(),
    }
    kind = "start.limited" if history.older else "start.gone"
    return Line(at=max(first_at, from_at), kind=kind, data=data | believed)


# --- looks --------------------------------------------------------------------------------------


def _is_news(step: Step) -> bool:
    return bool(
        step.change is not None
        or step.expected is not None
        or step.missed
        or step.told
        or step.settled in (Settled.LOST, Settled.FAULT)
    )


def _rows(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Part looks into rows that say the same; what is news stands alone."""
    row: list[Step] = []
    for step in steps:
        if row and (_is_news(step) or _is_news(row[-1]) or _same(row[-1]) != _same(step)):
            yield row
            row = []
        row.append(step)
    if row:
        yield row


def _same(step: Step) -> tuple[Any, ...]:
    return step.look.result.status, step.look.result.reason, bool(step.needed)


def _of_row(row: Sequence[Step], history: History) -> Iterator[Line]:
    step = row[0]
    if _is_news(step):
        yield from _of_news(step, history)
    elif not step.needed:
        yield _counted(row, "looks.calm" if _says(step) else "looks.hidden")
    elif len(row) <= _ROW:
        for one in row:
            yield _look(one, "look.doubt")
    else:
        yield _look(row[0], "look.doubt")
        yield _counted(row[1:-1], "looks.doubt")
        yield _look(row[-1], "look.doubt")


def _says(step: Step) -> bool:
    return step.look.result.status in ABOUT_TARGET


def _look(step: Step, kind: str) -> Line:
    result = step.look.result
    data = {
        "status": result.status.value,
        "reason": None if result.reason is None else result.reason.value,
        "detail": result.detail,
        "phase": result.phase,
        "streak": step.streak,
        "needed": step.needed,
        "believed": step.before.standing.value,
    }
    return Line(at=step.look.looked_at, kind=kind, data=data)


def _counted(row: Sequence[Step], kind: str) -> Line:
    result, last = row[-1].look.result, row[-1].look
    data = {
        "count": len(row),
        "status": result.status.value,
        "reason": None if result.reason is None else result.reason.value,
        "detail": result.detail,
        "until_at": last.looked_at.isoformat(),
    }
    return Line(at=row[0].look.looked_at, kind=kind, data=data)


def _of_news(step: Step, history: History) -> Iterator[Line]:
    at, change = step.look.looked_at, step.change
    kinds = {True: "look.news", False: "look.agrees"}
    yield _look(step, kinds[bool(step.needed)] if _says(step) else "look.hidden")
    if step.settled is not Settled.RULES:
        expected = step.expected
        data = {
            "streak": step.streak,
            "needed": step.needed,
            "expected": "" if expected is None else expected.after.value,
            "stored": "" if change is None else change.after.value,
        }
        yield Line(at=at, kind=f"settled.{step.settled.value}", depth=1, data=data)
    if change is not None:
        data = {"before": change.before.value, "after": change.after.value, "seq": change.seq}
        yield Line(at=at, kind="change", depth=1, data=data)
    if step.incident is not None:
        closed_at = step.incident.closed_at
        data = {
            "number": step.incident.number,
            "opened_at": step.incident.opened_at.isoformat(),
            "closed_at": "" if closed_at is None else closed_at.isoformat(),
        }
        yield Line(
            at=at, kind="incident.closed" if closed_at else "incident.opened", depth=1, data=data
        )
    flapping = step.after.flapping_since_at is not None
    if flapping is not (step.before.flapping_since_at is not None):
        yield Line(at=at, kind="flapping.begins" if flapping else "flapping.ends", depth=1)
    for one in step.missed:
        data = {"key": one.key, "replayed": one.replayed, "stored": one.stored}
        kind = "gone" if one.replayed and not one.stored else "extra"
        kind = "other" if one.replayed and one.stored else kind
        yield Line(at=at, kind=f"missed.{one.what}.{kind}", depth=1, data=data)
    if change is not None and not step.told and not step.would_tell:
        why = untold(history.task, step, history.default_channels)
        if why is not None:
            yield Line(
                at=at, kind=f"untold.{why.value}", depth=1, data={"news": change.after.value}
            )


def _mixed(lines: Sequence[Line]) -> Iterator[Line]:
    """Put rows of looks without news between each other together."""
    row: list[Line] = []
    plain = ("looks.calm", "looks.doubt", "looks.hidden", "look.doubt")
    for line in [*lines, None]:
        if line is not None and line.kind in plain:
            row.append(line)
            continue
        if len(row) > 2:
            counts: dict[str, int] = {}
            for one in row:
                status = one.data["status"]
                counts[status] = counts.get(status, 0) + one.data.get("count", 1)
            until = row[-1].data.get("until_at") or row[-1].at.isoformat()
            data = {"counts": counts, "count": sum(counts.values()), "until_at": until}
            yield Line(at=row[0].at, kind="looks.mixed", data=data)
        else:
            yield from row
        row = []
        if line is not None:
            yield line
