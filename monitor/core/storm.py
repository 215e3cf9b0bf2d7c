"""Many children failing together is one event about us, not many about them."""

from collections import deque

import attrs


@attrs.define
class Storm:
    """Count failures in a sliding window.

    A storm is on while at least `floor` failures, and as many as `share` of all children, lie
    within the last `window_s` seconds. Times are any one clock's seconds, never decreasing.
    """

    window_s: float = 60.0
    share: float = 0.5
    floor: int = 5
    calm_s: float = 600.0
    """A storm that comes back within this time is the same one: children fall in waves."""
    _failures: deque[tuple[float, str]] = attrs.field(factory=deque, init=False)
    _raged_s: float = attrs.field(default=float("-inf"), init=False)

    def note(self, now_s: float, child: str) -> None:
        """Count a failure of `child`."""
        self._failures.append((now_s, child))

    def fallen(self, now_s: float) -> int:
        """Return how many different children failed lately."""
        while self._failures and self._failures[0][0] <= now_s - self.window_s:
            self._failures.popleft()
        return len({child for _, child in self._failures})

    def rages(self, now_s: float, children: int) -> bool:
        """Say whether so many of `children` failed lately that it must be us."""
        return self.fallen(now_s) >= max(self.floor, self.share * children)

    def begins(self, now_s: float, children: int) -> bool:
        """Say whether a storm rages that was not known when this was last asked."""
        if not self.rages(now_s, children):
            return False
        known_s, self._raged_s = self._raged_s, now_s
        return now_s - known_s > self.calm_s
