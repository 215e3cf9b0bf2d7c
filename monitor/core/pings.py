"""What watched jobs say of themselves, as it is kept."""

from datetime import datetime
from enum import StrEnum

import attrs

BODY_LIMIT = 10 * 1024
"""Bytes of a ping's body that are kept."""
BEGINNING = 200
"""Characters of a body that are enough to show what it is about."""
PINGS_KEPT = 100
"""Pings of each kind that are kept of a task. Of each kind, because a job that logs a lot must not
push its last success out of our memory."""


class PingKind(StrEnum):
    """What a watched job says of itself."""

    START = "start"
    SUCCESS = "success"
    FAIL = "fail"
    LOG = "log"
    """Something to remember that says nothing about how it went."""


@attrs.frozen(kw_only=True)
class Ping:
    """A message of a watched job; a task has at most one of a kind at a moment."""

    task_id: int
    kind: PingKind
    at: datetime
    exit_code: int | None = None
    rid: str | None = None
    """What start and end of one run have in common, if the sender says so."""
    run_s: float | None = None
    """How long the run took that it ends, if its start is known."""
    body: str = ""
    """What it brought, at most BODY_LIMIT bytes."""
    source: str = ""
    """The address it came from."""


@attrs.frozen(kw_only=True)
class PingRecord:
    """A ping to be written; of each kind a task keeps the newest PINGS_KEPT."""

    ping: Ping
    event: None = None

    @property
    def task_id(self) -> int:
        return self.ping.task_id
