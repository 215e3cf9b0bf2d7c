"""Heartbeats: what a job said becomes what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.model import Status, TaskSpec
from monitor.core.pings import PingKind
from monitor.core.probing import InvalidTask
from monitor.probes import completed, prepare
from monitor.probes.heartbeat import new_token, token_of
from tests.probes.around import Around, around
from tests.probes.servers import look_at

TOKEN = "x" * 32


def job(**options: Any) -> Around:
    return around("heartbeat:", token=TOKEN, **{"period": "1h", "grace": "10m", **options})


async def test_a_job_that_has_said_nothing_yet_is_pending_until_it_is_missing() -> None:
    it = job()
    result = await it.look()
    assert Status.PENDING is result.status
    assert "no ping yet, the next one is due 2026-01-01 01:00:00 UTC" == result.detail
    it.at_s = 4200
    result = await it.look()
    assert (Status.DOWN, True) == (result.status, result.sure)
    assert "no ping came: it was due 2026-01-01 01:00:00 UTC, and has been missing since " in (
        result.detail
    )


async def test_a_job_is_up_until_the_grace_of_its_next_ping_is_over() -> None:
    it = job()
    it.say(PingKind.SUCCESS, 60, run_s=12.5)
    it.at_s = 100
    result = await it.look()
    assert Status.UP is result.status
    assert (
        "last ping 2026-01-01 00:01:00 UTC after a run of 12s500ms, the next one is due "
        "2026-01-01 01:01:00 UTC"
    ) == result.detail
    facts = {"late": False, "lateness": 0, "age": 40, "run_time": 12.5, "running": False}
    assert {**facts, "state": "well"} == result.facts
    it.at_s = 3661
    late = await it.look()
    assert (Status.UP, True, 1) == (late.status, late.facts["late"], late.facts["lateness"])
    assert "late, due since 2026-01-01 01:01:00 UTC, missing from 2026" in late.detail
    it.at_s = 4260
    assert Status.DOWN is (await it.look()).status


async def test_it_asks_to_be_looked_at_when_something_else_is_to_be_said() -> None:
    it = job()
    await it.look()
    it.at_s = 3600
    await it.look()
    it.at_s = 4200
    await it.look()
    assert [3600, 4200] == it.wished_s


async def test_a_failure_tells_the_exit_code_and_what_the_job_said() -> None:
    it = job()
    it.say(PingKind.SUCCESS, 0)
    it.say(PingKind.FAIL, 60, exit_code=3, run_s=2.0, body="cannot\n  read /var " + "x" * 500)
    result = await it.look()
    assert Status.DOWN is result.status
    assert result.detail.startswith(
        "the job failed with exit code 3 2026-01-01 00:01:00 UTC after a run of 2s: "
        "cannot read /var xxx"
    )
    assert result.detail.endswith("x…; last ping 2026-01-01 00:00:00 UTC")
    assert 3 == result.facts["exit_code"]


async def test_a_run_that_takes_too_long_is_told_as_such() -> None:
    it = job(max_runtime="5m")
    it.say(PingKind.START, 60)
    it.at_s = 61
    running = await it.look()
    assert (Status.PENDING, True) == (running.status, running.facts["running"])
    assert "running since 2026-01-01 00:01:00 UTC, until 2026-01-01 00:06:00 UTC" in (
        running.detail
    )
    it.at_s = 361
    result = await it.look()
    assert Status.DOWN is result.status
    assert "the run that started 2026-01-01 00:01:00 UTC takes too long, since " in result.detail


async def test_conditions_may_ask_about_a_run() -> None:
    it = around("heartbeat:", token=TOKEN, expect=("run_time < 10s",))
    it.say(PingKind.SUCCESS, 60, run_s=12.5)
    result = await it.look()
    assert Status.DOWN is result.status
    assert "run_time" in result.detail


async def test_a_job_with_a_cron_expression_is_due_by_the_clocks_of_its_zone() -> None:
    it = around("heartbeat:", token=TOKEN, cron="0 3 * * *", zone="Europe/Berlin")
    assert "the next one is due 2026-01-01 02:00:00 UTC" in (await it.look()).detail


async def test_outside_a_running_monitor_it_says_so() -> None:
    with pytest.raises(InvalidTask, match=r"target: heartbeat: needs a running monitor .*task add"):
        await look_at("heartbeat:")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"period": "10ms"}, "option period: is too short; use 1s or more"),
        ({"period": "1h", "cron": "0 3 * * *"}, "option period: says the same as cron"),
        ({"cron": "0 3 * *"}, "option cron: '0 3 .*' has not five fields"),
        ({"cron": "0 0 3 * * *"}, "option cron: .* has not five fields"),
        ({"cron": "0 25 * * *"}, "option cron: '0 25 .*' has a wrong hour"),
        ({"cron": "0 0 31 2 *"}, "option cron: '0 0 31 2 .*' has a wrong day-of-month"),
        ({"cron": "0 3 * * *", "zone": "Europe/Atlantis"}, "option zone: 'Europe/Atlantis'"),
        ({"cron": "0 3 * * *", "zone": "../etc/passwd"}, "option zone: "),
        ({"cron": "0 3 * * *", "zone": ""}, "option zone: '' is not known here"),
        ({"token": "short"}, "option token: must be 16 to 128"),
        ({"token": "a/b" * 10}, "option token: must be 16 to 128"),
    ],
)
def test_what_can_never_work_is_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidTask, match=message):
        prepare(TaskSpec(name="job", target="heartbeat:", options=options))


def test_a_target_with_more_than_the_scheme_is_refused() -> None:
    with pytest.raises(InvalidTask, match="target: has more than a scheme; write heartbeat:"):
        prepare(TaskSpec(name="job", target="heartbeat:backup"))


async def test_without_a_token_no_ping_could_ever_come() -> None:
    with pytest.raises(InvalidTask, match="option token: is not set"):
        await around("heartbeat:").look()


def test_a_token_is_made_once_and_stays_until_it_is_taken_away() -> None:
    plain = TaskSpec(name="job", target="heartbeat:", options={"period": "1h"})
    first = completed(plain)
    token = token_of(first)
    assert token is not None
    assert 32 == len(token)
    assert {"period": "1h", "token": token} == first.options
    assert first == completed(first)
    assert first == completed(plain, first)
    assert token != token_of(completed(plain))
    other = TaskSpec(name="job", target="self:", options={"token": token})
    assert token != token_of(completed(plain, other)), "that was another kind of task"
    assert 100 == len({new_token() for _ in range(100)})


def test_the_token_may_be_the_operators_own_and_stand_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PING", TOKEN)
    own = TaskSpec(name="job", target="heartbeat:", options={"token": "${PING}"})
    assert own == completed(own)
    assert TOKEN == token_of(own)
    monkeypatch.delenv("PING")
    assert token_of(own) is None
    assert token_of(TaskSpec(name="x", target="self:", options={"token": TOKEN})) is None
