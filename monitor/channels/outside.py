"""What the outbox asks of the channels, in one value."""

from monitor.channels import prepare_channel
from monitor.channels.wording import compose
from monitor.core.alerts.channels import checked_channel
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.calendar.hours import Hours, parse_hours
from monitor.core.calendar.windows import read_window
from monitor.engine.outbox import Outside


def outside(lang: str) -> Outside:
    """Return how channels are made and spoken to, in a language."""
    return Outside(
        prepare=prepare_channel,
        compose=lambda notices, late: compose(notices, lang, late=late),
        read_hours=read_hours,
        read_window=lambda one: read_window(one.name, one.rule),
    )


def check_channel(spec: ChannelSpec) -> ChannelSpec:
    """Return a channel that can work.

    Raises:
        InvalidChannel: naming the first field that is wrong.
    """
    return checked_channel(spec, _usable)


def _usable(spec: ChannelSpec) -> None:
    prepare_channel(spec)
    read_hours(spec)


def read_hours(spec: ChannelSpec) -> Hours | None:
    """Return when messages may be sent; None: always.

    Raises:
        ValueError: one sentence that says what is wrong with the hours.
    """
    if spec.hours and spec.quiet_hours:
        raise ValueError("hours and quiet_hours are two ways to say the same; keep one of them")
    if spec.quiet_hours:
        return parse_hours(spec.quiet_hours).inverted()
    return parse_hours(spec.hours) if spec.hours else None
