"""What became of notices, and by which rule: `dispatch` applied again to what is stored. Pure.

Stored are a notice's beginning, its end, and each attempt to send it; not stored is why it waited
in between. That comes from the rules as they are stored now. Where these do not give what was done,
the rule is gone or was changed (a silence that was removed, say), and a line says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from monitor.core.alerts.dispatch import Decision, Fate, Grouping, decide, gather
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.model import Event, Gap, GapReason
from monitor.core.why.heldby import Rules

PROMPT_S = 5.0
"""A notice that may go is sent within this time, unless something delays it."""
ROUND_S = 35.0
"""After a hold that had no end known before (a parent that is down) it is sent within this time: a
round of the outbox."""
_DECISIONS = 200
"""How often a notice is decided on again at most."""


@attrs.frozen(kw_only=True)
class Told:
    """Something that happened to a notice. `kind` names it, `data` fills its sentence."""

    at: datetime
    kind: str
    notice: Notice
    depth: int = 1
    data: Mapping[str, Any] = attrs.field(factory=dict)


def fates(notices: Iterable[Notice], rules: Rules) -> list[Told]:
    """Tell what became of notices. All of a thread are needed, also those of no interest."""
    threads: dict[tuple[str, str], list[Notice]] = {}
    for one in sorted(notices, key=lambda one: (one.at, one.is_good, one.key)):
        threads.setdefault((one.thread, one.channel), []).append(one)
    found: list[Told] = []
    for mates in threads.values():
        past: dict[str, list[tuple[datetime, str]]] = {}
        for one in mates:
            found += _Course(notice=one, mates=mates, rules=rules, past=past).run()
    return sorted(found, key=lambda one: one.at)


@attrs.define(eq=False, kw_only=True)
class _Course:
    """The life of one notice."""

    notice: Notice
    mates: Sequence[Notice]
    rules: Rules
    past: dict[str, list[tuple[datetime, str]]]
    """Why each notice of the thread waited, from which moment on."""
    lines: list[Told] = attrs.field(factory=list)
    without_end: bool = False
    """Whether the last rule that held it could not say until when."""

    def run(self) -> list[Told]:
        notice = self.notice
        self._say(notice.at, "told", since_at=notice.since_at.isoformat())
        tries = self._tries()
        begun_at = min(
            (at for at in (*(one.at for one in tries), notice.decided_at) if at is not None),
            default=None,
        )
        decided_at, decision = self._decide_again(begun_at or self.rules.now)
        for one in tries:
            if one.kind == "alert.failed":
                error = self._error(one)
                self.past[notice.key].append((one.at, error))
                self._say(one.at, "failed", 0, attempt=one.data.get("attempt"), error=error)
        self._end(decision, tries)
        delivered = notice.state is NoticeState.SENT or bool(tries)
        if delivered and begun_at is not None:
            self._explain_delay(decision, decided_at, begun_at)
        return self.lines

    def _say(self, at: datetime, kind: str, depth: int = 1, **data: Any) -> None:
        self.lines.append(Told(at=at, kind=kind, notice=self.notice, depth=depth, data=data))

    def _error(self, event: Event) -> str:
        return event.detail.removeprefix(f"{self.notice.channel}: ")

    def _tries(self) -> list[Event]:
        notice = self.notice
        return [
            one
            for one in self.rules.deliveries
            if one.data.get("channel") == notice.channel
            and (
                notice.key in one.data.get("keys", ())
                or (notice.message and one.data.get("message") == notice.message)
            )
        ]

    # --- deciding again -----------------------------------------------------------------------

    def _decide_again(self, end_at: datetime) -> tuple[datetime, Decision]:
        """Decide whenever something may have changed; return when it was last, and what."""
        notice, why = self.notice, ""
        moments = self._moments(end_at)
        at = notice.at
        waits = self.past.setdefault(notice.key, [])
        decision = Decision(fate=Fate.SEND)
        for _ in range(_DECISIONS):
            pending = attrs.evolve(notice, state=NoticeState.PENDING, why=why)
            hours = self.rules.hours.get(notice.channel)
            decision = decide(pending, self._thread(at), self.rules.situation(at), hours)
            if decision.fate is not Fate.HOLD:
                break
            if decision.why != why:
                why = decision.why
                waits.append((at, why))
                until_at = decision.until_at
                self.without_end = until_at is None
                until = "" if until_at is None else until_at.isoformat()
                self._say(at, "held", 2 if at == notice.at else 0, rule=why, until_at=until)
            later = [moment for moment in (*moments, decision.until_at) if moment and moment > at]
            if not later or min(later) > end_at:
                break
            at = min(later)
        return at, decision

    def _moments(self, end_at: datetime) -> list[datetime]:
        """Return when another decision may be due."""
        rules, notice = self.rules, self.notice
        edges = [one.at for one in self.mates]
        edges += [one.from_at for one in rules.alerting.silences]
        edges += [one.at for one in rules.alerting.acknowledgements]
        for blocking in rules.blockings.get(notice.task_id or 0, ()):
            edges += [blocking.from_at, blocking.until_at or blocking.from_at]
        return sorted({one for one in edges if notice.at < one <= end_at})

    def _thread(self, at: datetime) -> list[Notice]:
        """Return the thread as it stood at a moment."""
        found = []
        for one in self.mates:
            if one.at > at:
                continue
            if one.decided_at is not None and one.decided_at <= at:
                found.append(one)
                continue
            whys = [why for since_at, why in self.past.get(one.key, ()) if since_at <= at]
            found.append(attrs.evolve(one, state=NoticeState.PENDING, why=whys[-1] if whys else ""))
        return found

    # --- why it took so long ------------------------------------------------------------------

    def _explain_delay(self, decision: Decision, at: datetime, begun_at: datetime) -> None:
        """Say why a notice that might go at one moment was first sent at another one."""
        if decision.fate is not Fate.SEND:
            kind = "other.held" if decision.fate is Fate.HOLD else "other.dropped"
            self._say(begun_at, kind, rule=decision.why)
            return
        if (begun_at - at).total_seconds() <= (ROUND_S if self.without_end else PROMPT_S):
            return
        depth = 2 if at == self.notice.at else 0
        if (gap := self._absence(at, begun_at)) is not None:
            since = max(at, gap.from_at)
            self._say(since, "late.absent", 0, until_at=gap.until_at.isoformat())
            return
        if (grouped := self._grouped(at)) is not None:
            self._say(at, grouped[0], depth, until_at=grouped[1].isoformat(), **grouped[2])
            return
        trouble = [
            one
            for one in self.rules.deliveries
            if one.data.get("channel") == self.notice.channel and one.at < begun_at
        ]
        if trouble and trouble[-1].kind == "alert.failed":
            self._say(at, "late.failing", depth, error=self._error(trouble[-1]))
            return
        waited_s = round((begun_at - at).total_seconds(), 3)
        self._say(at, "late.unexplained", depth, waited_s=waited_s, until_at=begun_at.isoformat())

    def _absence(self, from_at: datetime, until_at: datetime) -> Gap | None:
        ours = (GapReason.MONITOR_DOWN, GapReason.SUSPENDED)
        for gap in self.rules.gaps:
            if gap.reason in ours and gap.from_at < until_at and gap.until_at > from_at:
                return gap
        return None

    def _grouped(self, at: datetime) -> tuple[str, datetime, dict[str, Any]] | None:
        """Say until when the channel waited for company, or for its next digest."""
        spec = next(
            (one for one in self.rules.alerting.channels if one.name == self.notice.channel), None
        )
        if spec is None:
            return None
        grouping = Grouping(
            wait_s=spec.group_wait_s, interval_s=spec.group_interval_s, burst=spec.burst
        )
        sent_at = [
            one.at
            for one in self.rules.deliveries
            if one.kind == "alert.sent"
            and one.data.get("channel") == spec.name
            and one.at <= at + timedelta(seconds=PROMPT_S)
        ]
        batches, until_at = gather([(self.notice, False)], sent_at, grouping, at)
        if batches or until_at is None:
            return None
        if at < self.notice.at + timedelta(seconds=spec.group_wait_s):
            return "late.company", until_at, {"wait_s": spec.group_wait_s}
        return "late.digest", until_at, {"burst": spec.burst, "interval_s": spec.group_interval_s}

    # --- its end ------------------------------------------------------------------------------

    def _end(self, decision: Decision, tries: Sequence[Event]) -> None:
        notice = self.notice
        ended_at = notice.decided_at or self.rules.now
        if notice.state is NoticeState.SENT:
            self._end_sent(ended_at, tries)
        elif notice.state is NoticeState.DEAD:
            self._say(ended_at, "dead", depth=0, error=notice.why, attempts=notice.attempts)
        elif notice.state is NoticeState.DROPPED:
            self._say(ended_at, "dropped", depth=0, rule=notice.why)
            self._compare_drop(decision)
        elif notice.attempts:
            self._say(ended_at, "waits.retry", depth=0, error=notice.why, attempts=notice.attempts)
        elif decision.fate is Fate.HOLD:
            self._say(ended_at, "waits.held", depth=0, rule=decision.why)
        else:
            self._say(ended_at, "waits.ready", depth=0, rule=notice.why)
        if notice.attempts > len(tries):
            self._say(ended_at, "attempts.unstored", count=notice.attempts - len(tries))

    def _end_sent(self, ended_at: datetime, tries: Sequence[Event]) -> None:
        """Say with which message it went, and what else that told."""
        notice = self.notice
        sent = next((one for one in tries if one.kind == "alert.sent"), None)
        brought = {} if sent is None else sent.data
        keys = [key for key in brought.get("keys", ()) if key != notice.key]
        late = not notice.is_good and any(one.is_good and one.key in keys for one in self.mates)
        self._say(
            ended_at,
            "sent",
            depth=0,
            message=notice.message,
            attempts=notice.attempts,
            late=late,
            others=brought.get("notices", 1) - 1,
            keys=keys,
        )

    def _compare_drop(self, decision: Decision) -> None:
        """Say so if what is stored now would not have dropped it, or for another reason."""
        notice = self.notice
        ended_at = notice.decided_at or self.rules.now
        if decision.fate is Fate.DROP and decision.why == notice.why:
            return
        names = {one.name for one in self.rules.alerting.channels}
        if notice.why == f"there is no channel {notice.channel!r}":
            if notice.channel in names:
                self._say(ended_at, "other.channel")
            return
        kinds = {Fate.SEND: "other.would_send", Fate.HOLD: "other.would_hold"}
        kind = kinds.get(decision.fate, "other.would_drop")
        self._say(ended_at, kind, rule=decision.why)
