"""A configuration file as it was read, and what is wrong with it and where."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from monitor.config.places import Path as KeyPath
from monitor.config.places import Place, places_of

TABLES = (
    *("monitor", "defaults", "task", "channel", "maintenance", "status_page"),
    *("test", "simulation", "outage", "policy"),
)
"""What a file may hold: `[monitor]` is read by `monitor.settings`, `[[test]]` by `cases`,
`[simulation]`, `[[outage]]` and `[[policy]]` by `scenarios`, the rest by `declared`."""


@attrs.frozen
class Problem:
    """One thing that is wrong; its text is `FILE:LINE:COLUMN: WHAT, KEY: message`."""

    where: str
    message: str
    caret: str = ""
    """What was written, and a caret under the place that is wrong, if that helps."""

    def __str__(self) -> str:
        lines = self.caret.splitlines()
        return "\n  ".join((f"{self.where}: {self.message}", *lines))


class BadConfig(Exception):
    """Something is wrong with the configuration; `problems` are all that were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@attrs.frozen
class Source:
    """One file."""

    path: Path
    tables: Mapping[str, Any] = attrs.field(repr=False)
    places: Mapping[KeyPath, Place] = attrs.field(repr=False)

    def where(self, path: KeyPath, name: str = "") -> str:
        """Name a place: of a key, or of the nearest table around it; `name` is said of it."""
        found = path
        while found and found not in self.places:
            found = found[:-1]
        shown = str(self.path)
        if found:
            line, column = self.places[found]
            shown = f"{shown}:{line}:{column}"
        name = name or written(path)
        return f"{shown}: {name}" if name else shown

    def unknown(self, path: KeyPath, known: Iterable[str], name: str = "") -> Problem:
        """Say that a key is not known, and which was probably meant."""
        names = sorted(known)
        close = difflib.get_close_matches(str(path[-1]), names, n=1)
        guess = f", did you mean {close[0]}" if close else ""
        return Problem(
            self.where(path, name), f"is not known here{guess}; there are: {', '.join(names)}"
        )


def written(path: KeyPath) -> str:
    """Write a path as people do: `task[2].options.method`, counting from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def read_source(path: Path) -> Source:
    """Read one file.

    Raises:
        BadConfig: it cannot be read, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return Source(path, tomllib.loads(text), places_of(text))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        problem = Problem(f"the configuration file {path}", f"cannot be read: {why}")
        raise BadConfig([problem]) from error
    except UnicodeDecodeError as error:
        raise BadConfig(
            [Problem(str(path), f"is not UTF-8 text (at byte {error.start})")]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig([_not_toml(path, str(error))]) from None


def _not_toml(path: Path, message: str) -> Problem:
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    where = str(path)
    if place:
        message = message.removesuffix(place[0])
        where = f"{path}:{place[1]}:{place[2]}" if place[1] else f"{path}, at its end"
    return Problem(where, f"{message}, so this is not valid TOML")


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """Read several files; a directory stands for its `*.toml`, in the order of their names.

    Raises:
        BadConfig: some cannot be read; all of them are named.
    """
    sources, problems = [], []
    for path in paths:
        if path.is_dir():
            files = sorted(path.glob("*.toml"))
            if not files:
                problems.append(Problem(str(path), "this directory has no *.toml"))
        else:
            files = [path]
        for file in files:
            try:
                sources.append(read_source(file))
            except BadConfig as error:
                problems.extend(error.problems)
    if problems:
        raise BadConfig(problems)
    return sources


def with_conf_d(main: Path) -> list[Path]:
    """Return a main file and, if it is there, the directory `conf.d` beside it."""
    beside = main.parent / "conf.d"
    return [main, beside] if beside.is_dir() and any(beside.glob("*.toml")) else [main]
