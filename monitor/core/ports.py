"""What the lives ask of stores; what these raise is in `failures`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar

import attrs

from monitor.core.access.people import Deed
from monitor.core.access.registry import Registry
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.changes import Changes, FleetChange
from monitor.core.glance import Bin, PhaseMeans, Recent
from monitor.core.listing import Page
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Look,
    Node,
    RequestKind,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping
from monitor.core.receipts import Receipt
from monitor.core.records import Record
from monitor.core.statuspage.publishing import Publishing

T = TypeVar("T")


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

        What is to be said of the state before is said within: by the function that makes the change
        of what is there. Read before, it may be another by then.

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

    async def phases(self, task_id: int, edges: Sequence[datetime]) -> list[PhaseMeans]:
        """Return how long the phases of a task's looks took, for each stretch as `histograms` has
        them. It costs the database three to five times as much."""

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

    async def heard(self, task_ids: Sequence[int], each: int) -> dict[int, list[Ping]]:
        """Return the newest pings of tasks, so many of each kind, oldest first, by task.

        With no more than the beginning of what they brought; tasks without any are left out.
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
