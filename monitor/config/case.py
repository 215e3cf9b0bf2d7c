"""One test of alert policies: what is given, and what is expected. Values only."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from monitor.core.alerts.alerting import Selector
from monitor.core.alerts.notices import NoticeKind
from monitor.core.model import Status, TaskSpec
from monitor.core.script import Script

NEAR_S = 1.0
"""A message that is expected at a moment may come so much sooner or later."""


@attrs.frozen(kw_only=True)
class Sight:
    """What a look sees."""

    status: Status = Status.UP
    detail: str = ""
    takes_s: float = 0.0
    hangs: bool = False
    """Whether there is no answer until the task's timeout."""
    facts: Mapping[str, Any] = attrs.field(factory=dict)


class Manner(StrEnum):
    """What a receiver does with messages."""

    WORKS = "works"
    FAILS = "fails"
    """It does not take them now."""
    REFUSES = "refuses"
    """It will never take what it is given."""
    HANGS = "hangs"


@attrs.frozen(kw_only=True)
class Behaviour:
    """How a receiver is."""

    manner: Manner = Manner.WORKS
    detail: str = ""


@attrs.frozen(kw_only=True)
class Acknowledge:
    """Somebody takes the incident that a task has."""

    at_s: float
    task: str
    for_s: float | None = None
    by: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class Silencing:
    """Somebody wants to hear nothing for a while."""

    at_s: float
    selector: Selector
    for_s: float
    by: str = ""
    note: str = ""


Deed = Acknowledge | Silencing
"""What an operator does."""


@attrs.frozen(kw_only=True)
class Expected:
    """A message that somebody is to get."""

    at_s: float
    """When; of a time span its beginning."""
    until_s: float | None = None
    """The end of the span; None: at that moment."""
    channel: str
    kind: NoticeKind
    about: str
    """The task, or the part of the monitor that has trouble: `channel ops-mail`."""
    late: bool | None = None
    contains: str = ""

    @property
    def from_s(self) -> float:
        return self.at_s - NEAR_S if self.until_s is None else self.at_s

    @property
    def to_s(self) -> float:
        return self.at_s + NEAR_S if self.until_s is None else self.until_s


@attrs.frozen(kw_only=True)
class Case:
    """A test, as a file has it; everything in it was checked."""

    name: str
    where: str
    start_at: datetime
    until_s: float
    tasks: Mapping[str, TaskSpec] = attrs.field(factory=dict)
    """Tasks that are otherwise than the file has them."""
    sights: Mapping[str, Script[Sight]] = attrs.field(factory=dict)
    """By task; the others are up."""
    receivers: Mapping[str, Script[Behaviour]] = attrs.field(factory=dict)
    """By channel; the others work."""
    deeds: tuple[Deed, ...] = ()
    """In the order of their moments."""
    expected: tuple[Expected, ...] = ()
    nothing_else: bool = True
    """Whether messages that nobody expects are wrong."""
