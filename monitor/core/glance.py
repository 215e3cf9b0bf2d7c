"""What bars and sparklines are made of: many looks in few words."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from monitor.core.model import Gap, Status


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
