"""`monitor maintenance`: work that is announced, on both databases."""

from datetime import datetime

import pytest

from monitor.core.alerts.alerting import AlertingChange, Maintenance, Selector
from monitor.core.ports import Session
from tests.cli.conftest import Monitor, part
from tests.cli.outages import outages, write

SUNDAYS = "--cron '0 3 * * sun' --duration 2h --zone Europe/Berlin"

WRONG = [
    ("maintenance", "maintenance what? There are: add, list, show, remove"),
    ("maintenance add", "NAME is missing; see `monitor maintenance add --help`"),
    (f"maintenance add '' {SUNDAYS}", "name: is empty"),
    (f"maintenance add filed {SUNDAYS}", "maintenance 'filed' exists already; remove it first"),
    ("maintenance add w", "window 'w': from: is missing; write from and until, or an rrule"),
    ("maintenance add w --from 2099-01-01T00:00", "window 'w': until: is missing"),
    ("maintenance add w --from soon --until later", "window 'w': from: 'soon' is no moment"),
    (
        "maintenance add w --from 2099-01-02T00:00 --until 2099-01-01T00:00",
        "window 'w': until: 2099-01-01 00:00 UTC is not later than from",
    ),
    (
        "maintenance add w --from 2019-01-01T00:00 --until 2019-01-02T00:00",
        "window 'w': is over already; let it end later",
    ),
    (f"maintenance add w {SUNDAYS} --until 2019-01-02T00:00", "is over already"),
    ("maintenance add w --cron '0 3 * * sun'", "window 'w': duration: is missing"),
    ("maintenance add w --cron nope --duration 2h", "window 'w': cron: "),
    (f"maintenance add w {SUNDAYS} --rrule FREQ=DAILY", "an rrule says already when it comes"),
    ("maintenance add w --rrule FREQ=DAILY --duration 2h", "window 'w': start: is missing"),
    (
        "maintenance add w --rrule FREQ=NOW --start 02:30 --duration 2h",
        "window 'w': rrule: ",
    ),
    ("maintenance add w --cron '0 3 * * sun' --duration 2", "duration: '2' has no unit"),
    ("maintenance add w --cron '0 3 * * sun' --duration 2h --zone Mars", "'Mars' is no time zone"),
    (f"maintenance add w {SUNDAYS} --task shpo", "there is no task 'shpo', did you mean 'shop'"),
    (f"maintenance add w {SUNDAYS} --tag prd", "--tag: no task has the tag 'prd'; there are: prod"),
    (f"maintenance add w {SUNDAYS} --note 'a\tb'", "--note: contains a control character"),
    ("maintenance show", "NAME is missing"),
    ("maintenance show fild", "there is no maintenance 'fild', did you mean 'filed'"),
    ("maintenance remove nope", "there is no maintenance 'nope'; `monitor maintenance list`"),
    ("maintenance remove filed", "maintenance 'filed' came from a configuration file; change it"),
]


@pytest.fixture(autouse=True)
def _database(place: object, database: str) -> None:
    """Both databases, with two tasks, and work that a file announces."""

    async def filed(session: Session) -> None:
        work = Maintenance(
            name="filed",
            selector=Selector(tasks=("calm",)),
            rule={"from": "2099-01-01T00:00", "until": "2099-01-02T00:00"},
            from_file=True,
        )
        await session.change_alerting(AlertingChange(maintenances=(work,)))

    write(outages)
    write(filed)


def test_work_that_comes_again_is_added_with_everything_that_was_said(monitor: Monitor) -> None:
    line = f"maintenance add patch {SUNDAYS} --tag prod --task calm --note why --json"
    document = monitor(line).document
    expected = {
        "name": "patch",
        "tasks": ["calm"],
        "tags": ["prod"],
        "rule": {"cron": "0 3 * * sun", "duration": "2h", "zone": "Europe/Berlin"},
        "note": "why",
        "from_file": False,
    }
    assert expected == part(document, expected)
    assert 10 == len(document["next"])
    for firing in document["next"]:
        begin, end = (datetime.fromisoformat(firing[key]) for key in ("from_at", "until_at"))
        assert (6, 7200) == (begin.weekday(), (end - begin).total_seconds())
    (listed,) = [
        one for one in monitor("maintenance list --json").document if one["name"] == "patch"
    ]
    assert document["next"][:1] == listed["next"]


def test_the_next_ten_times_are_shown(monitor: Monitor) -> None:
    rule = "FREQ=MONTHLY;BYDAY=2TU"
    answer = monitor(f"maintenance add patch --rrule '{rule}' --start 02:30 --duration 1h30m")
    assert 0 == answer.code
    assert 'maintenance "patch" added: everything (2 tasks now)\nnext from ' in answer.out
    lines = monitor("maintenance show patch").out.splitlines()
    assert ["FROM", "UNTIL"] == lines[-11].split()
    assert {"02:30:00Z"} == {line.split()[1] for line in lines[-10:]}
    assert {"04:00:00Z"} == {line.split()[3] for line in lines[-10:]}
    assert any(rule in line for line in lines)


def test_work_that_goes_on_now_is_shown_as_such(monitor: Monitor) -> None:
    monitor("maintenance add move --task shop --from 2019-01-01T00:00 --until 2099-01-01T00:00")
    document = monitor("maintenance show move --json").document
    assert (True, "2099-01-01T00:00:00+00:00", []) == (
        document["open"],
        document["open_until_at"],
        document["next"],
    )
    assert "open until 2099-01-01 00:00:00Z" in monitor("maintenance list").out
    shop, calm = monitor("status --json").document["tasks"]
    assert (["move"], []) == (shop["alerts"]["maintenances"], calm["alerts"]["maintenances"])
    assert "[maintenance move until 2099-01-01 00:00:00Z]" in monitor("status").out


def test_work_that_is_removed_is_gone(monitor: Monitor) -> None:
    monitor(f"maintenance add patch {SUNDAYS}")
    assert 'maintenance "patch" removed\n' == monitor("maintenance remove patch").out
    assert ["filed"] == [one["name"] for one in monitor("maintenance list --json").document]


def test_a_rule_that_this_version_cannot_read_harms_no_command(monitor: Monitor) -> None:
    async def strange(session: Session) -> None:
        work = Maintenance(name="strange", selector=Selector(), rule={"moon": "full"})
        await session.change_alerting(AlertingChange(maintenances=(work,)))

    write(strange)
    assert "cannot be read by this version" in monitor("maintenance list").out
    assert "moon full" in monitor("maintenance show strange").out
    assert [] == monitor("maintenance show strange --json").document["next"]
    assert 1 == monitor("status").code


def test_a_wrong_command_says_one_sentence_and_announces_nothing(monitor: Monitor) -> None:
    before = monitor("maintenance list --json").document
    for line, expected in WRONG:
        answer = monitor(line)
        assert 2 == answer.code, line
        assert expected in answer.sentence
    assert before == monitor("maintenance list --json").document


def test_it_speaks_russian(monitor: Monitor) -> None:
    assert "обслуживание «patch» добавлено: всё" in (
        monitor(f"maintenance add patch {SUNDAYS} --lang ru").out
    )
    assert "следующее с " in monitor("maintenance list --lang ru").out
