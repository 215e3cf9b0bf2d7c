"""Cancel an operation at every step of the scheduler, and have somebody else judge what is left.

SQLite is tested by failing the n-th allocation, n = 1, 2, 3 ... until the operation gets through;
this is the same for cancellation. The judge is another program at the same database: cancelled
must mean not written, returned must mean written, and in either case nothing may be left behind.
"""

import gc
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

import attrs
import trio

from monitor.core.ports import Session
from monitor.store.sql import SqlStore
from tests.outsider import Outsider

FAR = 3000
"""More steps than any operation takes; who gets here does not end."""
_COLLECT_EVERY = 20


class StepCancel(trio.abc.Instrument):
    """Cancel a scope at the k-th step that the scheduler makes while armed."""

    def __init__(self) -> None:
        self._scope: trio.CancelScope | None = None
        self._left = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if self._scope is None:
            return
        self._left -= 1
        if self._left == 0:
            self._scope.cancel()

    @contextmanager
    def armed(self, scope: trio.CancelScope, k: int) -> Iterator[None]:
        self._scope, self._left = scope, k
        try:
            yield
        finally:
            self._scope = None


@attrs.define(eq=False)
class Try:
    """One try of an operation: its number, what made it unlike others, and how far it got."""

    number: int
    finished: bool = False
    cancelled: bool = False


@attrs.frozen
class Operation:
    """What is swept.

    Args:
        name: for people.
        run: does it, with a number that no other try had; raises if the result is not right.
        prepare: statements of the outsider that set the scene of a try.
        trace: a query with one row of counts, one for each thing that the operation writes.
    """

    name: str
    run: Callable[[Session, int], Awaitable[None]]
    prepare: tuple[str, ...] = ()
    trace: str | None = None


@attrs.define(eq=False)
class Sweep:
    """The points tried, and what was wrong at any of them."""

    outsider: Outsider
    points: int = 0
    faults: list[str] = attrs.field(factory=list)

    async def every_step(
        self,
        name: str,
        operation: Operation,
        attempt: Callable[[Try, int], Awaitable[SqlStore | None]],
        steps: Iterable[int],
    ) -> None:
        """Try at each of the steps until the operation gets through untouched.

        `attempt` makes one try, cancelled at the k-th step, and returns the store to be judged
        if it is still open.
        """
        gc.collect()
        gc.freeze()  # what is here already is none of ours, and slow to search each time
        try:
            for k in steps:
                assert k < FAR, f"{name} never gets through"
                self.points += 1
                one = Try(self.points)
                if not self._prepared(name, operation, one):
                    break
                store = await attempt(one, k)
                self._judge(name, operation, one, k)
                if store is not None:
                    self.look_at(store, name, k)
                if self.points % _COLLECT_EVERY == 0:
                    gc.collect()
                if one.finished and not one.cancelled:
                    break
        finally:
            gc.collect()
            gc.unfreeze()

    def _prepared(self, name: str, operation: Operation, one: Try) -> bool:
        """Set the scene, if the last try has not left the database locked."""
        try:
            for statement in operation.prepare:
                self.outsider.ask(statement.replace("{n}", str(one.number)))
        except sqlite3.OperationalError as error:
            self.faults.append(f"after {name}: {error}")
            return False
        return True

    def look_at(self, store: SqlStore, name: str, k: int) -> None:
        """Note what a store between units has and must not have."""
        self.faults += [f"{name} cancelled at step {k}: {fault}" for fault in left_in(store)]

    def _judge(self, name: str, operation: Operation, one: Try, k: int) -> None:
        found = self.outsider.traces()
        if operation.trace is not None:
            (row,) = self.outsider.ask(operation.trace.replace("{n}", str(one.number)))
            written = [bool(count) for count in row]
            if any(written) is not all(written):
                found.append(f"half of it was written: {written}")
            elif one.finished and not all(written):
                found.append("it returned, and nothing was written")
            elif not one.finished and any(written):
                found.append("it was cancelled, and yet it was written")
        self.faults += [f"{name} cancelled at step {k}: {fault}" for fault in found]


def left_in(store: SqlStore) -> list[str]:
    """Name what a store between units must not have."""
    bridge = store.bridge
    counts = {
        "connections checked out": bridge.engine.pool.checkedout(),  # type: ignore[attr-defined]
        "tokens of the gate taken": bridge.gate.borrowed_tokens,
        "sessions in the registry": len(store.open_sessions),
        "poisoned connections": bridge.poisoned,
        "errors that the driver told nobody": bridge.noise,
    }
    bridge.poisoned = bridge.noise = 0
    return [f"{count} {what}" for what, count in counts.items() if count]
