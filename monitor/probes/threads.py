"""Threads for one sort of blocking work, so that no sort can take the threads of another."""

import attrs
import trio


@attrs.frozen(eq=False)
class ThreadFamily:
    """At most `total` threads in each run of trio.

    A thread that was abandoned on cancellation counts until its work really ends.
    """

    name: str
    total: int
    _limiter: trio.lowlevel.RunVar[trio.CapacityLimiter] = attrs.field(
        init=False, default=attrs.Factory(lambda self: trio.lowlevel.RunVar(self.name), True)
    )

    def limiter(self) -> trio.CapacityLimiter:
        """Return the limiter of this run of trio, for `trio.to_thread.run_sync`."""
        try:
            return self._limiter.get()
        except LookupError:
            limiter = trio.CapacityLimiter(self.total)
            self._limiter.set(limiter)
            return limiter

    def all_busy(self) -> bool:
        """Say whether the next piece of work would have to wait."""
        return self.limiter().available_tokens <= 0


def part_of_time_left(share: float) -> float:
    """Return the moment at which that share of the time to the caller's deadline is spent.

    A probe that waits for something of ours waits only so long: it must say that the fault is
    ours before the deadline says that the target did not answer.
    """
    now_s = trio.current_time()
    return now_s + share * (trio.current_effective_deadline() - now_s)
