"""`monitor run`, called in this process for a moment; real processes are in `test_process`."""

import signal

import pytest
import trio

from monitor.cli import neighbours
from tests.cli.conftest import Monitor


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, place: object) -> str:
    url = "sqlite:///monitor.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)
    return url


def test_targets_are_added_looked_at_and_recorded(monitor: Monitor) -> None:
    answer = monitor("run self: exec:true --interval 100ms --for 0.6 --json")
    assert 0 == answer.code
    document = answer.document
    assert (2, 0, 0, "time is up") == (
        document["tasks"],
        document["open_sessions"],
        document["records_waiting"],
        document["cause"],
    )
    assert 4 <= document["looks"] == document["results_recorded"]
    tasks = monitor("task list --json").document
    assert [("self:", 0.1, "up"), ("exec:true", 0.1, "up")] == [
        (task["name"], task["interval_s"], task["status"]) for task in tasks
    ]


def test_a_target_that_is_watched_already_is_not_added_again(monitor: Monitor) -> None:
    monitor("task add self: --name me --interval 1h")
    assert 1 == monitor("run self: self: --for 0.3 --json").document["tasks"]
    [task] = monitor("task list --json").document
    assert ("me", 3600.0) == (task["name"], task["interval_s"])


def test_a_name_that_another_target_has_is_not_taken_away(monitor: Monitor) -> None:
    monitor("task add exec:true --name self:")
    answer = monitor("run self: --for 0.3")
    assert 2 == answer.code
    assert "task 'self:' exists already" in answer.sentence


def test_an_empty_database_is_no_fault(monitor: Monitor) -> None:
    assert (0, 0) == (
        monitor("run --for 0.3 --json").code,
        monitor("--for 0.3 --json").document["tasks"],
    )


def test_a_signal_that_comes_before_it_watches_ends_it_in_good_order(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def met(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        await trio.sleep_forever()

    monkeypatch.setattr(neighbours, "wait_alone", met)
    answer = monitor("run self:")
    assert (0, "", "") == (answer.code, answer.out, answer.err)


def test_a_paused_task_stays_paused(monitor: Monitor) -> None:
    monitor("task add self: --paused")
    document = monitor("run self: --for 0.3 --json").document
    assert (0, 0) == (document["tasks"], document["looks"])


@pytest.mark.parametrize(
    "line",
    [
        "--json run self: --for 0.1",
        "run --json self: --for 0.1",
        "--json self: --for 0.1",
        "--for 0.1 self: --json",
        "self: --lang ru --for=0.1s --json",
    ],
)
def test_options_stand_anywhere_and_run_need_not_be_said(monitor: Monitor, line: str) -> None:
    assert 1 == monitor(line).document["tasks"]
