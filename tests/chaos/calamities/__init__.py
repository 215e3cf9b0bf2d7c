"""What is done to the monitor; each calamity returns its cases, or raises `Missing`."""

from collections.abc import Awaitable, Callable

from tests.chaos.calamities import (
    backends,
    descriptors,
    disk,
    frozen,
    kills,
    pooler,
    restarts,
    signals,
    wires,
)
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

CALAMITIES: dict[str, Callable[[Ward], Awaitable[list[Case]]]] = {
    "backends": backends.run,
    "restarts": restarts.run,
    "frozen": frozen.run,
    "wires": wires.run,
    "pooler": pooler.run,
    "disk": disk.run,
    "descriptors": descriptors.run,
    "kills": kills.run,
    "signals": signals.run,
}
