"""What container engines answer that no real one can be made to: a stand-in says it.

The stand-in speaks HTTP over a real socket, with answers made after the engine's documentation.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trio
import trustme

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes.answers import Answer
from monitor.probes.docker import judge
from monitor.probes.guard import POLICY, Policy
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
    answering,
    closed_port,
    hang,
    http_answer,
    look_at,
    open_files,
    over_tls,
    probe_of,
    serving,
    serving_at,
)
from tests.probes.stepping import cancelled_at_step

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)

# --- answers ------------------------------------------------------------------------------------


def inspected(**state: Any) -> dict[str, Any]:
    """Return what an engine says of a container, as its documentation has it."""
    running = {
        "Status": "running",
        "OOMKilled": False,
        "Pid": 7,
        "ExitCode": 0,
        "Error": "",
        "StartedAt": "2026-11-25T16:00:00.123456789Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
    }
    return {
        "Id": "f493e53c60a3f0652faffeeb2f28ca649f709257fcbcf9a625dc436c919a2f8c",
        "State": {**running, **state},
        "Image": "sha256:895665e7aee7",
        "RestartCount": 2,
        "Config": {"Image": "shop:3"},
    }


def judged(found: dict[str, Any], status: int = 200) -> Result:
    try:
        return judge("web", Answer(status, {}, found, ""), Trace(), NOW)
    except TargetDown as failure:
        return Result(status=Status.DOWN, detail=str(failure))


@pytest.mark.parametrize(
    ("state", "detail"),
    [
        ({"Status": "dead", "ExitCode": 1}, "dead with exit code 1"),
        ({"Status": "removing", "ExitCode": 0}, "removing with exit code 0"),
        ({"Status": "stopped", "ExitCode": None}, "stopped with an unknown exit code"),
        (
            {
                "Status": "exited",
                "ExitCode": 137,
                "OOMKilled": True,
                "FinishedAt": "2026-11-25T19:56:48Z",
            },
            "exited with exit code 137 (SIGKILL) for lack of memory, 3m12s ago",
        ),
        (
            {"Status": "exited", "ExitCode": 127, "Error": "no such file:\n\x1b[1m/bin/x"},
            "exited with exit code 127 (no such file: \ufffd[1m/bin/x)",
        ),
        (
            {
                "Status": "restarting",
                "ExitCode": 1,
                "FinishedAt": "2026-11-25T20:59:55+01:00",
            },
            "restarting, 2 restarts, ended with exit code 1, 5s ago",
        ),
        (
            {"Status": "exited", "FinishedAt": "2026-11-25T20:00:09Z"},
            "exited with exit code 0, 0s ago",
        ),
        (
            {"Health": {"Status": "unhealthy", "FailingStreak": 4, "Log": [{"Output": "no\n"}]}},
            "running, but unhealthy, failed 4 times in a row: no",
        ),
        ({"Health": {"Status": "unhealthy", "Log": "?"}}, "running, but unhealthy"),
    ],
)
def test_what_is_not_well_is_said_in_words(state: dict[str, Any], detail: str) -> None:
    assert (Status.DOWN, detail) == (
        judged(inspected(**state)).status,
        judged(inspected(**state)).detail,
    )


def test_podman_says_that_there_is_no_check_by_saying_nothing() -> None:
    result = judged(inspected(Health={"Status": "", "FailingStreak": 0, "Log": None}))
    assert (Status.UP, "running for 4h, 2 restarts") == (result.status, result.detail)


@pytest.mark.parametrize(
    ("status", "found", "detail"),
    [
        (500, {"message": "disk full"}, "the container engine answered status 500: disk full"),
        (403, {}, "the container engine answered status 403"),
        # A proxy in front of it, or another server: nobody said that there is no container.
        (404, {"message": "page not found"}, "the container engine answered status 404: page"),
        (200, {}, "the answer has no state of a container; is it an engine's?"),
        (200, {"State": "running"}, "the answer has no state of a container"),
        (200, {"State": {"Status": ["running"]}}, "the answer has no state of a container"),
    ],
)
def test_an_engine_that_says_nothing_of_the_container_is_unknown(
    status: int, found: dict[str, Any], detail: str
) -> None:
    result = judged(found, status)
    assert Status.UNKNOWN == result.status
    assert result.detail.startswith(detail)


def test_values_of_wrong_types_are_left_away() -> None:
    found = inspected(ExitCode="0", OOMKilled="yes", StartedAt=5, Health=[])
    trace = Trace()
    answer = Answer(200, {}, {**found, "RestartCount": True, "Config": 1, "Image": {}}, "")
    assert "running" == judge("web", answer, trace, NOW).detail
    assert {
        "state": "running",
        "health": "none",
        "exit_code": None,
        "out_of_memory": False,
        "restarts": 0,
        "image": "",
    } == trace.facts


# --- a stand-in ---------------------------------------------------------------------------------

WELL = json.dumps(inspected())


async def test_the_request_is_one_that_engines_understand(tmp_path: Path) -> None:
    heard = []

    async def listen(stream: trio.SocketStream) -> None:
        heard.append(bytes(await stream.receive_some()))
        await stream.send_all(http_answer(WELL))

    async with serving_at(listen, tmp_path / "s") as path:
        assert Status.UP == (await look_at("docker://my_web.1/", socket=path)).status
    assert heard[0].startswith(b"GET /containers/my_web.1/json HTTP/1.1\r\nHost: localhost\r\n")


async def test_without_a_socket_it_is_our_fault_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="no such file or directory; start the engine, or") as caught:
        await look_at("docker:web", socket=str(tmp_path / "none"))
    assert Reason.NETWORK == caught.value.reason
    async with serving_at(hang, tmp_path / "s"):
        pass
    with pytest.raises(OwnFault, match="connection refused; start the engine"):
        await look_at("docker:web", socket=str(tmp_path / "s"))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (b"", "the connection was closed without an answer"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "not a valid HTTP answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, "not a valid HTTP answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "not a valid HTTP answer"),
    ],
    ids=["nothing", "ssh", "endless headers", "half"],
)
async def test_an_engine_of_ours_that_makes_no_sense_is_our_fault(
    said: bytes, fault: str, tmp_path: Path
) -> None:
    async with serving_at(answering(said), tmp_path / "s") as path:
        with pytest.raises(OwnFault, match=f"engine at {path} cannot be asked: {fault}"):
            await look_at("docker:web", socket=path)


async def test_an_engine_of_ours_that_is_silent_is_our_fault(tmp_path: Path) -> None:
    async with serving_at(hang, tmp_path / "s") as path:
        with pytest.raises(OwnFault, match=f"engine at {path} gave no answer in time"):
            await look_at("docker:web", SHORT_S, socket=path)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("x" * 2_000_000, "is longer than 1024 KiB"),
        ("[" * 500_000, "is JSON nested too deeply to be read"),
        ("[]", "is not a JSON object"),
        ("<html>", "is not JSON: expecting value at line 1, column 1, before "),
        ("", "is not JSON: it is empty"),
    ],
    ids=["huge", "deep", "list", "page", "empty"],
)
async def test_an_answer_that_cannot_be_read_is_unknown(
    body: str, wrong: str, tmp_path: Path
) -> None:
    async with serving_at(answering(http_answer(body)), tmp_path / "s") as path:
        result = await look_at("docker:web", socket=path)
    assert (Status.UNKNOWN, Reason.PROBE_UNKNOWN) == (result.status, result.reason)
    assert result.detail.startswith(f"the answer {wrong}")


async def test_an_engine_elsewhere_is_asked_over_tcp_or_tls(ca: trustme.CA) -> None:
    async with serving(answering(http_answer(WELL))) as port:
        result = await look_at("docker:web", host=f"tcp://127.0.0.1:{port}")
    assert (Status.UP, f"127.0.0.1:{port}") == (result.status, result.address)
    secured = over_tls(server_context(ca.issue_cert("localhost")), answering(http_answer(WELL)))
    async with serving(secured) as port:
        result = await look_at("docker:web", host=f"tcp://localhost:{port}", tls=True)
        assert Status.UP == result.status
        assert ["resolve", "connect", "tls", "first_byte", "body"] == list(result.timings)
        result = await look_at("docker:web", host=f"tcp://127.0.0.1:{port}", tls=True)
        assert (Status.DOWN, "tls") == (result.status, result.phase)


async def test_an_engine_elsewhere_that_is_away_is_down() -> None:
    result = await look_at("docker:web", host=f"tcp://127.0.0.1:{closed_port()}")
    assert (Status.DOWN, "connect") == (result.status, result.phase)


async def test_looks_go_only_where_they_may() -> None:
    token = POLICY.set(Policy(private="deny"))
    try:
        result = await look_at("docker:web", host="tcp://127.0.0.1")
    finally:
        POLICY.reset(token)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(tmp_path: Path) -> None:
    async with serving_at(answering(http_answer(WELL)), tmp_path / "s") as path:
        probe = probe_of("docker:web", {"socket": path})

        async def work() -> None:
            await probe(Trace())

        await work()
        await trio.testing.wait_all_tasks_blocked()
        before = open_files()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            await trio.testing.wait_all_tasks_blocked()
            assert before == open_files(), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000
