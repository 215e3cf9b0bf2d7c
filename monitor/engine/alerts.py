"""What is to be told, in memory: notices not yet done with, and what operators say about them.

Notices come here when what they tell about is written, or cannot be written now; the outbox takes
them from here. All of it is in the database too, and is read again after a restart.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

import attrs
import trio

from monitor.core.alerts.alerting import Alerting
from monitor.core.alerts.dispatch import audience
from monitor.core.alerts.notices import Notice, NoticeKind, NoticeState
from monitor.core.alerts.telling import told_of_expiry, told_of_look
from monitor.core.model import Incident, Result, State, Task
from monitor.core.records import NoticeRecord
from monitor.journal import tell


def dropped(notice: Notice, why: str, at: datetime) -> Notice:
    """Return a notice as one that is told nobody, and say so in the log."""
    tell("alert.dropped", channel=notice.channel, key=notice.key, why=why)
    return attrs.evolve(notice, state=NoticeState.DROPPED, why=why, decided_at=at)


@attrs.define(eq=False)
class Alerts:
    """Notices by thread and channel, and the hints that they changed."""

    keep: Callable[[NoticeRecord], None]
    """Has notices stored that come to mind here."""
    alerting: Alerting = attrs.field(factory=Alerting)
    version: int = 0
    """Counts changes."""
    complete: bool = False
    """Whether the database was read: what a former process told is known here."""
    doubtful: bool = False
    """Whether the database says that what is dead here is pending: either somebody wants it sent
    again, or it does not know yet; the next reading tells."""
    said: bool = False
    """Whether it is known what operators say; before that no channel is known to be no more."""
    _expiries: dict[int, frozenset[str]] = attrs.field(factory=dict, init=False)
    """What the last look at each task told of running out, so as not to write it at each look."""
    _threads: dict[str, dict[tuple[str, str], Notice]] = attrs.field(factory=dict, init=False)
    _pending: dict[str, dict[str, Notice]] = attrs.field(factory=dict, init=False)
    _changed: trio.Event = attrs.field(factory=trio.Event, init=False)

    def say(self, alerting: Alerting) -> None:
        """Take up what operators say now."""
        if alerting != self.alerting or not self.said:
            self.alerting, self.said = alerting, True
            self.hint()

    def told_of(
        self,
        task: Task,
        before: State,
        after: State,
        result: Result,
        incident: Incident | None,
        at: datetime,
    ) -> tuple[Notice, ...]:
        """Return what a look gives to tell, to be stored with it; see `telling`."""
        defaults = self.alerting.default_channels
        told = told_of_look(task, before, after, result, incident, at, defaults)
        if result.facts:
            known = self._expiries.setdefault(task.id, frozenset())
            expiries = told_of_expiry(task, result, at, defaults)
            told += tuple(one for one in expiries if one.key not in known)
            self._expiries[task.id] = frozenset(one.key for one in expiries)
        return told

    def watch_only(self, task_ids: Collection[int]) -> None:
        """Forget what is remembered of the looks at other tasks."""
        for task_id in self._expiries.keys() - task_ids:
            del self._expiries[task_id]

    def take(self, notices: Iterable[Notice]) -> None:
        """Take notices up; those that are known already are left as they are.

        Whether a date of expiry was told already only the database knows, since nothing ends it:
        it is taken up when that is read the next time.
        """
        new = [one for one in notices if one.kind is not NoticeKind.EXPIRY]
        for one in new:
            if (one.key, one.channel) not in self._threads.get(one.thread, {}):
                self._put(one)
        self._call_in(new)
        self.hint()

    def reload(self, notices: Iterable[Notice], written: Collection[tuple[str, str]]) -> None:
        """Take up what the database knows: what is new, and what is to be sent again.

        Args:
            notices: what was read.
            written: what `done` returned, if it was in the database before this was read.
        """
        new: list[Notice] = []
        self.doubtful = False
        for one in notices:
            name = (one.key, one.channel)
            known = self._threads.get(one.thread, {}).get(name)
            revived = known is not None and known.state is NoticeState.DEAD
            revived = revived and one.state is NoticeState.PENDING
            if known is None or (revived and name in written):
                self._put(one)
                new.append(one)
            self.doubtful = self.doubtful or (revived and name not in written)
        self._call_in(new)
        self.complete = True
        self.hint()

    def _call_in(self, notices: Iterable[Notice]) -> None:
        """Tell the end also to channels that others brought in, once all that is known is here."""
        further: list[Notice] = []
        for one in notices:
            if one.is_good:
                for copy in audience(self._threads[one.thread].values(), one):
                    self._put(copy)
                    further.append(copy)
        if further:
            self.keep(NoticeRecord(notices=tuple(further)))

    def done(self) -> frozenset[tuple[str, str]]:
        """Name (by key and channel) what is decided on and still remembered here."""
        return frozenset(
            name
            for known in self._threads.values()
            for name, one in known.items()
            if one.state is not NoticeState.PENDING
        )

    def forget(self, written: Collection[tuple[str, str]]) -> None:
        """Forget threads that are over, once all of it is in the database.

        Not sooner: what the database does not know yet it would give back as not told.
        """
        for thread, known in [*self._threads.items()]:
            over = any(one.is_good or one.has_no_end for one in known.values())
            pending = any(one.state is NoticeState.PENDING for one in known.values())
            if over and not pending and all(name in written for name in known):
                del self._threads[thread]

    def put(self, notice: Notice) -> None:
        """Keep a notice as it is now."""
        self._put(notice)
        self.hint()

    def _put(self, notice: Notice) -> None:
        self._threads.setdefault(notice.thread, {})[notice.key, notice.channel] = notice
        pending = self._pending.setdefault(notice.channel, {})
        if notice.state is NoticeState.PENDING:
            pending[notice.key] = notice
        else:
            pending.pop(notice.key, None)

    def thread(self, thread: str, channel: str) -> list[Notice]:
        """Return the notices of a thread for one channel."""
        known = self._threads.get(thread, {}).values()
        return [one for one in known if one.channel == channel]

    def pending(self, channel: str) -> list[Notice]:
        """Return the pending notices of a channel, the oldest first."""
        return sorted(self._pending.get(channel, {}).values(), key=lambda one: (one.at, one.key))

    def lasting(self) -> Sequence[Sequence[Notice]]:
        """Return the notices of each thread that has begun and is not over."""
        return [
            list(known.values())
            for known in self._threads.values()
            if not any(one.is_good for one in known.values())
        ]

    @property
    def waiting(self) -> int:
        """How many notices are pending."""
        return sum(map(len, self._pending.values()))

    def orphans(self, channels: Iterable[str]) -> list[Notice]:
        """Return pending notices of channels that are no more."""
        known = set(channels)
        return [
            one
            for channel, pending in self._pending.items()
            if channel not in known
            for one in pending.values()
        ]

    def hint(self) -> None:
        """Wake whoever waits for a change."""
        self.version += 1
        self._changed.set()
        self._changed = trio.Event()

    async def changed(self, version: int) -> None:
        """Return as soon as there was a change since that version."""
        if version == self.version:
            await self._changed.wait()
        else:
            await trio.lowlevel.checkpoint()
