"""The outbox: a courier for each channel, and what the passing of time gives to tell.

outbox
|- courier "ops-mail"      each supervised by itself: a channel's bug ends no other
|- courier "pager"
|- time                    reminders and escalations
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs
import trio

from monitor.core.alerts.alerting import Acknowledgement, Alerting, Maintenance
from monitor.core.alerts.delivery import Health
from monitor.core.alerts.dispatch import Situation
from monitor.core.alerts.notices import (
    ChannelSpec,
    InvalidChannel,
    Message,
    NotDelivered,
    Notice,
    NoticeKind,
    NoticeState,
    Send,
)
from monitor.core.alerts.telling import Lasting, told_of_time
from monitor.core.calendar.hours import Hours
from monitor.core.calendar.windows import Window, read_window
from monitor.core.counting import counted
from monitor.core.failures import DatabaseAway
from monitor.core.model import Incident, Task
from monitor.core.policy import SYSTEM_POLICY
from monitor.core.ports import Session, Store
from monitor.core.records import NoticeRecord
from monitor.engine.alarm import Alarm
from monitor.engine.alerts import Alerts, dropped
from monitor.engine.clock import Clock
from monitor.engine.courier import Compose, Courier
from monitor.engine.kin import Kin
from monitor.engine.organ import OrganChronicle
from monitor.engine.recorder import Recorder
from monitor.engine.supervisor import Life, Supervisor
from monitor.journal import tell

ROUND_S = 30.0
"""How often the database is asked for notices that others wrote; hints make it sooner."""
_AGAIN_S = 1.0
"""How often it is asked until it has answered once (before that, no end of anything is told), and
while it is not known whether something is to be sent again."""
_LINGER_S = 0.1
"""News come in swarms."""


@attrs.frozen(kw_only=True)
class Outside:
    """How channels are made and spoken to; given by whoever puts the monitor together."""

    prepare: Callable[[ChannelSpec], Send]
    """Raises InvalidChannel."""
    compose: Compose
    read_hours: Callable[[ChannelSpec], Hours | None]
    """Raises ValueError."""
    read_window: Callable[[Maintenance], Window]
    """Raises ValueError."""


def _no_channels(_spec: ChannelSpec) -> Send:
    raise InvalidChannel("url", "channels are not known here")


def _no_words(notices: Sequence[Notice], late: bool) -> Message:
    first = notices[0]
    return Message(key=first.key, notices=tuple(notices), title=first.key, text="", late=late)


NOWHERE = Outside(
    prepare=_no_channels,
    compose=_no_words,
    read_hours=lambda _spec: None,
    read_window=lambda one: read_window(one.name, one.rule),
)
"""For a monitor that tells nobody anything."""


@attrs.define(eq=False, kw_only=True)
class Outbox:
    """Bring notices to channels."""

    store: Store
    clock: Clock
    recorder: Recorder
    alerts: Alerts
    alarm: Alarm
    kin: Kin
    task: Callable[[int], Task | None]
    """A task that is watched now."""
    outside: Outside
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    couriers: dict[str, Courier] = attrs.field(factory=dict, init=False)
    _scopes: dict[str, trio.CancelScope] = attrs.field(factory=dict, init=False)
    _windows: tuple[tuple[Maintenance, Window], ...] = attrs.field(default=(), init=False)
    _taken: dict[tuple[int, int], Acknowledgement] = attrs.field(factory=dict, init=False)
    _done: tuple[int, frozenset[tuple[str, str]]] = attrs.field(
        default=(0, frozenset()), init=False
    )
    """How many records had been handed over at some earlier round, and what was decided by then."""
    _reread: trio.Event = attrs.field(factory=trio.Event, init=False)
    _rested: trio.Event = attrs.field(factory=trio.Event, init=False)

    def reread(self) -> None:
        """Say that somebody may have written notices."""
        self._reread.set()

    @property
    def sent(self) -> int:
        """Messages that were taken since the start."""
        return sum(courier.sent for courier in self.couriers.values())

    async def settle(self) -> None:
        """Return when nothing can be delivered now; see `Courier.at_rest`."""
        while any(not courier.at_rest for courier in self.couriers.values()):
            await self._rested.wait()

    def _note_rest(self) -> None:
        self._rested.set()
        self._rested = trio.Event()

    async def run(self) -> None:
        """Deliver for ever."""
        self.couriers, self._scopes = {}, {}
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._remember)
            nursery.start_soon(self._follow, nursery)
            nursery.start_soon(self._pass_time)

    async def _remember(self) -> None:
        """Read what the database knows, again and again."""
        async with self.store.session("outbox") as session:
            adopted = False
            while True:
                self._reread = trio.Event()
                try:
                    found = await self._read(session)
                    adopted = adopted or self._adopt(found)
                except DatabaseAway as error:
                    self.recorder.lose(error)
                pause_s = ROUND_S * self.ease
                if self.alerts.doubtful or not self.alerts.complete:
                    pause_s = _AGAIN_S
                with trio.move_on_after(pause_s):
                    await self._reread.wait()

    async def _read(self, session: Session) -> list[Notice]:
        """Take up what the database knows, and forget what it knows to be over.

        What we decided and did not write yet it calls pending: that we know better.
        """
        written = frozenset[tuple[str, str]]()
        handed, done = self._done
        if self.recorder.is_done_with(handed):
            written, now_done = done, self.alerts.done()
            self._done = self.recorder.handed, now_done
            if self.recorder.is_done_with(self.recorder.handed):
                written = now_done
        self.alerts.forget(written)
        found = await session.unfinished()
        self.alerts.reload(found, written)
        return found

    def _adopt(self, found: Sequence[Notice]) -> bool:
        """Go on with trouble of ours that a former process told."""
        ended = {one.thread for one in found if one.is_good}
        for one in found:
            if one.kind is NoticeKind.SYSTEM and one.ended_at is None and one.thread not in ended:
                self.alarm.adopt(one)
        return True

    # --- channels -----------------------------------------------------------------------------

    async def _follow(self, nursery: trio.Nursery) -> None:
        """Keep the couriers what operators say they should be."""
        known: Alerting | None = None
        while True:
            version = self.alerts.version
            if self.alerts.alerting is not known:
                known = self.alerts.alerting
                self._learn(known)
                self._sync(known.channels, nursery)
            await self.alerts.changed(version)

    def _learn(self, alerting: Alerting) -> None:
        self._taken = {(one.task_id, one.incident): one for one in alerting.acknowledgements}
        windows = []
        for one in alerting.maintenances:
            try:
                windows.append((one, self.outside.read_window(one)))
            except ValueError as error:
                tell("config.warning", warning=f"maintenance {one.name!r}: {error}")
        self._windows = tuple(windows)

    def _sync(self, channels: Sequence[ChannelSpec], nursery: trio.Nursery) -> None:
        wanted = {one.name: one for one in channels}
        for name in [*self._scopes]:
            if self.couriers[name].spec != wanted.get(name):
                self._scopes.pop(name).cancel()
                del self.couriers[name]
        for name, spec in wanted.items():
            if name not in self._scopes:
                self._start(spec, nursery)
        if not self.alerts.said:
            return
        for one in self.alerts.orphans(wanted):
            gone = dropped(one, f"there is no channel {one.channel!r}", self.clock.now())
            self.alerts.put(gone)
            self.recorder.keep(NoticeRecord(decided=(gone,)))

    def _start(self, spec: ChannelSpec, nursery: trio.Nursery) -> None:
        send: Send
        hours: Hours | None = None
        try:
            send = self.outside.prepare(spec)
            hours = self.outside.read_hours(spec)
        except (InvalidChannel, ValueError) as error:
            tell("alert.failed", channel=spec.name, key="", error=str(error))
            send = partial(_cannot, str(error))
        courier = Courier(
            spec=spec,
            send=send,
            compose=self.outside.compose,
            hours=hours,
            alerts=self.alerts,
            clock=self.clock,
            recorder=self.recorder,
            situation=self._situation,
            on_health=self._tell_health,
            on_dead=self._tell_dead,
            on_rest=self._note_rest,
        )
        self.couriers[spec.name] = courier
        self._scopes[spec.name] = scope = trio.CancelScope()
        nursery.start_soon(self._keep, courier, scope, name=f"courier {spec.name}")

    async def _keep(self, courier: Courier, scope: trio.CancelScope) -> None:
        name = f"courier {courier.spec.name}"
        supervisor = Supervisor(policy=SYSTEM_POLICY, clock=self.clock)

        async def live(_life: Life) -> None:
            await courier.run()

        with scope:
            await supervisor.supervise(name, live, OrganChronicle(name))

    def _tell_health(self, spec: ChannelSpec, health: Health) -> None:
        """Tell the other channels that one is broken."""
        if health.broken:
            error = f"{counted(health.failures, 'failure')} in a row: {health.error}"
            self.alarm.begin("channel", spec.name, error)
        else:
            self.alarm.end("channel", spec.name)

    def _tell_dead(self, spec: ChannelSpec, why: str) -> None:
        """Tell the other channels that a message of one will never arrive."""
        self.alarm.happen("channel", spec.name, f"a message will never be taken: {why}")

    def _situation(self) -> Situation:
        return Situation(
            now=self.clock.now(),
            silences=self.alerts.alerting.silences,
            maintenances=self._windows,
            acknowledgements=self._taken,
            parents_down=self.kin.in_the_way,
            children_of=self.kin.dependent_names,
        )

    # --- time ---------------------------------------------------------------------------------

    async def _pass_time(self) -> None:
        """Tell what lasts again, when it is due."""
        while True:
            version = self.alerts.version
            wake_at = self._tell_what_lasts(self.clock.now())
            left_s = float("inf")
            if wake_at is not None:
                left_s = max(0.0, (wake_at - self.clock.now()) / timedelta(seconds=1))
            with trio.move_on_after(left_s):
                await self.alerts.changed(version)
                await trio.sleep(_LINGER_S)

    def _tell_what_lasts(self, now: datetime) -> datetime | None:
        wakes: list[datetime] = []
        new: list[Notice] = []
        for thread in self.alerts.lasting():
            lasting = self._lasting(thread)
            if lasting is None:
                continue
            notices, wake_at = told_of_time(lasting, now)
            new += notices
            if wake_at is not None:
                wakes.append(wake_at)
        if new:
            self.recorder.keep(NoticeRecord(notices=tuple(new)))
            self.alerts.take(new)
        return min(wakes, default=None)

    def _lasting(self, thread: Sequence[Notice]) -> Lasting | None:
        """Return what is known of an incident that is not over; None if it is none."""
        opening = [one for one in thread if one.kind is NoticeKind.DOWN]
        first = next(iter(opening), None)
        if first is None or first.task_id is None or first.incident is None:
            return None
        task = self.task(first.task_id)
        if task is None:
            return None
        incident = Incident(
            task_id=first.task_id,
            number=first.incident,
            opened_at=first.since_at,
            confirmed_at=first.at,
        )
        return Lasting(
            task=task,
            incident=incident,
            detail=first.detail,
            channels=tuple(one.channel for one in opening if one.state is NoticeState.SENT),
            told=frozenset(one.key for one in thread),
            acknowledged=self._taken.get((first.task_id, first.incident)),
        )


async def _cannot(why: str, _message: Message) -> None:
    """Stand in for a channel that cannot be made ready."""
    await trio.lowlevel.checkpoint()
    raise NotDelivered(why)
