"""Is our own way out gone? Then what failed on it says nothing about the targets.

The operator names anchors: targets of which at least one always answers. When a look dies on the
network, the anchors are asked; if none answers, it is us. That is told once when it begins and once
when it is over, and nothing of it is booked on a target.

A round of questions is shared: a thousand looks that fail together cause one. As long as looks go
well, nobody is asked at all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address

import attrs
import trio

from monitor.core.counting import counted
from monitor.core.describe import describe, shorten
from monitor.core.model import Event, Reason, Result, Status
from monitor.core.probing import OwnFault, Probe
from monitor.core.records import EventRecord
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.beat import Beat
from monitor.engine.clock import Clock
from monitor.engine.look import look
from monitor.engine.recorder import Recorder
from monitor.journal import tell

ANCHOR_S = 3.0
"""How long an anchor may take to answer; a failed look waits no longer than that for our word."""
FRESH_S = 1.0
"""How long an anchor's answer stands for looks that fail after it."""
_PATIENCE_S = 2 * ANCHOR_S
"""How long a look waits if nobody asks the anchors; then its target is believed."""
_WAKE_AT_ONCE = 100
_WAKE_PAUSE_S = 0.1
"""Looks are resumed a hundred at a time, or ten thousand would fall on a network just come back."""
_BUSY_S = 2.0
"""A task that was recording when it was to be woken is woken again after this long."""

_OUR_NETWORK = {Reason.NETWORK, Reason.RESOLVER}


