"""A judge of who was told what in a storm: by the script, the receivers and the table of notices.

Nothing of the rules that decide on notices is used. What must hold:

A1  each outage of the script is one incident, and each incident gives two notices a channel
A2  each notice ends as sent, dropped or dead; why it was dropped or died is said
A3  what is sent was told once: more often only if the monitor crashed between hand-over and
    record, at most once for each such crash, and then a message of the same notices has the same
    key (unless the database did not know the notice, and so began it anew)
A4  bad news comes before its end, or in the same message and before it; nothing is told before it
    is true
A5  what a silence outlives is not told; what outlives its silence is told, not before that is over
A6  only what a receiver will never take is dead, and nobody is told the end of that
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

import attrs

from monitor.core.alerts.notices import Message, Notice, NoticeState
from tests.core.alert_storm import CHANNELS, Outage, Storm, Taken


@attrs.define(eq=False)
class Judge:
    """Find what went wrong."""

    storm: Storm
    told: dict[tuple[str, str], list[Taken]] = attrs.field(factory=lambda: defaultdict(list))
    notices: dict[tuple[str, str], Notice] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.notices = self.storm.stage.store.tables.alerts.notices
        for one in self.storm.taken:
            for notice in one.message.notices:
                self.told[notice.key, one.channel].append(one)

    def faults(self) -> list[str]:
        """Say what is wrong, one sentence each."""
        found = [*self._of_incidents(), *self._of_all_notices()]
        for task_id, script in self.storm.scripts.items():
            for number, outage in enumerate(script, 1):
                for channel in CHANNELS:
                    thread = f"{task_id}/{number}"
                    faults = self._of_outage(thread, channel.name, outage)
                    found += [f"{thread} {channel.name}: {fault}" for fault in faults]
        return found

    @property
    def told_again(self) -> int:
        """How often something was told once more."""
        return sum(len(times) - 1 for times in self.told.values())

    def figures(self) -> Counter[str]:
        """Count what happened."""
        storm = self.storm
        states = Counter(f"{one.state} notices" for one in self.notices.values())
        return Counter(
            {
                "incidents": len(storm.stage.store.tables.incidents),
                "processes": storm.process,
                "crashes": sum(storm.crashes.values()) - storm.crashes["leave"],
                "messages taken": len(storm.taken),
                **states,
                "hand-overs before a crash and not recorded": sum(storm.doubtful.values()),
                "told again": self.told_again,
                **storm.troubles,
            }
        )

    def words(self) -> str:
        """Say in one line what happened."""
        return ", ".join(f"{count} {what}" for what, count in self.figures().items())

    def _of_incidents(self) -> Iterator[str]:
        incidents = self.storm.stage.store.tables.incidents
        expected = {
            (task_id, number)
            for task_id, script in self.storm.scripts.items()
            for number in range(1, len(script) + 1)
        }
        if expected != set(incidents):
            yield f"other incidents than outages: {sorted(expected ^ set(incidents))[:5]}"
        lasting = [key for key, one in incidents.items() if one.closed_at is None]
        if lasting:
            yield f"incidents that do not end: {lasting[:5]}"
        ours = {key for key, _ in self.notices if not key.startswith("system/")}
        keys = {
            f"{task_id}/{number}/{kind}" for task_id, number in expected for kind in ("down", "up")
        }
        if keys != ours:
            yield f"other notices than outages: {sorted(keys ^ ours)[:5]}"

    def _of_all_notices(self) -> Iterator[str]:
        for (key, channel), notice in self.notices.items():
            what = f"{key} {channel}"
            times = self.told.get((key, channel), [])
            doubts = self.storm.doubtful[key, channel]
            if notice.state is NoticeState.PENDING:
                yield f"{what}: nobody decided on it ({notice.why})"
            elif notice.state is not NoticeState.SENT and not notice.why:
                yield f"{what}: {notice.state} for no reason"
            if notice.state is NoticeState.SENT and not times:
                yield f"{what}: said to be sent, and nobody got it"
            if notice.state is not NoticeState.SENT and len(times) > doubts:
                yield f"{what}: {notice.state}, and told all the same"
            if len(times) > 1 + doubts:
                at_s = [round(one.at_s) for one in times]
                yield f"{what}: told {len(times)} times ({at_s}), doubtful {doubts} times"
            if (key, channel) not in self.storm.unwritten and not same_keys(times):
                yield f"{what}: the same message under different keys"
        for key, channel in set(self.told) - set(self.notices) - self.storm.unwritten:
            yield f"{key} {channel}: told, and nowhere written down"

    def _of_outage(self, thread: str, channel: str, outage: Outage) -> Iterator[str]:
        keys = (f"{thread}/down", channel), (f"{thread}/up", channel)
        if not all(key in self.notices for key in keys):
            yield "a notice is missing"
            return
        begun, ended = (self.notices[key].state for key in keys)
        down, up = (self.told.get(key, []) for key in keys)
        if outage.silenced:
            if {NoticeState.DROPPED} != {begun, ended} or down or up:
                yield f"silenced until {outage.silent_until_s:.0f}, and {begun} and {ended}"
            return
        if begun is NoticeState.DROPPED:
            yield f"dropped: {self.notices[keys[0]].why}"
        if begun is NoticeState.DEAD:
            if keys[0] not in self.storm.refused:
                yield f"its beginning is dead: {self.notices[keys[0]].why}"
        elif ended is NoticeState.DROPPED:
            yield f"its end was dropped: {self.notices[keys[1]].why}"
        if ended is NoticeState.DEAD and keys[1] not in self.storm.refused:
            yield f"its end is dead: {self.notices[keys[1]].why}"
        if begun is NoticeState.DEAD and not down and up:
            yield "the end was told of what nobody was told"
        yield from order(keys[0][0], keys[1][0], down, up)
        told_from_s = max(outage.from_s, outage.silent_until_s)
        if down and down[0].at_s < told_from_s:
            yield f"told at {down[0].at_s:.0f}, before {told_from_s:.0f}"
        if up and up[0].at_s < outage.until_s:
            yield f"its end told at {up[0].at_s:.0f}, before {outage.until_s:.0f}"


class HandOver(Protocol):
    """A message that a receiver took."""

    @property
    def at_s(self) -> float: ...

    @property
    def message(self) -> Message: ...


def order(
    down_key: str, up_key: str, down: Sequence[HandOver], up: Sequence[HandOver]
) -> Iterator[str]:
    """Say what is wrong with the order of bad news and its end (A4)."""
    if not (down and up):
        return
    if down[0] is up[0]:
        keys = [one.key for one in down[0].message.notices]
        if keys.index(down_key) > keys.index(up_key):
            yield "the end stands before the beginning"
    elif down[0].at_s >= up[0].at_s:
        yield f"told at {down[0].at_s:.1f}, its end at {up[0].at_s:.1f}"


def same_keys(times: Sequence[HandOver]) -> bool:
    """Say whether messages of the same notices have the same key."""
    known: dict[tuple[str, ...], str] = {}
    for one in times:
        notices = tuple(notice.key for notice in one.message.notices)
        if known.setdefault(notices, one.message.key) != one.message.key:
            return False
    return True
