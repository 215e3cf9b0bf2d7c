"""Times and durations on pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.web.pages.moments import Moments
from monitor.web.pages.words import Words

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left_s", "said"),
    [(90.0, "in 1 min 30 s"), (0.6, "in 1 s"), (0.4, "now"), (0.0, "now"), (-5.0, "now")],
)
def test_what_is_due_comes_in_some_time_or_now_but_never_was(left_s: float, said: str) -> None:
    told = Moments(Words(), NOW).due(NOW + timedelta(seconds=left_s))
    assert said == told.striptags().replace("\N{NO-BREAK SPACE}", " ")
