"""Heartbeats and groups on the command line, and in files."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

ADD = "task add heartbeat: --name backup -o period=1d"


def address(monitor: Monitor) -> str:
    """Return where the pings of the task go to."""
    found: str = monitor("task show backup --json").document["ping"]
    return found


def test_a_heartbeat_says_what_to_send_where(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_LISTEN", "monitor.example:80")
    said = monitor(ADD).out
    found = re.search(r"end the job with: curl (\S+)\n", said)
    assert found, said
    assert re.fullmatch(r"http://monitor\.example:80/ping/[\w-]{32}", found[1])
    assert found[1] == address(monitor)
    assert found[1] in monitor("task show backup").out


def test_the_address_of_the_monitor_goes_before_where_it_listens(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("monitor.toml").write_text("[monitor]\naccess.url = 'https://monitor.example'\n")
    monkeypatch.setenv("MONITOR_LISTEN", "127.0.0.1:9000")
    said = monitor(ADD).out
    assert "curl https://monitor.example/ping/" in said
    assert "takes for granted" not in said


def test_an_address_that_nobody_has_set_says_what_it_takes_for_granted(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONITOR_LISTEN", raising=False)
    said = monitor(ADD).out
    assert "curl http://127.0.0.1:8080/ping/" in said
    assert "takes for granted that the monitor listens at 127.0.0.1:8080, " in said


def test_an_address_says_that_the_monitor_listens_nowhere(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_LISTEN", "none")
    said = monitor(ADD).out
    assert "curl /ping/" in said
    assert "listens nowhere, so this is only the end of the address" in said


def test_the_token_stands_nowhere_else(monitor: Monitor) -> None:
    monitor(ADD)
    token = address(monitor).rpartition("/")[2]
    for line in ("task list --json", "status --json", "status", "task edit backup -o grace=1h"):
        assert token not in monitor(line).out
    assert "token=***" in monitor("task show backup").out


def test_it_stays_when_the_task_is_edited_and_can_be_renewed(monitor: Monitor) -> None:
    monitor(ADD)
    first = address(monitor)
    assert 0 == monitor("task edit backup -o grace=1h --unset period").code
    assert first == address(monitor)
    assert 0 == monitor("task edit backup --unset token").code
    assert first != address(monitor)


def test_a_token_of_ones_own_is_kept(monitor: Monitor) -> None:
    own = "0f6a2a3e-4f8a-4a83-a6a5-2d8a9c5a7b10"
    assert 0 == monitor(f"{ADD} -o token={own}").code
    assert f"/ping/{own}" == address(monitor)


def test_a_task_of_a_file_gets_a_token_once(monitor: Monitor) -> None:
    Path("a.toml").write_text(
        "[[task]]\nname = 'backup'\ntarget = 'heartbeat:'\noptions.cron = '0 3 * * *'\n"
    )
    assert 0 == monitor("apply a.toml").code
    first = address(monitor)
    assert "0 added, 0 changed, 0 removed, 1 unchanged" in monitor("apply a.toml").out
    assert first == address(monitor)
    Path("all.toml").write_text(monitor("export").out)
    assert first.rpartition("/")[2] in Path("all.toml").read_text()
    assert "0 added, 0 changed" in monitor("apply all.toml").out


@pytest.mark.parametrize("target", ["heartbeat:", "group: -o members=a"])
def test_what_needs_a_running_monitor_says_so_when_it_is_only_checked(
    monitor: Monitor, target: str
) -> None:
    answer = monitor(f"check {target}")
    assert 2 == answer.code
    assert "needs a running monitor to look at it; add it with `monitor task add`" in (
        answer.sentence
    )


def test_what_they_can_do_is_told_with_the_command_that_works(monitor: Monitor) -> None:
    for kind in ("heartbeat", "group"):
        assert f"monitor task add '{kind}:'" in monitor(f"kinds {kind}").out
    options = monitor("config schema").document["$defs"]["heartbeat"]["properties"]
    assert {"period", "cron", "zone", "grace", "max_runtime", "token"} == set(options)
