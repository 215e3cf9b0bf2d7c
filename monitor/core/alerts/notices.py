"""What somebody shall be told: notices, the channels they go to, and the messages they become.

A notice is one thing for one channel, told once. Its key names the thing (`7/3/down`: task 7,
incident 3, it went down), so that writing it twice, or sending it twice, can be seen by everybody
on the way as the same. A message is one or several notices sent together.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from monitor.core.model import Status


class NoticeKind(StrEnum):
    """What is told."""

    DOWN = "down"
    UP = "up"
    DEGRADED = "degraded"
    IMPROVED = "improved"
    """No longer degraded."""
    UNKNOWN = "unknown"
    """We cannot look; told only if the task asks for it."""
    KNOWN = "known"
    """We can look again."""
    FLAPPING = "flapping"
    STEADY = "steady"
    """No longer flapping."""
    REMINDER = "reminder"
    ESCALATION = "escalation"
    EXPIRY = "expiry"
    """A certificate or domain runs out in so many days."""
    SYSTEM = "system"
    """The monitor's own trouble."""
    SYSTEM_OVER = "system_over"
    TRIAL = "trial"
    """Somebody tries the channel."""


GOOD_NEWS = frozenset(
    {
        NoticeKind.UP,
        NoticeKind.IMPROVED,
        NoticeKind.KNOWN,
        NoticeKind.STEADY,
        NoticeKind.SYSTEM_OVER,
    }
)
"""Kinds that end something."""

BEGINNINGS = frozenset(
    {
        NoticeKind.DOWN,
        NoticeKind.DEGRADED,
        NoticeKind.UNKNOWN,
        NoticeKind.FLAPPING,
        NoticeKind.SYSTEM,
    }
)
"""Kinds that begin what others end."""

BY_RULE = "held: "
"""How `why` begins while an operator's rule holds a notice back."""
PATIENCE = f"{BY_RULE}it may be over soon"
"""Why bad news waits until it has lasted: by the policy itself, not by a wish for a while."""

WITHOUT_END = frozenset({NoticeKind.EXPIRY, NoticeKind.TRIAL})


class NoticeState(StrEnum):
    """What became of a notice."""

    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped"
    """Nobody needs to be told; `why` says by which rule."""
    DEAD = "dead"
    """The channel will not take it; the operator can send it again."""


@attrs.frozen(kw_only=True)
class Notice:
    """One thing for one channel. (`key`, `channel`) is unique for ever."""

    key: str
    channel: str
    kind: NoticeKind
    at: datetime
    """When it became known."""
    since_at: datetime
    """Since when it is true: the first failing look, not the one that confirmed it."""
    ended_at: datetime | None = None
    """Of good news: when what it ends was over."""
    task_id: int | None = None
    incident: int | None = None
    """Both None for what belongs to no task."""
    subject: str = ""
    """Whom it is about: the task's name, or a part of the monitor."""
    target: str = ""
    """Without passwords."""
    status: Status = Status.UNKNOWN
    detail: str = ""
    tags: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    """Names of tasks that cannot be seen because of this one."""
    due_at: datetime | None = None
    """Not before; None: at once."""
    state: NoticeState = NoticeState.PENDING
    why: str = ""
    """By which rule it waits or was dropped, or the error it died of."""
    attempts: int = 0
    decided_at: datetime | None = None
    """When it was sent, dropped or given up."""
    message: str = ""
    """The key of the message it went out with."""

    @property
    def thread(self) -> str:
        """Name what this belongs to: the same for an incident's beginning, reminders and end.

        Receivers that de-duplicate and resolve get it as their key.
        """
        return self.key.rpartition("/")[0]

    @property
    def is_good(self) -> bool:
        return self.kind in GOOD_NEWS

    @property
    def has_no_end(self) -> bool:
        """Whether nothing will ever end what this tells."""
        return self.kind in WITHOUT_END or (not self.is_good and self.ended_at is not None)


@attrs.frozen(kw_only=True)
class Message:
    """What one channel sends at once."""

    key: str
    """The same at each attempt: receivers that know it already may throw the message away."""
    notices: tuple[Notice, ...]
    """Oldest first; at least one."""
    title: str
    """One line."""
    text: str
    """Plain text, several lines."""
    late: bool = False
    """Whether it tells what is over already."""
    lang: str = "en"
    """The language of title and text, for receivers that want notices one by one."""

    @property
    def first(self) -> Notice:
        return self.notices[0]


@attrs.frozen(kw_only=True)
class ChannelSpec:
    """Where messages go, as the operator asks for it."""

    name: str
    url: str = attrs.field(repr=False)
    """Its scheme is the kind; may hold secrets, better by reference (`${NAME}`)."""
    options: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    default: bool = False
    """Whether tasks that name no channel use it."""
    system: bool = False
    """Whether the monitor's own trouble goes there."""
    hours: str = ""
    """When messages may be sent (`mon-fri 09:00-18:00 Europe/Berlin`); outside they wait."""
    quiet_hours: str = ""
    """When they wait; the opposite of `hours`."""
    group_wait_s: float = 0.0
    """How long a first notice waits for company."""
    group_interval_s: float = 60.0
    """Beyond `burst` messages in this time, further notices go together in one."""
    burst: int = 5
    group_by: tuple[str, ...] = ()
    """What notices that wait together must have in common to be one message: `tags`, `kind`."""
    from_file: bool = attrs.field(default=False, eq=False)


class NotDelivered(Exception):
    """A message could not be handed over.

    Args:
        message: what went wrong, without secrets; one sentence.
        permanent: trying again cannot help (the receiver says that the message or we are wrong).
        retry_after_s: how long the receiver asks us to wait.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class InvalidChannel(Exception):
    """A channel as it is written can never work.

    Args:
        field: what the operator has to change: `url`, `option to`.
        message: what was found and what to write; one sentence, without secrets.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


Send = Callable[[Message], Awaitable[None]]
"""Hands one message over; returns when the receiver has accepted it.

It runs under the caller's deadline, knows no timeout of its own, and closes what it opens also when
cancelled. Raises NotDelivered; anything else is a bug and treated as a passing failure.
"""
