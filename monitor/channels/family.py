"""What a family of channels is: how it is named, what may be set, and how a message is sent."""

from collections.abc import Callable
from typing import Any

import attrs

from monitor.core.alerts.notices import Send


@attrs.frozen(kw_only=True)
class Family:
    """A family of channels.

    `prepare` gets the channel's address, with references replaced, and the options as an instance
    of `options`; it does no I/O, and raises InvalidChannel (or the readers' InvalidTask, which the
    registry translates) for what can never work. Neither its messages nor what it returns show
    secrets.
    """

    name: str
    schemes: tuple[str, ...]
    summary: str
    """One sentence for `--help` and the docs."""
    example: str
    """An address that works."""
    options: type
    """A frozen attrs class that extends `ChannelOptions`."""
    prepare: Callable[[str, Any], Send]
    shows_host: bool = True
    """Whether the host in an address may be shown; elsewhere a secret stands in its place."""
