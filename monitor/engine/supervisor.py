"""A parent loop that starts a failed child again, under a backoff policy, and tells about it.

This room knows nothing of tasks, probes or databases. One incarnation of a child is one nursery:
what the child starts in it dies with it.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import attrs
import trio

from monitor.core.describe import describe
from monitor.core.model import Lifecycle, Recovery
from monitor.core.policy import RecoveryPolicy, after_exercise, after_failure
from monitor.core.probing import Permanent
from monitor.core.storm import Storm
from monitor.engine.clock import Clock

_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class Life:
    """One incarnation, as the child sees it: the nursery to live in."""

    nursery: trio.Nursery
    sound_since_s: float
    """Moment of trio's clock since which nothing of the child's own went wrong."""

    def stumble(self) -> None:
        """Say that something went wrong that the child could survive: soundness starts anew."""
        self.sound_since_s = trio.current_time()


Live = Callable[[Life], Awaitable[None]]
"""One incarnation: live until done (return) or broken (raise)."""


class ChildExit(Exception):
    """A child tried to end the whole program (`sys.exit()` in a plugin, a panic in a library)."""


class Exercise(Exception):
    """What a child is made to fail by, to see it come back: it does so soon, at no attempt."""


def is_exercise(failure: BaseException) -> bool:
    """Say whether a child failed by an exercise, and by nothing else."""
    if isinstance(failure, BaseExceptionGroup):
        return all(is_exercise(one) for one in failure.exceptions)
    return isinstance(failure, Exercise)


class Chronicle(Protocol):
    """Who is told about the steps of a child's life, and stores them."""

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        """An incarnation ended by an exception; `recovery` says what happens now."""

    async def restarting(self, recovery: Recovery) -> None:
        """The wait is over; the next incarnation starts now."""

    async def recovered(self, recovery: Recovery) -> None:
        """A restarted child has lived soundly for the policy's time; `recovery` is a clean one."""


@attrs.define(eq=False, kw_only=True)
class Supervisor:
    """What is common to all children of one family: the policy, the clock, the storm guard."""

    policy: RecoveryPolicy
    clock: Clock
    storm: Storm = attrs.field(factory=Storm)
    population: Callable[[], int] = lambda: 0
    """How many children the family has; many of them failing together spend no attempts."""
    on_storm: Callable[[int, str], None] = lambda _children, _error: None
    """Told when a storm begins: how many children have failed, and the error that was too much."""

    async def supervise(
        self,
        name: str,
        live: Live,
        chronicle: Chronicle,
        recovery: Recovery | None = None,
        reset_after_s: float | None = None,
    ) -> None:
        """Keep a child alive until it returns or this call is cancelled.

        A child that is given up on (FAILED with no retry, or INVALID) leaves this call waiting:
        its place in the tree, and the reason, stay visible until the operator resumes or edits it.

        Args:
            name: names the child in trio's tree, and seeds its jitter.
            live: one incarnation.
            chronicle: is told every step; if telling fails the child goes on all the same.
            recovery: what was remembered from before a restart of the process.
            reset_after_s: overrides the policy's time after which attempts are forgotten.
        """
        policy = self.policy
        if reset_after_s is not None:
            policy = attrs.evolve(policy, reset_after_s=reset_after_s)
        recovery = recovery or Recovery()
        while True:
            if recovery.lifecycle is not Lifecycle.RUNNING:
                retry_at = self._retry_at(policy, recovery)
                if retry_at is None:
                    await trio.sleep_forever()
                    raise AssertionError("unreachable")
                await self.clock.sleep_until(retry_at)
                recovery = attrs.evolve(recovery, lifecycle=Lifecycle.RUNNING, retry_at=None)
                await _tell(chronicle.restarting, recovery)
            incarnation = _Incarnation(live, policy, chronicle, recovery)
            failure: BaseExceptionGroup[BaseException] | None = None
            try:
                await incarnation.run(name)
            except* Exception as group:  # noqa: BLE001 (what a supervisor is for)
                failure = group
            if failure is None:
                return
            recovery = self._decide(name, policy, incarnation, failure)
            await _tell(chronicle.failed, recovery, failure)

    def _retry_at(self, policy: RecoveryPolicy, recovery: Recovery) -> datetime | None:
        """Return when a child that does not live is started again; None: never by itself.

        While one that was given up on is tried once more it is remembered as such, and without a
        moment for the next time: a process that ends just then must not give it up for ever.
        """
        every_s = policy.probe_every_s
        if recovery.retry_at or recovery.lifecycle is not Lifecycle.FAILED or every_s is None:
            return recovery.retry_at
        return (recovery.changed_at or self.clock.now()) + timedelta(seconds=every_s)

    def _decide(
        self,
        name: str,
        policy: RecoveryPolicy,
        incarnation: "_Incarnation",
        failure: BaseExceptionGroup[BaseException],
    ) -> Recovery:
        now_s = trio.current_time()
        permanent = failure.subgroup(Permanent)
        error = describe(permanent or failure)
        if is_exercise(failure):
            return after_exercise(incarnation.recovery, error=error, now=self.clock.now())
        if permanent is None:
            self.storm.note(now_s, name)
            if self.storm.begins(now_s, self.population()):
                self.on_storm(self.storm.fallen(now_s), error)
        return after_failure(
            policy,
            incarnation.recovery,
            error=error,
            lived_s=now_s - incarnation.sound_since_s,
            now=self.clock.now(),
            key=name,
            permanent=permanent is not None,
            ours=self.storm.rages(now_s, self.population()),
        )


@attrs.define(eq=False)
class _Incarnation:
    """One life of a child, and the memory that is wiped clean when it has lived soundly."""

    start: Live
    policy: RecoveryPolicy
    chronicle: Chronicle
    recovery: Recovery
    life: Life | None = None

    @property
    def sound_since_s(self) -> float:
        return trio.current_time() if self.life is None else self.life.sound_since_s

    async def run(self, name: str) -> None:
        try:
            async with trio.open_nursery() as nursery:
                self.life = life = Life(nursery, trio.current_time())
                if self.recovery.attempts:
                    nursery.start_soon(self._recover, life, name=f"{name}: sound life")
                await self.start(life)
                nursery.cancel_scope.cancel()
        except BaseException as error:
            if _is_alien(error):
                raise ChildExit(f"{name} tried to end the program") from error
            raise

    async def _recover(self, life: Life) -> None:
        while trio.current_time() < (sound_at_s := life.sound_since_s + self.policy.reset_after_s):  # noqa: ASYNC110
            await trio.sleep_until(sound_at_s)
        self.recovery = Recovery()
        await _tell(self.chronicle.recovered, self.recovery)


def _is_alien(error: BaseException) -> bool:
    """Say whether an error is neither a plain one, nor trio's, nor the operator's Ctrl-C."""
    if isinstance(error, BaseExceptionGroup):
        return any(_is_alien(one) for one in error.exceptions)
    return not isinstance(error, Exception | trio.Cancelled | KeyboardInterrupt)


async def _tell(step: Callable[..., Awaitable[None]], *news: object) -> None:
    """Tell a step; a chronicle that fails must not take the child with it."""
    try:
        await step(*news)
    except Exception:  # noqa: BLE001 (told, and the child goes on)
        _log.exception("a step of a child's life could not be told")
