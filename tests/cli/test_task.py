"""`monitor task`, on a database that nobody runs."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Monitor, part


@pytest.fixture(autouse=True, params=["sqlite", "postgresql"])
def database(place: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both databases; on neither is anything there yet."""
    if request.param == "postgresql":
        monkeypatch.setenv("MONITOR_DATABASE_URL", request.getfixturevalue("postgres_url"))
    return str(request.param)


def shown(monitor: Monitor, task: str) -> dict[str, Any]:
    form: dict[str, Any] = monitor(f"task show {task} --json").document
    return form


def test_a_task_is_added_with_its_defaults_and_the_next_step_is_named(monitor: Monitor) -> None:
    answer = monitor("task add https://example.com --name shop")
    assert (0, "") == (answer.code, answer.err)
    assert 'task 1 "shop" added\nnext: monitor status\n' == answer.out.replace(
        "python -m monitor", "monitor"
    )
    expected = {
        "id": 1,
        "name": "shop",
        "target": "https://example.com",
        "interval_s": 60.0,
        "timeout_s": 10.0,
        "attempts": 3,
        "retry_interval_s": 20.0,
        "recovery_confirmations": 2,
        "options": {},
        "paused": False,
        "status": "pending",
    }
    assert expected == part(shown(monitor, "shop"), expected)


def test_conditions_are_kept_replaced_and_taken_away(monitor: Monitor) -> None:
    def conditions() -> tuple[Any, ...]:
        form = shown(monitor, "me")
        return form["expect"], form["degraded"], form["invert"]

    said = ("--expect", "latency < 1s", "--expect", "pid > 1", "--degraded", "latency < 1ms")
    assert 0 == monitor("task add self: --name me --invert", *said).code
    assert (["latency < 1s", "pid > 1"], ["latency < 1ms"], True) == conditions()
    assert 0 == monitor("task edit me --interval 2m").code
    assert (["latency < 1s", "pid > 1"], ["latency < 1ms"], True) == conditions()
    assert 0 == monitor("task edit me --no-invert --expect", "latency < 2s", "--degraded", "").code
    assert (["latency < 2s"], [], False) == conditions()
    refused = monitor("task edit me --expect", "latency < 2")
    assert 2 == refused.code
    assert "write its unit, as in 2ms or 2s" in refused.err
    assert (["latency < 2s"], [], False) == conditions()


def test_a_task_is_added_with_everything_that_was_said(monitor: Monitor) -> None:
    line = (
        "task add https://example.com --name shop --interval 1m30s --timeout 250ms --attempts 5 "
        "--retry-interval 2s --recovery-confirmations 4 -o method=POST -o headers.X-Run=a=b "
        "--paused --json"
    )
    expected = {
        "interval_s": 90.0,
        "timeout_s": 0.25,
        "attempts": 5,
        "retry_interval_s": 2.0,
        "recovery_confirmations": 4,
        "options": {"method": "POST", "headers.X-Run": "a=b"},
        "paused": True,
    }
    assert expected == part(monitor(line).document, expected)


def test_without_a_name_the_task_is_called_like_its_target_without_the_password(
    monitor: Monitor,
) -> None:
    form = monitor("task add https://me:secret@example.com/x --json").document
    assert "https://me:***@example.com/x" == form["name"] == form["target"]
    for line in ("task list", "task show 1", "status", "task list --json", "status --json"):
        assert "secret" not in monitor(line).out


def test_only_what_is_named_is_edited(monitor: Monitor) -> None:
    monitor("task add https://example.com --name shop -o method=POST -o redirects=2")
    before = shown(monitor, "shop")
    answer = monitor("task edit shop --name store --interval 5s -o method=PUT --unset redirects")
    assert (0, 'task 1 "store" edited\n') == (answer.code, answer.out)
    after = shown(monitor, "store")
    expected = {"name": "store", "interval_s": 5.0, "options": {"method": "PUT"}}
    assert expected == part(after, expected)
    changed = {key for key in before if before[key] != after[key]}
    assert {"name", "interval_s", "options"} == changed


def test_a_task_is_named_by_its_name_or_its_id(monitor: Monitor) -> None:
    monitor("task add self: --name shop")
    assert shown(monitor, "shop") == shown(monitor, "1")


def test_pausing_and_resuming_twice_is_no_fault(monitor: Monitor) -> None:
    monitor("task add self: --name shop")
    said = [monitor(f"task {verb} shop").out for verb in ("pause", "pause", "resume", "resume")]
    assert [
        'task 1 "shop" paused\n',
        'task 1 "shop" is paused already\n',
        'task 1 "shop" resumed\n',
        'task 1 "shop" is not paused and did not fail; nothing to resume\n',
    ] == said


def test_a_removed_task_is_gone(monitor: Monitor) -> None:
    monitor("task add self: --name shop")
    answer = monitor("task remove shop")
    assert (0, 'task 1 "shop" removed, with all that was known of it\n') == (
        answer.code,
        answer.out,
    )
    assert [] == monitor("task list --json").document
    assert 2 == monitor("task show shop").code


def test_an_id_is_not_given_twice(monitor: Monitor) -> None:
    monitor("task add self: --name shop")
    monitor("task remove shop")
    assert 2 == monitor("task add self: --name shop --json").document["id"]


def test_an_empty_list_says_how_to_fill_it(monitor: Monitor) -> None:
    assert 0 == monitor("db upgrade").code
    assert "task add https://example.com" in monitor("task list").out


def test_every_change_prints_one_document_with_json(monitor: Monitor) -> None:
    for line in (
        "task add self: --name shop",
        "task edit shop --interval 5s",
        "task pause shop",
        "task resume shop",
        "task show shop",
        "task remove shop",
    ):
        answer = monitor(f"{line} --json")
        assert ("shop", "") == (answer.document["name"], answer.err)


def test_days_of_expiry_can_be_said_and_taken_away(monitor: Monitor) -> None:
    monitor("task add https://example.com --name shop --expiry-days 30,7")
    assert [30, 7] == shown(monitor, "shop")["expiry_days"]
    monitor("task edit shop --expiry-days 14")
    assert [14] == shown(monitor, "shop")["expiry_days"]
    monitor("task edit shop --expiry-days", "")
    assert [] == shown(monitor, "shop")["expiry_days"]
    answer = monitor("task edit shop --expiry-days 7,soon")
    assert (2, "--expiry-days: 'soon' is not a whole number") == (answer.code, answer.sentence)


def test_a_task_cannot_look_now_if_no_monitor_runs(monitor: Monitor) -> None:
    monitor("task add self: --name shop")
    answer = monitor("task run shop")
    assert 3 == answer.code
    assert "no monitor is running; start one with" in answer.sentence
    assert "check self:" in answer.sentence


def test_it_speaks_russian(monitor: Monitor) -> None:
    assert "задача 1 «магазин» добавлена" in monitor("--lang ru task add self: --name магазин").out
    assert ["ID", "ИМЯ", "СТАТУС"] == monitor("task list --lang ru").out.split()[:3]
    assert "ожидание" in monitor("task show магазин --lang ru").out
