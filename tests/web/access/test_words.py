"""The pages of access speak Russian, too."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

from monitor.core.access.roles import Role
from monitor.web.access.entrance import FOLDER
from monitor.web.access.russian import RUSSIAN
from monitor.web.access.russian_deeds import DEEDS, WAYS
from monitor.web.pages.russian import RUSSIAN as ALL
from monitor.web.pages.words import Words
from tests.russian.sources import trees, written

TEMPLATES = sorted((FOLDER / "access").glob("*.html"))
_SAID = re.compile(r"""\bt(?:\.html|\.count)?\((?:[^"'()]*,\s*)?(["'])(.*?)\1[,)]""")


def phrases() -> set[str]:
    found = {match[2] for path in TEMPLATES for match in _SAID.finditer(path.read_text())}
    return found | {role.word for role in Role}


def test_every_phrase_of_the_pages_has_its_russian() -> None:
    assert len(phrases()) > 80
    assert set() == phrases() - RUSSIAN.keys() - ALL.keys()


def test_both_languages_fill_in_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [] == [one for one, other in RUSSIAN.items() if fields(one) != fields(other)]


_DEED = re.compile(r"(?:[a-z-]+|\0)\.[a-z_]+|drill|login|logout")
_BY_LOGIN = {"password"}
"""A way that a login is written down with, and that pages name anyway."""


def deeds() -> Iterator[str]:
    """Yield what is written down of changes: by name, or by the kind of thing that is replaced."""
    texts, kinds = set(), set()
    for node in trees(
        "operations/deeds.py", "operations/signed_session.py", "operations/signing.py"
    ):
        texts.add(written(node) or "")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_replaced":
            kinds.add(next(text for one in ast.walk(node) if (text := written(one)) is not None))
    for node in trees("web/access/visits.py"):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "new_deed":
            texts |= set(filter(None, map(written, node.args)))
    for text in filter(_DEED.fullmatch, texts):
        yield from [text.replace("\0", kind) for kind in kinds] if "\0" in text else [text]


def test_every_deed_of_the_audit_log_has_its_russian_name() -> None:
    assert len(DEEDS) > 30
    assert DEEDS.keys() == set(deeds())


def test_every_way_of_doing_it_has_its_russian_name() -> None:
    found = {
        str(written(one.value))
        for node in trees("web/access", "cli/whoami.py")
        if isinstance(node, ast.Call)
        for one in node.keywords
        if one.arg == "via" and written(one.value)
    }
    found |= {"command line", "configuration file"}  # defaults of cli/whoami
    assert found <= WAYS.keys() | {"token"} | _BY_LOGIN
    assert WAYS.keys() <= found | {"token {name}"}


def test_english_calls_deeds_as_scripts_do() -> None:
    assert "task.edit" == Words("en")("task.edit")
    assert "задача изменена" == Words("ru")("task.edit")
