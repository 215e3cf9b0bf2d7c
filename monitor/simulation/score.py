"""How a policy did: who was told what of what really happened, how soon, and how often in vain.

A *message* is what a receiver gets at once. A *page* is a message with bad news in it. A page is a
*false alarm* if all that it tells was over when it came, or lasted no longer than a blip. An outage
that is longer than a blip is *real*; somebody hears of it

told      by a page of its own
known     by the page of one before it, whose end was not confirmed yet
flapping  by word that the target goes up and down
parent    by a page about what the target cannot be reached without
held      not at all, since an operator's rule held it back: a silence, maintenance, hours
missed    not at all
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from monitor.core.alerts.notices import BY_RULE, PATIENCE, Notice, NoticeKind, NoticeState
from monitor.core.calendar.hours import Hours
from monitor.core.model import Incident, TaskSpec
from monitor.simulation.rehearsal import Outcome
from monitor.simulation.truth import Episode

_OF_OUTAGES = frozenset(
    {NoticeKind.DOWN, NoticeKind.DEGRADED, NoticeKind.REMINDER, NoticeKind.ESCALATION}
)
_FIRST = (NoticeKind.DOWN, NoticeKind.DEGRADED)


class Heard(StrEnum):
    """How somebody heard of a real outage; see above."""

    TOLD = "told"
    KNOWN = "known"
    FLAPPING = "flapping"
    PARENT = "parent"
    HELD = "held"
    MISSED = "missed"


@attrs.frozen(kw_only=True)
class Page:
    """A message that a receiver got."""

    at_s: float
    channel: str
    title: str
    kinds: tuple[NoticeKind, ...]
    about: tuple[str, ...]
    is_page: bool
    """Whether there is bad news in it."""
    only_reminds: bool
    false_alarm: bool
    at_night: bool
    late: bool


@attrs.frozen(kw_only=True)
class Fate:
    """What became of a real outage."""

    episode: Episode
    heard: Heard
    delay_s: float | None = None
    """From its true beginning to the first page."""
    held_s: float = 0.0
    """How long of that it was known, and not told."""
    end_delay_s: float | None = None
    """From its true end to the first word of it."""
    why: str = ""
    """Why nobody was told."""


@attrs.frozen(kw_only=True)
class Score:
    """How a policy did."""

    pages: tuple[Page, ...]
    """All messages, the oldest first."""
    fates: tuple[Fate, ...]
    """Of real outages, by their beginning."""
    incidents: int
    spans: Mapping[str, tuple[tuple[float, float], ...]]
    """When each task was believed to be down, from the look that confirmed it on."""

    def count(self, heard: Heard) -> int:
        return sum(one.heard is heard for one in self.fates)

    @property
    def delays_s(self) -> list[float]:
        return sorted(one.delay_s for one in self.fates if one.delay_s is not None)

    def figures(self) -> dict[str, float | None]:
        """Return everything that can be compared, by name; None: there was nothing to measure."""
        paged = [one for one in self.pages if one.is_page]
        ends_s = sorted(one.end_delay_s for one in self.fates if one.end_delay_s is not None)
        delays_s = self.delays_s
        return {
            "messages": len(self.pages),
            "pages": len(paged),
            "false_alarms": sum(one.false_alarm for one in paged),
            "pages_at_night": sum(one.at_night for one in paged),
            "reminders": sum(one.only_reminds for one in paged),
            "escalations": sum(NoticeKind.ESCALATION in one.kinds for one in paged),
            "late_messages": sum(one.late for one in self.pages),
            "incidents": self.incidents,
            "real_outages": len(self.fates),
            **{f"outages_{heard.value}": self.count(heard) for heard in Heard},
            "delay_median_s": share(delays_s, 0.5),
            "delay_p90_s": share(delays_s, 0.9),
            "delay_worst_s": share(delays_s, 1.0),
            "end_delay_median_s": share(ends_s, 0.5),
            "held_back_s": math.fsum(one.held_s for one in self.fates),
        }

    def by(self, what: str) -> dict[str, int]:
        """Count pages by `channel` or by what they are `about`, the most first."""
        paged = [one for one in self.pages if one.is_page]
        several = [(one.channel,) if what == "channel" else one.about for one in paged]
        counts = Counter(name for names in several for name in names)
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def share(ordered: Sequence[float], part: float) -> float | None:
    """Return the value that so great a part of them does not exceed; None: there are none."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def score(
    outcome: Outcome,
    truth: Mapping[str, Sequence[Episode]],
    specs: Mapping[str, TaskSpec],
    *,
    start_at: datetime,
    blip_s: float,
    night: Hours,
) -> Score:
    """Hold what was told against what was true.

    Args:
        outcome: what was told.
        truth: what was true, by task, in the order of time.
        specs: the tasks under this policy.
        start_at: the beginning, from which all moments count.
        blip_s: what is over sooner, nobody needs to hear of.
        night: when people sleep.
    """
    judging = _Judging(outcome, truth, specs, start_at, blip_s, night)
    real = [
        one
        for name, several in truth.items()
        for one in several
        if one.length_s >= blip_s and name in specs and one.status in specs[name].alerts.on
    ]
    real.sort(key=lambda one: (one.from_s, one.task))
    return Score(
        pages=tuple(judging.pages()),
        fates=tuple(judging.fate(one) for one in real),
        incidents=len(outcome.incidents),
        spans=judging.spans(),
    )


