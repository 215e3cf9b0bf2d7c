"""Group commit: many tasks' records in one transaction, each acknowledged to its task.

A record handed over is written sooner or later or accounted for. While the database is away,
records wait in memory, in order, and the tasks go on; when too many wait, further ordinary results
are dropped, and the time they cover is booked as a gap.
"""

from collections import deque
from collections.abc import Callable, Sequence
from math import inf

import attrs
import trio

from monitor.core.describe import describe
from monitor.core.failures import DatabaseAway, StoreRefused
from monitor.core.model import Gap, GapReason
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord, LookRecord, NoticeRecord, Record
from monitor.engine.clock import Clock
from monitor.engine.outage import Outage
from monitor.journal import tell

BATCH = 200
"""Records in one transaction; more would hold the loop longer than a slot may be late."""
LINGER_S = 0.05
"""How long the first record of a batch waits for company."""
KEPT = 100_000
"""Records that wait in memory at most, about 100 MB."""
PATIENCE_S = 1.0
"""How long tasks wait for a slow database; then they go on, and what they saw waits here."""
_RETRY_S = (0.2, 0.5, 1.0)


@attrs.define(eq=False)
class _Entry:
    record: Record
    number: int
    done: trio.Event
    """Nobody has to wait for it any more."""
    written: bool = False


