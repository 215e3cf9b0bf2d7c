"""Every event that is told has a sentence in each language, and telling it never fails."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitor
from monitor.journal import LEVELS
from monitor.texts import _SENTENCES, LANGUAGES, sentence

SOURCES = sorted(Path(monitor.__file__).parent.rglob("*.py"))

EVENT_LISTS = {"fleet.py": "task."}
"""Rooms that tell an event whose name they look up, and how those names begin."""


def told_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Find each event a room tells, with the fields it gives."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not imports_tell(tree):  # what is called so there tells no events
        return
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id != "tell":
            continue
        event = call.args[0]
        fields = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        if isinstance(event, ast.Constant):
            yield str(event.value), fields
        else:
            yield from ((name, fields) for name in names_in(tree, EVENT_LISTS[path.name]))


def imports_tell(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "monitor.journal"
        and any(name.name == "tell" for name in node.names)
        for node in ast.walk(tree)
    )


def names_in(tree: ast.AST, prefix: str) -> Iterator[str]:
    """Find each text that looks like the name of an event."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and text.startswith(prefix) and " " not in text:
            yield text


TOLD = sorted(
    {(event, tuple(sorted(fields))) for path in SOURCES for event, fields in told_in(path)}
)


def places(text: str) -> set[str]:
    """Name the fields a sentence speaks of."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_events_are_told_in_many_rooms() -> None:
    assert 20 <= len({event for event, _ in TOLD})


@pytest.mark.parametrize(("event", "fields"), TOLD, ids=lambda one: str(one))
def test_each_event_that_is_told_has_a_sentence_that_speaks_of_its_fields(
    event: str, fields: tuple[str, ...]
) -> None:
    assert event in _SENTENCES
    for text in _SENTENCES[event]:
        assert set() == places(text) - set(fields)


@pytest.mark.parametrize("event", sorted(_SENTENCES))
def test_both_languages_speak_of_the_same_fields(event: str) -> None:
    english, russian = _SENTENCES[event]
    assert places(english) == places(russian)
    assert 2 == len(LANGUAGES)


@pytest.mark.parametrize("event", sorted(_SENTENCES))
def test_russian_is_russian_and_english_is_not(event: str) -> None:
    def is_cyrillic(text: str) -> bool:
        return any("а" <= letter <= "я" for letter in text.lower())

    english, russian = _SENTENCES[event]
    assert not is_cyrillic(english)
    words = places(russian)
    assert is_cyrillic(russian) or russian.format_map(dict.fromkeys(words, "")).strip(" :") == ""


@pytest.mark.parametrize("event", sorted(LEVELS))
def test_each_event_with_a_level_has_a_sentence(event: str) -> None:
    assert event in _SENTENCES


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        raise RuntimeError("no")


FIELDS = sorted({name for pair in _SENTENCES.values() for name in places(pair[0])})
values = st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.just(Unprintable())


@given(
    st.sampled_from(sorted(_SENTENCES)) | st.text(),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(), values, max_size=8),
    st.sampled_from(["en", "ru", "fr"]),
)
def test_telling_an_event_never_raises(event: str, fields: dict[str, object], lang: str) -> None:
    assert isinstance(sentence(event, fields, lang), str)


def test_a_field_that_is_not_given_is_left_out() -> None:
    fields = {"task": 7, "name": "shop", "before": "up", "after": "down"}
    assert 'task 7 "shop": up -> down' == sentence("status.changed", fields, "en")


def test_an_event_without_a_sentence_is_told_by_its_fields() -> None:
    assert "task=7 why=x" == sentence("plugin.happened", {"task": 7, "why": "x"}, "ru")


def test_braces_of_a_target_are_no_fields() -> None:
    assert "{0.__class__}" in sentence("database.lost", {"error": "{0.__class__}"}, "en")
