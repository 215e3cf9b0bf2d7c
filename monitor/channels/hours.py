"""When a channel may be used."""

from monitor.core.hours import Hours, parse_hours
from monitor.core.notices import ChannelSpec


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
