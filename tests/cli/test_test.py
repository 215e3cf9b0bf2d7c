"""`monitor test`: policies are tried, and broken ones are shown as a diff."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "alerts.toml"


@pytest.fixture
def example(place: Path) -> Path:
    path = place / "alerts.toml"
    path.write_text(EXAMPLE.read_text())
    return path


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_the_example_of_the_documentation_is_right(monitor: Monitor, example: Path) -> None:
    answer = monitor("test alerts.toml")
    assert (0, "") == (answer.code, answer.err), answer.out
    *lines, last = answer.out.splitlines()
    assert EXAMPLE.read_text().count("[[test]]") == len(lines)
    assert all(line.startswith("ok ") for line in lines)
    assert last.startswith(f"{len(lines)} passed, 0 failed, in ")
    assert [example] == list(example.parent.iterdir())  # no database, no other file


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('after = "15m"', 'after = "20m"', [
            "- 25m40s     pager  shop escalation",
            "    told at 30m40s",
            "+ 30m40s     pager  shop escalation",
        ]),
        ('depends_on = ["router"]', "", ["+ 10m40s     ops  shop down"]),
        ('reminder = "1h"', 'reminder = "5m"', ["+ 15m40s     ops  shop reminder"]),
        ('hours = "mon-fri 09:00-18:00 UTC"\n', "", ["+ 10m40s     office  reports down"]),
        ('cron = "0 3 * * sun"', 'cron = "0 3 * * sat"', ["+ 20m40s     ops  shop down"]),
        ('default = true', 'default = false', ["    no such message came up: shop was down then"]),
        ('channels = ["pager"]', 'channels = ["ops"]', ["    it is not for pager, but for ops"]),
    ],
)  # fmt: skip
def test_a_policy_that_is_broken_is_shown_as_a_diff(
    monitor: Monitor, example: Path, before: str, after: str, expected: list[str]
) -> None:
    change(example, before, after)
    answer = monitor("test alerts.toml")
    assert (1, "") == (answer.code, answer.err)
    assert "FAILED " in answer.out
    for line in expected:
        assert any(one.startswith(f"    {line}") for one in answer.out.splitlines()), answer.out


def test_a_diff_is_in_the_order_of_time(monitor: Monitor, place: Path) -> None:
    Path("monitor.toml").write_text("""
[[channel]]
name = "ops"
url = "webhook+https://hooks.example/ops?token=${NOBODY_SET_THIS}"
default = true
[[task]]
name = "shop"
target = "https://shop.example"
[task.options]
headers = { Authorization = "Bearer ${NOBODY_SET_THIS_EITHER}" }
[[test]]
name = "it"
timeline = { shop = "up 10m, down 5m, up" }
given = [{ at = "5m", ack = "shop" }]
expect = [
  { at = "11m40s", channel = "ops", kind = "down", task = "shop" },
  { at = "15m20s", channel = "ops", kind = "up", task = "shop" },
]
""")
    answer = monitor("test")
    assert (1, "") == (answer.code, answer.err)
    first, *lines, last = answer.out.splitlines()
    assert first.startswith("FAILED it (25m20s in ")
    assert last.startswith("0 passed, 1 failed, in ")
    assert [
        "    monitor.toml:11:1",
        "    ! 5m: shop has no incident that somebody could take",
        "    --- expected",
        "    +++ told",
        "    + 10m40s     ops  shop down",
        "    - 11m40s     ops  shop down",
        "        told at 10m40s",
        "      15m20s     ops  shop up",
    ] == lines


def test_tests_may_stand_beside_the_configuration(monitor: Monitor, example: Path) -> None:
    policies, _, tests = example.read_text().partition("[[test]]")
    Path("monitor.toml").write_text(policies)
    Path("tests.toml").write_text(f"[[test]]{tests}")
    assert 0 == monitor("test tests.toml").code
    assert 0 == monitor("test tests.toml monitor.toml").code
    assert "there is no [[test]] in these files" in monitor("test").sentence
    assert 0 == monitor("config check").code
    Path("monitor.toml").unlink()
    answer = monitor("test tests.toml")
    assert 2 == answer.code
    assert "there is no task 'shop'" in answer.err


def test_some_may_be_chosen(monitor: Monitor, example: Path) -> None:
    answer = monitor("test alerts.toml -k PAGER")
    assert answer.out.splitlines()[-1].startswith("2 passed, 0 failed")
    answer = monitor("test alerts.toml -k nothing")
    assert 2 == answer.code
    assert "no test has 'nothing' in its name" in answer.sentence


def test_the_outcome_is_for_programs_too(monitor: Monitor, example: Path) -> None:
    change(example, 'after = "15m"', 'after = "20m"')
    answer = monitor("test alerts.toml -k pager --json --junit report.xml")
    assert 1 == answer.code
    assert (1, 1) == (answer.document["passed"], answer.document["failed"])
    broken, fine = answer.document["tests"]
    assert (False, True) == (broken["ok"], fine["ok"])
    assert ["=", "-", "+", "=", "="] == [one["sign"] for one in broken["messages"]]
    missed = broken["messages"][1]
    assert (1540.0, "pager", "shop", "escalation", "told at 30m40s") == (
        missed["at_s"], missed["channel"], missed["about"], missed["kind"], missed["why"],
    )  # fmt: skip
    root = ET.parse("report.xml").getroot()
    assert ("2", "1") == (root.get("tests"), root.get("failures"))
    bad, good = root.iter("testcase")
    assert (broken["name"], "alerts.toml") == (bad.get("name"), bad.get("file"))
    assert broken["where"] == f"alerts.toml:{bad.get('line')}:1"
    failure = bad.find("failure")
    assert failure is not None
    assert "- 25m40s     pager  shop escalation" in (failure.text or "")
    assert good.find("failure") is None


def test_a_report_that_cannot_be_written_is_no_success(monitor: Monitor, example: Path) -> None:
    answer = monitor("test alerts.toml -k wakes --junit nowhere/report.xml --json")
    assert (3, "the file nowhere/report.xml cannot be written: no such file or directory") == (
        answer.code,
        answer.sentence,
    )


def test_what_is_wrong_with_a_test_harms_nothing_but_tests(monitor: Monitor, example: Path) -> None:
    change(example, 'kind = "escalation"', 'kind = "escalatoin"')
    for command in ("test alerts.toml", "config check alerts.toml"):
        answer = monitor(command)
        assert 2 == answer.code
        assert "'escalatoin' is not known, did you mean 'escalation'" in answer.sentence
    assert 0 == monitor("apply alerts.toml --dry-run").code


def test_it_speaks_russian(monitor: Monitor, example: Path) -> None:
    change(example, 'after = "15m"', 'after = "20m"')
    answer = monitor("test alerts.toml --lang ru -k pager")
    assert answer.out.startswith("НЕВЕРНО ")
    assert "--- ожидалось" in answer.out
    assert answer.out.splitlines()[-1].startswith("верно: 1, неверно: 1, за ")
