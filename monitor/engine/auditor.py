"""Proves, task by task, that every one looked in time; restarts what did not, and says so.

It shares nothing with what it audits: not the beat that wakes the tasks, not the loop that starts
them. Each child declares when its present step will be over at the latest; the auditor only reads
the clock. A second look goes to the database, for tasks that nobody runs at all.
"""

from datetime import timedelta

import attrs
import trio

from monitor.core.failures import DatabaseAway
from monitor.core.model import Event
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.beat import Beat
from monitor.engine.child import GRACE_S, Child, Doing
from monitor.engine.clock import Clock
from monitor.engine.fleet import Fleet
from monitor.engine.loop_lag import TICK_S, LoopLag
from monitor.engine.reconcile import Reconcile
from monitor.engine.recorder import Recorder
from monitor.journal import tell

ROUND_S = 1.0
STORE_ROUND_S = 30.0
"""How often the database's own view is asked."""
_LAG_TOLD_S = 1.0
_LAG_ALARM_S = 5.0
"""A loop that stands still for so long is told to people."""
_FILLING_SHARE = 0.5
"""When so much of the memory for records is full, people are told."""
_OURS_SHARE = 0.2
"""When more than this share of all children is late at once, it is the machine: restarting them
all would only make it slower."""
_OURS_FLOOR = 10


@attrs.define(eq=False, kw_only=True)
class Auditor:
    """Find what does not look in time."""

    store: Store
    clock: Clock
    beat: Beat
    lag: LoopLag
    fleet: Fleet
    recorder: Recorder
    reconcile: Reconcile
    alarm: Alarm
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    stalls: int = 0
    """Children found stalled and started again."""
    worst_lag_s: float = 0.0
    """The longest time the loop stood still in the last round."""
    overdue: int = 0
    """Tasks found late in the last round."""
    latest: tuple[int, float] | None = None
    """Of these the one that is late by most, and by how many seconds."""
    audited_s: float = attrs.field(factory=trio.current_time, init=False)
    """When it last audited, by trio's clock."""
    _stalled_s: float = attrs.field(default=float("-inf"), init=False)
    """When the last long stall of our own loop ended that was stored."""
    _storm: bool = attrs.field(default=False, init=False)

    async def run(self) -> None:
        """Audit for ever."""
        async with self.store.session("auditor") as session:
            ask_s = trio.current_time() + STORE_ROUND_S * self.ease
            while True:
                round_s = trio.current_time()
                await trio.sleep(ROUND_S * self.ease)
                await trio.lowlevel.checkpoint()  # who was to wake by now has its turn first
                if self._watch_time(round_s):
                    continue  # a step of the clock makes many late at once; the alarm wakes them
                self._audit_children(trio.current_time() - round_s - ROUND_S * self.ease)
                self.audited_s = trio.current_time()
                if trio.current_time() >= ask_s:
                    ask_s = trio.current_time() + STORE_ROUND_S * self.ease
                    await self._audit_store(session)

    def _watch_time(self, since_s: float) -> bool:
        """Tell when the machine's clock or our own loop misbehaves; return whether it stepped."""
        jump = self.clock.observe()
        if jump is not None:
            by = format_duration(jump.by_s)
            tell("clock.jumped", by=by, suspended=jump.suspended)
            data = {"by_s": jump.by_s, "suspended": jump.suspended}
            self._store_event(Event(at=self.clock.now(), kind="clock.jumped", data=data))
        self.worst_lag_s = self.lag.worst_s(since_s)
        if self.worst_lag_s >= _LAG_TOLD_S:
            tell("loop.lagged", lag=format_duration(self.worst_lag_s))
        if self.worst_lag_s >= _LAG_ALARM_S:
            stood_still = f"nothing moved for {format_duration(self.worst_lag_s)}"
            self.alarm.begin("loop lag", "", stood_still)
        else:
            self.alarm.end("loop lag")
        for stall in self.lag.stalls():
            if stall.ended_s > self._stalled_s + TICK_S:  # one that ends just now is not kept yet
                data = {"by_s": stall.lasted_s}
                self._store_event(Event(at=self.clock.now(), kind="loop.lagged", data=data))
                self._stalled_s = stall.ended_s
        self._watch_memory()
        return jump is not None

    def _watch_memory(self) -> None:
        """Tell before the records that wait for the database are too many to be kept."""
        waiting, room = self.recorder.waiting, self.recorder.kept
        if waiting > _FILLING_SHARE * room:
            self.alarm.begin("records", "", f"{waiting} wait for the database, {room} can be kept")
        elif not waiting:
            self.alarm.end("records")

    def _audit_children(self, own_lag_s: float) -> None:
        """Put right what is late by more than we are ourselves."""
        children = self.fleet.children
        late = [child for child in children if self._is_late(child, own_lag_s)]
        self.overdue = len(late)
        self.latest = max(map(self._lateness, late), key=lambda one: one[1], default=None)
        many = int(max(_OURS_FLOOR, _OURS_SHARE * len(children)))
        if len(late) <= many:
            self._storm = self._storm and bool(late)
        else:
            if not self._storm:
                self.fleet.tell_storm(len(late), "late at once; nobody is restarted")
            self._storm = True
            # If the alarm is broken all oversleep; waking some at a time costs little.
            late = [child for child in late if child.doing is Doing.WAITING][:many]
        for child in late:
            self._revive(child)

    def _is_late(self, child: Child, own_lag_s: float) -> bool:
        if trio.current_time() - own_lag_s <= child.overdue_s:
            return False
        if child.doing is not Doing.WAITING or child.due_at is None:
            return True
        # Set back, our clock goes slowly for a while, and waiting takes longer by trio's.
        since_due_s = (self.clock.now() - child.due_at).total_seconds()
        return since_due_s - own_lag_s > GRACE_S

    def _lateness(self, child: Child) -> tuple[int, float]:
        return child.task.id, trio.current_time() - child.overdue_s + GRACE_S

    def _revive(self, child: Child) -> None:
        """Wake a child that overslept; replace one that is stuck elsewhere, or sleeps on."""
        now_s = trio.current_time()
        late = format_duration(round(now_s - child.overdue_s + GRACE_S, 1))
        if child.doing is Doing.WAITING and self.beat.wake(child.task.id):
            child.overdue_s = now_s + GRACE_S
        else:
            self.fleet.restart(child.task.id)
        self.stalls += 1
        task = child.task
        tell("task.stalled", task=task.id, name=task.name, late=late, doing=child.doing.value)
        self.alarm.happen("stalled", task.name, f"{late} late, while {child.doing.value}")
        self._store_event(
            Event(
                at=self.clock.now(),
                kind="task.stalled",
                task_id=task.id,
                data={"doing": child.doing.value, "late": late},
            )
        )

    async def _audit_store(self, session: Session) -> None:
        """Find tasks that are due and that nobody runs."""
        if self.recorder.behind:
            return  # what the database knows is not the newest
        before = self.clock.now() - timedelta(seconds=STORE_ROUND_S + GRACE_S)
        try:
            overdue = await session.overdue(before)
        except DatabaseAway as error:
            self.recorder.lose(error)
            return
        unwatched = [task_id for task_id in overdue if self.fleet.child(task_id) is None]
        for task_id in unwatched:
            tell("task.unwatched", task=task_id, due_at=before.isoformat(timespec="seconds"))
        if unwatched:
            self.reconcile.doubt()

    def _store_event(self, event: Event) -> None:
        self.recorder.keep(EventRecord(event=event))
