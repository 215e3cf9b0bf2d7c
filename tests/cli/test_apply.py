"""`monitor apply`, `export` and `config`: tasks as files."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scripts.write_docs import DOCS
from tests.cli.conftest import Monitor

TASKS = """
[[task]]
name = "shop"
target = "tcp://me:s3cret@127.0.0.1:1"
interval = "30s"

[[task]]
name = "self"
target = "self:"
expect = ["open_files < 500"]
"""


@pytest.fixture(autouse=True, params=["sqlite", "postgresql"])
def database(place: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "postgresql":
        monkeypatch.setenv("MONITOR_DATABASE_URL", request.getfixturevalue("postgres_url"))
    Path("tasks.toml").write_text(TASKS.replace("me:s3cret@", ""))
    return str(request.param)


def tasks(monitor: Monitor) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = monitor("task list --json").document
    return document


def test_tasks_of_a_file_are_added_and_the_second_time_nothing_is_done(monitor: Monitor) -> None:
    answer = monitor("apply tasks.toml")
    assert (0, "") == (answer.code, answer.err)
    assert [
        "+ shop tcp://127.0.0.1:1",
        "+ self self:",
        "2 added, 0 changed, 0 removed, 0 unchanged",
    ] == answer.out.splitlines()
    before = tasks(monitor)
    assert [(True, 30.0), (True, 60.0)] == [(t["from_file"], t["interval_s"]) for t in before]
    again = monitor("apply tasks.toml")
    assert "0 added, 0 changed, 0 removed, 2 unchanged\n" == again.out
    assert before == tasks(monitor)


def test_changes_are_shown_and_a_dry_run_does_nothing(monitor: Monitor) -> None:
    assert 0 == monitor("apply tasks.toml").code
    before = tasks(monitor)
    text = Path("tasks.toml").read_text()
    Path("tasks.toml").write_text(text.replace("30s", "20s").replace('name = "self"', 'name = "x"'))
    expected = [
        "+ x self:",
        "~ shop",
        "    interval: 30s -> 20s",
        "would be: 1 added, 1 changed, 0 removed, 1 unchanged",
        "in no file any more, --prune removes them: self",
    ]
    assert expected == monitor("apply tasks.toml --dry-run").out.splitlines()
    assert before == tasks(monitor)
    done = monitor("apply tasks.toml --prune --json").document
    assert ([{"name": "x", "target": "self:"}], ["self"]) == (done["added"], done["removed"])
    assert {"shop": {"interval": ["30s", "20s"]}} == done["changed"]
    assert ["shop", "x"] == [task["name"] for task in tasks(monitor)]


def test_a_dry_run_makes_no_database(monitor: Monitor, database: str, place: Path) -> None:
    if database == "sqlite":
        assert "would be: 2 added" in monitor("apply tasks.toml --dry-run").out
        assert [place / "tasks.toml"] == list(place.iterdir())


def test_prune_leaves_what_was_added_by_hand(monitor: Monitor) -> None:
    assert 0 == monitor("task add self: --name mine").code
    assert 0 == monitor("apply tasks.toml").code
    Path("tasks.toml").write_text("")
    assert "2 removed" in monitor("apply tasks.toml --prune").out
    assert ["mine"] == [task["name"] for task in tasks(monitor)]


def test_a_wrong_file_changes_nothing(monitor: Monitor) -> None:
    assert 0 == monitor("apply tasks.toml").code
    before = tasks(monitor)
    Path("bad.toml").write_text('[[task]]\nname = "new"\ntarget = "self:"\nattempts = 0\n')
    answer = monitor("apply tasks.toml bad.toml --prune")
    assert 2 == answer.code
    assert 'bad.toml:4:1: task "new", attempts: 0 is out of range' in answer.sentence
    assert before == tasks(monitor)


def test_what_is_exported_and_applied_changes_nothing(monitor: Monitor) -> None:
    assert 0 == monitor("apply tasks.toml").code
    assert 0 == monitor(
        "task add http://a.example --name api --interval 1m30s --degraded 'latency < 1s' "
        "-o headers.X-A=b --invert --paused"
    ).code  # fmt: skip
    before = tasks(monitor)
    assert "3 tasks written to all.toml\n" == monitor("export --output all.toml").out
    assert 0o600 == Path("all.toml").stat().st_mode & 0o777
    assert Path("all.toml").read_text() == monitor("export").out
    assert "0 added, 0 changed, 0 removed, 3 unchanged\n" == monitor("apply all.toml --prune").out
    assert [{**task, "from_file": True} for task in before] == tasks(monitor)
    assert ["api", "self", "shop"] == [t["name"] for t in monitor("export --json").document["task"]]


def test_without_a_file_it_is_the_one_of_the_configuration(monitor: Monitor) -> None:
    answer = monitor("apply")
    assert 2 == answer.code
    assert "there is no ./monitor.toml; name a FILE, or a directory of such" in answer.sentence
    assert "`monitor export`" in answer.sentence
    Path("tasks.toml").rename("monitor.toml")
    Path("conf.d").mkdir()
    Path("conf.d", "more.toml").write_text('[[task]]\nname = "more"\ntarget = "self:"\n')
    assert "3 added" in monitor("apply").out
    assert "3 tasks, nothing is wrong\n" == monitor("config check").out
    assert "2 tasks, nothing is wrong\n" == monitor("config check monitor.toml").out


def test_everything_that_is_wrong_is_told(monitor: Monitor) -> None:
    Path("bad.toml").write_text(
        '[[task]]\ntarget = "self:"\nexpect = ["pid > 1 and uptme > 1s"]\ninterval = 5\n'
    )
    answer = monitor("config check bad.toml")
    assert 2 == answer.code
    assert [
        "monitor: 2 things are wrong",
        'bad.toml:4:1: task "self:", interval: 5 has no unit; write it like "250ms", "30s" or "5m"',
        "bad.toml:3:11: task \"self:\", expect: 'uptme' is not known here; did you mean uptime?",
        "  pid > 1 and uptme > 1s",
        "              ^",
    ] == answer.err.splitlines()
    answer = monitor("config check bad.toml --json")
    assert 2 == answer.code
    assert ["bad.toml:4:1", "bad.toml:3:11"] == [
        problem["where"].partition(": ")[0] for problem in answer.document["problems"]
    ]


def test_the_schema_knows_every_key_and_option(monitor: Monitor) -> None:
    schema = monitor("config schema").document
    tables = {"monitor", "defaults", "task", "channel", "maintenance", "status_page", "test"}
    assert tables | {"simulation", "outage", "policy"} == set(schema["properties"])
    task = schema["properties"]["task"]["items"]["properties"]
    assert {"name", "target", "expect", "options", "paused"} <= set(task)
    assert "redirects" in schema["$defs"]["http"]["properties"]
    assert "recovery" in schema["properties"]["monitor"]["properties"]


def test_the_schema_accepts_a_right_file_and_refuses_wrong_ones(monitor: Monitor) -> None:
    validator = jsonschema.Draft202012Validator(monitor("config schema").document)
    task = {"name": "a", "target": "https://a", "interval": "1m 30s", "options": {"redirects": 0}}
    right = {"monitor": {"grace": "1s"}, "defaults": {"attempts": 3}, "task": [task]}
    assert [] == list(validator.iter_errors(json.loads(json.dumps(right))))
    for wrong in (
        {"interval": 5},
        {"interval": "5"},
        {"options": {"redirect": 0}},
        {"options": {"redirects": 99}},
        {"attempts": 0},
        {"expect": 5},
    ):
        assert list(validator.iter_errors({"task": [{**task, **wrong}]})), wrong
    assert list(validator.iter_errors({"tasks": []}))


def test_the_example_of_the_page_on_alerts_is_valid(
    monitor: Monitor, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MAIL_PASSWORD", "PAGERDUTY_KEY"):
        monkeypatch.setenv(name, "0123456789abcdef0123456789abcdef")
    page = (DOCS / "alerts.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (place / "monitor.toml").write_text(example)
    answer = monitor("apply --json")
    assert (0, "", ["ops", "pager"]) == (answer.code, answer.err, answer.document["channels"])
    assert ["patch day"] == [one["name"] for one in monitor("maintenance list --json").document]
    refused = monitor("channel edit ops --burst 2")
    assert "came from a configuration file; change it there" in refused.sentence
