"""`monitor silence`: nobody is told anything for a while, on both databases."""

from datetime import datetime, timedelta

import pytest

from monitor.core.alerts.alerting import AlertingChange, Selector, Silence
from monitor.core.ports import Session
from tests.cli.conftest import Monitor, part
from tests.cli.outages import outages, write
from tests.cli.story import ago

WRONG = [
    ("silence", "silence what? There are: add, list, remove"),
    ("silence add", "--for needs a value; see `monitor silence add --help`"),
    ("silence add --for 2", "--for: '2' has no unit"),
    ("silence add --for soon", "--for: 'soon' is not a duration"),
    ("silence add --for 0s", "--for: 0s is out of range; use 1s to 366d"),
    ("silence add --for 367d", "--for: 367d is out of range"),
    ("silence add --for 2h --task shpo", "--task: there is no task 'shpo', did you mean 'shop'"),
    ("silence add --for 2h --task 'x*'", "--task: there is no task 'x*'; `monitor task list`"),
    ("silence add --for 2h --task '[sc]*'", "--task: there is no task '[sc]*'"),
    ("silence add --for 2h --task ''", "--task: there is no task ''"),
    ("silence add --for 2h --task", "--task needs a value"),
    ("silence add --for 2h --tag prd", "--tag: no task has the tag 'prd'; there are: prod"),
    (f"silence add --for 2h --note {'x' * 501}", "--note: has 501 characters; at most 500"),
    ("silence add --for 2h --note 'a\x1b'", "--note: contains a control character"),
    ("silence add shop --for 2h", "'shop' is one argument too many"),
    ("silence remove", "ID is missing"),
    ("silence remove 7", "there is no silence 7; `monitor silence list` shows all"),
    ("silence remove shop", "'shop' is not a whole number"),
]


@pytest.fixture(autouse=True)
def _database(place: object, database: str) -> None:
    """Both databases, with two tasks."""
    write(outages)


@pytest.fixture(autouse=True)
def _user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.whoami.whoami", lambda: "ann")


def test_a_silence_is_added_with_everything_that_was_said(monitor: Monitor) -> None:
    answer = monitor(
        "silence add --task 'sh*' --task calm --tag prod --for 1h30m --note why --json"
    )
    document = answer.document
    expected = {
        "id": 1,
        "tasks": ["sh*", "calm"],
        "tags": ["prod"],
        "holds": True,
        "note": "why",
        "by": "ann",
    }
    assert expected == part(document, expected)
    begin, end = (datetime.fromisoformat(document[key]) for key in ("from_at", "until_at"))
    assert timedelta(minutes=90) == end - begin
    assert [document] == monitor("silence list --json").document


def test_whom_it_is_about_is_told_at_once(monitor: Monitor) -> None:
    assert ": shop (1 task now)" in monitor("silence add --task 1 --for 2h").out
    assert ": tag prod (1 task now)" in monitor("silence add --tag prod --for 2h").out
    assert ": everything (2 tasks now)" in monitor("silence add --for 2h").out
    lines = monitor("silence list").out.splitlines()
    assert ["1", "2", "3"] == [line.split()[0] for line in lines[1:]]
    assert "ann" in lines[1]


def test_a_name_with_a_bracket_means_itself(monitor: Monitor) -> None:
    monitor("task add self: --name 'db[1]'")
    document = monitor("silence add --task 'db[1]' --for 2h --json").document
    assert ["db[1]"] == document["tasks"]
    tasks = monitor("status --json").document["tasks"]
    assert {"shop": [], "calm": [], "db[1]": [1]} == {
        one["name"]: one["alerts"]["silences"] for one in tasks
    }


def test_a_silence_that_is_removed_holds_no_more(monitor: Monitor) -> None:
    monitor("silence add --for 2h")
    assert "silence 1 removed: everything" in monitor("silence remove 1").out
    assert "nothing is silenced" in monitor("silence list").out


def test_silences_that_are_over_are_shown_when_asked(monitor: Monitor) -> None:
    async def one_that_is_over(session: Session) -> None:
        old = Silence(id=0, selector=Selector(), from_at=ago(60), until_at=ago(30))
        await session.change_alerting(AlertingChange(silences=(old,)))

    write(one_that_is_over)
    assert [] == monitor("silence list --json").document
    (old,) = monitor("silence list --all --json").document
    assert not old["holds"]
    assert [] == monitor("status --json").document["tasks"][0]["alerts"]["silences"]


def test_status_says_who_is_silenced(monitor: Monitor) -> None:
    monitor("silence add --task shop --for 2h")
    shop, calm = monitor("status").out.splitlines()[1:3]
    assert "[silence 1 until " in shop
    assert "silence" not in calm


def test_a_wrong_command_says_one_sentence_and_silences_nothing(monitor: Monitor) -> None:
    for line, expected in WRONG:
        answer = monitor(line)
        assert 2 == answer.code, line
        assert expected in answer.sentence
    assert [] == monitor("silence list --all --json").document


def test_it_speaks_russian(monitor: Monitor) -> None:
    assert "тишина 1 до " in monitor("silence add --for 2h --lang ru").out
    assert ": всё (задач сейчас: 2)" in monitor("silence add --for 2h --lang ru").out
