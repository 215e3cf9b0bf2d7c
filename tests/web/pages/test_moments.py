"""Times and durations on pages."""

from __future__ import annotations

import re
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


def test_moments_in_a_sentence_are_the_readers_and_the_rest_of_it_stays_text() -> None:
    told = Moments(Words(), NOW).within("waits <b>until</b> 2026-01-01 09:00:00Z, outside")
    assert "waits &lt;b&gt;until&lt;/b&gt; 09:00:00 UTC, outside" == str(
        re.sub(r"</?time[^>]*>", "", told)
    )
    assert 'datetime="2026-01-01T09:00:00.000Z" data-as="clock"' in told


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-19-39T29:00:00Z at", "nothing"])
def test_what_is_no_moment_stays_as_it_is(text: str) -> None:
    assert text == Moments(Words(), NOW).within(text)
