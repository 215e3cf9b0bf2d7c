"""What was expected against what was told, as a diff in the order of time, and why not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from monitor.config.case import Case, Expected
from monitor.core.alerts.dispatch import AGAIN
from monitor.core.alerts.notices import Notice, NoticeKind, NoticeState
from monitor.core.counting import counted
from monitor.core.model import Status
from monitor.core.units import format_duration
from monitor.simulation.rehearsal import Outcome
from monitor.simulation.stage import Delivered


@attrs.frozen(kw_only=True)
class Line:
    """One message: ` ` told as expected, `-` expected and not told, `+` told and not expected."""

    sign: str
    at_s: float
    until_s: float | None = None
    channel: str
    about: str
    kind: NoticeKind
    late: bool = False
    why: str = ""

    @property
    def moment(self) -> str:
        """When, as files have it: `11m40s`, `11m..13m`."""
        begin = format_duration(round(self.at_s, 1))
        return begin if self.until_s is None else f"{begin}..{format_duration(self.until_s)}"

    def __str__(self) -> str:
        late = " (late)" if self.late else ""
        return f"{self.sign} {self.moment:<9}  {self.channel}  {self.about} {self.kind}{late}"


def difference(case: Case, outcome: Outcome) -> list[Line]:
    """Return all that was told and all that was not; nothing is wrong if no line has a sign."""
    told = list(outcome.told)
    lines: list[Line] = []
    missed: list[Expected] = []
    # The narrowest first, so that a wide one does not take what only a narrow one can have.
    for wanted in sorted(case.expected, key=lambda one: (one.to_s - one.from_s, one.at_s)):
        found = next((one for one in told if _answers(one, wanted)), None)
        if found is None:
            missed.append(wanted)
        else:
            told.remove(found)
            lines.append(_told(" ", found))
    lines += [_expected(wanted, _why_not(wanted, case, outcome)) for wanted in missed]
    lines += [_told("+" if case.nothing_else else " ", one) for one in told]
    return sorted(lines, key=lambda one: (one.at_s, " -+".index(one.sign), one.channel))


def _told(sign: str, one: Delivered) -> Line:
    notice = one.notice
    return Line(
        sign=sign,
        at_s=one.at_s,
        channel=notice.channel,
        about=notice.subject,
        kind=notice.kind,
        late=one.message.late,
    )


def _expected(wanted: Expected, why: str) -> Line:
    return Line(
        sign="-",
        at_s=wanted.at_s,
        until_s=wanted.until_s,
        channel=wanted.channel,
        about=wanted.about,
        kind=wanted.kind,
        late=wanted.late or False,
        why=why,
    )


def _is_about(notice: Notice, wanted: Expected) -> bool:
    return notice.kind is wanted.kind and notice.subject == wanted.about


def _in_time(one: Delivered, wanted: Expected) -> bool:
    at_s = round(one.at_s, 3)
    ours = one.notice.channel == wanted.channel and _is_about(one.notice, wanted)
    return ours and wanted.from_s <= at_s <= wanted.to_s


def _answers(one: Delivered, wanted: Expected) -> bool:
    return _in_time(one, wanted) and not _wrong_with(one, wanted)


def _wrong_with(one: Delivered, wanted: Expected) -> str:
    """Say why a message that came in time is not the one that was expected."""
    if wanted.late is not None and one.message.late is not wanted.late:
        return "it is marked late" if one.message.late else "it is not marked late"
    if wanted.contains not in f"{one.message.title}\n{one.message.text}":
        return f"it does not contain {wanted.contains!r}, but says: {one.message.title}"
    return ""


def _why_not(wanted: Expected, case: Case, outcome: Outcome) -> str:
    """Find out what became of a message that was expected."""
    for one in outcome.told:
        if _in_time(one, wanted) and (wrong := _wrong_with(one, wanted)):
            return wrong
    alike = [one for one in outcome.notices if _is_about(one, wanted)]
    ours = [one for one in alike if one.channel == wanted.channel]
    if ours:
        middle_s = (wanted.from_s + wanted.to_s) / 2
        moment = case.start_at + timedelta(seconds=middle_s)
        nearest = min(ours, key=lambda one: abs(one.at - moment))
        return _fate(nearest, case.start_at)
    if others := sorted({one.channel for one in alike}):
        return f"it is not for {wanted.channel}, but for {', '.join(others)}"
    return _as_it_was(wanted, case, outcome)


def _fate(notice: Notice, start_at: datetime) -> str:
    decided_at = notice.decided_at or notice.at
    moment = format_duration(round((decided_at - start_at) / timedelta(seconds=1), 1))
    tried = f", after {counted(notice.attempts, 'attempt')}" if notice.attempts else ""
    match notice.state:
        case NoticeState.PENDING:
            return f"it still waits{tried}: {notice.why or 'nobody has sent it'}"
        case NoticeState.DROPPED:
            return f"dropped at {moment}: {notice.why}"
        case NoticeState.DEAD:
            return f"given up at {moment}{tried}: {notice.why}"
        case NoticeState.SENT:
            return f"told at {moment}"


def _as_it_was(wanted: Expected, case: Case, outcome: Outcome) -> str:
    """Say how the task was believed to be, if no such message ever came up."""
    ids = {name: number for number, name in outcome.names.items()}
    if wanted.about not in ids:
        return "no such message came up"
    task_id, until_at = ids[wanted.about], case.start_at + timedelta(seconds=wanted.to_s)
    status = _status(outcome, task_id, until_at)
    taken = [one for one in outcome.taken if one.task_id == task_id and one.at <= until_at]
    if taken and wanted.kind in AGAIN:
        by = f" by {taken[-1].by}" if taken[-1].by else ""
        return f"no such message came up: the incident was acknowledged{by}"
    return f"no such message came up: {wanted.about} was {status} then"


def _status(outcome: Outcome, task_id: int, moment: datetime) -> Status:
    before = [one for one in outcome.transitions if one.task_id == task_id and one.at <= moment]
    return max(before, key=lambda one: one.seq).after if before else Status.PENDING


def is_well(lines: Sequence[Line], outcome: Outcome) -> bool:
    """Say whether all is as expected."""
    return not outcome.remarks and all(one.sign == " " for one in lines)
