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
    _failures: deque[tuple[float, str]] = attrs.field(factory=deque, init=False)

    def note(self, now_s: float, child: str) -> None:
        """Count a failure of `child`."""
        self._failures.append((now_s, child))

    def rages(self, now_s: float, children: int) -> bool:
        """Say whether so many of `children` failed lately that it must be us."""
        while self._failures and self._failures[0][0] <= now_s - self.window_s:
            self._failures.popleft()
        fallen = len({child for _, child in self._failures})
        return fallen >= max(self.floor, self.share * children)
