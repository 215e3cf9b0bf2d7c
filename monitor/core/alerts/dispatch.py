"""What becomes of a notice: sent, held back, or dropped, and by which rule. Pure.

The rules, in this order; the first that applies decides:

1. Good news whose bad news this channel was never told is dropped.
2. Bad news that is over before it went out: if an operator's rule held it, both are dropped; if the
   channel or we were slow, both go out as one summary marked late.
3. Reminders and escalations of an incident that is over or acknowledged are dropped.
4. A silence, a maintenance window or a parent that is down holds bad news back. If it is still true
   when they end, it is told then.
5. A channel outside its hours holds everything back.

Good news of what was told goes out whatever is silenced: who was woken may sleep again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

import attrs

from monitor.core.alerts.alerting import Acknowledgement, Maintenance, Silence
from monitor.core.alerts.notices import BEGINNINGS, BY_RULE, Notice, NoticeKind, NoticeState
from monitor.core.calendar.hours import Hours
from monitor.core.calendar.windows import Window

AGAIN = frozenset({NoticeKind.REMINDER, NoticeKind.ESCALATION})
GROUP_BY = ("tags", "kind")


class Fate(Enum):
    """What is to be done with a notice now."""

    SEND = "send"
    HOLD = "hold"
    DROP = "drop"


@attrs.frozen(kw_only=True)
class Decision:
    """What is to be done with a notice, and why."""

    fate: Fate
    why: str = ""
    until_at: datetime | None = None
    """When to decide again at the latest; None: when something changes."""
    late: bool = False
    """Send it as something that is over already."""


@attrs.frozen(kw_only=True)
class Situation:
    """What the rules need to know of the world."""

    now: datetime
    silences: Sequence[Silence] = ()
    maintenances: Sequence[tuple[Maintenance, Window]] = ()
    acknowledgements: Mapping[tuple[int, int], Acknowledgement] = attrs.field(factory=dict)
    """By task and incident."""
    parents_down: Callable[[int], Sequence[str]] = lambda _task_id: ()
    """Names of the parents of a task that may explain why it cannot be reached now."""
    children_of: Callable[[int], Sequence[str]] = lambda _task_id: ()
    """Names of the tasks that cannot be seen while this one is down."""


def decide(
    notice: Notice, thread: Iterable[Notice], situation: Situation, hours: Hours | None = None
) -> Decision:
    """Decide on one pending notice of one channel.

    Args:
        notice: the notice.
        thread: all notices of the same thread for the same channel, itself among them.
        situation: the world.
        hours: when the channel may send; None: always.
    """
    decision = _by_thread(notice, list(thread), situation)
    if decision is None and not notice.is_good:
        decision = _by_rules(notice, situation)
    if decision is not None and decision.fate is not Fate.SEND:
        return decision
    if hours is not None and not hours.is_within(situation.now):
        return Decision(
            fate=Fate.HOLD,
            why="outside the channel's hours",
            until_at=hours.next_change(situation.now),
        )
    if notice.due_at is not None and situation.now < notice.due_at:
        return Decision(fate=Fate.HOLD, why=notice.why, until_at=notice.due_at)
    return decision or Decision(fate=Fate.SEND)


def _by_thread(notice: Notice, thread: list[Notice], situation: Situation) -> Decision | None:
    opening = next((one for one in thread if one.kind in BEGINNINGS), None)
    ending = next((one for one in thread if one.is_good), None)
    if notice.kind in AGAIN:
        if ending is not None:
            return _drop("over before it was told again")
        taken = situation.acknowledgements.get((notice.task_id or 0, notice.incident or 0))
        if taken is not None and taken.holds(situation.now):
            return _drop(f"acknowledged{f' by {taken.by}' if taken.by else ''}")
        return None
    if notice.is_good:
        told = [one for one in thread if not one.is_good and one.state is NoticeState.SENT]
        waiting = opening is not None and opening.state is NoticeState.PENDING
        if not told and not waiting:
            return _drop("nobody was told that it had begun")
        if waiting and opening is not None and opening.why.startswith(BY_RULE):
            return _drop(f"it was over before anybody had to be told ({opening.why})")
        return Decision(fate=Fate.SEND, late=waiting)
    if ending is not None and notice.kind in BEGINNINGS:
        if notice.why.startswith(BY_RULE):
            return _drop(f"over before anybody had to be told ({notice.why})")
        if ending.state is NoticeState.PENDING:
            return Decision(fate=Fate.SEND, late=True)
        return _drop("over, and the end was told")
    return None


def _by_rules(notice: Notice, situation: Situation) -> Decision | None:
    now = situation.now
    for silence in situation.silences:
        if silence.holds(notice.subject, notice.tags, now):
            note = f" ({silence.note})" if silence.note else ""
            return _held(f"silence {silence.id}{note}", silence.until_at)
    for maintenance, window in situation.maintenances:
        if maintenance.selector.chooses(notice.subject, notice.tags):
            occurrence = window.occurrence_at(now)
            if occurrence is not None:
                return _held(f"maintenance {maintenance.name!r}", occurrence[1])
    if notice.task_id is not None and (down := situation.parents_down(notice.task_id)):
        return _held(f"it cannot be reached while {', '.join(down)} is down", None)
    return None


def _held(rule: str, until_at: datetime | None) -> Decision:
    return Decision(fate=Fate.HOLD, why=f"{BY_RULE}{rule}", until_at=until_at)


def _drop(why: str) -> Decision:
    return Decision(fate=Fate.DROP, why=why)


def audience(thread: Iterable[Notice], ending: Notice) -> list[Notice]:
    """Return copies of good news for channels that heard the bad news and would not hear its end.

    An escalation brings in channels that the task itself does not name.
    """
    known = list(thread)
    served = {one.channel for one in known if one.is_good} | {ending.channel}
    heard = {
        one.channel
        for one in known
        if not one.is_good and one.state in (NoticeState.PENDING, NoticeState.SENT)
    }
    fresh = attrs.evolve(
        ending, state=NoticeState.PENDING, why="", attempts=0, decided_at=None, message=""
    )
    return [attrs.evolve(fresh, channel=channel) for channel in sorted(heard - served)]


@attrs.frozen(kw_only=True)
class Grouping:
    """How a channel gathers notices into messages."""

    wait_s: float = 0.0
    """How long the first waits for company."""
    interval_s: float = 60.0
    burst: int = 5
    """Messages in `interval_s` beyond which further notices go together."""
    by: tuple[str, ...] = ()
    """What notices must have in common to go together from the start, of GROUP_BY; with nothing,
    each goes by itself."""


@attrs.frozen(kw_only=True)
class Batch:
    """Notices that go out in one message now."""

    notices: tuple[Notice, ...]
    late: bool = False


def gather(
    ready: Sequence[tuple[Notice, bool]],
    sent_at: Sequence[datetime],
    grouping: Grouping,
    now: datetime,
) -> tuple[list[Batch], datetime | None]:
    """Put notices that may go into messages; return these, and when to ask again for the rest.

    A first few go each by itself, at once. When many come together, the others go as one digest,
    and the next digest comes an interval later: a data centre that falls sends two messages, not
    a thousand.

    Args:
        ready: notices that may go now, the oldest first, each with whether it is over already.
        sent_at: when this channel sent its last messages, in any order.
        grouping: the channel's way.
        now: the moment.
    """
    if not ready:
        return [], None
    waits_until = ready[0][0].at + timedelta(seconds=grouping.wait_s)
    if now < waits_until:
        return [], waits_until
    batches = _grouped(_by_thread_pairs(ready), grouping.by)
    since = now - timedelta(seconds=grouping.interval_s)
    recent = sorted(moment for moment in sent_at if moment > since)
    room = grouping.burst - len(recent)
    if len(batches) <= room:
        return batches, None
    if room > 1:
        digest = _joined(batches[room - 1 :])
        return [*batches[: room - 1], digest], None
    if room == 1:
        return [_joined(batches)], None
    return [], recent[-1] + timedelta(seconds=grouping.interval_s)


def _by_thread_pairs(ready: Sequence[tuple[Notice, bool]]) -> list[Batch]:
    """Put what is over together with what ended it; everything else stays by itself."""
    batches: dict[str, Batch] = {}
    for notice, late in ready:
        key = notice.thread if late else notice.key
        known = batches.get(key)
        notices = (*known.notices, notice) if known else (notice,)
        batches[key] = Batch(notices=notices, late=late)
    return list(batches.values())


def _grouped(batches: Sequence[Batch], by: Sequence[str]) -> list[Batch]:
    """Put together what has the same tags, or tells the same, as the channel wants it."""
    if not by:
        return list(batches)
    groups: dict[tuple[object, ...], list[Batch]] = {}
    for batch in batches:
        first = batch.notices[0]
        key = tuple(sorted(first.tags) if one == "tags" else first.kind for one in by)
        groups.setdefault((batch.late, *map(str, key)), []).append(batch)
    return [_joined(group) for group in groups.values()]


def _joined(batches: Sequence[Batch]) -> Batch:
    notices = tuple(notice for batch in batches for notice in batch.notices)
    return Batch(notices=notices, late=all(batch.late for batch in batches))
