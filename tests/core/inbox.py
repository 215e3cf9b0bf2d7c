"""Channels that keep what they are sent and fail as they are told to, and who uses them."""

from collections.abc import Awaitable, Callable, Sequence

import attrs
import trio

from monitor.channels.outside import read_hours
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import (
    ChannelSpec,
    Message,
    NotDelivered,
    Notice,
    NoticeState,
    Send,
)
from monitor.core.calendar.windows import read_window
from monitor.core.model import Task
from monitor.engine.outbox import Outside
from tests.core.scene import Stage, in_turn

BOSS = ChannelSpec(name="boss", url="test:")


@attrs.frozen
class Delivered:
    """A message, and when it was taken."""

    at_s: float
    channel: str
    message: Message

    @property
    def told(self) -> tuple[str, ...]:
        """What it tells, as `shop down`."""
        return tuple(f"{one.subject} {one.kind}" for one in self.message.notices)


@attrs.define(eq=False)
class Inbox:
    """All channels of a stage."""

    stage: Stage
    taken: list[Delivered] = attrs.field(factory=list)
    tried: int = 0
    role: Callable[[Message], Awaitable[None]] | None = None
    """What receivers do before they take a message."""

    def __attrs_post_init__(self) -> None:
        self.stage.outside = Outside(
            prepare=self.prepare,
            compose=compose,
            read_hours=read_hours,
            read_window=lambda one: read_window(one.name, one.rule),
        )

    def prepare(self, spec: ChannelSpec) -> Send:
        async def send(message: Message) -> None:
            self.tried += 1
            await trio.lowlevel.checkpoint()
            if self.role is not None:
                await self.role(message)
            self.taken.append(Delivered(trio.current_time(), spec.name, message))

        return send

    def told(self, channel: str = "ops") -> list[tuple[float, str]]:
        """Return what a channel was told, each with the second it was taken, in order."""
        return [
            (round(one.at_s, 1), what)
            for one in self.taken
            if one.channel == channel
            for what in one.told
        ]


def compose(notices: Sequence[Notice], late: bool) -> Message:
    keys = "+".join(one.key for one in notices)
    return Message(key=keys, notices=tuple(notices), title=keys, text="", late=late)


def open_inbox(stage: Stage, *more: ChannelSpec, **ops: object) -> Inbox:
    """Give a stage a default channel `ops`, and others."""
    channel = ChannelSpec(**{"name": "ops", "url": "test:", "default": True, **ops})  # type: ignore[arg-type]
    stage.store.tables.alerts.change(AlertingChange(channels=(channel, *more)))
    return Inbox(stage)


async def refuse(message: Message) -> None:
    await trio.lowlevel.checkpoint()
    raise NotDelivered("nobody there")


def refusing_until(end_s: float, channel: str = "") -> Callable[[Message], Awaitable[None]]:
    """Return a role that refuses everything until then, or only what is for one channel."""

    async def role(message: Message) -> None:
        if channel in ("", message.first.channel) and trio.current_time() < end_s:
            await refuse(message)

    return role


def shop(stage: Stage, *roles: object, **spec: object) -> Task:
    """Store a task `shop` that is looked at every 10 s and plays these roles in turn."""
    return stage.add("shop", in_turn(*roles), **{"interval_s": 10.0, **spec})  # type: ignore[arg-type]


async def say(stage: Stage, change: AlertingChange) -> None:
    """Say what is to be told, and where, as an operator does."""
    await stage.operate(lambda session: session.change_alerting(change))


def state_of(stage: Stage, key: str, channel: str = "ops") -> tuple[NoticeState, str]:
    """Return how far a notice of a channel has come, and why no further."""
    notice = stage.store.tables.alerts.notices[key, channel]
    return notice.state, notice.why
