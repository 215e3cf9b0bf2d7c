"""Thousands of incidents on virtual time, while monitor, database and channels fail at random.

What happens follows from a seed alone: when each target is down, what is silenced, when the monitor
crashes (also between the hand-over of a message and its record), when the database is away or loses
an answer, when a channel hangs, refuses, is slow, or will never take a message. The receivers keep
what they took; `alert_judge` compares that with the script.

A crash here is what SIGKILL is: from one moment on the process writes nothing and reaches nobody.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import attrs
import trio

from monitor.channels.outside import outside
from monitor.core.alerts.alerting import AlertingChange, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, NoticeState, Send
from monitor.core.failures import DatabaseAway, OutcomeUnknown
from monitor.core.model import AlertPolicy, Result, Status, Task
from monitor.core.records import NoticeRecord, Record
from tests.core.scene import Stage, at

INTERVAL_S = 60.0
CHANNELS = (
    ChannelSpec(name="ops", url="test:", default=True, burst=1000),
    ChannelSpec(name="pager", url="test:", default=True),  # gathers what comes in swarms
)
_CALM_S = 1500.0
"""At the end all is well for so long: longer than the longest wait between two attempts."""
_CRASHES = ["now", "now", "taken", "taken", "before commit", "after commit", "leave"]
_MOODS = ["well"] * 6 + ["slow", "slow", "refuse", "hang", "flaky"]


@attrs.frozen
class Outage:
    """A time for which a target is down, and until when nobody wants to hear of it."""

    from_s: float
    until_s: float
    silent_until_s: float = 0.0

    @property
    def silenced(self) -> bool:
        """Whether the silence outlives it."""
        return self.silent_until_s > self.until_s


@attrs.frozen
class Taken:
    """What a receiver took, and the number of the monitor's process that brought it."""

    at_s: float
    channel: str
    message: Message
    process: int


def write_script(chance: random.Random, outages: int, *, silences: bool) -> tuple[Outage, ...]:
    """Say when one target is down, and when its operator wants to hear nothing.

    Each outage, and each time between two, is so long that no trouble of ours can hide it, and so
    that it does not count as flapping.
    """
    script, now_s = [], 200.0
    for _ in range(outages):
        from_s = now_s + chance.uniform(4.5, 6.5) * INTERVAL_S
        now_s = until_s = from_s + chance.uniform(4.5, 6.5) * INTERVAL_S
        silent_until_s = 0.0
        if silences:
            silent_until_s = chance.choice([(from_s + until_s) / 2, until_s + 4 * INTERVAL_S])
        script.append(Outage(from_s, until_s, silent_until_s))
    return tuple(script)


@attrs.define(eq=False)
class Target:
    """Plays its script."""

    script: tuple[Outage, ...]

    async def play(self) -> Result:
        await trio.lowlevel.checkpoint()
        now_s = trio.current_time()
        is_down = any(one.from_s <= now_s < one.until_s for one in self.script)
        return Result(status=Status.DOWN if is_down else Status.UP)


