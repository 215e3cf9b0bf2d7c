"""Secrets do not come out again, in whatever form they come back."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.redaction import Redaction, secrets_of

SECRET = 'p@ss "w/rd" ü'


@pytest.mark.parametrize(
    "told",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        f"a{SECRET}b{SECRET}c",
    ],
    ids=["plain", "path", "percent", "json", "base64", "urlsafe", "twice"],
)
def test_a_secret_is_hidden_in_each_of_its_forms(told: str) -> None:
    words = Redaction([SECRET]).words(f"no: {told}")
    assert words.startswith("no: ")
    assert "***" in words
    assert "w/rd" not in words
    assert "w%2Frd" not in words
    assert told not in words


def test_a_secret_at_the_cut_does_not_come_out_in_part() -> None:
    words = Redaction(["abcdefghij"]).words("x" * 195 + "abcdefghij")
    assert "abc" not in words
    assert len(words) <= 200


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert "***" == Redaction(["abcd", "abcdefgh"]).hide("abcdefgh")


def test_nothing_secret_hides_nothing() -> None:
    assert "as it is" == Redaction(["", ""]).words("as it is")


def test_an_address_has_secrets_in_user_path_and_parameters_but_not_in_words() -> None:
    found = secrets_of("https://me:p%40ss@host/services/T0000000/B/XXXXXXXXXX?sig=s1gn&v=1")
    assert {"p@ss", "me:p@ss", "T0000000", "XXXXXXXXXX", "s1gn"} <= set(found)
    assert "B" not in found
    assert "1" not in found
    assert [] == secrets_of("https://host/alerts?v=1")


@given(st.text(min_size=8, max_size=40), st.text(max_size=99), st.text(max_size=99))
def test_no_secret_of_some_length_is_ever_in_what_is_told(
    secret: str, before: str, after: str
) -> None:
    assert secret not in Redaction([secret]).hide(f"{before}{secret}{after}")
