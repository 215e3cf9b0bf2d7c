"""What was seen from outside, and what the world knows to be true."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import attrs
import trio

from monitor.core.alerts.notices import Message
from monitor.core.model import Task
from monitor.core.pings import PingKind
from tests.simulated.scripts import Sight

NEVER = datetime.max.replace(tzinfo=UTC)


@attrs.frozen
class Seen:
    """One look, as its target saw it."""

    at: datetime
    """By the monitor's clock, when it began."""
    at_s: float
    """In seconds of the world, when it was answered."""
    sight: Sight
    process: int
    uplink: bool
    """Whether our own way out was there."""


@attrs.frozen
class Taken:
    """What a receiver took."""

    at: datetime
    """By the monitor's clock, when the hand-over began."""
    from_s: float
    at_s: float
    channel: str
    message: Message
    process: int


@attrs.define
class Span:
    """Something that was so for a while, in seconds of the world."""

    from_s: float
    until_s: float = float("inf")

    def touches(self, from_s: float, until_s: float) -> bool:
        return self.from_s <= until_s and from_s <= self.until_s


@attrs.define
class Process(Span):
    """The life of one process of the monitor."""

    number: int = 0
    settled_s: float = float("inf")
    """When it had read the tasks."""
    began_at: datetime = NEVER
    ended_at: datetime = NEVER
    """By the monitor's clock."""
    how: str = ""
    """How it ended."""


@attrs.frozen
class Wish:
    """Something that people did about a task, and when, in seconds of the world."""

    what: str
    task_id: int
    at_s: float
    at: datetime
    until_s: float = float("inf")
    until_at: datetime | None = None
    incident: int = 0


@attrs.frozen
class Said:
    """What a job said of itself, or did not say, when it was due."""

    kind: PingKind | None
    at_s: float
    """In seconds of the world, when it began to say so."""
    at: datetime
    until_at: datetime
    """By the monitor's clock, when it began, and when it was answered or given up."""
    answer: str
    """`written`, `taken` (to be written when the database is back), or nothing."""


@attrs.define(eq=False)
class Witness:
    """All of it."""

    looks: dict[int, list[Seen]] = attrs.field(factory=lambda: defaultdict(list))
    """By task."""
    taken: list[Taken] = attrs.field(factory=list)
    processes: list[Process] = attrs.field(factory=list)
    away: list[Span] = attrs.field(factory=list)
    """While the database could not be reached, was slow, or lost its answers."""
    lagged_at: list[datetime] = attrs.field(factory=list)
    """When our own loop had stood still, by the monitor's clock."""
    stepped_at: list[datetime] = attrs.field(factory=list)
    """Before and after each step of the machine's clock, by the monitor's."""
    unlinked: list[Span] = attrs.field(factory=list)
    """While our own way out was gone."""
    said: dict[int, list[Said]] = attrs.field(factory=lambda: defaultdict(list))
    heard: dict[int, dict[tuple[datetime, PingKind], float]] = attrs.field(
        factory=lambda: defaultdict(dict)
    )
    """By task: the pings that were written, and when, in seconds of the world."""
    wishes: dict[int, list[Wish]] = attrs.field(factory=lambda: defaultdict(list))
    """By task."""
    parts: dict[int, int] = attrs.field(factory=dict)
    """The number of the part that each task plays, also of those that were removed."""
    born_s: dict[int, float] = attrs.field(factory=dict)
    refused: set[tuple[str, str]] = attrs.field(factory=set)
    """Notices (key and channel) of messages that a receiver will never take."""
    doubtful: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """How often a process ended between the hand-over of a notice and its record."""
    unwritten: set[tuple[str, str]] = attrs.field(factory=set)
    """Those of them that the database did not know at all."""
    closings: dict[tuple[int, int], set[datetime]] = attrs.field(factory=lambda: defaultdict(set))
    """The looks that closed each incident."""
    figures: Counter[str] = attrs.field(factory=Counter)
    faults: list[str] = attrs.field(factory=list)
    """What was found wrong while it happened."""

    def born(self, task: Task, number: int) -> None:
        """Note a new task."""
        self.parts[task.id] = number
        self.born_s[task.id] = trio.current_time()

    @property
    def steps(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield the moments before and after each step of the machine's clock."""
        return zip(self.stepped_at[::2], self.stepped_at[1::2], strict=True)

    @contextmanager
    def noting(self, spans: list[Span]) -> Iterator[None]:
        """Note that something is so during a block."""
        span = Span(trio.current_time())
        spans.append(span)
        try:
            yield
        finally:
            span.until_s = trio.current_time()

    def of(self, what: str, task_id: int) -> list[Wish]:
        """Return what people did of one kind to one task."""
        return [one for one in self.wishes[task_id] if one.what == what]

    def heard_s(self, from_s: float) -> float:
        """Return when the monitor knows at the latest what was stored at that moment.

        That is when a process runs and the database can be reached, and has for ten seconds.
        """
        moment_s = from_s
        while True:
            alive = next((one for one in self.processes if one.until_s > moment_s + 10.0), None)
            if alive is None:
                return float("inf")
            moment_s = max(moment_s, alive.settled_s, alive.from_s)
            if moment_s + 10.0 >= alive.until_s:
                moment_s = alive.until_s
                continue
            away = [one for one in self.away if one.touches(moment_s, moment_s + 10.0)]
            if not away:
                return moment_s + 10.0
            moment_s = max(one.until_s for one in away) + 0.001
