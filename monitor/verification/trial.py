"""One life of the real monitor on a place of its own, watched from inside and outside."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import attrs

from monitor.app import App, Tuning, open_monitor
from monitor.core.model import Task, TaskSpec
from monitor.core.probing import Prepare
from monitor.core.records import LookRecord
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.sql import SqlStore, open_store
from monitor.verification.capture import Capture
from monitor.verification.findings import Comparison
from monitor.verification.outside import Left, View, open_view, what_is_left
from monitor.verification.progress import Progress
from monitor.verification.scale import Scale
from monitor.verification.witness import Witness

OnLook = Callable[[Task, LookRecord], None]

GRACE_S = 3.0


def owner_of(task: Task) -> str:
    """Return the name under which a task's session stands in the registry."""
    return f"task {task.id}"


@attrs.frozen(kw_only=True)
class Observed:
    """What one life left, and what the database said of it."""

    view: View
    left: Left
    still_open: tuple[str, ...]
    """Owners in the registry after the end."""
    noise: int
    poisoned: int


@attrs.define(eq=False, kw_only=True)
class Bench:
    """What all steps work with, and what they leave to each other."""

    prepare: Prepare
    scale: Scale
    capture: Capture
    progress: Progress
    lang: str = "en"
    observed: list[Observed] = attrs.field(factory=list)
    comparison: Comparison | None = None


@attrs.define(eq=False, kw_only=True)
class Trial:
    """A running monitor; `observed` is there once it has ended."""

    address: Address
    clock: Clock
    store: SqlStore
    witness: Witness
    app: App
    tasks: list[Task]
    observed: Observed | None = None

    @property
    def owners(self) -> list[str]:
        return [owner_of(task) for task in self.tasks]


@asynccontextmanager
async def open_trial(
    address: Address,
    specs: Sequence[TaskSpec],
    prepare: Prepare,
    *,
    tuning: Tuning | None = None,
    on_look: OnLook | None = None,
) -> AsyncIterator[Trial]:
    """Run the monitor with these tasks around a block; leaving it is leaving in good order."""
    clock = Clock()
    async with open_store(address, clock.now) as store:
        async with store.session("set-up") as session:
            tasks = await session.add(specs, clock.now())
        witness = Witness(store)
        async with (
            open_view(address) as view,
            open_monitor(
                witness, clock, prepare, tuning or Tuning(grace_s=GRACE_S), on_look
            ) as app,
        ):
            trial = Trial(
                address=address, clock=clock, store=store, witness=witness, app=app, tasks=tasks
            )
            await app.reconcile.settled()
            yield trial
            app.cause = "verify"
        still_open = tuple(store.open_sessions)
        bridge = store.bridge
    trial.observed = Observed(
        view=view,
        left=await what_is_left(address),
        still_open=still_open,
        noise=bridge.noise,
        poisoned=bridge.poisoned,
    )
