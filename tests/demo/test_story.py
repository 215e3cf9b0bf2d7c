"""What the demonstration shows, in the order in which it shows it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from monitor.demo.phrases import is_phrase, phrase
from monitor.demo.story import MINUTE_S, Places, actors, api_answers, workers

PLACES = Places(web=1, dead=2, tls=3, authority=Path("authority.pem"), token="t" * 32)


def test_there_is_one_of_each_sort_and_a_word_for_it() -> None:
    cast = actors(PLACES)
    parts = [actor.part for actor in cast]
    assert ["well", "slow", "flapping", "dead", "expiring", "silent", "crashing"] == parts
    assert len(cast) == len({actor.spec.target for actor in cast})
    for part in parts:
        assert is_phrase(part)
        assert phrase(part, "en") != phrase(part, "ru")


def test_every_look_stays_on_this_machine() -> None:
    for actor in actors(PLACES):
        scheme, _, rest = actor.spec.target.partition(":")
        assert scheme in ("python", "heartbeat") or rest.startswith(
            ("//127.0.0.1:", "//localhost:")
        )


def test_all_of_it_is_seen_in_a_minute_and_then_again() -> None:
    seconds = range(int(MINUTE_S))
    assert [0] * 15 == [workers(at) for at in seconds if workers(at) == 0]
    states = [api_answers(at) for at in seconds]
    changes = sum(a != b for a, b in itertools.pairwise(states))
    assert changes > 8
    assert all(states[-20:]), "it ends in calm"
    assert states == [api_answers(at + 3 * MINUTE_S) for at in seconds]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_is_said_why_is_said_in_both_languages(lang: str) -> None:
    for name in ("up", "down", "silent", "task.error", "task.restarting", "letter"):
        said = phrase(f"why {name}", lang)
        assert said.endswith(".")
        assert (lang == "ru") == any("а" <= letter.lower() <= "я" for letter in said)