@attrs.define
class _Told:
    """The first word of an episode."""

    at_s: float
    known_s: float


@attrs.define
class _Judging:
    outcome: Outcome
    truth: Mapping[str, Sequence[Episode]]
    specs: Mapping[str, TaskSpec]
    start_at: datetime
    blip_s: float
    night: Hours
    _told: dict[Episode, _Told] = attrs.field(factory=dict, init=False)
    _ended: dict[Episode, float] = attrs.field(factory=dict, init=False)
    _quiet: dict[Episode, list[Notice]] = attrs.field(factory=dict, init=False)
    _told_incidents: set[tuple[int | None, int | None]] = attrs.field(factory=set, init=False)
    _flapping: dict[str, list[tuple[float, float]]] = attrs.field(factory=dict, init=False)
    _incidents: dict[str, list[Incident]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for incident in self.outcome.incidents:
            name = self.outcome.names[incident.task_id]
            self._incidents.setdefault(name, []).append(incident)
        for one in self.outcome.told:
            notice = one.notice
            episode = self._episode(notice)
            if notice.kind is NoticeKind.FLAPPING:
                self._flapping.setdefault(notice.subject, []).append(
                    (one.at_s, self._steady(notice))
                )
            if episode is None:
                continue
            if notice.kind in _FIRST:
                self._told_incidents.add((notice.task_id, notice.incident))
                self._told.setdefault(episode, _Told(one.at_s, self._since_s(notice.at)))
            elif notice.kind in (NoticeKind.UP, NoticeKind.IMPROVED):
                self._ended.setdefault(episode, one.at_s)
        for notice in self.outcome.notices:
            episode = self._episode(notice)
            quiet = notice.kind in _FIRST and notice.state is not NoticeState.SENT
            if episode is not None and quiet:
                self._quiet.setdefault(episode, []).append(notice)

    def _since_s(self, moment: datetime) -> float:
        return (moment - self.start_at) / timedelta(seconds=1)

    def _steady(self, flapping: Notice) -> float:
        over = [
            self._since_s(one.at)
            for one in self.outcome.notices
            if one.thread == flapping.thread and one.is_good
        ]
        return min(over, default=math.inf)

    def _episode(self, notice: Notice) -> Episode | None:
        """Return what a notice is about: the last that had begun when it was first seen."""
        seen_s = self._since_s(notice.since_at)
        begun = [one for one in self.truth.get(notice.subject, ()) if one.from_s <= seen_s + 0.001]
        return begun[-1] if begun else None

    # --- messages -----------------------------------------------------------------------------

    def pages(self) -> Iterable[Page]:
        """Put what was told together into the messages in which it came."""
        messages: dict[tuple[float, str, str], list[Notice]] = {}
        told = {}
        for one in self.outcome.told:
            place = (one.at_s, one.notice.channel, one.message.key)
            messages.setdefault(place, []).append(one.notice)
            told[place] = one.message
        for place, notices in messages.items():
            (at_s, channel, _), message = place, told[place]
            bad = [one for one in notices if not one.is_good]
            yield Page(
                at_s=at_s,
                channel=channel,
                title=message.title,
                kinds=tuple(one.kind for one in notices),
                about=tuple(dict.fromkeys(one.subject for one in notices)),
                is_page=bool(bad),
                only_reminds=bool(bad) and all(one.kind is NoticeKind.REMINDER for one in bad),
                false_alarm=bool(bad) and all(self._in_vain(one, at_s) for one in bad),
                at_night=self.night.is_within(self.start_at + timedelta(seconds=at_s)),
                late=message.late,
            )

    def _in_vain(self, notice: Notice, at_s: float) -> bool:
        if notice.kind not in _OF_OUTAGES:
            return False
        known = self.truth.get(notice.subject, ())
        if not any(one.from_s <= at_s < one.until_s for one in known):
            return True
        episode = self._episode(notice)
        return episode is None or episode.length_s < self.blip_s

    # --- outages ------------------------------------------------------------------------------

    def fate(self, episode: Episode) -> Fate:
        """Say who heard of a real outage, and when."""
        ended_s = self._ended.get(episode)
        end_delay_s = None if ended_s is None else max(0.0, ended_s - episode.until_s)
        told = self._told.get(episode)
        if told is not None:
            return Fate(
                episode=episode,
                heard=Heard.TOLD,
                delay_s=told.at_s - episode.from_s,
                held_s=_if_long(told.at_s - told.known_s),
                end_delay_s=end_delay_s,
            )
        heard = self._otherwise(episode)
        if heard is not None:
            return Fate(episode=episode, heard=heard)
        quiet = [one for one in self._quiet.get(episode, ()) if one.why != PATIENCE]
        why = self._why(episode)
        by_rule = any(BY_RULE in one.why and PATIENCE not in one.why for one in quiet)
        return Fate(episode=episode, heard=Heard.HELD if by_rule else Heard.MISSED, why=why)

    def _otherwise(self, episode: Episode) -> Heard | None:
        for incident in self._incidents.get(episode.task, ()):
            closed_s = math.inf
            if incident.closed_at is not None:
                closed_s = self._since_s(incident.closed_at)
            open_then = self._since_s(incident.opened_at) <= episode.from_s < closed_s
            if open_then and (incident.task_id, incident.number) in self._told_incidents:
                return Heard.KNOWN
        for from_s, until_s in self._flapping.get(episode.task, ()):
            if from_s < episode.until_s and episode.from_s < until_s:
                return Heard.FLAPPING
        for above in _above(episode.task, self.specs):
            for one in self.truth.get(above, ()):
                overlaps = one.from_s < episode.until_s and episode.from_s < one.until_s
                if overlaps and one in self._told:
                    return Heard.PARENT
        return None

    def _why(self, episode: Episode) -> str:
        quiet = self._quiet.get(episode)
        if quiet:
            return quiet[-1].why or "it still waits"
        spec = self.specs[episode.task]
        for incident in self._incidents.get(episode.task, ()):
            opened_s = self._since_s(incident.opened_at)
            if episode.from_s <= opened_s < episode.until_s:
                return "no channel is told of it"
        looks = f"{spec.attempts} looks in a row" if spec.attempts > 1 else "one look"
        return f"it never failed {looks}"

    def spans(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Return when tasks were believed to be down."""
        found = {}
        for name, incidents in self._incidents.items():
            found[name] = tuple(
                (
                    self._since_s(one.confirmed_at),
                    math.inf if one.closed_at is None else self._since_s(one.closed_at),
                )
                for one in incidents
            )
        return found


def _if_long(seconds: float) -> float:
    """Leave out what a message takes anyway."""
    return seconds if seconds >= 15.0 else 0.0


def _above(name: str, specs: Mapping[str, TaskSpec]) -> list[str]:
    found: list[str] = []
    todo = [name]
    while todo:
        for one in specs[todo.pop()].depends_on:
            if one in specs and one not in found and one != name:
                found.append(one)
                todo.append(one)
    return found
