"""The life of one channel: what waits for it, decided on, gathered, and handed over.

Each channel has a courier of its own. One that hangs holds up its own messages and nobody else's.
Delivery is at least once: a message is marked as sent after the receiver has taken it, and its key
is the same at each attempt.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs
import trio

from monitor.core.alerts.delivery import GIVE_UP_S, Health
from monitor.core.alerts.dispatch import Batch, Fate, Grouping, Situation, decide, gather
from monitor.core.alerts.notices import (
    BY_RULE,
    ChannelSpec,
    Message,
    NotDelivered,
    Notice,
    NoticeKind,
    NoticeState,
    Send,
)
from monitor.core.calendar.hours import Hours
from monitor.core.describe import describe, shorten
from monitor.core.model import Event
from monitor.core.records import NoticeRecord
from monitor.engine.alerts import Alerts, dropped
from monitor.engine.clock import Clock
from monitor.engine.recorder import Recorder
from monitor.journal import tell

DEADLINE_S = 30.0
"""How long a message may take to be handed over."""

_LINGER_S = 0.01
_SWARM = 100
"""With so many notices waiting, a courier waits twice as long for more."""
_FRESH = timedelta(seconds=1)
"""How long a decision holds: what a slow receiver holds up may be over, or silenced, meanwhile."""
_ASK_AGAIN = timedelta(seconds=30)
"""How often what a parent holds back is decided on anew: that the parent is well, or has been for
long enough, is no change that anybody tells of."""
_AT_ONCE = 100
"""Notices decided on before others get a turn."""

Compose = Callable[[Sequence[Notice], bool], Message]
"""Puts notices into words; the flag says that they are over already."""


@attrs.define(eq=False, kw_only=True)
class Courier:
    """Bring what waits for one channel to it."""

    spec: ChannelSpec
    send: Send
    compose: Compose
    hours: Hours | None
    alerts: Alerts
    clock: Clock
    recorder: Recorder
    situation: Callable[[], Situation]
    on_health: Callable[[ChannelSpec, Health], None] = lambda _spec, _health: None
    """Told when the channel breaks, and when it works again."""
    on_dead: Callable[[ChannelSpec, str], None] = lambda _spec, _why: None
    """Told when a message will never be taken, and why."""
    on_rest: Callable[[], None] = lambda: None
    """Told when nothing more can be delivered now."""
    health: Health = attrs.field(factory=Health)
    sent: int = 0
    _wake_at: datetime | None = attrs.field(default=None, init=False)
    """When to decide again on what is held back, if nothing changes before."""
    _done_version: int = attrs.field(default=-1, init=False)
    _sent_at: deque[datetime] = attrs.field(factory=lambda: deque(maxlen=100), init=False)

    @property
    def at_rest(self) -> bool:
        """Whether nothing can be delivered now: all is sent, held back, or waits for a retry."""
        return self.health.retry_at is not None or self._done_version == self.alerts.version

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            version = self.alerts.version
            busy_until = self.health.retry_at or await self._round()
            self._done_version = version
            self.on_rest()
            if busy_until is not None:  # nothing can go before, whatever changes
                await self._sit_out(busy_until)
                self.health = attrs.evolve(self.health, retry_at=None)
                continue
            with trio.move_on_at(self._deadline(self._wake_at)):
                await self.alerts.changed(version)
            await self._linger()

    async def _sit_out(self, until_at: datetime) -> None:
        """Wait while nothing can go, and decide all the same on what is held and what is over.

        Otherwise an outage that a silence outlived would be told, only because the channel could
        not be reached meanwhile.
        """
        while (now := self.clock.now()) < until_at:
            version = self.alerts.version
            _, wake_at = await self._sort(now)
            self._done_version = version
            self.on_rest()
            with trio.move_on_at(self._deadline(_sooner(wake_at, until_at))):
                await self.alerts.changed(version)
            await self._linger()

    async def _linger(self) -> None:
        """Let more come: news come in swarms, and each round looks at everything that waits."""
        await trio.sleep(_LINGER_S * (1 + self.alerts.waiting / _SWARM))

    async def _round(self) -> datetime | None:
        """Deliver what may go now; return until when nothing more can go, if that is so."""
        now = self.clock.now()
        ready, self._wake_at = await self._sort(now)
        batches, gather_at = gather(ready, tuple(self._sent_at), self._grouping(), now)
        for number, batch in enumerate(batches):
            if number and self.clock.now() - now >= _FRESH:
                return None  # what was delivered is a change, so the next round comes at once
            if not await self._deliver(batch):
                return self.health.retry_at
        if gather_at is not None and not batches and not self.spec.group_wait_s:
            return gather_at
        self._wake_at = _sooner(self._wake_at, gather_at)
        return None

    def _grouping(self) -> Grouping:
        return Grouping(
            wait_s=self.spec.group_wait_s,
            interval_s=self.spec.group_interval_s,
            burst=self.spec.burst,
            by=self.spec.group_by,
        )

    async def _sort(self, now: datetime) -> tuple[list[tuple[Notice, bool]], datetime | None]:
        """Decide on everything that waits; return what may go, and when to decide again."""
        situation = self.situation()
        ready: list[tuple[Notice, bool]] = []
        decided: list[Notice] = []
        wake_at: datetime | None = None
        for number, notice in enumerate(self.alerts.pending(self.spec.name)):
            if number % _AT_ONCE == _AT_ONCE - 1:
                await trio.lowlevel.checkpoint()
            if notice.is_good and not self.alerts.complete:
                continue  # whether anybody was told the bad news is not known yet
            thread = self.alerts.thread(notice.thread, self.spec.name)
            decision = decide(notice, thread, situation, self.hours)
            if decision.fate is Fate.SEND:
                if notice.why.startswith(BY_RULE):  # the rule's time is over: now it is our turn
                    notice = attrs.evolve(notice, why="")
                    decided.append(notice)
                ready.append((self._with_affected(notice, situation), decision.late))
            elif decision.fate is Fate.HOLD:
                wake_at = _sooner(wake_at, decision.until_at or now + _ASK_AGAIN)
                if decision.why != notice.why:
                    decided.append(attrs.evolve(notice, why=decision.why))
            else:
                decided.append(dropped(notice, decision.why, now))
        self._store(decided)
        return ready, wake_at

    def _with_affected(self, notice: Notice, situation: Situation) -> Notice:
        """Name whom the root of a failure takes with it."""
        if notice.kind is not NoticeKind.DOWN or notice.task_id is None:
            return notice
        return attrs.evolve(notice, affected=tuple(situation.children_of(notice.task_id)))

    async def _deliver(self, batch: Batch) -> bool:
        """Hand one message over; return whether the next one may be tried at once."""
        message = self.compose(batch.notices, batch.late)
        failure: NotDelivered | None = None
        with trio.move_on_after(DEADLINE_S) as deadline:
            try:
                await self.send(message)
            except NotDelivered as error:
                failure = error
            except Exception as error:  # noqa: BLE001 (a bug of the channel must not lose the alert)
                failure = NotDelivered(describe(error))
        if deadline.cancelled_caught:
            failure = NotDelivered(f"not taken within {DEADLINE_S:g} s")
        now = self.clock.now()
        if failure is None:
            self._well()
            self._sent_at.append(now)
            self.sent += 1
            self._note(batch, NoticeState.SENT, "", message.key, now)
            return True
        why = shorten(str(failure))
        tell("alert.failed", channel=self.spec.name, key=message.first.key, error=why)
        if failure.permanent:
            self._note(batch, NoticeState.DEAD, why, message.key, now)
            if any(one.task_id is not None for one in batch.notices):  # else two go on for ever
                self.on_dead(self.spec, why)
            return True
        self._ill(why, now, failure.retry_after_s)
        old = now - timedelta(seconds=GIVE_UP_S)
        dead = Batch(notices=tuple(one for one in batch.notices if one.at < old))
        rest = Batch(notices=tuple(one for one in batch.notices if one.at >= old))
        self._note(dead, NoticeState.DEAD, why, message.key, now)
        self._note(rest, NoticeState.PENDING, why, message.key, None)
        return False

    def _well(self) -> None:
        was, self.health = self.health, Health()
        if was.broken:
            self.on_health(self.spec, self.health)

    def _ill(self, error: str, now: datetime, retry_after_s: float | None) -> None:
        was = self.health
        self.health = was.after_failure(self.spec.name, error, now, retry_after_s)
        if self.health.broken and not was.broken:
            self.on_health(self.spec, self.health)

    def _note(
        self, batch: Batch, state: NoticeState, why: str, key: str, at: datetime | None
    ) -> None:
        """Keep, and have stored, what became of the notices of a message."""
        if not batch.notices:
            return
        decided = [
            attrs.evolve(
                one, state=state, why=why, attempts=one.attempts + 1, decided_at=at, message=key
            )
            for one in batch.notices
        ]
        self._store(decided, _event(self.spec, decided, self.clock.now()))
        if state is NoticeState.SENT:
            tell("alert.sent", channel=self.spec.name, key=decided[0].key, notices=len(decided))

    def _store(self, decided: Sequence[Notice], event: Event | None = None) -> None:
        if decided:
            for one in decided:
                self.alerts.put(one)
            self.recorder.keep(NoticeRecord(decided=tuple(decided), event=event))

    def _deadline(self, wake_at: datetime | None) -> float:
        if wake_at is None:
            return float("inf")
        left_s = (wake_at - self.clock.now()) / timedelta(seconds=1)
        return trio.current_time() + max(0.0, left_s)


def _event(spec: ChannelSpec, decided: Sequence[Notice], at: datetime) -> Event:
    """Tell in the task's history what was tried."""
    first = decided[0]
    sent = first.state is NoticeState.SENT
    return Event(
        at=at,
        kind="alert.sent" if sent else "alert.failed",
        task_id=first.task_id,
        detail=f"{spec.name}: {first.why or ', '.join(one.kind for one in decided[:5])}",
        data={
            "channel": spec.name,
            "message": first.message,
            "keys": [one.key for one in decided][:20],
            "notices": len(decided),
            "attempt": first.attempts,
        },
    )


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two moments, either of which may be missing."""
    return min((moment for moment in (one, other) if moment is not None), default=None)
