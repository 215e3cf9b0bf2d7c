"""What makes long simulations quick, and lets what failed in one be lived through again."""

import importlib
from typing import Any

import pytest

from monitor.engine import auditor, beat, loop_lag, presence, reconcile


def let_organs_tick_slowly(patch: pytest.MonkeyPatch) -> None:
    """Let a simulated day take a second or two."""
    patch.setattr(loop_lag, "TICK_S", 2.0)
    patch.setattr(auditor, "ROUND_S", 10.0)
    patch.setattr(beat, "_CHUNK_S", 10.0)
    patch.setattr(reconcile, "POLL_S", 10.0)
    patch.setattr(presence, "BEAT_S", 60.0)


def let_order_follow(patch: pytest.MonkeyPatch, seed: int) -> None:
    """Let the order of trio's steps follow from a seed."""
    scheduler: Any = importlib.import_module("trio._core._run")
    patch.setattr(scheduler, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
    scheduler._r.seed(seed)
