"""Containers, seen by a real Docker engine, and what may be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trio

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask
from tests.probes.engines import START_S, Engine, running_engine
from tests.probes.servers import look_at, probe_of

LONG = ("/bin/sleep", "1000")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with running_engine(tmp_path_factory.mktemp("docker")) as engine:
        yield engine


async def look_into(engine: Engine, name: str) -> Result:
    return await look_at(f"docker:{name}", socket=engine.socket)


@pytest.mark.slow
async def test_a_container_that_runs_is_up(engine: Engine) -> None:
    engine.run("up", "box", *LONG)
    result = await look_into(engine, "up")
    assert Status.UP == result.status
    assert result.detail.startswith("running for ")
    assert 0 <= result.facts["started"] < 60
    assert {
        "started": result.facts["started"],
        "state": "running",
        "health": "none",
        "exit_code": 0,
        "out_of_memory": False,
        "restarts": 0,
        "image": "box",
    } == result.facts
    assert ["connect", "first_byte", "body"] == list(result.timings)
    assert engine.socket == result.address
    id_ = engine.docker("inspect", "--format={{.Id}}", "up")
    assert Status.UP == (await look_into(engine, id_[:12])).status


@pytest.mark.slow
async def test_a_container_that_has_ended_is_down_with_its_exit_code(engine: Engine) -> None:
    engine.run("ended", "box", "/bin/sh", "-c", "exit 3")
    engine.wait_until("ended", "exited")
    result = await look_into(engine, "ended")
    assert (Status.DOWN, 3) == (result.status, result.facts["exit_code"])
    assert result.detail.startswith("exited with exit code 3, ")
    assert result.detail.endswith("s ago")


@pytest.mark.slow
async def test_a_container_that_was_killed_is_down_with_the_signal(engine: Engine) -> None:
    engine.run("shot", "box", *LONG)
    engine.docker("kill", "shot")
    engine.wait_until("shot", "exited")
    result = await look_into(engine, "shot")
    assert (Status.DOWN, 137) == (result.status, result.facts["exit_code"])
    assert result.detail.startswith("exited with exit code 137 (SIGKILL), ")


@pytest.mark.slow
async def test_a_container_that_the_engine_restarts_again_and_again_is_down(engine: Engine) -> None:
    engine.run("loop", "--restart=always", "box", "/bin/false")
    with trio.fail_after(START_S):
        # It may be caught in the moment of its next life.
        while (result := await look_into(engine, "loop")).facts["state"] != "restarting":
            engine.wait_until("loop", "restarting")
    assert Status.DOWN == result.status
    assert ", ended with exit code 1, " in result.detail


@pytest.mark.slow
async def test_health_is_what_the_check_of_the_container_says(engine: Engine) -> None:
    often = ("--health-interval=1s", "--health-retries=1")
    engine.run("well", "--health-cmd=true", *often, "box", *LONG)
    engine.run("ill", "--health-cmd=echo no queue; exit 1", *often, "box", *LONG)
    engine.run("young", "--health-cmd=true", "--health-interval=1h", "box", *LONG)
    result = await look_into(engine, "young")
    assert (Status.DEGRADED, "starting") == (result.status, result.facts["health"])
    assert result.detail.endswith(", its health check has not passed yet")
    engine.wait_until("well", "healthy")
    result = await look_into(engine, "well")
    assert (Status.UP, "healthy") == (result.status, result.facts["health"])
    engine.wait_until("ill", "unhealthy")
    result = await look_into(engine, "ill")
    assert (Status.DOWN, "unhealthy") == (result.status, result.facts["health"])
    assert result.detail.startswith("running, but unhealthy")
    assert result.detail.endswith(": no queue")


@pytest.mark.slow
async def test_a_container_that_stands_still_is_down(engine: Engine) -> None:
    engine.run("still", "box", *LONG)
    engine.docker("pause", "still")
    assert "paused" == (await look_into(engine, "still")).detail
    engine.docker("create", "--name=made", "box", "/bin/true")
    result = await look_into(engine, "made")
    assert (Status.DOWN, "created, but never started") == (result.status, result.detail)
    assert "started" not in result.facts


@pytest.mark.slow
async def test_a_container_that_is_not_there_is_down(engine: Engine) -> None:
    result = await look_into(engine, "nowhere")
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert "the engine has no container nowhere" == result.detail


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("docker:", {}, "target"),
        ("docker:-web", {}, "target"),
        ("docker:web/json", {}, "target"),
        ("docker:web?x", {}, "target"),
        ("docker:gr\u00fcn", {}, "target"),
        ("docker:web", {"socket": "docker.sock"}, "option socket"),
        ("docker:web", {"socket": "/a\0b"}, "option socket"),
        ("docker:web", {"host": "unix:///var/run/docker.sock"}, "option host"),
        ("docker:web", {"host": "http://h"}, "option host"),
        ("docker:web", {"host": "tcp://h/path"}, "option host"),
        ("docker:web", {"host": "h:2375"}, "option host"),
        ("docker:web", {"tls": True}, "option tls"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
