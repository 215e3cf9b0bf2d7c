"""What is printed for people: every phrase has its Russian, and tables are aligned."""

import ast
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest

from monitor import cli
from monitor.cli.screen import distance, milliseconds, table
from monitor.core.model import Status
from monitor.core.units import rough
from monitor.signs import Cell, status_cell
from monitor.words import _RUSSIAN, Words

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def phrases() -> set[str]:
    """Return every text that the source gives to `words(...)` as it stands."""
    found = set()
    for path in Path(cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in ("words", "self.words", "Words(settings.lang)")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
    return found


def test_every_phrase_has_its_russian() -> None:
    assert phrases()
    assert set() == phrases() - _RUSSIAN.keys()
    assert set() == {status.value for status in Status} - _RUSSIAN.keys()


@pytest.mark.parametrize(("english", "russian"), _RUSSIAN.items())
def test_both_languages_fill_in_the_same_fields(english: str, russian: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert fields(english) == fields(russian)


def test_a_phrase_without_translation_is_said_in_english() -> None:
    assert "what is new" == Words("ru")("what is new")


def test_columns_are_aligned_whatever_stands_in_them() -> None:
    text = table(["name", "detail"], [("ab", Cell("x")), ("東京", "y\nz"), ("a", "\x1b[31m")])
    assert "NAME  DETAIL\nab    x\n東京  y z\na     �[31m" == text


def test_on_a_terminal_the_last_column_ends_at_its_edge_and_statuses_have_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda **_: os.terminal_size((40, 20)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    line = ("shop", status_cell(Status.UP, Words()), "x" * 100)
    assert f"shop  \x1b[32m✓ up\x1b[0m  {'x' * 27}…" == table(("", "", ""), [line])
    monkeypatch.setenv("NO_COLOR", "1")
    assert f"shop  ✓ up  {'x' * 27}…" == table(("", "", ""), [line])


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0s"), (0.4, "0s"), (59.6, "1m"), (61, "1m1s"), (3600, "1h"), (90061, "1d1h"), (-5, "0s")],
)
def test_rough_durations_have_two_units_at_most(seconds: float, expected: str) -> None:
    assert expected == rough(seconds)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.0001, "0.1 ms"), (0.0123, "12 ms"), (1.5, "1500 ms")],
)
def test_short_times_are_told_in_milliseconds(seconds: float, expected: str) -> None:
    assert expected == milliseconds(seconds)


@pytest.mark.parametrize(("seconds", "expected"), [(-12, "12s ago"), (180, "in 3m"), (0.1, "now")])
def test_distances_are_told_from_now(seconds: float, expected: str) -> None:
    assert expected == distance(NOON + timedelta(seconds=seconds), NOON, Words())
