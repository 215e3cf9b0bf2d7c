"""Sending one message through a channel now, past silences and hours, to see what comes of it."""

import secrets
import socket
from datetime import datetime

import attrs
import trio

from monitor.channels import prepare_channel
from monitor.channels.wording import compose
from monitor.core.alerts.notices import (
    ChannelSpec,
    InvalidChannel,
    Message,
    NotDelivered,
    Notice,
    NoticeKind,
)
from monitor.core.describe import describe
from monitor.engine import courier


@attrs.frozen(kw_only=True)
class Attempt:
    """What came of trying to send."""

    why: str
    """Why it was not delivered; empty: it was."""
    took_s: float
    permanent: bool = False
    """Whether trying again cannot help."""


def trial(channel: str, lang: str, at: datetime) -> Message:
    """Return a message that says that somebody tries a channel."""
    notice = Notice(
        key=f"trial/{secrets.token_hex(8)}/{NoticeKind.TRIAL}",
        channel=channel,
        kind=NoticeKind.TRIAL,
        at=at,
        since_at=at,
        subject=f"monitor on {socket.gethostname()}",
    )
    return compose([notice], lang)


async def try_channel(spec: ChannelSpec, lang: str, at: datetime) -> Attempt:
    """Send a message that says that somebody tries the channel. Never raises."""
    return await try_message(spec, trial(spec.name, lang, at))


async def try_message(spec: ChannelSpec, message: Message) -> Attempt:
    """Hand a message over as the outbox does: under the same deadline. Never raises."""
    started_s, why, permanent = trio.current_time(), "", False
    with trio.move_on_after(courier.DEADLINE_S) as deadline:
        try:
            await prepare_channel(spec)(message)
        except InvalidChannel as error:
            why, permanent = str(error), True
        except NotDelivered as error:
            why, permanent = str(error), error.permanent
        except Exception as error:  # noqa: BLE001 (a plugin may raise anything)
            why = describe(error)
    if deadline.cancelled_caught:
        why = f"not taken within {courier.DEADLINE_S:g} s"
    return Attempt(why=why, took_s=trio.current_time() - started_s, permanent=permanent)