@attrs.define(eq=False, kw_only=True)
class Uplink:
    """Judge failed looks by the anchors; without anchors every look is believed."""

    clock: Clock
    beat: Beat
    recorder: Recorder
    alarm: Alarm
    anchors: Mapping[str, Probe]
    interval_s: float
    """How often the anchors are asked while the uplink is lost."""
    since_at: datetime | None = attrs.field(default=None, init=False)
    """Since when it is lost, if it is."""
    count: int = attrs.field(default=0, init=False)
    """How often it was lost."""
    _back_s: float = attrs.field(default=float("-inf"), init=False)
    _fresh_until_s: float = attrs.field(default=float("-inf"), init=False)
    _wanted: trio.Event = attrs.field(factory=trio.Event, init=False)
    _answered: trio.Event = attrs.field(factory=trio.Event, init=False)
    _spoiled: set[int] = attrs.field(factory=set, init=False)
    """Tasks whose looks were not believed, and which look again when it is back."""

    @property
    def lost(self) -> bool:
        return self.since_at is not None

    def suspects(self, seen: Result) -> bool:
        """Say whether a look may have failed for want of a way out, so that asking makes sense.

        A look that went through has had its answer, and one at this machine needs no way out.
        Programs and functions of the operator do not say where they look; they are believed.
        """
        if not self.anchors:
            return False
        if seen.status is Status.UNKNOWN:
            return seen.reason in _OUR_NETWORK
        return _died_on_the_way(seen) and not _is_here(seen.address)

    async def to_blame(self, task_id: int, started_s: float) -> bool:
        """Say whether a suspect look that started then failed because our uplink was lost.

        Takes no longer than the anchors may take to answer. If it is to blame, and still lost,
        the task is woken as soon as it is back.
        """
        await trio.lowlevel.checkpoint()
        if not self._known_since(started_s):
            answered = self._answered
            self._wanted.set()
            with trio.move_on_after(_PATIENCE_S):
                await answered.wait()
        if self.lost:
            self._spoiled.add(task_id)
        return self.lost or self._back_s > started_s

    def _known_since(self, started_s: float) -> bool:
        """Say whether it is known already how the uplink was while such a look went on."""
        fresh = trio.current_time() < self._fresh_until_s
        return self.lost or self._back_s > started_s or fresh

    async def run(self) -> None:
        """Ask the anchors when somebody wants to know, and regularly while none answers.

        For ever; started again after a crash it goes on with what is known.
        """
        async with trio.open_nursery() as nursery:
            while True:
                if self.lost:
                    await trio.sleep(self.interval_s)
                else:
                    await self._wanted.wait()
                answered, silent = await self._ask()
                if answered:
                    self._fresh_until_s = trio.current_time() + FRESH_S
                    if self.lost:
                        nursery.start_soon(self._resume, self._end(), name="resume")
                elif silent and not self.lost:
                    self._begin(silent)
                told, self._answered, self._wanted = self._answered, trio.Event(), trio.Event()
                told.set()

    async def _ask(self) -> tuple[bool, dict[str, str]]:
        """Ask all anchors at once; return whether one answered, and what is said of the silent."""
        answered = False
        silent: dict[str, str] = {}

        async def ask(name: str, probe: Probe) -> None:
            nonlocal answered
            try:
                seen = await look(probe, ANCHOR_S)
            except Exception as error:  # noqa: BLE001 (an anchor must not end the gate)
                if isinstance(error, OwnFault) and error.reason in _OUR_NETWORK:
                    silent[name] = str(error)
                else:
                    tell("uplink.unsure", anchor=name, error=describe(error))
                return
            if seen.status is Status.UNKNOWN:
                tell("uplink.unsure", anchor=name, error=seen.detail)
            elif _is_answer(seen):
                answered = True
                nursery.cancel_scope.cancel()
            else:
                silent[name] = seen.detail

        async with trio.open_nursery() as nursery:
            for name, probe in self.anchors.items():
                nursery.start_soon(ask, name, probe, name=f"anchor {name}")
        return answered, silent

    def _begin(self, silent: Mapping[str, str]) -> None:
        self.since_at = self.clock.now()
        self.count += 1
        said = shorten("; ".join(f"{name}: {words}" for name, words in silent.items()))
        tell("uplink.lost", error=said)
        self.alarm.begin("uplink", "", said)
        self._store(Event(at=self.since_at, kind="uplink.lost", detail=said))

    def _end(self) -> list[int]:
        """Note that it is back; return the tasks that shall look again."""
        assert self.since_at is not None
        now, since_at, self.since_at = self.clock.now(), self.since_at, None
        spoiled, self._spoiled = sorted(self._spoiled), set()
        self._back_s = trio.current_time()
        away_s = (now - since_at) / timedelta(seconds=1)
        tell("uplink.back", away=format_duration(away_s), tasks=len(spoiled))
        self.alarm.end(
            "uplink", "", f"{counted(len(spoiled), 'task')} could not be judged meanwhile"
        )
        data = {"away_s": away_s, "tasks": len(spoiled)}
        self._store(Event(at=now, kind="uplink.back", data=data))
        return spoiled

    def _store(self, event: Event) -> None:
        self.recorder.keep(EventRecord(event=event))

    async def _resume(self, tasks: list[int]) -> None:
        """Let tasks look again; those that were still writing down their last look, a bit later."""
        busy = await self._wake(tasks)
        await trio.sleep(_BUSY_S)
        await self._wake(busy)

    async def _wake(self, tasks: list[int]) -> list[int]:
        """Wake tasks in small groups; return those that were not waiting."""
        busy = []
        for start in range(0, len(tasks), _WAKE_AT_ONCE):
            group = tasks[start : start + _WAKE_AT_ONCE]
            busy += [task_id for task_id in group if not self.beat.wake(task_id)]
            await trio.sleep(_WAKE_PAUSE_S)
        return busy


def _died_on_the_way(seen: Result) -> bool:
    """Say whether a look at the network ended in the middle of a phase.

    `check` is the phase of a look that had its answer and did not like it.
    """
    if seen.phase in (None, "check"):
        return False
    return seen.phase == "resolve" or seen.address is not None


def _is_answer(seen: Result) -> bool:
    """Say whether an anchor was reached, if only to hear that something is wrong with it."""
    if seen.status is not Status.DOWN:
        return True
    return seen.address is not None and not _died_on_the_way(seen)


def _is_here(address: str | None) -> bool:
    """Say whether an address (`127.0.0.1:80`, `[::1]:80`, `::1`, a path) is on this machine."""
    if address is None:
        return False
    host = address[1:].partition("]")[0] if address.startswith("[") else address
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return address.startswith("/")
