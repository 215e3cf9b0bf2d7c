"""The pings of watched jobs: taken from outside, written, and remembered for the looks.

A ping taken is never lost: it is in the database before its sender is told so, and before a look
believes it; or the next process would not know why a job was said to have failed, and would say
that it is well again. While the database is away it waits in memory like all records, in order, and
the sender is told that instead. It is never doubled either: writing it again changes nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

import attrs
import trio

from monitor.core.describe import shorten
from monitor.core.failures import DatabaseAway
from monitor.core.heartbeat import Absence, absences, run_time_s
from monitor.core.model import Reason
from monitor.core.pings import BEGINNING, BODY_LIMIT, Ping, PingKind, PingRecord
from monitor.core.ports import Session
from monitor.core.probing import OwnFault
from monitor.engine.clock import Clock
from monitor.engine.loop_lag import LoopLag
from monitor.engine.recorder import Recorder

REMEMBERED = 20
"""Pings of each kind that are remembered of a task; the rule of heartbeats needs the newest."""
TOGETHER = 500
"""Tasks whose pings are read at a time."""


class NoRoom(Exception):
    """So many records wait for the database that no ping can be taken."""


@attrs.define(eq=False)
class _Memory:
    """What is remembered of one task."""

    whole: bool = False
    """Whether what was stored before this process began has been read."""
    pings: dict[PingKind, deque[Ping]] = attrs.field(factory=dict)
    coming: list[Ping] = attrs.field(factory=list)
    """Those that are just being written."""

    def add(self, ping: Ping) -> None:
        known = self.pings.setdefault(ping.kind, deque(maxlen=REMEMBERED))
        known.append(attrs.evolve(ping, body=ping.body[:BEGINNING]))

    def all(self) -> list[Ping]:
        found = [ping for known in self.pings.values() for ping in known]
        return sorted(found, key=lambda ping: (ping.at, ping.kind))


@attrs.define(eq=False, kw_only=True)
class Pulse:
    """Take pings, and know the last ones of each task."""

    clock: Clock
    recorder: Recorder
    lag: LoopLag
    look_again: Callable[[int], None]
    """Has a task look at once."""
    _memories: dict[int, _Memory] = attrs.field(factory=dict, init=False)
    _absent: Sequence[Absence] | None = attrs.field(default=None, init=False)
    """When nobody was there before this process; read once."""
    _reading: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    """Of all who need that at the start, one reads it and the others wait."""
    _wanted: dict[int, _Memory] = attrs.field(factory=dict, init=False)
    """Of tasks that wait for what was stored of theirs."""
    _asking: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _newest_at: datetime | None = attrs.field(default=None, init=False)

    async def take(
        self,
        task_id: int,
        kind: PingKind,
        *,
        exit_code: int | None = None,
        rid: str | None = None,
        body: str = "",
        source: str = "",
    ) -> bool:
        """Take a ping: it is written, and then the task looks at once.

        Returns whether it is in the database; otherwise it waits in memory for it to come back, and
        the task looks all the same.

        Raises:
            NoRoom: it was not taken.
        """
        if self.recorder.full:
            raise NoRoom("too many records wait for the database")
        memory = self._memories.setdefault(task_id, _Memory())
        at = self._moment()
        ended = kind in (PingKind.SUCCESS, PingKind.FAIL)
        ping = Ping(
            task_id=task_id,
            kind=kind,
            at=at,
            exit_code=exit_code,
            rid=rid,
            run_s=run_time_s([*memory.all(), *memory.coming], rid, at) if ended else None,
            body=shorten(body, BODY_LIMIT),
            source=source,
        )
        memory.coming.append(ping)
        try:
            return await self.recorder.record(PingRecord(ping=ping))
        finally:  # also if its sender hangs up: the recorder has it
            memory.coming.remove(ping)
            memory.add(ping)
            self.look_again(task_id)

    async def of(self, task_id: int, session: Session) -> Sequence[Ping]:
        """Return the last pings of a task, oldest first; read once, with those of other tasks that
        wait for theirs: at the start of a monitor with many jobs a look for each would take long.

        Raises:
            OwnFault: they have never been read, and cannot be now.
        """
        memory = self._memories.setdefault(task_id, _Memory())
        if not memory.whole:
            self._wanted[task_id] = memory
            try:
                async with self._asking:
                    if not memory.whole:
                        await self._recall(task_id, memory, session)
            except DatabaseAway as error:
                raise OwnFault(Reason.DATABASE, f"its pings cannot be read: {error}") from error
            finally:
                self._wanted.pop(task_id, None)
        return memory.all()

    async def _recall(self, own: int, memory: _Memory, session: Session) -> None:
        """Read what was stored of a task, and of others that have waited longest for theirs."""
        asked = {own: memory, **dict(islice(self._wanted.items(), TOGETHER))}
        stored = await session.heard(list(asked), REMEMBERED)
        for task_id, memory in asked.items():
            heard = memory.all()
            known = {(ping.kind, ping.at) for ping in heard}
            older = [one for one in stored.get(task_id, ()) if (one.kind, one.at) not in known]
            memory.pings.clear()
            for ping in older + heard:
                memory.add(ping)
            memory.whole = True
            self._wanted.pop(task_id, None)

    async def absences(self, session: Session) -> Sequence[Absence]:
        """Return when no ping could be taken: before this process, while its machine slept, and
        while it stood still itself (frozen, or held by something that computes).

        Raises:
            OwnFault: that has never been read, and cannot be now.
        """
        if self._absent is None:
            async with self._reading:
                if self._absent is None:
                    self._absent = await _read_absences(session)
        steps = [Absence.of_step(one.after_at, one.by_s) for one in self.clock.jumps]
        now, now_s = self.clock.now(), trio.current_time()
        stalls = [
            Absence.of_step(now - timedelta(seconds=now_s - one.ended_s), one.lasted_s)
            for one in self.lag.stalls()
        ]
        return (*self._absent, *absences((), [*steps, *stalls]))

    def keep_only(self, task_ids: Iterable[int]) -> None:
        """Forget the pings of tasks that are gone."""
        for task_id in self._memories.keys() - set(task_ids):
            del self._memories[task_id]

    def _moment(self) -> datetime:
        """Return the present moment, never the same twice: it is part of what names a ping."""
        at = self.clock.now()
        if self._newest_at is not None and at <= self._newest_at:
            at = self._newest_at + timedelta(microseconds=1)
        self._newest_at = at
        return at


async def _read_absences(session: Session) -> Sequence[Absence]:
    try:
        nodes = await session.nodes()
        jumps = await session.events(0, kinds=("clock.jumped", "loop.lagged"))
    except DatabaseAway as error:
        raise OwnFault(Reason.DATABASE, f"our own absences cannot be read: {error}") from error
    return absences(nodes, [Absence.of_step(one.at, one.data["by_s"]) for one in jumps])
