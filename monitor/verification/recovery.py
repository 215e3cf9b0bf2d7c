"""Step 5: task 7 is made to fail, ends, is started again and recovers; task 8 never does.

All delays are the product's own policy on a shorter scale; see `scale`. What came of it is told
apart in `diagnosis`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import attrs
import trio

from monitor.app import Tuning
from monitor.core.model import (
    Event,
    Lifecycle,
    Look,
    RequestKind,
    State,
    Status,
    Task,
    TaskSpec,
    WatchedTask,
)
from monitor.core.policy import RecoveryPolicy
from monitor.core.ports import Session
from monitor.core.records import LookRecord
from monitor.store.address import Address
from monitor.verification.faults import Fault, Faults
from monitor.verification.load import Stored, stored_of
from monitor.verification.outside import poll, read
from monitor.verification.scale import CALM
from monitor.verification.targets import Targets, open_targets
from monitor.verification.trial import GRACE_S, Bench, Trial, open_trial

STEP = "recovery"
TASKS = 8
ILL, HOPELESS = 6, 7
"""Positions of the seventh and the eighth task."""
_SEEN_S = 3.0
"""How long what was recorded may take to be seen from outside."""
_SLACK_S = 5.0


@attrs.define(eq=False, kw_only=True)
class Story:
    """What was seen of the two children, and of the others meanwhile."""

    policy: RecoveryPolicy
    limit: int
    """Own errors in a row that end an incarnation."""
    states: list[State] = attrs.field(factory=list)
    """Task 7 in the database: before its errors, and after each of them."""
    failed: WatchedTask | None = None
    """Task 8 as the database showed it when its attempts should have been spent."""
    resumed_s: float | None = None
    """From the operator's word to the first good look in the database."""
    recovered: WatchedTask | None = None
    """Task 7 as the database showed it after a stable life."""
    broken_at: datetime | None = None
    until_at: datetime | None = None
    events: dict[int, list[Event]] = attrs.field(factory=dict)
    """Position -> stored events, oldest first."""
    stored: Sequence[Stored] = ()


@attrs.define(eq=False)
class _Stage:
    """What goes on: the looks, and the errors of task 7 as they happen."""

    bench: Bench
    targets: Targets
    looks: Counter[int] = attrs.field(factory=Counter)
    baseline: trio.Event = attrs.field(factory=trio.Event)
    errors: tuple[trio.MemorySendChannel[LookRecord], trio.MemoryReceiveChannel[LookRecord]] = (
        attrs.field(factory=lambda: trio.open_memory_channel[LookRecord](1000))
    )

    def specs(self) -> list[TaskSpec]:
        return [
            TaskSpec(
                name=f"task-{i + 1}",
                target=self.targets.url("healthy", str(i + 1)),
                interval_s=self._interval_s(i),
                timeout_s=5.0,
            )
            for i in range(TASKS)
        ]

    def _interval_s(self, position: int) -> float:
        """Let the siblings look less often: a slow machine alone must not make them miss."""
        broken = position in (ILL, HOPELESS)
        return self.bench.scale.interval_s * (1 if broken else CALM)

    def on_look(self, task: Task, record: LookRecord) -> None:
        self.looks[task.id] += 1
        self.bench.progress.count(self.looks.total(), "looks")
        if len(self.looks) == TASKS:
            self.baseline.set()
        if task.name == f"task-{ILL + 1}" and record.event is not None:
            self.errors[0].send_nowait(record)


