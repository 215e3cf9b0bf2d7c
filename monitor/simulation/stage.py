"""A monitor in memory: its targets do what a script says, and its receivers keep what they get."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count

import attrs
import trio

from monitor.app import App, Tuning, open_monitor
from monitor.channels.outside import read_hours
from monitor.channels.wording import compose
from monitor.config.case import Behaviour, Manner, Sight
from monitor.config.declared import Declarations
from monitor.config.files import apply
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, Notice, Send
from monitor.core.calendar.windows import read_window
from monitor.core.model import Result, Task, TaskSpec
from monitor.core.probing import Prepared, Probe, Trace
from monitor.core.records import LookRecord, NoticeRecord, Record
from monitor.core.schedule import PHASELESS
from monitor.core.script import Script
from monitor.engine.clock import Clock
from monitor.engine.foresight import Foresight
from monitor.engine.outbox import Outside
from monitor.probes import prepare
from monitor.probes.group import members_of
from monitor.store.memory import MemorySession, MemoryStore
from monitor.store.memory_alerting import AlertTables

EASE = 3600.0
"""Our own rounds take so many times longer. At their usual pace they alone would make a month last
for an hour."""

_APART_S = 0.0001
"""Looks that begin together end one after the other, in the order of the file: who is first must
not be a matter of chance."""

_FOREVER_S = 400 * 86400.0
"""Longer than anybody simulates."""

_UP = Script(Sight())
_WORKS = Script(Behaviour())


class _Session(MemorySession):
    async def commit(self, records: Sequence[Record]) -> None:
        await super().commit(records)
        store = self._store
        assert isinstance(store, _Store)
        if any(one.notices for one in records if isinstance(one, LookRecord | NoticeRecord)):
            store.on_notices()


@attrs.define(eq=False)
class _Store(MemoryStore):
    """A store that says when it was given something to tell, since nobody asks it often."""

    on_notices: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def session(self, owner: str, task_id: int | None = None) -> AsyncIterator[MemorySession]:
        async with MemoryStore.session(self, owner, task_id):
            yield _Session(self, owner, trio.lowlevel.current_task())


@attrs.define(eq=False)
class _Alerts(AlertTables):
    """Finds what is unfinished without looking through all that is over: a month has much of it."""

    _live: dict[str, list[tuple[str, str]]] = attrs.field(factory=dict, init=False)
    """What is told of threads that may be unfinished, by thread."""

    def write(self, new: Sequence[Notice], decided: Sequence[Notice]) -> None:
        for one in new:
            names = self._live.setdefault(one.thread, [])
            if (one.key, one.channel) not in names:
                names.append((one.key, one.channel))
        super().write(new, decided)

    def unfinished(self, open_incidents: Iterable[tuple[int, int]]) -> list[Notice]:
        everything, names = self.notices, [name for one in self._live.values() for name in one]
        self.notices = {name: everything[name] for name in names}
        try:
            found = super().unfinished(open_incidents)
        finally:
            self.notices = everything
        lasting = {one.thread for one in found}
        self._live = {thread: one for thread, one in self._live.items() if thread in lasting}
        return found


@attrs.frozen
class Delivered:
    """One notice that a receiver has taken, and when."""

    at_s: float
    notice: Notice
    message: Message


@attrs.define(eq=False, kw_only=True)
class Stage:
    """A store, a clock, targets and receivers. To be made and used on virtual time."""

    start_at: datetime
    lang: str = "en"
    sights: Mapping[str, Script[Sight]] = attrs.field(factory=dict)
    """By the name of the task; the others are up."""
    receivers: Mapping[str, Script[Behaviour]] = attrs.field(factory=dict)
    """By channel; the others work."""
    skips: bool = False
    """Whether looks are left out that would change nothing; what is told is the same."""
    ids: Iterator[int] = attrs.field(factory=lambda: count(PHASELESS, PHASELESS))
    """Of the tasks, in the order of the file; they decide on when a task looks."""
    own_groups: bool = False
    """Whether groups stand as their members do, and not as a script has them."""
    taken: list[Delivered] = attrs.field(factory=list, init=False)
    clock: Clock = attrs.field(init=False)
    store: _Store = attrs.field(init=False)
    _order: dict[str, int] = attrs.field(factory=dict, init=False)
    _upon: dict[str, tuple[str, ...]] = attrs.field(factory=dict, init=False)
    """On which other tasks it depends what looks at a task see, or whether there are any."""
    _calm_until_s: dict[str, float] = attrs.field(factory=dict, init=False)
    """Up to when looks at a task will change nothing, of those that changed nothing last time."""

    def __attrs_post_init__(self) -> None:
        start_s = self.start_at.timestamp() - trio.current_time()
        self.clock = Clock(wall=lambda: start_s + trio.current_time(), asleep=lambda: 0.0)
        self.store = _Store(now=self.clock.now, ids=self.ids)
        self.store.tables.alerts = _Alerts()

    def at(self, moment_s: float) -> datetime:
        """Return the moment so long after the beginning."""
        return self.start_at + timedelta(seconds=moment_s)

    async def declare(self, declared: Declarations) -> None:
        """Store what files declare, as `monitor apply` does."""
        self._order = {name: number for number, name in enumerate(declared.tasks)}
        watched = {name for name, one in declared.tasks.items() if not one.spec.paused}
        for name, one in declared.tasks.items():
            others = {*one.spec.depends_on, *(members_of(one.spec) if self.own_groups else ())}
            self._upon[name] = tuple(sorted((others & watched) - {name}))
        async with self.store.session("stage") as session:
            await apply(session, declared, self.clock)

    async def change_alerting(self, app: App | None, change: AlertingChange) -> None:
        """Do what an operator does beside the running monitor."""
        async with self.store.session("operator") as session:
            await session.change_alerting(change)
        if app is not None:
            app.reconcile.hint()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """Run the monitor around a block."""
        outside = Outside(
            prepare=self._receiver,
            compose=lambda notices, late: compose(notices, self.lang, late=late),
            read_hours=read_hours,
            read_window=lambda one: read_window(one.name, one.rule),
        )
        async with open_monitor(
            self.store, self.clock, self._prepare, Tuning(ease=EASE), outside=outside
        ) as app:
            self.store.on_notices = app.outbox.reread
            # Memory is written at no cost; and how long a task waits for that must not depend on
            # whether others have something to write too.
            app.recorder.linger_s = 0.0
            app.watch.writes_at_once = True
            if self.skips:
                app.watch.foresight = foresight = Foresight(self.clock, self._foresee)
                app.watch.kin.seen_at = foresight.seen_at
            await app.reconcile.settled()
            yield app

    # --- targets and receivers ----------------------------------------------------------------

    def _prepare(self, spec: TaskSpec) -> Prepared:
        prepared = prepare(spec) if self.own_groups and members_of(spec) else None
        if prepared is None or prepared.within is None:
            return Prepared(self._probe(spec.name))
        within = prepared.within
        return attrs.evolve(prepared, within=lambda around: self._apart(spec.name, within(around)))

    def _apart(self, name: str, probe: Probe) -> Probe:
        """Have a look end at a moment of its own, so that chance has no part in who is first."""

        async def look(trace: Trace) -> Result:
            await trio.sleep(self._own_s(name))
            return await probe(trace)

        return look

    def _own_s(self, name: str) -> float:
        return _APART_S * (1 + self._order.get(name, 0))

    def _probe(self, name: str) -> Probe:
        script, own_s = self.sights.get(name, _UP), self._own_s(name)

        async def look(trace: Trace) -> Result:
            sight = script.at(self._since_start_s())
            with trace.enter("script"):
                await trio.sleep(own_s + sight.takes_s)
                if sight.hangs:
                    await trio.sleep_forever()
            trace.facts.update(sight.facts)
            return Result(status=sight.status, detail=sight.detail)

        return look

    def _foresee(self, task: Task, looked_at: datetime) -> datetime | None:
        """Say up to when looks at a task will change nothing; see `Foresight`.

        What runs out changes each day. A task with others above it is as calm as these.
        """
        looked_s = (looked_at - self.start_at) / timedelta(seconds=1)
        script = self.sights.get(task.name, _UP)
        until_s = script.until(looked_s)
        others = [self._calm_until_s.get(one, 0.0) for one in self._upon[task.name]]
        calm_s = min([until_s, *others])
        if script.at(looked_s).facts or calm_s <= self._since_start_s():
            return None
        self._calm_until_s[task.name] = calm_s
        # The last few looks before a change are not left out: a task that fails has its parents
        # looked at, and what these looks delay shall be as it would be without leaving any out.
        margin_s = task.timeout_s + 2 * task.interval_s
        return self.at(min(calm_s - margin_s, _FOREVER_S))

    def _since_start_s(self) -> float:
        return (self.clock.now() - self.start_at) / timedelta(seconds=1)

    def _receiver(self, spec: ChannelSpec) -> Send:
        script = self.receivers.get(spec.name, _WORKS)

        async def send(message: Message) -> None:
            await trio.lowlevel.checkpoint()
            now_s = self._since_start_s()
            behaviour = script.at(now_s)
            if behaviour.manner is Manner.HANGS:
                await trio.sleep_forever()
            if behaviour.manner is not Manner.WORKS:
                refuses = behaviour.manner is Manner.REFUSES
                why = behaviour.detail or ("it refuses" if refuses else "it fails")
                raise NotDelivered(why, permanent=refuses)
            self.taken += [Delivered(now_s, one, message) for one in message.notices]

        return send