@attrs.define(eq=False)
class Recorder:
    """Write what tasks hand over, in order."""

    store: Store
    clock: Clock
    outage: Outage
    kept: int = KEPT
    on_gaps: Callable[[Sequence[Gap]], None] = lambda _gaps: None
    """Told of slots whose results were dropped."""
    written: int = 0
    """Records written since the start."""
    refused: int = 0
    """Records the database would not take and that were dropped."""
    handed: int = 0
    """Records handed over since the start."""
    linger_s: float = LINGER_S
    _queue: deque[_Entry] = attrs.field(factory=deque, init=False)
    _moved_s: float = attrs.field(default=0.0, init=False)
    """When something was last written, or the first record came to wait, by trio's clock."""
    _suspects: list[Record] = attrs.field(factory=list, init=False)
    _dropped: dict[int, Gap] = attrs.field(factory=dict, init=False)
    _news: trio.Event = attrs.field(factory=trio.Event, init=False)
    _closing: bool = attrs.field(default=False, init=False)
    _done: trio.Event = attrs.field(factory=trio.Event, init=False)
    behind: bool = attrs.field(default=False, init=False)
    """True while the database is away or slow, and until all that waited then is written."""
    _slow: bool = attrs.field(default=False, init=False)
    _patience: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    """Ends by its deadline when a write has lasted for too long."""
    _owed: int = attrs.field(default=0, init=False)
    """How many of the oldest records waited when the database was back."""

    @property
    def waiting(self) -> int:
        """Records not yet written."""
        return len(self._queue) + len(self._suspects)

    @property
    def stuck_s(self) -> float:
        """For how long nothing was written although records wait and the database is there."""
        if not self._queue or self.outage.on:
            return 0.0
        return trio.current_time() - self._moved_s

    @property
    def full(self) -> bool:
        """True while so many records wait that not even news are kept."""
        return len(self._queue) >= 2 * self.kept

    async def record(self, record: Record) -> bool:
        """Return when the record is in the database; while that is away or slow, at once.

        Says whether it is in the database.
        """
        entry = self._keep(record)
        if entry is None or self.outage.on or self._slow:
            await trio.lowlevel.checkpoint()
        else:
            await entry.done.wait()
        return entry is not None and entry.written

    def keep(self, record: Record) -> None:
        """Take the record over without waiting."""
        self._keep(record)

    def is_done_with(self, handed: int) -> bool:
        """Say whether none of the first so many records waits any more."""
        if self._suspects:
            return False
        return not self._queue or self._queue[0].number > handed

    def _keep(self, record: Record) -> _Entry | None:
        if self._refuses(record):
            self._book_dropped(record)
            return None
        if not self._queue:
            self._moved_s = trio.current_time()
        self.handed += 1
        entry = _Entry(record, self.handed, trio.Event())
        self._queue.append(entry)
        self._news.set()
        return entry

    def _refuses(self, record: Record) -> bool:
        """Say whether memory is too full: ordinary results go first, news are kept longest."""
        ordinary = isinstance(record, LookRecord) and not record.transition and not record.event
        return len(self._queue) >= (self.kept if ordinary else 2 * self.kept)

    def _book_dropped(self, record: Record) -> None:
        if not isinstance(record, LookRecord):
            return
        known = self._dropped.get(record.task_id)
        lost = (known, *record.gaps) if known else record.gaps
        self._dropped[record.task_id] = Gap(
            task_id=record.task_id,
            from_at=min([record.slot_at, *(gap.from_at for gap in lost)]),
            until_at=record.state.next_check_at or record.slot_at,
            reason=GapReason.DATABASE_LOST,
            slots=1 + sum(gap.slots for gap in lost),
        )

    def close(self) -> None:
        """Let `run` return as soon as everything is written."""
        self._closing = True
        self._news.set()

    async def wait_done(self) -> None:
        """Return when, after `close`, everything is written."""
        await self._done.wait()

    async def run(self) -> None:
        """Write for ever, or after `close` until nothing waits.

        Started again after a crash it goes on with what waits.
        """
        failures = 0
        async with self.store.session("recorder") as session, trio.open_nursery() as nursery:
            self._patience = trio.CancelScope()
            nursery.start_soon(self._lose_patience)
            while True:
                if not self._queue and not self._closing:
                    self._news = trio.Event()
                    await self._news.wait()
                if not self._queue and self._closing:
                    self._done.set()
                    nursery.cancel_scope.cancel()
                    return
                if not self.outage.on and not self._closing and len(self._queue) < BATCH:
                    await trio.sleep(self.linger_s)
                if await self._write(session):
                    failures = 0
                else:
                    await trio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
                    failures += 1

    async def _write(self, session: Session) -> bool:
        """Write the oldest records; return whether the database took anything."""
        batch = [self._queue[i] for i in range(min(BATCH, len(self._queue)))]
        error: DatabaseAway | StoreRefused | None = None
        self._patience.deadline = trio.current_time() + PATIENCE_S
        try:
            await session.commit([entry.record for entry in batch])
        except (DatabaseAway, StoreRefused) as caught:
            error = caught
        finally:
            self._patience.deadline = inf
        if isinstance(error, DatabaseAway):
            self.lose(error)
            return False
        if error is not None:
            return await self._write_singly(session, batch, error)
        self._acknowledge(batch)
        await self._after_success(session)
        return True

    def _acknowledge(self, batch: list[_Entry]) -> None:
        self._moved_s = trio.current_time()
        self.written += len(batch)
        self._owed -= len(batch)
        for entry in batch:
            self._queue.popleft()
            entry.written = True
            entry.done.set()

    async def _lose_patience(self) -> None:
        """Let all go on whom a write keeps waiting for too long: each write sets the deadline."""
        while True:
            with self._patience:
                await trio.sleep_forever()
            self._patience = trio.CancelScope()
            self._slow = True
            self._let_go()

    def lose(self, error: Exception) -> None:
        """From now on nobody waits for the database: what waits is kept here."""
        self.outage.begin(error)
        self._let_go()

    def _let_go(self) -> None:
        self.behind = True
        for entry in self._queue:
            entry.done.set()

    async def _write_singly(
        self, session: Session, batch: list[_Entry], refusal: StoreRefused
    ) -> bool:
        """Find the records the database refuses, so that one cannot hold up the others.

        If it takes none at all, the fault is not in the records: that is an outage.
        """
        suspects: list[_Entry] = []
        for entry in batch:
            try:
                await session.commit([entry.record])
            except DatabaseAway as error:
                self.lose(error)
                return False
            except StoreRefused:
                suspects.append(entry)
        if len(suspects) == len(batch) and len(batch) + len(self._suspects) > 1:
            self.lose(refusal)
            return False
        self._acknowledge(batch)
        for entry in suspects:
            entry.written = False
        self.written -= len(suspects)
        self._suspects.extend(entry.record for entry in suspects)
        if len(suspects) < len(batch):
            await self._after_success(session)
        return True

    async def _after_success(self, session: Session) -> None:
        if self._slow:
            self._slow, self._owed = False, len(self._queue)
        self.regain()
        self.behind = self.behind and self._owed > 0
        for record in tuple(self._suspects):
            await self._try_again(session, record)

    def regain(self) -> None:
        """Note that the database works again, and have stored what happened meanwhile."""
        if self.outage.on:
            self._owed = len(self._queue)
        for event in self.outage.end(self.waiting):
            self.keep(EventRecord(event=event))
        dropped, self._dropped = tuple(self._dropped.values()), {}
        self.on_gaps(dropped)
        for start in range(0, len(dropped), BATCH):
            self.keep(EventRecord(gaps=dropped[start : start + BATCH]))

    async def _try_again(self, session: Session, record: Record) -> None:
        """Try a refused record a last time, now that the database is known to take others."""
        try:
            await session.commit([record])
        except DatabaseAway:
            return
        except StoreRefused as error:
            self.refused += 1
            task_id = None if isinstance(record, EventRecord | NoticeRecord) else record.task_id
            tell("record.refused", task=task_id, error=describe(error))
        else:
            self.written += 1
        self._suspects.remove(record)
