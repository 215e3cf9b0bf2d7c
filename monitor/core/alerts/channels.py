"""What an operator may ask of a channel: checked here once, whoever wrote it down."""

from collections.abc import Callable

from monitor.core.alerts.dispatch import GROUP_BY
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel
from monitor.core.names import check_name
from monitor.core.units import format_duration

URL_LIMIT = 4096
LONGEST_S = 86400.0
"""The longest that a notice may wait for company: what waits longer is no alert."""
MOST = 1000
"""The largest burst."""

CheckChannel = Callable[[ChannelSpec], object]
"""Raises InvalidChannel if nothing could be sent with its address and options, and ValueError if
its hours are wrong."""


def checked_channel(spec: ChannelSpec, check: CheckChannel) -> ChannelSpec:
    """Return `spec` if all its fields are valid.

    Raises:
        InvalidChannel: naming the first field that is not.
    """
    try:
        check_name(spec.name)
    except ValueError as error:
        raise InvalidChannel("name", str(error)) from None
    if len(spec.url) > URL_LIMIT:
        raise InvalidChannel("url", f"has {len(spec.url)} characters; at most {URL_LIMIT} are read")
    if not spec.url.isprintable():
        raise InvalidChannel("url", "contains a control character; remove it")
    _bound("group-wait", spec.group_wait_s, 0.0)
    _bound("group-interval", spec.group_interval_s, 1.0)
    if not 1 <= spec.burst <= MOST:
        raise InvalidChannel("burst", f"{spec.burst} is out of range; use 1 to {MOST}")
    for one in spec.group_by:
        if one not in GROUP_BY:
            raise InvalidChannel("group-by", f"{one!r} is not known; use {' or '.join(GROUP_BY)}")
    try:
        check(spec)
    except ValueError as error:
        raise InvalidChannel("hours" if spec.hours else "quiet-hours", str(error)) from None
    return spec


def _bound(field: str, seconds: float, shortest_s: float) -> None:
    if not shortest_s <= seconds <= LONGEST_S:
        raise InvalidChannel(
            field,
            f"{format_duration(seconds)} is out of range; "
            f"use {format_duration(shortest_s)} to {format_duration(LONGEST_S)}",
        )
