"""Every text of every page has its Russian."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from monitor.core.model import Status
from monitor.texts import LANGUAGES
from monitor.web.access.entrance import FOLDER
from monitor.web.access.russian import RUSSIAN as OF_ACCESS
from monitor.web.pages import board, frame, tree
from monitor.web.pages.english import ENGLISH
from monitor.web.pages.frame import TEMPLATES
from monitor.web.pages.russian import RUSSIAN as OF_PAGES
from monitor.web.pages.words import Words, preferred


def in_templates() -> Iterator[tuple[str, str]]:
    for folder in (TEMPLATES, FOLDER):
        for path in sorted(folder.rglob("*.html")):
            for call in Environment().parse(path.read_text()).find_all(nodes.Call):
                phrase = _asked(call)
                if isinstance(phrase, nodes.Const):
                    yield path.name, phrase.value


def _asked(call: nodes.Call) -> nodes.Expr | None:
    """Return what a call of `t`, `t.html` or `t.count` says."""
    node = call.node
    if isinstance(node, nodes.Name) and node.name == "t":
        return call.args[0]
    of_t = isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name)
    if of_t and isinstance(node, nodes.Getattr) and getattr(node.node, "name", "") == "t":
        return call.args[1 if node.attr == "count" else 0]
    return None


def in_code() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(frame.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = 1 if name == "count" else 0
            if name not in ("t", "words", "html", "count") or len(node.args) <= place:
                continue
            phrase = node.args[place]
            if isinstance(phrase, ast.Constant) and isinstance(phrase.value, str):
                yield path.name, phrase.value


def in_tables() -> Iterator[tuple[str, str]]:
    for table in (ENGLISH, board._SENTENCES, tree.ROLES, frame._NOTES):
        for phrase in table.values():
            yield "tables", phrase
    for status in (*Status, "gap"):
        yield "statuses", str(status)


RUSSIAN = {**OF_ACCESS, **OF_PAGES}
EVERY = sorted({phrase: place for place, phrase in (*in_templates(), *in_code(), *in_tables())})
"""All phrases."""


def test_every_phrase_is_said_in_russian_too() -> None:
    assert 450 < len(EVERY)
    assert [] == [phrase for phrase in EVERY if phrase not in RUSSIAN]


def test_no_russian_is_left_of_phrases_that_are_gone() -> None:
    assert [] == sorted(OF_PAGES.keys() - set(EVERY))


@pytest.mark.parametrize("phrase", [one for one in EVERY if "{" in one])
def test_a_phrase_and_its_russian_have_the_same_fields(phrase: str) -> None:
    fields = re.compile(r"(?<!\{)\{(\w+)(?::[^}]*)?\}")
    assert set(fields.findall(phrase)) == set(fields.findall(RUSSIAN[phrase]))


def test_russian_counts_in_three_forms() -> None:
    for forms in (one for one in EVERY if "|" in one and "{" not in one):
        assert 1 == forms.count("|"), forms
        assert 2 == RUSSIAN[forms].count("|"), forms
    russian = Words("ru")
    said = [russian.count(number, "child|children") for number in (1, 2, 5, 11, 21, 104)]
    one, few, many = RUSSIAN["child|children"].split("|")
    assert [f"1 {one}", f"2 {few}", f"5 {many}", f"11 {many}", f"21 {one}", f"104 {few}"] == said
    assert ["1 child", "2 children"] == [Words().count(n, "child|children") for n in (1, 2)]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de;q=1, ru;q=0.2", "ru"),
        ("ru;q=nonsense", "en"),
        ("*", "en"),
    ],
)
def test_the_browser_is_spoken_to_in_the_language_it_asks_for_most(header: str, lang: str) -> None:
    assert lang == preferred(header)
    assert lang in LANGUAGES


def test_markup_is_only_what_was_meant_to_be_markup() -> None:
    said = Words().html("maintenance {name} until {at}", name="<b>", at="x")
    assert "maintenance &lt;b&gt; until x" == said
