"""What `monitor simulate` carries out: what happens, and which policies are tried. Values only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from monitor.config.case import Behaviour, Sight
from monitor.core.alerts.alerting import Selector
from monitor.core.script import Span

DAYS = 30.0
BLIP_S = 120.0
"""What is over sooner, nobody needs to be told of."""
NIGHT = "22:00-07:00 UTC"
MOST_POLICIES = 8


@attrs.frozen(kw_only=True)
class Policy:
    """Another policy than that of the files, for all tasks or for some."""

    name: str
    where: str = ""
    selector: Selector = attrs.field(factory=Selector)
    task: Mapping[str, Any] = attrs.field(factory=dict)
    """By the arguments of `make_spec`."""
    channel: Mapping[str, Any] = attrs.field(factory=dict)
    """By the fields of `ChannelSpec`."""
    said: Mapping[str, str] = attrs.field(factory=dict)
    """What is otherwise, by keys, as it was written."""


@attrs.frozen(kw_only=True)
class Scenario:
    """What some files say of a simulation; everything in it was checked."""

    start_at: datetime
    length_s: float
    seed: int = 1
    random: bool = False
    """Whether outages are drawn too."""
    blip_s: float = BLIP_S
    night: str = NIGHT
    """Hours, as a channel has them."""
    sights: Mapping[str, tuple[Span[Sight], ...]] = attrs.field(factory=dict)
    """What targets do, by task."""
    receivers: Mapping[str, tuple[Span[Behaviour], ...]] = attrs.field(factory=dict)
    """What receivers do, by channel."""
    policies: tuple[Policy, ...] = ()


@attrs.frozen(kw_only=True)
class Wishes:
    """What was said on the command line; None: what the files say, or else the default."""

    start_at: datetime | None = None
    length_s: float | None = None
    seed: int | None = None
    random: bool | None = None
    blip_s: float | None = None
