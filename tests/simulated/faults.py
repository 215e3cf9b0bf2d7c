"""How the database, the machine and the receivers misbehave, and how a process dies.

A crash here is what SIGKILL is: from one moment on the process writes nothing and reaches nobody.
"""

import random
from collections.abc import Awaitable, Callable, Sequence

import attrs
import trio

from monitor.channels.outside import outside
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, NoticeState, Send
from monitor.core.failures import DatabaseAway, OutcomeUnknown
from monitor.core.pings import PingRecord
from monitor.core.records import LookRecord, NoticeRecord, Record
from monitor.engine.outbox import Outside
from tests.core.scene import Stage
from tests.simulated.happenings import Happening
from tests.simulated.setting import Fault, Setting
from tests.simulated.witness import Taken, Witness

QUIET = "22:00-07:00 Europe/Berlin"
CHANNELS = (
    ChannelSpec(name="ops", url="test:", default=True, system=True, burst=1000),
    ChannelSpec(name="pager", url="test:", default=True),  # gathers what comes in swarms
    ChannelSpec(name="night", url="test:", default=True, quiet_hours=QUIET, burst=1000),
    ChannelSpec(name="boss", url="test:", burst=1000),  # only by escalation
)


@attrs.define(eq=False)
class Faults:
    """What is wrong now; the world switches it on and off."""

    setting: Setting
    stage: Stage
    witness: Witness
    process: int = 0
    dead: bool = False
    away: int = 0
    unlinked: int = 0
    doubts: list[Happening] = attrs.field(factory=list)
    moods: dict[str, str] = attrs.field(factory=dict)
    over: trio.Event = attrs.field(factory=trio.Event)
    armed: Happening | None = None
    """How the process is to die."""
    fresh: set[tuple[str, str]] = attrs.field(factory=set)
    """What this process has handed over."""
    _answering: random.Random = attrs.field(init=False)
    _delivering: random.Random = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._answering = self.setting.chance("answers as they come")
        self._delivering = self.setting.chance("receivers as they come")
        store = self.stage.store
        store.before_unit, store.refuse, store.answer = self._unit, self._before, self._after
        self.stage.outside = attrs.evolve(outside("en"), prepare=self._receiver)

    @property
    def outside(self) -> Outside:
        return self.stage.outside

    # --- the database -------------------------------------------------------------------------

    def _unit(self) -> None:
        if self.dead or self.away:
            raise DatabaseAway("the server cannot be reached")

    def _before(self, records: Sequence[Record]) -> None:
        if self._is_armed("before commit") and _tells(records):
            self.crash()
        self._unit()
        if self._doubt("not done"):
            raise OutcomeUnknown("the connection broke")
        for one in records:
            if isinstance(one, LookRecord):
                self._hear(one)

    def _hear(self, record: LookRecord) -> None:
        """Note of a record what is overwritten by the next one."""
        next_at = record.state.next_check_at
        if next_at is None or next_at <= record.slot_at:
            self.witness.faults.append(
                f"I6: task {record.task_id} looked for {record.slot_at}, next for {next_at}"
            )
        if record.incident and record.incident.closed_at:
            key = (record.incident.task_id, record.incident.number)
            self.witness.closings[key].add(record.slot_at)

    def _after(self, records: Sequence[Record]) -> None:
        for one in records:
            if isinstance(one, PingRecord):
                key = one.ping.at, one.ping.kind
                self.witness.heard[one.task_id].setdefault(key, trio.current_time())
        if self._is_armed("after commit") and _tells(records):
            self.crash()
            self._unit()
        if self._doubt("done"):
            raise OutcomeUnknown("the connection broke")

    def _doubt(self, how: str) -> bool:
        for one in self.doubts:
            if one.how == how and self._answering.random() < one.amount:
                self.witness.figures[f"commits of unknown outcome ({how})"] += 1
                return True
        return False

    async def lose_database(self, happening: Happening) -> None:
        with self.witness.noting(self.witness.away):
            self.away += 1
            await trio.sleep(happening.lasts_s)
            self.away -= 1

    async def lose_answers(self, happening: Happening) -> None:
        with self.witness.noting(self.witness.away):
            self.doubts.append(happening)
            await trio.sleep(happening.lasts_s)
            self.doubts.remove(happening)

    async def slow_down(self, happening: Happening) -> None:
        with self.witness.noting(self.witness.away):
            self.stage.store.takes_s += happening.amount
            await trio.sleep(happening.lasts_s)
            self.stage.store.takes_s = max(0.0, self.stage.store.takes_s - happening.amount)

    # --- the receivers ------------------------------------------------------------------------

    def _receiver(self, spec: ChannelSpec) -> Send:
        process, witness = self.process, self.witness

        async def send(message: Message) -> None:
            await trio.lowlevel.checkpoint()
            at, from_s = self.stage.clock.now(), trio.current_time()
            await self._behave(spec.name, message)
            if self.dead or process != self.process:
                await trio.sleep_forever()
            witness.taken.append(
                Taken(at, from_s, trio.current_time(), spec.name, message, process)
            )
            self.fresh |= {(one.key, spec.name) for one in message.notices}
            if self._is_armed("taken"):
                self.crash()
                await trio.sleep_forever()

        return send

    async def _behave(self, channel: str, message: Message) -> None:
        mood = self.moods.get(channel, "well")
        if mood == "flaky":
            mood = self._delivering.choice(["well", "refuse", "slow"])
        if mood != "well":
            self.witness.figures[f"hand-overs to a receiver: {mood}"] += 1
        match mood:
            case "hang":
                await trio.sleep_forever()
            case "refuse":
                raise NotDelivered("nobody there")
            case "slow":
                await trio.sleep(self._delivering.uniform(1, 25))
            case "rude" if not self.dead:
                self.witness.refused |= {(one.key, channel) for one in message.notices}
                raise NotDelivered("too rude", permanent=True)

    async def change_mood(self, happening: Happening) -> None:
        channel = CHANNELS[happening.number].name
        self.moods[channel] = happening.how
        await trio.sleep(happening.lasts_s)
        if self.moods.get(channel) == happening.how:
            del self.moods[channel]

    # --- the way out --------------------------------------------------------------------------

    async def lose_uplink(self, happening: Happening) -> None:
        with self.witness.noting(self.witness.unlinked):
            self.unlinked += 1
            await trio.sleep(happening.lasts_s)
            self.unlinked -= 1

    # --- the process --------------------------------------------------------------------------

    def _is_armed(self, how: str) -> bool:
        return self.armed is not None and self.armed.how == how and not self.over.is_set()

    async def end_process(self, happening: Happening) -> None:
        """Have the process end now, or as soon as it does what it is to die of."""
        await trio.lowlevel.checkpoint()
        self.armed = happening
        if happening.how in ("now", "leave"):
            self.crash()

    def crash(self) -> None:
        """End the process as SIGKILL does, or (`leave`) have it leave in good order."""
        if self.over.is_set() or self.armed is None:
            return
        self.over.set()
        self.dead = self.armed.how != "leave"

    def begin_process(self) -> None:
        """A new process begins."""
        self.process += 1
        self.dead, self.armed, self.over = False, None, trio.Event()
        self.fresh.clear()

    def end_of_process(self) -> None:
        """Note what it handed over and could not write down; so do those who leave in good order.

        What they know and a database that is away does not is lost with them.
        """
        notices = self.stage.store.tables.alerts.notices
        for known in self.fresh:
            notice = notices.get(known)
            if notice is None or notice.state is NoticeState.PENDING:
                self.witness.doubtful[known] += 1
            if notice is None:
                self.witness.unwritten.add(known)

    def calm_down(self) -> None:
        """Nothing is wrong from now on."""
        self.moods.clear()
        self.doubts.clear()
        self.away = self.unlinked = 0
        self.stage.store.takes_s = 0.0
        now_s = trio.current_time()
        for span in (*self.witness.away, *self.witness.unlinked):
            span.until_s = min(span.until_s, now_s)

    @property
    def plays(self) -> dict[Fault, Callable[[Happening], Awaitable[None]]]:
        """Who carries out what."""
        return {
            Fault.DATABASE: self.lose_database,
            Fault.ANSWERS: self.lose_answers,
            Fault.SLOWNESS: self.slow_down,
            Fault.CHANNELS: self.change_mood,
            Fault.UPLINK: self.lose_uplink,
            Fault.CRASH: self.end_process,
            Fault.RESTART: self.end_process,
        }


def _tells(records: Sequence[Record]) -> bool:
    """Say whether a commit holds what is to be told, or what became of it."""
    return any(
        getattr(one, "notices", ()) or (isinstance(one, NoticeRecord) and one.decided)
        for one in records
    )