async def heal(bench: Bench, address: Address) -> Story:
    """Break two probes, watch what the monitor makes of it, and return all that was seen."""
    tuning = Tuning(policy=bench.scale.policy, grace_s=GRACE_S)
    story = Story(policy=tuning.policy, limit=tuning.max_errors)
    faults = Faults(bench.prepare)
    async with open_targets() as targets:
        stage = _Stage(bench, targets)
        specs = stage.specs()
        attempts = story.policy.max_attempts or 0
        ill = faults.of[specs[ILL].target] = Fault(heals_after=attempts - 1, paced=True)
        hopeless = faults.of[specs[HOPELESS].target] = Fault()
        async with open_trial(
            address, specs, faults.prepare, tuning=tuning, on_look=stage.on_look
        ) as trial:
            await stage.baseline.wait()
            story.states.append(await _state(trial, trial.tasks[ILL]))
            story.broken_at = trial.clock.now()
            ill.broken = hopeless.broken = True
            await _read_errors(trial, stage, ill, story)
            await _wait_for_failure(trial, story)
            hopeless.broken = False
            await _resume(trial, story)
            await _wait_for_recovery(trial, story)
            story.until_at = trial.clock.now()
    await _read_the_rest(trial, story)
    return story


async def _state(trial: Trial, task: Task) -> State:
    """Read what is stored of a task once its first look is."""
    watched = await poll(
        trial.address,
        lambda session: session.watched(task.id),
        lambda one: one.state.next_check_at is not None,
        _SEEN_S,
    )
    return watched.state


async def _read_errors(trial: Trial, stage: _Stage, ill: Fault, story: Story) -> None:
    """Read task 7 from outside after each error; the next one waits for that."""
    task = trial.tasks[ILL]

    async def ask(session: Session) -> tuple[list[Look], WatchedTask]:
        return await session.looks(task.id, limit=1), await session.watched(task.id)

    for _ in range(story.limit):
        with trio.move_on_after(_SEEN_S + 2 * task.interval_s) as patience:
            record = await stage.errors[1].receive()
        if patience.cancelled_caught:
            return
        shows = partial(_shows, record.slot_at)
        found = await poll(trial.address, ask, shows, _SEEN_S)
        if shows(found):
            story.states.append(found[1].state)
        ill.seen.release()


def _shows(slot_at: datetime, found: tuple[list[Look], WatchedTask]) -> bool:
    return any(look.slot_at == slot_at for look in found[0])


async def _wait_for_failure(trial: Trial, story: Story) -> None:
    """Wait until task 8 has spent its attempts."""
    backoff, task = story.policy.backoff, trial.tasks[HOPELESS]
    attempts = range(1, (story.policy.max_attempts or 0) + 1)
    planned_s = sum(backoff.delay_s(attempt, f"task {task.id}") for attempt in attempts)
    story.failed = await poll(
        trial.address,
        lambda session: session.watched(task.id),
        lambda watched: watched.recovery.lifecycle is Lifecycle.FAILED,
        planned_s + story.limit * task.interval_s + _SLACK_S,
    )


async def _resume(trial: Trial, story: Story) -> None:
    """Say the operator's word, as another process would, and wait for a good look."""
    task = trial.tasks[HOPELESS]
    asked_at = trial.clock.now()

    async def ask(session: Session) -> list[Look]:
        return await session.looks(task.id, limit=1)

    def well(looks: Sequence[Look]) -> bool:
        return any(look.looked_at > asked_at and look.result.status is Status.UP for look in looks)

    await read(trial.address, lambda session: session.request(task.id, RequestKind.RESUME))
    looks = await poll(trial.address, ask, well, _SLACK_S)
    if well(looks):
        story.resumed_s = (trial.clock.now() - asked_at).total_seconds()


async def _wait_for_recovery(trial: Trial, story: Story) -> None:
    """Wait until task 7 has lived soundly for the policy's time."""
    task = trial.tasks[ILL]

    async def ask(session: Session) -> tuple[list[Event], WatchedTask]:
        return await session.events(task.id), await session.watched(task.id)

    _, story.recovered = await poll(
        trial.address,
        ask,
        lambda found: any(event.kind == "task.recovered" for event in found[0]),
        story.policy.reset_after_s + _SLACK_S,
    )


async def _read_the_rest(trial: Trial, story: Story) -> None:
    async def ask(session: Session) -> None:
        for position in (ILL, HOPELESS):
            events = await session.events(trial.tasks[position].id)
            story.events[position] = sorted(events, key=lambda event: event.at)
        story.stored = await stored_of(session, trial.tasks)

    await read(trial.address, ask)
