"""One clock: trio's time for waiting, `now()` for what is written down.

Slots must never repeat, so `now()` never runs backwards. When the machine's clock is set back, ours
goes on from where it was and loses the difference slowly, at a tenth of its speed: looks go on,
a little slower, instead of stopping until the wall clock has caught up (as cron does, and as
several monitors did). When the machine's clock is set forward, or the machine slept, `now()` jumps
with it, and the slots passed over are booked as a gap.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import trio

STEP_S = 1.0
"""Less than this is drift or measuring noise, not a step of the clock."""

_SLEW = 0.1
_CHUNK_S = 30.0
_REMEMBERED = 64


@attrs.frozen(kw_only=True)
class Jump:
    """A step of the machine's clock: `by_s` > 0 forward; `suspended` if the machine slept."""

    before_at: datetime
    after_at: datetime
    by_s: float
    suspended: bool


def _asleep_s() -> float:
    """Return the seconds this machine has been suspended since boot (0 where it is not known)."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    if boottime is None:
        return 0.0
    return time.clock_gettime(boottime) - time.clock_gettime(time.CLOCK_MONOTONIC)


@attrs.define
class Clock:
    """Tell the time that is written down.

    Args:
        wall: seconds since the epoch as the machine believes; replaced in simulations.
        asleep: seconds the machine has been suspended.
    """

    wall: Callable[[], float] = time.time
    asleep: Callable[[], float] = _asleep_s
    jumps: deque[Jump] = attrs.field(factory=lambda: deque(maxlen=_REMEMBERED), init=False)
    _ahead_s: float = attrs.field(default=0.0, init=False)
    _newest_s: float = attrs.field(default=0.0, init=False)
    _seen: tuple[float, float, float] | None = attrs.field(default=None, init=False)
    _untold: deque[Jump] = attrs.field(factory=deque, init=False)

    def now(self) -> datetime:
        """Return the present moment, aware UTC, never earlier than one returned before."""
        self._newest_s = max(self._newest_s, self.wall() + self._ahead_s)
        return datetime.fromtimestamp(self._newest_s, UTC)

    def not_before(self, moment: datetime) -> None:
        """Make sure that `now()` is not earlier than a moment already written down.

        Called with the newest moment known of each task that starts.
        """
        self._ahead_s = max(self._ahead_s, moment.timestamp() - self.wall())

    @property
    def ahead_s(self) -> float:
        """Seconds by which `now()` still runs ahead of the machine's clock."""
        return self._ahead_s

    def observe(self) -> Jump | None:
        """Compare the machine's clock with trio's; return a step not returned before.

        To be called about once a second; between calls a step back shows as time standing still.
        """
        self._compare()
        return self._untold.popleft() if self._untold else None

    def _compare(self) -> None:
        wall_s, trio_s, asleep_s = self.wall(), trio.current_time(), self.asleep()
        last, self._seen = self._seen, (wall_s, trio_s, asleep_s)
        if last is None:
            return
        passed_s = trio_s - last[1]
        self._ahead_s = max(0.0, self._ahead_s - _SLEW * passed_s)
        step_s = (wall_s - last[0]) - passed_s
        if abs(step_s) < STEP_S:
            return
        before_s = last[0] + self._ahead_s
        self._ahead_s = max(0.0, self._ahead_s - step_s)
        jump = Jump(
            before_at=datetime.fromtimestamp(before_s, UTC),
            after_at=self.now(),
            by_s=step_s,
            suspended=step_s > 0 and asleep_s - last[2] > step_s / 2,
        )
        self.jumps.append(jump)
        self._untold.append(jump)

    def jump_within(self, from_at: datetime, until_at: datetime) -> Jump | None:
        """Return a remembered forward step that passed over some of [from_at, until_at).

        Who was woken by a step may ask before it was observed: so it is observed here too.
        """
        self._compare()
        for jump in reversed(self.jumps):
            if jump.by_s > 0 and jump.before_at < until_at and from_at < jump.after_at:
                return jump
        return None

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until `now()` has reached `moment`, also when the machine's clock steps.

        A step forward is noticed within half a minute.
        """
        await trio.lowlevel.checkpoint()
        while (left := (moment - self.now()) / timedelta(seconds=1)) > 0:  # noqa: ASYNC110 (no event)
            await trio.sleep(min(left, _CHUNK_S))
