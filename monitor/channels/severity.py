"""How bad a notice is, for receivers with colours and priorities; the last word on each thing."""

from collections.abc import Iterable
from enum import IntEnum

from monitor.core.alerts.notices import Notice, NoticeKind
from monitor.core.model import Status


class Severity(IntEnum):
    """The greater, the worse."""

    GOOD = 0
    INFO = 1
    WARNING = 2
    CRITICAL = 3


_OF_KIND = {
    NoticeKind.DOWN: Severity.CRITICAL,
    NoticeKind.ESCALATION: Severity.CRITICAL,
    NoticeKind.SYSTEM: Severity.CRITICAL,
    NoticeKind.TRIAL: Severity.INFO,
}


def severity_of(notice: Notice) -> Severity:
    """Return how bad one notice is."""
    if notice.is_good:
        return Severity.GOOD
    if notice.kind is NoticeKind.REMINDER and notice.status is Status.DOWN:
        return Severity.CRITICAL
    return _OF_KIND.get(notice.kind, Severity.WARNING)


def last_words(notices: Iterable[Notice]) -> list[Notice]:
    """Return the newest notice of each thread, those that began first in front."""
    last: dict[str, Notice] = {}
    for notice in sorted(notices, key=lambda one: (one.at, one.is_good, one.key)):
        last[notice.thread] = notice
    return list(last.values())


def worst_of(notices: Iterable[Notice]) -> Severity:
    """Return how bad things are after a message: what is over already does not count."""
    return max(severity_of(notice) for notice in last_words(notices))
