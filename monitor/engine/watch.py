"""The life of one task: wait until it is due, look, judge, record, and again.

Two failures, two roads. What the target does wrong is a result. What we do wrong is booked as
UNKNOWN, moves `next_check` on all the same, and after a row of such errors ends this incarnation
by an exception: the supervisor decides what follows.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import attrs
import trio

from monitor.core.describe import describe, shorten
from monitor.core.failures import DatabaseAway, StoreRefused
from monitor.core.model import Event, Gap, GapReason, Reason, Result, State, Status, Task
from monitor.core.ports import Session, Store
from monitor.core.probing import OwnFault, Permanent, Prepare, Prepared
from monitor.core.records import LookRecord
from monitor.core.schedule import Due, Schedule, next_due, resume
from monitor.core.verdict import judge
from monitor.engine.alerts import Alerts
from monitor.engine.around import Place, Surroundings
from monitor.engine.beat import Beat, Closing
from monitor.engine.child import Child, Doing
from monitor.engine.clock import Clock
from monitor.engine.foresight import Foresight
from monitor.engine.kin import Kin
from monitor.engine.look import look
from monitor.engine.loop_lag import LoopLag
from monitor.engine.recorder import PATIENCE_S, Recorder
from monitor.engine.supervisor import Life
from monitor.engine.tally import Tally
from monitor.engine.uplink import Uplink
from monitor.journal import tell

RECORDING_S = 60.0
"""The longest a record may wait to be written: several deadlines of one database unit."""
_RECHECK_S = 1.0
"""After a look that our own lag or uplink spoiled, the next one comes this soon."""


class TooManyErrors(Exception):
    """A row of own errors as long as the limit; the last one is the cause."""


@attrs.define(eq=False, kw_only=True)
class Watch:
    """What all watched tasks share."""

    store: Store
    clock: Clock
    beat: Beat
    lag: LoopLag
    recorder: Recorder
    uplink: Uplink
    surroundings: Surroundings
    alerts: Alerts
    kin: Kin
    tally: Tally
    prepare: Prepare
    max_errors: int = 5
    on_look: Callable[[Task, LookRecord], None] = lambda _task, _record: None
    """Told of every look, after it was judged: for a terminal that shows them."""
    foresight: Foresight | None = None
    """Leaves out looks that would change nothing; only in simulations."""
    writes_at_once: bool = False
    """Whether ordinary records are written by the tasks too, and not in groups: for simulations,
    where writing costs nothing."""
    looks: int = 0

    async def live(self, child: Child, life: Life) -> None:
        """Watch one task in one incarnation; return when the monitor is leaving.

        Raises:
            Permanent: the task can never work as it is.
            TooManyErrors: our own errors came in a row.
        """
        child.begin(life)
        if child.state.consecutive_errors >= self.max_errors:  # answered by this restart
            child.state = attrs.evolve(child.state, consecutive_errors=0)
        task = child.task
        async with self.store.session(f"task {task.id}", task.id) as session:
            with self.surroundings.place_of(task, session) as place:
                prepared = self.prepare(task)
                prepared = attrs.evolve(prepared, probe=prepared.probe_within(place))
                tell("task.started", task=task.id, name=task.name, target=task.target)
                with suppress(Closing):
                    await self._watch(child, life, session, prepared, place)
        tell("task.stopped", task=task.id, name=task.name)

    async def _watch(
        self, child: Child, life: Life, session: Session, prepared: Prepared, place: Place
    ) -> None:
        schedule = Schedule.of(child.task.id, child.task.interval_s)
        if child.stagger_s and child.fall is None:
            stagger_s, child.stagger_s = child.stagger_s, 0.0
            await self._wait(child, self.clock.now() + timedelta(seconds=stagger_s))
        due, gaps = self._first(child, schedule)
        # What a look asks about may have changed while nobody was there to be told.
        at_once = prepared.within is not None or child.fall is not None
        await self._wait(child, self.clock.now() if at_once else due.slot_at)
        while True:
            slot_at = self._slot(child, due)
            record, error = await self._look(child, prepared, schedule, slot_at, gaps, place)
            gaps = ()
            child.state = record.state
            child.took_s = record.result.duration_s
            if record.transition is not None:
                self.surroundings.changed(child.task.name)
            child.step(Doing.RECORDING, RECORDING_S)
            await self._write(session, record)
            if error is not None:
                self._bear(child, life, error)
            else:
                child.end_fall()
            assert record.state.next_check_at is not None
            due = Due(record.state.next_check_at)
            await self._wait(child, self.clock.now() if place.again else due.slot_at)

    def _first(self, child: Child, schedule: Schedule) -> tuple[Due, tuple[Gap, ...]]:
        """Choose the first slot, and account for those that passed while nobody watched."""
        now = self.clock.now()
        planned_at = child.state.next_check_at
        if planned_at is None:
            return Due(now), ()
        due = resume(schedule, planned_at, now)
        if child.state.last_slot_at is not None and due.slot_at <= child.state.last_slot_at:
            due = attrs.evolve(due, slot_at=now)
        return due, self._gaps(child.task.id, schedule, due, child.absence)

    def _slot(self, child: Child, due: Due) -> datetime:
        """Name the look that starts now: by its slot, or by this moment if it was asked for."""
        slot_at = min(due.slot_at, self.clock.now())
        if child.state.last_slot_at is None:
            return slot_at
        return max(slot_at, child.state.last_slot_at + timedelta(microseconds=1))

    def _gaps(
        self, task_id: int, schedule: Schedule, due: Due, reason: GapReason
    ) -> tuple[Gap, ...]:
        """Account for the slots a choice left behind, if there are any."""
        if due.missed_from is None or due.missed_from >= due.slot_at:
            return ()
        jump = self.clock.jump_within(due.missed_from, due.slot_at)
        if jump is not None:
            reason = GapReason.SUSPENDED if jump.suspended else GapReason.CLOCK_JUMP
        slots = max(1, schedule.count(due.missed_from, due.slot_at))
        gap = Gap(
            task_id=task_id,
            from_at=due.missed_from,
            until_at=due.slot_at,
            reason=reason,
            slots=slots,
        )
        tell(
            "gap.booked",
            task=task_id,
            slots=slots,
            from_at=gap.from_at.isoformat(timespec="seconds"),
            until_at=gap.until_at.isoformat(timespec="seconds"),
            reason=reason.value,
        )
        return (gap,)

    async def _wait(self, child: Child, until_at: datetime) -> None:
        left_s = (until_at - self.clock.now()).total_seconds()
        child.step(Doing.WAITING, max(0.0, left_s))
        child.due_at = until_at
        await self.beat.wait(child.task.id, until_at)

    async def _look(
        self,
        child: Child,
        prepared: Prepared,
        schedule: Schedule,
        slot_at: datetime,
        gaps: tuple[Gap, ...],
        place: Place,
    ) -> tuple[LookRecord, Exception | None]:
        """Look, judge, and choose the next slot; whatever happens, there is a next slot."""
        task = child.task
        child.step(Doing.LOOKING, task.timeout_s)
        place.begin()
        looked_at = self.clock.now()
        started_s = trio.current_time()
        result, error, spoiled = await self._see(task, prepared, started_s)
        self.looks += 1
        before = child.state
        if self.foresight is not None:
            before = self.foresight.caught_up(before, slot_at)
        verdict = judge(task, before, result, looked_at)
        waits = result.reason is Reason.UPLINK and self.uplink.lost  # and is woken when it is back
        soon = spoiled and not waits
        retry_s = _RECHECK_S if soon else task.retry_interval_s if verdict.confirming else None
        due = place.sooner(next_due(schedule, slot_at, self.clock.now(), retry_s))
        if self.foresight is not None and not error:
            states = before, verdict.state
            due = self.foresight.skip(task, schedule, due, states, looked_at)
        gaps += self._gaps(task.id, schedule, due, GapReason.OVERRUN)
        state = attrs.evolve(
            verdict.state,
            consecutive_errors=child.state.consecutive_errors + 1 if error else 0,
            last_slot_at=slot_at,
            last_looked_at=looked_at,
            next_check_at=due.slot_at,
        )
        record = LookRecord(
            slot_at=slot_at,
            looked_at=looked_at,
            result=result,
            state=state,
            transition=verdict.transition,
            incident=verdict.incident,
            gaps=gaps,
            event=None if error is None else _error_event(task, looked_at, error, state),
            notices=self.alerts.told_of(task, before, state, result, verdict.incident, looked_at),
        )
        self._tell(task, record)
        self._wake_kin(record, confirming=verdict.confirming)
        return record, error

    async def _see(
        self, task: Task, prepared: Prepared, started_s: float
    ) -> tuple[Result, Exception | None, bool]:
        """Look, unless a parent of the task is down.

        Returns what is believed, our own error if there was one, and whether we spoiled the look.
        """
        if down := self.kin.parents_down(task.id):
            await trio.lowlevel.checkpoint()
            detail = f"not looked at while {', '.join(down)} is down"
            return Result(status=Status.UNREACHABLE, detail=detail), None, False
        error: Exception | None = None
        try:
            seen = await look(prepared.probe, task.timeout_s)
        except Permanent:
            raise
        except Exception as caught:  # noqa: BLE001 (booked as ours)
            error = caught
            reason = caught.reason if isinstance(caught, OwnFault) else Reason.TASK_ERROR
            seen = Result(
                status=Status.UNKNOWN,
                reason=reason,
                detail=describe(caught),
                duration_s=trio.current_time() - started_s,
            )
        result, spoiled = await self._doubt(task, seen, prepared.rule(seen), started_s)
        return result, None if spoiled else error, spoiled

    def _wake_kin(self, record: LookRecord, *, confirming: bool) -> None:
        """Have parents looked at when a task begins to fail, and children when it is back."""
        incident, state = record.incident, record.state
        if incident is not None and incident.closed_at is not None:
            for one in self.kin.dependents(record.task_id):
                self.beat.wake(one)
        elif confirming and state.streak_since_at is not None:
            for one in self.kin.unseen_parents(record.task_id, state.streak_since_at):
                self.beat.wake(one)

    async def _doubt(
        self, task: Task, seen: Result, result: Result, started_s: float
    ) -> tuple[Result, bool]:
        """Return what is believed of a look, and whether we spoiled it, so that it says nothing.

        Good looks do not wait for it.
        """
        bad_news = {seen.status, result.status} & {Status.DOWN, Status.DEGRADED}
        if bad_news and self.lag.taints(started_s, task.timeout_s):
            why = "our own loop stood still meanwhile"
            return _not_believed(result, Reason.LOOP_LAG, why), True
        if self.uplink.suspects(seen) and await self.uplink.to_blame(task.id, started_s):
            return _not_believed(result, Reason.UPLINK, "our own uplink was lost meanwhile"), True
        return result, False

    def _tell(self, task: Task, record: LookRecord) -> None:
        change = record.transition
        if change is not None:
            tell(
                "status.changed",
                task=task.id,
                name=task.name,
                before=change.before.value,
                after=change.after.value,
                reason=f"({change.reason})" if change.reason else "",
                detail=change.detail,
            )
        self.tally.look(task, record)
        self.on_look(task, record)

    async def _write(self, session: Session, record: LookRecord) -> None:
        """Write a record: news at once by the task's own session, the ordinary in a group.

        News join the group too while the database is away or crowded: if ten thousand targets fall
        together, as many single transactions would take a quarter of a minute, the group a second.
        """
        written = False
        try:
            alone = record.is_news or self.writes_at_once
            if alone and not self.recorder.behind and not self.store.crowded:
                try:
                    # It waits for its turn no longer; a unit that has begun is not interrupted.
                    with trio.move_on_after(PATIENCE_S):
                        await session.commit([record])
                        written = True
                        self.recorder.written += 1
                except DatabaseAway as error:
                    self.recorder.lose(error)
                except StoreRefused:
                    pass  # the recorder finds out whether it is this record or the database
            if not written:
                written = True
                await self.recorder.record(record)
        finally:
            if not written:
                self.recorder.keep(record)
            if record.notices:
                self.alerts.take(record.notices)

    def _bear(self, child: Child, life: Life, error: Exception) -> None:
        """Survive an own error, unless it was one too many."""
        life.stumble()
        errors = child.state.consecutive_errors
        tell(
            "task.error",
            task=child.task.id,
            name=child.task.name,
            errors=errors,
            limit=self.max_errors,
            error=describe(error),
        )
        if errors >= self.max_errors:
            raise TooManyErrors(
                f"{errors} own errors in a row, the last one {describe(error)}"
            ) from error


def _not_believed(result: Result, reason: Reason, why: str) -> Result:
    detail = shorten(f"not believed, {why}: {result.detail}")
    return attrs.evolve(result, status=Status.UNKNOWN, reason=reason, detail=detail)


def _error_event(task: Task, at: datetime, error: Exception, state: State) -> Event:
    return Event(
        at=at,
        kind="task.error",
        task_id=task.id,
        detail=describe(error),
        data={"errors": state.consecutive_errors},
    )
