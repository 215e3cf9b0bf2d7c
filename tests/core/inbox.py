"""Channels that keep what they are sent, and fail as they are told to."""

from collections.abc import Awaitable, Callable, Sequence

import attrs
import trio

from monitor.channels.outside import read_hours
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, Notice, Send
from monitor.core.calendar.windows import read_window
from monitor.engine.outbox import Outside
from tests.core.scene import Stage


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
