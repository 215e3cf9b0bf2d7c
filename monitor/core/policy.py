"""When a failed child is started again: backoff as arithmetic, and the decision made of it."""

import zlib
from datetime import datetime, timedelta

import attrs

from monitor.core.model import Lifecycle, Recovery


@attrs.frozen(kw_only=True)
class Backoff:
    """Waiting times that grow: with the defaults 60, 120, 240 ... 3600 s, each give or take 10 %.

    The first three are those of the report that started this project. The cap keeps the tenth
    attempt from being eight and a half hours away; the jitter keeps a thousand children that fell
    together from rising together.
    """

    base_s: float = 60.0
    factor: float = 2.0
    cap_s: float = 3600.0
    jitter: float = 0.1

    def delay_s(self, attempt: int, key: str = "") -> float:
        """Return the wait before restart number `attempt` (1, 2, ...) of the child `key`.

        The jitter is drawn from (key, attempt), so a simulation and the real thing agree.
        """
        try:
            plain_s = min(self.cap_s, self.base_s * self.factor ** (attempt - 1))
        except OverflowError:
            plain_s = self.cap_s
        draw = zlib.crc32(f"{key}/{attempt}".encode()) / 0xFFFFFFFF * 2 - 1
        return plain_s * (1 + self.jitter * draw)


@attrs.frozen(kw_only=True)
class RecoveryPolicy:
    """How often, and how long, a broken child is started again."""

    backoff: Backoff = Backoff()
    max_attempts: int | None = 10
    """None: never give up."""
    reset_after_s: float = 600.0
    """A child that lived this long without error has recovered: its attempts are forgotten."""
    probe_every_s: float | None = 6 * 3600.0
    """A child given up on is tried once more this often; None: only when the operator says so."""


SYSTEM_POLICY = RecoveryPolicy(
    backoff=Backoff(base_s=0.5, cap_s=30.0), max_attempts=None, reset_after_s=60.0
)
"""For our own organs (recorder, auditor ...): back soon, and for ever."""

_EXERCISE_S = 1.0
"""How long a child that was made to fail as an exercise waits for its restart."""


def after_failure(
    policy: RecoveryPolicy,
    recovery: Recovery,
    *,
    error: str,
    lived_s: float,
    now: datetime,
    key: str,
    permanent: bool = False,
    ours: bool = False,
) -> Recovery:
    """Decide what becomes of a child that just failed.

    Args:
        policy: how often and how long.
        recovery: what was remembered when this incarnation started.
        error: what is shown to the operator as the cause.
        lived_s: how long this incarnation lived without error.
        now: the moment of the failure.
        key: the child's name; it seeds the jitter.
        permanent: no restart can mend it (bad configuration, missing plugin): INVALID at once.
        ours: many children failed together, so it is our fault; wait, but spend no attempt.
    """
    if permanent:
        return Recovery(lifecycle=Lifecycle.INVALID, error=error, changed_at=now)
    spent = 0 if lived_s >= policy.reset_after_s else recovery.attempts
    if ours:
        delay_s = policy.backoff.delay_s(max(1, spent), key)
        return _backing_off(spent, delay_s, error, now)
    if policy.max_attempts is not None and spent >= policy.max_attempts:
        retry_at = None
        if policy.probe_every_s is not None:
            retry_at = now + timedelta(seconds=policy.probe_every_s)
        return Recovery(
            lifecycle=Lifecycle.FAILED,
            attempts=spent,
            retry_at=retry_at,
            error=error,
            changed_at=now,
        )
    return _backing_off(spent + 1, policy.backoff.delay_s(spent + 1, key), error, now)


def after_exercise(recovery: Recovery, *, error: str, now: datetime) -> Recovery:
    """Decide what becomes of a child that was made to fail: back in a second, no attempt spent."""
    return _backing_off(recovery.attempts, _EXERCISE_S, error, now)


def _backing_off(attempts: int, delay_s: float, error: str, now: datetime) -> Recovery:
    return Recovery(
        lifecycle=Lifecycle.BACKOFF,
        attempts=attempts,
        retry_at=now + timedelta(seconds=delay_s),
        error=error,
        changed_at=now,
    )
