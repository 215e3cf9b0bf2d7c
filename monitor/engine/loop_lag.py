"""Was our own loop too late to believe what it measured?

A loop that stood still for five seconds makes every look in flight a time-out. Such results say
nothing about targets: they are taken again instead of believed.
"""

from collections import deque

import attrs
import trio

from monitor.core.heartbeat import DEAF_S

TICK_S = 0.1
_WINDOW_S = 120.0
_STALLS = 64

TAINT_SHARE = 0.25
"""A failed look is tainted when the loop stood still for this share of its timeout ..."""
TAINT_FLOOR_S = 0.5
"""... and at least for this long."""


@attrs.frozen
class Stall:
    """A time of DEAF_S or longer in which nothing of ours moved; by trio's clock."""

    ended_s: float
    lasted_s: float


@attrs.define(eq=False)
class LoopLag:
    """Measure by how much a short sleep comes back too late."""

    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    _lags: deque[tuple[float, float]] = attrs.field(factory=deque, init=False)
    _next_tick_s: float | None = attrs.field(default=None, init=False)
    _stalls: deque[Stall] = attrs.field(factory=lambda: deque(maxlen=_STALLS), init=False)

    async def run(self) -> None:
        """Measure for ever."""
        self._next_tick_s = trio.current_time() + TICK_S * self.ease
        while True:
            await trio.sleep_until(self._next_tick_s)
            now_s = trio.current_time()
            self._lags.append((now_s, max(0.0, now_s - self._next_tick_s)))
            self._stalls.extend(self._present(now_s))
            while self._lags and self._lags[0][0] < now_s - _WINDOW_S:
                self._lags.popleft()
            self._next_tick_s = now_s + TICK_S * self.ease

    def worst_s(self, since_s: float) -> float:
        """Return the longest lag since a moment of trio's clock, the present one included.

        The present one: when the loop wakes after standing still, a look's deadline may be
        handled before the measuring task gets its turn.
        """
        worst_s = self._pending_s(trio.current_time())
        for ended_s, lag_s in reversed(self._lags):
            if ended_s <= since_s:
                break
            worst_s = max(worst_s, lag_s)
        return worst_s

    def stalls(self) -> list[Stall]:
        """Return the last long times of standing still, one that ends just now included."""
        return [*self._stalls, *self._present(trio.current_time())]

    def _present(self, now_s: float) -> list[Stall]:
        lasted_s = self._pending_s(now_s)
        return [Stall(now_s, lasted_s)] if lasted_s >= DEAF_S else []

    def _pending_s(self, now_s: float) -> float:
        return 0.0 if self._next_tick_s is None else max(0.0, now_s - self._next_tick_s)

    def taints(self, started_s: float, timeout_s: float) -> bool:
        """Say whether a failed look that started then cannot be believed."""
        return self.worst_s(started_s) >= max(TAINT_FLOOR_S, TAINT_SHARE * timeout_s)