@attrs.define(eq=False)
class Storm:
    """The world around the monitor, and what it saw of it."""

    stage: Stage
    chance: random.Random
    scripts: dict[int, tuple[Outage, ...]] = attrs.field(factory=dict)
    taken: list[Taken] = attrs.field(factory=list)
    refused: set[tuple[str, str]] = attrs.field(factory=set)
    """Notices (key and channel) of messages that a receiver will never take."""
    doubtful: Counter[tuple[str, str]] = attrs.field(factory=Counter)
    """How often the monitor ended between the hand-over of a notice and its record."""
    unwritten: set[tuple[str, str]] = attrs.field(factory=set)
    """Those of them that the database did not know at all: it was away."""
    crashes: Counter[str] = attrs.field(factory=Counter)
    troubles: Counter[str] = attrs.field(factory=Counter)
    process: int = 0
    dead: bool = False
    away: bool = False
    moods: dict[str, str] = attrs.field(factory=dict)
    _armed: str = ""
    _over: trio.Event = attrs.field(factory=trio.Event)
    _starting: trio.CancelScope | None = None
    """Of a process that has not read its tasks yet, and cannot while the database is away."""
    _fresh: set[tuple[str, str]] = attrs.field(factory=set)
    """What this process has handed over."""

    def set_up(self, tasks: int, outages: int) -> None:
        silences = []
        for number in range(tasks):
            script = write_script(self.chance, outages, silences=number % 10 == 0)
            task = self.add(f"t{number}", script)
            silences += list(_silences(task, script))
        self.stage.store.tables.alerts.change(
            AlertingChange(channels=CHANNELS, silences=tuple(silences))
        )
        self.stage.outside = attrs.evolve(outside("en"), prepare=self.prepare)
        store = self.stage.store
        store.before_unit, store.refuse, store.answer = self.unit, self.before, self.after

    def add(self, name: str, script: tuple[Outage, ...]) -> Task:
        policy = AlertPolicy(reminder_s=None)
        target = Target(script)
        task = self.stage.add(
            name, target.play, interval_s=INTERVAL_S, recovery_confirmations=1, alerts=policy
        )
        self.scripts[task.id] = script
        return task

    # --- the database -------------------------------------------------------------------------

    def unit(self) -> None:
        if self.dead or self.away:
            raise DatabaseAway("the server cannot be reached")

    def before(self, records: Sequence[Record]) -> None:
        if self._armed == "before commit" and _tells(records):
            self.crash()
        self.unit()

    def after(self, records: Sequence[Record]) -> None:
        if self._armed == "after commit" and _tells(records):
            self.crash()
            self.unit()
        if self.moods.get("answers") == "lost" and self.chance.random() < 0.3:
            self.troubles["answers to a commit lost"] += 1
            raise OutcomeUnknown("the connection broke")

    # --- the receivers ------------------------------------------------------------------------

    def prepare(self, spec: ChannelSpec) -> Send:
        process = self.process

        async def send(message: Message) -> None:
            await trio.lowlevel.checkpoint()
            await self.behave(spec.name, message)
            if self.dead or process != self.process:
                await trio.sleep_forever()
            self.taken.append(Taken(trio.current_time(), spec.name, message, process))
            self._fresh |= {(one.key, spec.name) for one in message.notices}
            if self._armed == "taken":
                self.crash()
                await trio.sleep_forever()

        return send

    async def behave(self, channel: str, message: Message) -> None:
        """Be as reliable as receivers are."""
        mood = self.moods.get(channel, "well")
        if mood == "flaky":
            mood = self.chance.choice(["well", "refuse", "slow"])
        if mood != "well":
            self.troubles[f"a channel did {mood}"] += 1
        match mood:
            case "hang":
                await trio.sleep_forever()
            case "refuse":
                raise NotDelivered("nobody there")
            case "slow":
                await trio.sleep(self.chance.uniform(1, 25))
        if int(message.key[:6], 16) % 100 == 0 and not self.dead:
            self.troubles["a message was refused for good"] += 1
            self.refused |= {(one.key, channel) for one in message.notices}
            raise NotDelivered("too rude", permanent=True)

    # --- the weather --------------------------------------------------------------------------

    async def crash_now_and_then(self) -> None:
        while True:
            await trio.sleep(self.chance.uniform(60, 400))
            self._armed = self.chance.choice(_CRASHES)
            if self._armed in ("now", "leave"):
                self.crash()

    async def lose_the_database(self) -> None:
        while True:
            await trio.sleep(self.chance.uniform(120, 900))
            self.troubles["the database was away"] += 1
            self.away = True
            await trio.sleep(self.chance.choice([1, 10, 40, 90]))
            self.away = False
            self.moods["answers"] = "lost"
            await trio.sleep(self.chance.choice([0, 5, 30]))
            self.moods["answers"] = "well"

    async def change_mood(self, channel: str) -> None:
        while True:
            self.moods[channel] = self.chance.choice(_MOODS)
            await trio.sleep(self.chance.uniform(20, 300))

    def crash(self) -> None:
        """End the process as SIGKILL does, or (`leave`) have it leave in good order."""
        if self._over.is_set():
            return
        kind, self._armed = self._armed, ""
        self.crashes[kind] += 1
        self._over.set()
        if self._starting is not None:
            self._starting.cancel()
        if kind == "leave":
            return
        self.dead = True

    async def live_through(self) -> None:
        """Run one process after the other to the end of the script; the last one has it calm."""
        until_s = max(script[-1].until_s for script in self.scripts.values()) + 5 * INTERVAL_S
        async with trio.open_nursery() as nursery:
            for trouble in (self.crash_now_and_then, self.lose_the_database):
                nursery.start_soon(trouble)
            for channel in CHANNELS:
                nursery.start_soon(self.change_mood, channel.name)
            while trio.current_time() < until_s:
                await self._live(until_s)
                await trio.sleep(self.chance.choice([0.0, 1.0, 5.0, 20.0]))
            nursery.cancel_scope.cancel()
        self.moods.clear()
        self.away, self._armed = False, ""
        await self._live(trio.current_time() + _CALM_S)

    async def _live(self, until_s: float) -> None:
        self.process += 1
        self.dead, self._over = False, trio.Event()
        self._fresh.clear()
        with trio.CancelScope() as self._starting:
            async with self.stage.running() as app:
                self._starting = None
                with trio.move_on_at(until_s):
                    await self._over.wait()
                if self.dead:
                    app.tuning = attrs.evolve(app.tuning, grace_s=0.0)
        # Also who leaves in good order takes with it what a database that is away did not take.
        notices = self.stage.store.tables.alerts.notices
        for known in self._fresh:
            notice = notices.get(known)
            if notice is None or notice.state is NoticeState.PENDING:
                self.doubtful[known] += 1
            if notice is None:
                self.unwritten.add(known)


def _silences(task: Task, script: Sequence[Outage]) -> Iterator[Silence]:
    for outage in script:
        if outage.silent_until_s:
            yield Silence(
                id=0,
                selector=Selector(tasks=(task.name,)),
                from_at=at(outage.from_s - 1),
                until_at=at(outage.silent_until_s),
            )


def _tells(records: Sequence[Record]) -> bool:
    """Say whether a commit holds what is to be told, or what became of it."""
    return any(
        getattr(one, "notices", ()) or (isinstance(one, NoticeRecord) and one.decided)
        for one in records
    )
