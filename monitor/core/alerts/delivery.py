"""How often, and how long, a channel that fails is tried again. Pure."""

from datetime import datetime, timedelta

import attrs

from monitor.core.policy import Backoff

BACKOFF = Backoff(base_s=5.0, factor=2.0, cap_s=600.0)
"""5, 10, 20 ... s between attempts, at most ten minutes: a mail server that is rebooted is back
within the first minute, one that was down all night is noticed within ten."""

BROKEN_AFTER = 5
"""Failures in a row after which a channel is called broken, and its siblings are told."""

GIVE_UP_S = 3 * 86400.0
"""A notice that no attempt could bring over for so long is dead: it waits for the operator."""


@attrs.frozen(kw_only=True)
class Health:
    """How a channel has been doing."""

    failures: int = 0
    """In a row."""
    retry_at: datetime | None = None
    error: str = ""

    @property
    def broken(self) -> bool:
        return self.failures >= BROKEN_AFTER

    def after_failure(
        self, channel: str, error: str, now: datetime, retry_after_s: float | None = None
    ) -> "Health":
        """Return the health after one more failure; the receiver may ask for a longer wait."""
        failures = self.failures + 1
        wait_s = max(BACKOFF.delay_s(failures, channel), min(retry_after_s or 0.0, 3600.0))
        return Health(failures=failures, retry_at=now + timedelta(seconds=wait_s), error=error)
