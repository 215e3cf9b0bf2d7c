"""What bars, sparklines and long charts are made of: many looks in few words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from monitor.core.model import Gap, Status

SEEN = (Status.UP, Status.DEGRADED)
"""How looks end that tell how long a target takes."""


@attrs.frozen
class Glance:
    """A stored result, without what it says in words."""

    slot_at: datetime
    status: Status
    took_s: float


@attrs.frozen
class Recent:
    """What is stored of a task since some moment, oldest first."""

    looks: Sequence[Glance] = ()
    gaps: Sequence[Gap] = ()


@attrs.frozen(kw_only=True)
class Bin:
    """Looks of one stretch of time that ended alike and took about as long."""

    status: Status
    took_s: float
    """To two significant digits; see `roughly`."""
    looks: int
    longest_s: float
    """What the longest of them took, exactly."""


@attrs.frozen(kw_only=True)
class PhaseMeans:
    """What looks of one stretch of time took on average; only those that saw something."""

    looks: int = 0
    took_s: float = 0.0
    phases: Mapping[str, float] = attrs.field(factory=dict)
    """Of each phase that occurs; a look without it took no time in it."""


def roughly(took_s: float) -> float:
    """Return a time to two significant digits, so within 5 % of what it was."""
    return float(f"{took_s:.1e}")
