"""Proves, task by task, that every one looked in time; restarts what did not, and says so.

It shares nothing with what it audits: not the beat that wakes the tasks, not the loop that starts
them. Each child declares when its present step will be over at the latest; the auditor only reads
the clock. A second look goes to the database, for tasks that nobody runs at all.
"""

from datetime import timedelta

import attrs
import trio

from monitor.beat import Beat
from monitor.clock import Clock
from monitor.fleet import Fleet
from monitor.journal import tell
from monitor.loop_lag import LoopLag
from monitor.model import Event, EventRecord
from monitor.ports import DatabaseAway, Session, Store
from monitor.reconcile import Reconcile
from monitor.recorder import Recorder
from monitor.units import format_duration
from monitor.watch import GRACE_S, Child, Doing

ROUND_S = 1.0
STORE_ROUND_S = 30.0
"""How often the database's own view is asked."""
_LAG_TOLD_S = 1.0
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
    stalls: int = 0
    """Children found stalled and started again."""
    worst_lag_s: float = 0.0
    """The longest time the loop stood still in the last round."""
    overdue: int = 0
    """Tasks found late in the last round."""

    async def run(self) -> None:
        """Audit for ever."""
        async with self.store.session("auditor") as session:
            ask_s = trio.current_time() + STORE_ROUND_S
            while True:
                round_s = trio.current_time()
                await trio.sleep(ROUND_S)
                self._watch_time(round_s)
                self._audit_children()
                if trio.current_time() >= ask_s:
                    ask_s = trio.current_time() + STORE_ROUND_S
                    await self._audit_store(session)

    def _watch_time(self, since_s: float) -> None:
        """Tell when the machine's clock or our own loop misbehaves."""
        jump = self.clock.observe()
        if jump is not None:
            by = format_duration(jump.by_s)
            tell("clock.jumped", by=by, suspended=jump.suspended)
            data = {"by_s": jump.by_s, "suspended": jump.suspended}
            self._store_event(Event(at=self.clock.now(), kind="clock.jumped", data=data))
        self.worst_lag_s = self.lag.worst_s(since_s)
        if self.worst_lag_s >= _LAG_TOLD_S:
            tell("loop.lagged", lag=format_duration(self.worst_lag_s))

    def _audit_children(self) -> None:
        now_s = trio.current_time()
        children = self.fleet.children
        late = [child for child in children if now_s > child.overdue_s]
        self.overdue = len(late)
        if len(late) > max(_OURS_FLOOR, _OURS_SHARE * len(children)):
            tell("system.storm", children=len(late), error="late at once; nobody is restarted")
            return
        for child in late:
            self._revive(child, now_s)

    def _revive(self, child: Child, now_s: float) -> None:
        """Wake a child that overslept; replace one that is stuck elsewhere, or sleeps on."""
        if child.doing is Doing.WAITING and self.beat.wake(child.task.id):
            child.overdue_s = now_s + GRACE_S
        else:
            self.fleet.restart(child.task.id)
        self.stalls += 1
        late = format_duration(round(now_s - child.since_s, 1))
        task = child.task
        tell("task.stalled", task=task.id, name=task.name, late=late, doing=child.doing.value)
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
