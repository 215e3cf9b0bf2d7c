"""What the lives ask of the world - probes and stores - and the errors these may raise."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar

import attrs

from monitor.core.access.people import Deed
from monitor.core.access.registry import Registry
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.changes import Changes, FleetChange
from monitor.core.glance import Bin, Recent
from monitor.core.heartbeat import Absence
from monitor.core.listing import Page
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Look,
    Node,
    Reason,
    RequestKind,
    Result,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping
from monitor.core.receipts import Receipt
from monitor.core.records import Record
from monitor.core.statuspage.publishing import Publishing


class Permanent(Exception):
    """No restart can mend this; the child becomes `invalid` until the operator edits the task."""


class InvalidTask(Permanent):
    """The task itself is wrong: its target, an option, a plugin that is not installed.

    Args:
        field: what the operator has to change, as written in commands (`target`, `interval`,
            `option method`).
        message: what was expected, what was found, and what to do; one sentence.
        place: what was written, and below it a caret under the place that is wrong; may be empty.
        index: which one of several, from 0, if the field is a list.
    """

    def __init__(self, field: str, message: str, place: str = "", index: int = 0) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.place = place
        self.index = index


# --- probes -------------------------------------------------------------------------------------


class TargetDown(Exception):
    """The target failed the look; the message says how. The trace knows in which phase."""


class Refused(Exception):
    """The operator's own policy forbids the look: neither a claim about the target nor a fault."""


class OwnFault(Exception):
    """We could not look: a fault of this machine or program, never a claim about the target."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Trace:
    """What a probe tells about its look while it goes on, so that a deadline can name the phase."""

    __slots__ = ("_clock", "_entered_s", "address", "facts", "phase", "timings")

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._entered_s = 0.0
        self.phase: str | None = None
        self.timings: dict[str, float] = {}
        self.address: str | None = None
        """The address really used (`192.0.2.7`, `[2001:db8::1]:443`)."""
        self.facts: dict[str, Any] = {}

    @contextmanager
    def enter(self, phase: str) -> Iterator[None]:
        """Name and time a phase; the name stays when the phase ends by an exception.

        Phases do not nest. A phase entered again (a redirect) adds to its time.
        """
        self.phase, self._entered_s = phase, self._clock()
        survived = False
        try:
            yield
            survived = True
        finally:
            self.leave(keep_name=not survived)

    def leave(self, *, keep_name: bool) -> None:
        """Add the running phase's time to the timings."""
        if self.phase is not None:
            spent_s = self._clock() - self._entered_s
            self.timings[self.phase] = self.timings.get(self.phase, 0.0) + spent_s
            self._entered_s = self._clock()
        if not keep_name:
            self.phase = None


Probe = Callable[[Trace], Awaitable[Result]]
"""One look at one target.

It runs under the caller's deadline, knows no timeout of its own, and closes what it opens also
when cancelled. It returns what it saw (the caller adds phase, timings, address) or raises
TargetDown (the target's failure), OwnFault (ours), Refused (not allowed), Permanent (the task can
never work); anything else is a bug of the probe and booked as an own fault.
"""


Rule = Callable[[Result], Result]
"""What the operator makes of a result: the conditions of a task. It never raises."""


def as_seen(result: Result) -> Result:
    """Return a result as it is: the rule of a task without conditions."""
    return result


class Around(Protocol):
    """What a look may ask about the running monitor, in the name of its own task.

    To be asked only inside the look, and only by the trio task that runs the probe. What changes
    so that another answer is due makes the task look again at once.
    """

    @property
    def task(self) -> Task:
        """The task that looks."""

    def now(self) -> datetime:
        """Return the present moment."""

    def find(self, name: str) -> WatchedTask | None:
        """Return another task as it stands now; None if there is none of that name.

        From then on the task looks again when the other one changes, appears or goes.
        """

    async def pings(self) -> Sequence[Ping]:
        """Return the last pings of the task, oldest first, with the beginning of what they brought.

        Raises OwnFault if they cannot be read now. A further ping makes the task look again.
        """

    async def absences(self) -> Sequence[Absence]:
        """Return when nobody of us could take a ping, in no order.

        Raises OwnFault if that cannot be read now.
        """

    def look_at(self, moment: datetime) -> None:
        """Ask for a look at that moment, if none would come sooner."""


