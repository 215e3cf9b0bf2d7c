"""Is every moment accounted for? Read from a database by somebody else, and judged from that alone.

Nothing of the product is used; the arithmetic of slots is done anew, after its documentation.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs

from tests.outsider import Outsider

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class Slots:
    """When a task is due: at `phase + k * interval`, in whole microseconds since 1970."""

    interval_us: int
    phase_us: int

    @classmethod
    def of(cls, task_id: int, interval_s: float) -> "Slots":
        """The phase is that part of the interval which the golden ratio assigns to the id."""
        interval_us = round(interval_s * 1_000_000)
        return cls(interval_us, (task_id * 2654435769 % 2**32) * interval_us // 2**32)

    def after(self, moment: datetime) -> datetime:
        """Return the first slot later than `moment`."""
        past_us = (moment - _EPOCH) // timedelta(microseconds=1) - self.phase_us
        slot_us = self.phase_us + (past_us // self.interval_us + 1) * self.interval_us
        return _EPOCH + timedelta(microseconds=slot_us)

    def count(self, from_at: datetime, until_at: datetime) -> int:
        """Count the slots in [from_at, until_at)."""
        instant = timedelta(microseconds=1)
        first_at, beyond_at = self.after(from_at - instant), self.after(until_at - instant)
        return max(0, (beyond_at - first_at) // timedelta(microseconds=self.interval_us))


@attrs.frozen
class Span:
    """Slots of [from_at, until_at) that were booked as not looked at."""

    from_at: datetime
    until_at: datetime
    reason: str
    slots: int


@attrs.define(eq=False)
class Page:
    """All that a database knows of one task."""

    task_id: int
    name: str
    interval_s: float
    status: str
    seq: int
    last_slot_at: datetime | None
    next_check_at: datetime | None
    standing: str
    results: list[tuple[datetime, str]] = attrs.field(factory=list)
    """Slot and status, by slot."""
    gaps: list[Span] = attrs.field(factory=list)
    transitions: list[tuple[int, str, str]] = attrs.field(factory=list)
    """Number, status before, status after."""
    incidents: list[tuple[int, bool]] = attrs.field(factory=list)
    """Number, and whether it is over."""

    @property
    def slots(self) -> list[datetime]:
        return [slot_at for slot_at, _ in self.results]

    def is_slot(self, place: int) -> bool:
        """Say whether a result belongs to a scheduled slot, not to a look in between."""
        slot_at = self.results[place][0]
        schedule = Slots.of(self.task_id, self.interval_s)
        return schedule.after(slot_at - timedelta(microseconds=1)) == slot_at

    def faults(self) -> list[str]:
        """Say what is wrong with this page, one sentence each; nothing if all is accounted for."""
        found = [*self._unaccounted(), *self._of_gaps(), *self._of_state()]
        return [f"task {self.task_id}: {fault}" for fault in found]

    def _unaccounted(self) -> Iterable[str]:
        """Every scheduled slot from the first to the last look: one result, or one gap."""
        slots = self.slots
        if len(set(slots)) != len(slots):
            yield "a slot has two results"
        if not slots:
            return
        schedule = Slots.of(self.task_id, self.interval_s)
        looked, ahead = set(slots), deque(self.gaps)
        gaps: list[Span] = []
        due_at = slots[0]
        while (due_at := schedule.after(due_at)) <= slots[-1]:
            while ahead and ahead[0].from_at <= due_at:
                gaps.append(ahead.popleft())
            gaps = [gap for gap in gaps if due_at < gap.until_at]
            if due_at in looked and gaps:
                yield f"{due_at} has a result and lies in {gaps[0]}"
            elif due_at not in looked and len(gaps) != 1:
                yield f"{due_at} has no result and lies in {len(gaps)} gaps"

    def _of_gaps(self) -> Iterable[str]:
        schedule = Slots.of(self.task_id, self.interval_s)
        for gap in self.gaps:
            regular = max(1, schedule.count(gap.from_at, gap.until_at))
            if gap.from_at >= gap.until_at or gap.slots < regular:
                yield f"{gap} has {regular} slots"
            # Of results that were dropped, those between the regular slots count too.
            if gap.reason != "database_lost" and gap.slots != regular:
                yield f"{gap} has {regular} slots"
        for sooner, later in pairwise(self.gaps):
            if later.from_at < sooner.until_at:
                yield f"{sooner} and {later} overlap"

    def _of_state(self) -> Iterable[str]:
        """Folding the transitions gives the state, which is that of the last look.

        Incidents alternate, and the last one is open while the target is believed to be down.
        """
        status = "pending"
        for number, (seq, before, after) in enumerate(self.transitions, start=1):
            if (number, status) != (seq, before):
                yield f"transition {seq} from {before}: expected {number} from {status}"
            status = after
        if (len(self.transitions), status) != (self.seq, self.status):
            yield f"the state says {self.seq} {self.status}, its transitions say {status}"
        over = [(number, True) for number in range(1, len(self.incidents) + 1)]
        if over and self.standing == "down":
            over[-1] = (len(over), False)
        if self.incidents != over:
            yield f"{self.standing} with incidents {self.incidents}"
        if self.results and self.last_slot_at != self.slots[-1]:
            yield f"the state is of {self.last_slot_at}, the last look of {self.slots[-1]}"


def read_ledger(outsider: Outsider) -> list[Page]:
    """Read all tasks of a database."""
    pages = {
        task_id: Page(
            task_id, name, interval_s, status, seq, _moment(last), _moment(planned), standing
        )
        for task_id, name, interval_s, status, seq, last, planned, standing in outsider.ask(
            "SELECT id, name, interval_s, status, seq, last_slot_at, next_check_at, standing "
            "FROM task JOIN task_state ON task_id = id ORDER BY id"
        )
    }
    for task_id, slot_at, status in outsider.ask(
        "SELECT task_id, slot_at, status FROM result ORDER BY slot_at"
    ):
        pages[task_id].results.append((_sure(slot_at), status))
    for task_id, from_at, until_at, reason, slots in outsider.ask(
        "SELECT task_id, from_at, until_at, reason, slots FROM gap ORDER BY from_at"
    ):
        pages[task_id].gaps.append(Span(_sure(from_at), _sure(until_at), reason, slots))
    for task_id, seq, before, after in outsider.ask(
        "SELECT task_id, seq, before, after FROM transition ORDER BY task_id, seq"
    ):
        pages[task_id].transitions.append((seq, before, after))
    for task_id, number, closed_at in outsider.ask(
        "SELECT task_id, number, closed_at FROM incident ORDER BY task_id, number"
    ):
        pages[task_id].incidents.append((number, closed_at is not None))
    return list(pages.values())


def faults(pages: Iterable[Page]) -> list[str]:
    """Say what is wrong with any page."""
    return [fault for page in pages for fault in page.faults()]


def gap_slots(pages: Iterable[Page]) -> Mapping[str, int]:
    """Count the slots that were not looked at, by reason."""
    counts: defaultdict[str, int] = defaultdict(int)
    for page in pages:
        for gap in page.gaps:
            counts[gap.reason] += gap.slots
    return counts


def _moment(value: Any) -> datetime | None:
    return None if value is None else _sure(value)


def _sure(value: Any) -> datetime:
    """Take a moment as the database gives it: SQLite as text, both without a zone or in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(moment, datetime)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
