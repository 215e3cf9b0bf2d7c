"""The texts in our own source, as they stand there: NUL for each value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Formatter

import monitor
from monitor.web.pages.words import Words

ROOT = Path(monitor.__file__).parent

LANGUAGE = {
    *("contains", "matches", "exists", "and", "any", "all", "not", "len"),
    *("body", "json", "rows", "name", "text", "error", "price", "items"),
}
"""Words of the language of conditions, and those of its examples: the same in both languages."""


def files(*rooms: str) -> Iterator[Path]:
    """Yield the files of some rooms, without what is Russian in them."""
    for room in rooms:
        path = ROOT / room
        for file in [path] if path.suffix else sorted(path.rglob("*.py")):
            if "russian" not in file.parts:
                yield file


def trees(*rooms: str) -> Iterator[ast.AST]:
    for file in files(*rooms):
        yield from ast.walk(ast.parse(file.read_text()))


def written(node: ast.AST) -> str | None:
    """Return a text as it stands in the source, with NUL for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(getattr(part, "value", "")) if isinstance(part, ast.Constant) else "\0"
            for part in node.values
        )
    return None


def gaps(english: str) -> str:
    """Return an entry of a table with NUL for each of its values."""
    return "".join(
        text + ("" if name is None else "\0") for text, name, _, _ in Formatter().parse(english)
    )


def only_values(text: str) -> bool:
    """Tell whether a sentence is put together of others."""
    return not any(map(str.isalpha, text.replace("\0", "")))


def is_said(sentence: str) -> bool:
    """Tell whether all of a sentence that has the value X is said in Russian."""
    filled = sentence.replace("\0", "X")
    said = Words("ru").sentence(filled)
    return said != filled and english_in(said) <= LANGUAGE


def english_in(said: str) -> set[str]:
    """Return the English words in a text; a command in backticks has none."""
    return set(re.findall(r"\b[a-z]{3,}\b", re.sub(r"`[^`]*`", "", said)))


def unsaid(texts: Iterable[str], table: Mapping[str, str]) -> list[str]:
    """Return those texts of which a table, or what is put together of it, does not know all."""
    known = {gaps(english) for english in table}
    return sorted(
        text
        for text in set(texts) - known
        if stripped(text) not in known and not only_values(text) and not is_said(text)
    )


def stripped(text: str) -> str:
    """Return a text without the mark that joins it to the one before."""
    return re.sub(r"^[;,] ", "", text)
