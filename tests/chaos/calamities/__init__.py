"""What is done to the monitor; each calamity returns its cases, or raises `Missing`."""

from collections.abc import Awaitable, Callable

from tests.chaos.calamities import backends, frozen, kills, restarts, signals, wires
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

CALAMITIES: dict[str, Callable[[Ward], Awaitable[list[Case]]]] = {
    "backends": backends.run,
    "restarts": restarts.run,
    "frozen": frozen.run,
    "wires": wires.run,
    "kills": kills.run,
    "signals": signals.run,
}