@attrs.frozen
class Prepared:
    """A task made ready to be looked at."""

    probe: Probe
    rule: Rule = as_seen
    within: Callable[[Around], Probe] | None = None
    """Makes the probe of a look that asks about the running monitor; `probe` then only says that
    it needs one. Does no I/O; raises InvalidTask."""

    def probe_within(self, around: Around) -> Probe:
        """Return the probe to look with inside a running monitor."""
        return self.probe if self.within is None else self.within(around)


T = TypeVar("T")

Prepare = Callable[[TaskSpec], Prepared]
"""Makes a task ready. Does no I/O; raises InvalidTask for what can never work."""


# --- stores -------------------------------------------------------------------------------------


class StoreError(Exception):
    """The database did not do what it was asked; the subclass says what that means."""


class DatabaseAway(StoreError):
    """The database cannot be reached now. Nothing was changed; trying again later may help."""


class OutcomeUnknown(DatabaseAway):
    """The connection broke before the answer: the change may or may not have been made.

    Repeating is right for what is idempotent, and all records are.
    """


class StoreRefused(StoreError):
    """The database answered and said no (constraint, type, permission): repeating does not help."""


class SchemaMismatch(StoreError):
    """The database's schema is not the one this program works with; the message says what to do."""


class DuplicateName(StoreRefused):
    """A task of that name exists already."""


class AlreadyDone(StoreRefused):
    """What was asked for with a key has just been done, with the same key, by somebody else."""


class NoSuchTask(StoreRefused):
    """No task has that name or id."""


class SessionBusyError(RuntimeError):
    """A session was used by somebody who does not own it, or twice at once.

    A bug of the caller, found before it can harm: the connection was not touched.
    """


