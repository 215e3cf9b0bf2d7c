"""Fixtures of the core: a stage on virtual time (a test that uses it also takes autojump_clock)."""

from collections.abc import Iterator

import pytest

from tests.core.haste import let_order_follow, let_organs_tick_slowly
from tests.core.scene import Stage, open_stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield from open_stage()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our organs tick slowly, so that a simulated day takes a second or two."""
    let_organs_tick_slowly(monkeypatch)


@pytest.fixture
def seed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the order of trio's steps follow from the seed: what failed can be lived again."""
    seed: int = request.param
    let_order_follow(monkeypatch, seed)
    return seed
