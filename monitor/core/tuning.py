"""What may be set of the engine."""

import attrs

from monitor.core.policy import RecoveryPolicy


@attrs.frozen(kw_only=True)
class Tuning:
    """What may be set of the engine."""

    policy: RecoveryPolicy = attrs.field(factory=RecoveryPolicy)
    max_errors: int = 5
    grace_s: float = 10.0
    """How long looks in flight, and then the last records, may take when the monitor leaves."""
    anchors: tuple[str, ...] = ()
    """Targets that answer as long as our own uplink is there; without any, nobody is asked."""
    anchor_interval_s: float = 5.0
    """How often they are asked while none of them answers."""
    drill_every_s: float | None = None
    """How often recovery is exercised; None: only when somebody asks."""
    ease: float = 1.0
    """How many times longer the rounds of our own organs take; more than 1 only in simulations,
    where a month is to pass in seconds. No look and no message comes later for it."""