class Session(Protocol):
    """One owner's way to the database: one unit of work at a time, each short and complete.

    Every method is one transaction: done whole or not at all, also when cancelled (then the
    cancellation takes effect before or after it, never within). All raise SessionBusyError when
    called by another trio task than the one that opened the session, and StoreError.
    """

    @property
    def registry(self) -> Registry:
        """Users, tokens, web sessions, and what was done by whom."""

    @property
    def publishing(self) -> Publishing:
        """Status pages, and the past that they show."""

    def sign(self, deed: Deed) -> None:
        """Have the next change of this session written down with it, in one transaction.

        If that change fails, what was signed is forgotten with it.
        """

    def keep_receipt(self, key: str, make: Callable[[Any], Receipt]) -> None:
        """Have a receipt of the next change kept, made of what that returns, in one transaction.

        The change raises AlreadyDone, and does nothing, if there is a receipt of that key; it need
        not be the same change.
        """

    async def receipt(self, key: str, now: datetime) -> Receipt | None:
        """Return the receipt of a key, if there is one that is not too old."""

    async def changes(self, known_revision: int) -> Changes | None:
        """Return all tasks if anything changed since `known_revision`, else None.

        With them come the wishes of other processes, again and again until a record answers them.
        """

    async def watched(self, task_id: int) -> WatchedTask:
        """Return one task with its state. Raises NoSuchTask."""

    async def commit(self, records: Sequence[Record]) -> None:
        """Write the records, all or none. Writing a record again changes nothing.

        A look's state is written only if its slot is newer than the stored one.
        """

    async def beat(self, node: Node) -> None:
        """Write what a process says of itself."""

    async def add(self, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        """Store new tasks, all or none. Raises DuplicateName."""

    async def edit(self, task_id: int, spec: TaskSpec) -> Task:
        """Replace what a task is; its state and history stay. Raises NoSuchTask, DuplicateName."""

    async def amend(self, task_id: int, change: Callable[[Task], TaskSpec]) -> Task:
        """Replace what a task is by what `change` makes of it, as it is when nobody else can.

        Raises what that raises, NoSuchTask, DuplicateName.
        """

    async def remove(self, task_id: int) -> None:
        """Delete a task and all that is known of it. Raises NoSuchTask."""

    async def rebuild(
        self, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
    ) -> FleetChange:
        """Remove, edit and add many tasks, all or none, and return what was done.

        `plan` is shown the tasks as they are, by id, and what is said of alerts, and says what to
        do; what it says is done before anybody else can change one of them. Raises what it raises,
        and DuplicateName if somebody else has just added a task of such a name.
        """

    async def request(self, task_id: int, kind: RequestKind) -> int:
        """Leave a wish for the running monitor, and return its number. Raises NoSuchTask.

        It stays until a record answers it, whatever becomes of the process that read it.
        """

    async def page(self, wanted: Page[T]) -> list[T]:
        """Return a page of a list."""

    async def fleet(self) -> list[WatchedTask]:
        """Return all tasks with their states, by id."""

    async def looks(
        self,
        task_id: int,
        since: datetime | None = None,
        limit: int = 100,
        *,
        before: datetime | None = None,
    ) -> list[Look]:
        """Return the newest stored results of a task in [since, before), newest first."""

    async def recent(self, since: Mapping[int, datetime]) -> dict[int, Recent]:
        """Return the stored results and gaps of some tasks, of each since its moment.

        For pages that show many tasks: results come without what they say in words.
        """

    async def histograms(self, task_id: int, edges: Sequence[datetime]) -> list[list[Bin]]:
        """Return how long the looks of a task took, for each stretch between two edges.

        Edges grow; a slot on an edge belongs to the stretch that begins there. However many looks
        there are, a stretch comes as a few hundred bins at most, shortest first.
        """

    async def gaps(self, task_id: int | None = None, since: datetime | None = None) -> list[Gap]:
        """Return gaps that end after `since`, oldest first."""

    async def transitions(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Transition]:
        """Return changes of status since then, oldest first."""

    async def incidents(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Incident]:
        """Return incidents open at or after `since`, oldest first."""

    async def events(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        limit: int = 1000,
        *,
        before: datetime | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Event]:
        """Return stored happenings about us in [since, before), newest first.

        Those of one of the kinds, if any is named; those of no task, if it is named 0.
        """

    async def pings(self, task_id: int, limit: int = 100, *, bodies: bool = True) -> list[Ping]:
        """Return the newest pings of a task, newest first.

        With what they brought, or with no more than its beginning: large bodies are read only
        where they are shown.
        """

    async def unfinished(self) -> list[Notice]:
        """Return the notices of all threads that are not over, or not told to their end."""

    async def notices(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        states: Sequence[NoticeState] = (),
        limit: int = 1000,
        *,
        thread: str = "",
        message: str = "",
    ) -> list[Notice]:
        """Return notices, newest first; those in one of the states, if any is named.

        Of one thread, or those that went with one message, if it is named.
        """

    async def alerting(self) -> Alerting:
        """Return all that operators say about alerts."""

    async def change_alerting(self, wanted: AlertingChange) -> AlertingChange:
        """Change what operators say about alerts, all or nothing.

        Returns what was done: new silences have their numbers.
        """

    async def nodes(self) -> list[Node]:
        """Return the processes that wrote to this database, the newest beat first."""

    async def overdue(self, before: datetime) -> list[int]:
        """Return running, unpaused tasks whose next check lies before that moment."""


@attrs.frozen
class OpenSession:
    """A line of the registry of open sessions."""

    owner: str
    task_id: int | None
    opened_at: datetime


class Store(Protocol):
    """A database, seen from trio."""

    def session(
        self, owner: str, task_id: int | None = None
    ) -> AbstractAsyncContextManager[Session]:
        """Open a session owned by the calling trio task; closing is guaranteed.

        Opening does no I/O. Raises SessionBusyError if the task has a session open already.
        """

    @property
    def crowded(self) -> bool:
        """True while so many units of work wait that one more would wait for long."""

    @property
    def open_sessions(self) -> dict[str, OpenSession]:
        """The open sessions by owner."""

    async def listen(self, hint: Callable[[], None]) -> None:
        """Call `hint` when somebody may have changed the tasks, until cancelled.

        A hint, never a promise: polling is what one may rely on, and a store without hints only
        waits. Raises DatabaseAway when the connection that listens is lost.
        """
