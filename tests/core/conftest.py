"""Fixtures of the core: a stage on virtual time (a test that uses it also takes autojump_clock)."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from monitor.engine import auditor, beat, loop_lag, presence, reconcile
from tests.core.scene import Stage, open_stage

# A busy machine is slow, and that is no failure of a rule.
settings.register_profile("core", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("core")


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield from open_stage()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our organs tick slowly, so that a simulated day takes a second or two."""
    monkeypatch.setattr(loop_lag, "TICK_S", 2.0)
    monkeypatch.setattr(auditor, "ROUND_S", 10.0)
    monkeypatch.setattr(beat, "_CHUNK_S", 10.0)
    monkeypatch.setattr(reconcile, "POLL_S", 10.0)
    monkeypatch.setattr(presence, "BEAT_S", 60.0)
