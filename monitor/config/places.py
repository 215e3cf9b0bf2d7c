"""Where each key of a TOML text stands, which Python's own parser does not tell.

Only for texts that `tomllib` has accepted: what is written between the keys is skipped by the
rules of TOML 1.0, not checked again.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""`("task", 0, "expect", 2)`: the third condition of the first `[[task]]`."""

Place = tuple[int, int]
"""Line and column, both from 1."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\.|"{1,2}(?!")|[^"\\])*"{3,5}'
    r"|'''(?:'{1,2}(?!')|[^'])*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def places_of(text: str) -> Mapping[Path, Place]:
    """Return the place of every table, key and element of a list."""
    scan = _Scan(text)
    scan.document()
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return {path: _place(at, starts) for path, at in scan.found.items()}


def _place(at: int, starts: list[int]) -> Place:
    line = bisect_right(starts, at)
    return line, at - starts[line - 1] + 1


class _Scan:
    """Walk through a valid document, and note where everything begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()
        """How many tables each array of tables has so far, by its path."""

    def document(self) -> None:
        table: Path = ()
        while self._go_on() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        *outer, last = self._keys()
        self.at += 2 if many else 1
        path: Path = ()
        for key in outer:
            self.found.setdefault((*path, key), start)
            path = self._inside((*path, key))
        path = (*path, last)
        self.found.setdefault(path, start)
        if many:
            self._tables[path] += 1
        path = self._inside(path)
        self.found.setdefault(path, start)
        return path

    def _inside(self, path: Path) -> Path:
        """Step into the newest table of an array of tables."""
        number = self._tables[path]
        return (*path, number - 1) if number else path

    def _pair(self, table: Path) -> None:
        start = self.at
        path: Path = table
        for key in self._keys():
            path = (*path, key)
            self.found.setdefault(path, start)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        """Read `a."b c".d`, and the space around it."""
        keys = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self.text, self.at)
            found = quoted or _BARE_KEY.match(self.text, self.at)
            assert found is not None, "tomllib has accepted this text"
            self.at = found.end()
            keys.append(_unquoted(found[0]) if quoted else found[0])
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        if found := _STRING.match(self.text, self.at):
            self.at = found.end()
        elif self.text[self.at] == "[":
            self._list(path)
        elif self.text[self.at] == "{":
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.text[self._go_on()] != "]":
            self.found[(*path, number)] = self.at
            self._value((*path, number))
            number += 1
            if self.text[self._go_on()] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self.text[self._go_on()] != "}":
            self._pair(path)
            if self.text[self._go_on()] == ",":
                self.at += 1
        self.at += 1

    def _go_on(self) -> int:
        """Skip space, line ends and comments."""
        self._skip(_BLANK)
        return self.at

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        assert found is not None, "tomllib has accepted this text"
        self.at = found.end()


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]

    def replace(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        return _ESCAPES.get(escape, escape)

    return _ESCAPE.sub(replace, key[1:-1])
