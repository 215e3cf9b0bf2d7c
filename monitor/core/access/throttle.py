"""How long somebody has to wait who guesses: longer with every failure, but never for ever.

Of an address, five failures are free; then the wait doubles, up to a quarter of an hour:

    6 failures -> 2 s   7 -> 4 s   8 -> 8 s ... 14 -> 512 s   15 -> 900 s

Who waits is not answered, so guessing goes on no faster by asking more often, and his tries do not
count. A name has its own count, over all addresses, whose waits are short: whoever guesses from a
thousand addresses cannot lock its owner out, and addresses that the owner has logged in from before
are not held up by it.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

import attrs

REMEMBERED = 10_000
"""So many are counted at once; the one that failed longest ago is forgotten first."""


@attrs.frozen(kw_only=True)
class Pace:
    """How fast one may guess."""

    free: int
    base_s: float
    cap_s: float
    forget_after_s: float

    def wait_s(self, failures: int) -> float:
        """Return how long the next try has to wait after so many failures."""
        if failures <= self.free:
            return 0.0
        return min(self.cap_s, self.base_s * 2.0 ** min(failures - self.free - 1, 60))


OF_ADDRESS = Pace(free=5, base_s=2.0, cap_s=900.0, forget_after_s=3600.0)
OF_NAME = Pace(free=10, base_s=1.0, cap_s=30.0, forget_after_s=3600.0)
OF_CODE = Pace(free=5, base_s=30.0, cap_s=3600.0, forget_after_s=86400.0)
"""Of a second factor: six digits, so a day gives a guesser 30 tries of a million at the most."""


@attrs.define(eq=False)
class Throttle:
    """Counts the failures of some kind of thing, by key.

    Args:
        now_s: a clock that only runs forward.
    """

    pace: Pace
    now_s: Callable[[], float]
    _known: "OrderedDict[str, tuple[int, float]]" = attrs.field(factory=OrderedDict, init=False)
    """Failures, and when the last one was."""

    def wait_s(self, key: str) -> float:
        """Return how long the key has still to wait; 0: it may try now."""
        failures, failed_s = self._known.get(key, (0, 0.0))
        since_s = self.now_s() - failed_s
        if since_s >= self.pace.forget_after_s:
            self._known.pop(key, None)
            return 0.0
        return max(0.0, self.pace.wait_s(failures) - since_s)

    def begin(self, key: str) -> float:
        """Begin a try; return how long the key has still to wait instead, 0: it may.

        A try has failed until `succeeded` is called: who begins many at once has failed as often.
        """
        wait_s = self.wait_s(key)
        if not wait_s:
            self.failed(key)
        return wait_s

    def failed(self, key: str) -> None:
        """Count a failure."""
        failures, _ = self._known.pop(key, (0, 0.0))
        self._known[key] = failures + 1, self.now_s()
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        self._known.pop(key, None)


def neighbourhood(address: str) -> str:
    """Return what counts as one address: of IPv6, the network that one customer gets."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
