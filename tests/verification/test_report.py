"""The report says what the findings say, in every place, in both languages."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from string import Formatter
from typing import Any

import attrs
import pytest

from monitor.verification.findings import ROWS, Comparison, Finding, Report, Side, Step
from monitor.verification.phrases import CLAIMS, claim, seen
from monitor.verification.progress import Progress
from monitor.verification.report import summary, to_json, to_markdown
from monitor.verification.scale import Scale

LANGUAGES = ("en", "ru")
OF_ROW: dict[str, tuple[str, dict[str, Any]]] = {
    "S1": ("session.registry", {"tasks": 3, "here": 3, "stored": 2}),
    "S2": ("load.no_fault", {"faults": 0}),
    "S3": ("log.no_error", {"found": 0, "lines": 9}),
    "S4": ("control.after", {"failed": 0, "operations": 80, "first": ""}),
    "S5": ("connections.none", {"connections": 0, "trouble": ""}),
    "S6": ("limit.default", {"limit": 5}),
    "S7": ("next_check.moves", {"limit": 5, "moved": 5, "moves": "+0.50"}),
    "S8": ("recovery.healed", {"attempt": 3}),
}
BEFORE = Side(
    operations=80,
    failed=77,
    faces={"InvalidRequestError: concurrent operations are not permitted": 77},
    known=77,
    quoted=70,
    looks=3,
    tasks=8,
    moved=1,
    usable=False,
)
AFTER = Side(operations=80, failed=0, looks=80, tasks=8, moved=8, usable=True)


def report(*failing: str, rows: tuple[str, ...] = ROWS) -> Report:
    findings = [
        Finding(row=row, claim=OF_ROW[row][0], passed=row not in failing, seen=OF_ROW[row][1])
        for row in rows
    ]
    return Report(
        started_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        took_s=28.3,
        surroundings={"program": "monitor 0", "database": "sqlite:///own.db", "server": "SQLite 3"},
        scale=Scale(),
        steps=(Step(name="together", findings=tuple(findings), log=("one line ``` of log",)),),
        comparison=Comparison(before=BEFORE, after=AFTER),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_passed_is_confirmed_in_every_place(lang: str) -> None:
    whole = report()

    assert whole.passed
    assert "❌" not in to_markdown(whole, lang).partition("##")[2]
    assert "✗" not in summary(whole, lang, "utf-8")
    assert json.loads(to_json(whole, lang))["passed"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_failed_is_shown_as_failed_in_every_place(lang: str) -> None:
    whole = report("S1")

    assert not whole.passed
    text = to_markdown(whole, lang)
    told = claim("session.registry", OF_ROW["S1"][1], lang)
    status, result, row, conclusion, last = (
        line
        for line in text.splitlines()
        if ("❌" in line and "**" in line) or told in line or line.startswith("| S1")
    )
    assert status == last
    assert result.startswith("- ❌ S1")
    assert row.endswith("❌ |")
    assert conclusion.startswith("1. ❌")
    (line,) = (line for line in summary(whole, lang, "utf-8").splitlines() if told in line)
    assert line.startswith("  ✗ S1")
    document = json.loads(to_json(whole, lang))
    assert not document["passed"]
    assert [False] + [True] * 7 == [verdict["passed"] for verdict in document["rows"]]
    assert told in document["rows"][0]["conclusion"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_that_was_not_examined_is_not_confirmed(lang: str) -> None:
    whole = report(rows=ROWS[1:])

    assert not whole.passed
    assert not whole.rows[0].passed
    conclusions = [one["conclusion"] for one in json.loads(to_json(whole, lang))["rows"]]
    assert conclusions[0].startswith({"en": "NOT examined", "ru": "НЕ проверено"}[lang])


def test_without_any_step_nothing_is_confirmed() -> None:
    assert not attrs.evolve(report(), steps=()).passed
    assert not Step(name="load", findings=()).passed


def test_before_and_after_stand_side_by_side() -> None:
    lines = to_markdown(report(), "en").splitlines()

    assert "| operations failed | 77 of 80 | 0 of 80 |" in lines
    assert "| tasks whose next_check moved on to the end | 1 of 8 | 8 of 8 |" in lines
    assert "| session works afterwards | no | yes |" in lines


def test_without_the_experiment_the_report_says_so() -> None:
    whole = attrs.evolve(report(), comparison=None)

    assert "not carried out" in to_markdown(whole, "en")
    assert json.loads(to_json(whole, "en"))["comparison"] is None


def test_a_log_line_cannot_break_out_of_its_block() -> None:
    text = to_markdown(report(), "en")

    assert 2 == text.count("```")


@pytest.mark.parametrize("key", CLAIMS)
def test_both_languages_tell_the_same_numbers(key: str) -> None:
    for english, russian in CLAIMS[key]:
        assert _names(english) == _names(russian)


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_a_number_that_could_not_be_had_does_not_take_the_report_with_it() -> None:
    numbers = {"after_s": 5.0, "attempts": None, "errors": None}

    assert "attempts -, errors -, after 5.0 s" == seen("recovery.reset", numbers, "en")
    assert "after_s=-" == seen("recovery.reset", {"after_s": None}, "en")


def test_a_terminal_that_knows_no_signs_gets_words() -> None:
    text = summary(report("S1"), "en", "ascii")

    assert "  FAIL S1" in text
    assert "  ok   S2" in text
    assert text.isascii()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_one_line_a_step_and_a_terminal_a_line_that_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter([10.0, 10.0, 10.5, 10.5, 12.0] * 2)
    monkeypatch.setattr("trio.current_time", lambda: next(moments))
    texts = []
    for stream in (io.StringIO(), Terminal()):
        progress = Progress(stream)
        progress.begin(2, "load")
        progress.count(57, "looks")
        progress.end(passed=True)
        texts.append(stream.getvalue())

    last = "[2/6] Many tasks under load, 57 looks: passed, 2.0 s"
    assert f"{last}\n" == texts[0]
    assert [
        "[2/6] Many tasks under load, 0.0 s",
        "[2/6] Many tasks under load, 57 looks, 0.5 s",
        f"{last}\n",
    ] == texts[1].split("\r")[1:]
    assert "\x1b" not in texts[1]
