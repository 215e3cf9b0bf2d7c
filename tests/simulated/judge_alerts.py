"""A judge of who was told what: by the receivers, the table of notices, and what the world knows.

A1  each incident gives one notice of its beginning and one of its end to each channel, unless its
    target flapped
A2  each notice ends as sent, dropped or dead; what was dropped was dropped for a reason that holds
A3  what is sent was told once: more often only if a process ended between the hand-over and its
    record, at most once for each such end, and then with the same key
A4  bad news comes before its end, or in the same message and before it
A5  nothing bad is told of what is silenced or in maintenance, nothing at all in quiet hours
A6  only what a receiver will never take is dead
A7  what somebody has taken is told again to nobody
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from monitor.core.alerts.notices import Notice, NoticeKind, NoticeState
from monitor.core.model import Task
from tests.core.alert_judge import order, same_keys
from tests.simulated.faults import CHANNELS
from tests.simulated.scripts import PATROL, SECRET
from tests.simulated.witness import Taken, Wish
from tests.simulated.world import World

BERLIN = ZoneInfo("Europe/Berlin")
DEFAULTS = tuple(one.name for one in CHANNELS if one.default)
_AGAIN = (NoticeKind.REMINDER, NoticeKind.ESCALATION)
_MOMENT = timedelta(seconds=2)
"""From a decision to the hand-over."""
_THREE_DAYS = timedelta(days=3)

Key = tuple[str, str]


def is_quiet(moment: datetime) -> bool:
    """Say whether the channel `night` is to be quiet: from ten to seven, by clocks in Berlin."""
    hour = moment.astimezone(BERLIN).hour
    return hour >= 22 or hour < 7


def is_sunday_work(moment: datetime) -> bool:
    """Say whether a moment lies within two hours from half past one on a Sunday in Berlin."""
    local = moment.astimezone(BERLIN)
    begin = datetime(local.year, local.month, local.day, 1, 30, tzinfo=BERLIN).astimezone(
        moment.tzinfo
    )
    return local.weekday() == 6 and begin <= moment < begin + timedelta(hours=2)


@attrs.define(eq=False)
class AlertJudge:
    """Find what was told wrongly."""

    world: World
    told: dict[Key, list[Taken]] = attrs.field(factory=lambda: defaultdict(list))
    tasks: dict[int, Task] = attrs.field(factory=dict)
    flapped: dict[int, list[tuple[datetime, datetime]]] = attrs.field(
        factory=lambda: defaultdict(list)
    )

    def __attrs_post_init__(self) -> None:
        for one in self.world.witness.taken:
            for notice in one.message.notices:
                self.told[notice.key, one.channel].append(one)
        self.tasks = self.world.stage.store.tables.tasks
        for notice in self.notices.values():
            self._note_flapping(notice)

    def _note_flapping(self, notice: Notice) -> None:
        if notice.task_id not in self.tasks:
            return
        if notice.kind is NoticeKind.STEADY:
            self.flapped[notice.task_id].append((notice.since_at, notice.at))
        state = self.world.stage.store.tables.states[notice.task_id]
        if notice.kind is NoticeKind.FLAPPING and state.flapping_since_at:
            for_ever = datetime.max.replace(tzinfo=UTC)
            self.flapped[notice.task_id].append((notice.since_at, for_ever))

    @property
    def notices(self) -> dict[Key, Notice]:
        return self.world.stage.store.tables.alerts.notices

    def faults(self) -> Iterator[str]:
        """Say what is wrong, one sentence each."""
        yield from self._of_incidents()
        for (key, channel), notice in self.notices.items():
            for fault in self._of_notice(notice):
                yield f"{key} {channel}: {fault}"
        gone = self._gone()
        for told in set(self.told) - set(self.notices) - self.world.witness.unwritten:
            if told[0].partition("/")[0] not in gone:
                yield f"A3: {told}: told, and nowhere written down"
        for taken in self.world.witness.taken:
            yield from self._of_hour(taken)

    def _gone(self) -> set[str]:
        wishes = self.world.witness.wishes.items()
        return {str(task_id) for task_id, of_it in wishes if any(w.what == "remove" for w in of_it)}

    def _of_incidents(self) -> Iterator[str]:
        """A1."""
        for (task_id, number), one in self.world.stage.store.tables.incidents.items():
            if self._has_flapped(task_id, one.confirmed_at):
                continue
            ends = () if one.closed_at is None else ("up",)
            for kind in ("down", *ends):
                for channel in DEFAULTS:
                    if (f"{task_id}/{number}/{kind}", channel) not in self.notices:
                        yield f"A1: incident {task_id}/{number} gives no {kind} for {channel}"
            if one.closed_at is None:
                yield f"A1: incident {task_id}/{number} does not end"

    def _has_flapped(self, task_id: int, at: datetime) -> bool:
        return any(begin <= at <= end for begin, end in self.flapped[task_id])

    def _of_notice(self, notice: Notice) -> Iterator[str]:
        key = notice.key, notice.channel
        times, doubts = self.told.get(key, []), self.world.witness.doubtful[key]
        match notice.state:
            case NoticeState.PENDING:
                yield f"A2: nobody decided on it ({notice.why})"
            case NoticeState.SENT if not times:
                yield "A3: said to be sent, and nobody got it"
            case NoticeState.DEAD:
                old = notice.decided_at is not None and notice.decided_at - notice.at > _THREE_DAYS
                if key not in self.world.witness.refused and not old:
                    yield f"A6: dead, and nobody refused it: {notice.why}"
            case NoticeState.DROPPED:
                yield from self._of_dropped(notice)
        if notice.state is not NoticeState.SENT and len(times) > doubts:
            yield f"A3: {notice.state}, and told all the same"
        if len(times) > 1 + doubts:
            at_s = [round(one.at_s) for one in times]
            yield f"A3: told {len(times)} times ({at_s}), doubtful {doubts} times"
        if key not in self.world.witness.unwritten and not same_keys(times):
            yield "A3: the same message under different keys"
        of_incident = notice.kind in (NoticeKind.DOWN, NoticeKind.UP)
        if of_incident and notice.key != f"{notice.task_id}/{notice.incident}/{notice.kind}":
            yield "A1: a notice of nothing"
        if notice.kind is NoticeKind.UP:
            begun = self.told.get((f"{notice.thread}/down", notice.channel), [])
            for fault in order(f"{notice.thread}/down", notice.key, begun, times):
                yield f"A4: {fault}"
        if notice.kind in _AGAIN:
            yield from self._of_taking(notice, times)
        for taken in times:
            yield from self._of_rules(notice, taken)
        if SECRET in notice.detail or SECRET in notice.target or SECRET in notice.why:
            yield "I10: it tells a secret"

    def _of_dropped(self, notice: Notice) -> Iterator[str]:
        """A2: bad news is dropped only if a rule of an operator held it."""
        if not notice.why:
            yield "A2: dropped for no reason"
        if notice.kind is not NoticeKind.DOWN or notice.task_id is None:
            return
        incident = self.world.stage.store.tables.incidents.get(
            (notice.task_id, notice.incident or 0)
        )
        end = incident.closed_at if incident is not None else None
        until_at = (end or notice.at) + timedelta(seconds=60)
        held = (
            any(
                one.at <= until_at and notice.at <= (one.until_at or one.at)
                for one in self.world.witness.of("silence", notice.task_id)
            )
            or self._in_maintenance(notice, notice.at, until_at)
            or bool(self.tasks[notice.task_id].depends_on)
        )
        if not held and "end was told" not in notice.why:
            yield f"A2: dropped, and no rule held it: {notice.why}"

    def _in_maintenance(self, notice: Notice, from_at: datetime, until_at: datetime) -> bool:
        if PATROL not in notice.tags:
            return False
        moment = from_at
        while moment <= until_at:
            if is_sunday_work(moment):
                return True
            moment += timedelta(minutes=10)
        return is_sunday_work(until_at)

    def _of_rules(self, notice: Notice, taken: Taken) -> Iterator[str]:
        """A5, of silences and maintenance."""
        if notice.is_good or notice.task_id not in self.tasks or notice.kind is NoticeKind.SYSTEM:
            return
        late = any(one.is_good and one.thread == notice.thread for one in taken.message.notices)
        for one in self.world.witness.of("silence", notice.task_id or 0):
            heard_s = self.world.witness.heard_s(one.at_s)
            assert one.until_at is not None
            if heard_s < taken.from_s - 2 and taken.at < one.until_at and not late:
                yield f"A5: told at {taken.at}, silenced from {one.at} to {one.until_at}"
        inside = is_sunday_work(taken.at) and is_sunday_work(taken.at - _MOMENT)
        if PATROL in notice.tags and inside and not late:
            yield f"A5: told at {taken.at}, in the window of Sundays"

    def _of_hour(self, taken: Taken) -> Iterator[str]:
        """A5, of quiet hours."""
        if (
            taken.channel == "night"
            and is_quiet(taken.at)
            and is_quiet(taken.at - _MOMENT)
            and not self._just_stepped(taken.at)
        ):
            keys = [one.key for one in taken.message.notices]
            yield f"A5: {keys} told to night at {taken.at}, in quiet hours"

    def _just_stepped(self, at: datetime) -> bool:
        return any(abs(at - one) <= _MOMENT for one in self.world.witness.stepped_at)

    def _of_taking(self, notice: Notice, times: Sequence[Taken]) -> Iterator[str]:
        """A7."""
        takings: list[Wish] = [
            one
            for one in self.world.witness.of("take", notice.task_id or 0)
            if one.incident == notice.incident
        ]
        for one in takings:
            heard_s = self.world.witness.heard_s(one.at_s)
            late = [taken for taken in times if taken.from_s > heard_s + 2]
            if late:
                yield f"A7: told at {late[0].at}, taken since {one.at}"
