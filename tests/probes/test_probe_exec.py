"""Programs as probes: what they say is believed, and nothing of them stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import trio

from monitor.core.model import Reason, Status
from monitor.core.probing import InvalidTask, OwnFault, Permanent, Trace
from monitor.probes.exec import OUTPUT_LIMIT
from monitor.probes.perfdata import perfdata
from tests.probes.servers import SHORT_S, look_at, no_more_files, open_files, probe_of
from tests.probes.stepping import cancelled_at_step

Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Write a shell script and return a target that runs it."""

    def write(text: str) -> str:
        path = tmp_path / "check"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return f"exec:{path}"

    return write


async def ended(pid: int) -> None:
    """Wait until a process that is not our child has ended."""
    with trio.fail_after(5):
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            await trio.lowlevel.wait_readable(descriptor)
        finally:
            os.close(descriptor)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (0, Status.UP, None),
        (1, Status.DEGRADED, None),
        (2, Status.DOWN, None),
        (3, Status.UNKNOWN, Reason.PROBE_UNKNOWN),
        (4, Status.UNKNOWN, Reason.PROBE_UNKNOWN),
        (127, Status.UNKNOWN, Reason.PROBE_UNKNOWN),
    ],
)
async def test_the_exit_code_is_the_status(
    code: int, status: Status, reason: Reason | None, script: Script
) -> None:
    result = await look_at(script(f"echo 'LOAD - 0.5'; exit {code}"))
    assert (status, reason) == (result.status, result.reason)
    assert result.detail.endswith("LOAD - 0.5")
    assert code == result.facts["exit_code"]
    assert ["run"] == list(result.timings)


async def test_a_program_that_a_signal_ended_said_nothing_about_the_target(script: Script) -> None:
    result = await look_at(script("kill -SEGV $$"))
    assert (Status.UNKNOWN, Reason.PROBE_UNKNOWN) == (result.status, result.reason)
    assert "ended by SIGSEGV" == result.detail


async def test_the_first_line_is_the_detail_and_all_of_it_a_fact(script: Script) -> None:
    result = await look_at(script("printf 'OK | a=1\\nmore\\n'"))
    assert "OK | a=1" == result.detail
    assert "OK | a=1\nmore\n" == result.facts["output"]
    assert {"a": {"value": 1.0, "unit": ""}} == result.facts["perfdata"]


async def test_a_program_that_only_complains_is_quoted(script: Script) -> None:
    result = await look_at(script("echo 'no such disk' >&2; exit 2"))
    assert (Status.DOWN, "no such disk") == (result.status, result.detail)


async def test_a_silent_program_is_not_quoted(script: Script) -> None:
    assert "exit code 0, no output" == (await look_at(script("exit 0"))).detail


async def test_arguments_are_words_and_no_shell_reads_them() -> None:
    result = await look_at("""exec:printf '%s,' "two words" $HOME ; '*' a\\ b""")
    assert "two words,$HOME,;,*,a b," == result.detail


async def test_a_program_gets_next_to_no_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://me:secret@db/monitor")
    result = await look_at(script("pwd; env; readlink /proc/self/fd/0"))
    lines = result.facts["output"].split()
    assert "/" == lines[0]
    assert "/dev/null" == lines[-1]
    names = {line.partition("=")[0] for line in lines[1:-1]}
    # The shell itself adds the second three.
    assert names <= {"PATH", "LANG", "HOME", "PWD", "OLDPWD", "_", "SHLVL"}


async def test_output_is_kept_up_to_its_limit_and_the_rest_read(script: Script) -> None:
    result = await look_at(script("yes | head -c 10000000; yes | head -c 10000000 >&2; exit 1"))
    assert Status.DEGRADED == result.status
    assert OUTPUT_LIMIT == len(result.facts["output"])


async def test_a_detail_of_one_endless_line_is_short(script: Script) -> None:
    result = await look_at(script("head -c 100000 /dev/zero"))
    assert len(result.detail) <= 1024
    assert "\0" not in result.detail


# --- what cannot be run -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("exec:", "names no command"),
        ("exec:/no/such/program", "/no/such/program does not exist"),
        ("exec:/etc/passwd -x", "/etc/passwd is not an executable file"),
        ("exec:/tmp", "/tmp is not an executable file"),
        ("exec:./check", "./check is relative to no place"),
        ("exec:echo 'half", "cannot be split into words: No closing quotation"),
        ("exec:echo a\0b", "contains a control character"),
    ],
)
def test_a_wrong_target_is_refused(target: str, message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("grace", "message"),
    [
        ("5", "'5' has no unit"),
        (5, "5 has no unit"),
        ("11s", "11s is out of range"),
        ("soon", "'soon' is not a duration"),
    ],
    ids=["bare text", "bare number", "too long", "word"],
)
def test_a_wrong_grace_is_refused_and_named(grace: object, message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("exec:true", {"grace": grace})
    assert "option grace" == caught.value.field
    assert message in caught.value.message


async def test_a_command_that_is_nowhere_to_be_found_is_permanent() -> None:
    with pytest.raises(Permanent, match="no-such-command cannot be run: no such file"):
        await look_at("exec:no-such-command --now")


async def test_a_file_that_is_no_program_is_permanent(tmp_path: Path) -> None:
    path = tmp_path / "check"
    path.write_text("echo hello\n")
    path.chmod(0o755)
    with pytest.raises(Permanent, match="cannot be run: exec format error"):
        await look_at(f"exec:{path}")


async def test_however_few_files_may_be_opened_it_is_our_own_fault_and_none_stays_open() -> None:
    await look_at("exec:true")
    before = open_files()
    faults = 0
    for room in range(20):
        try:
            with no_more_files(but=room):
                result = await look_at("exec:true")
        except OwnFault as fault:
            faults += fault.reason is Reason.DESCRIPTORS
        else:
            assert Status.UP == result.status
        assert before == open_files(), f"with room for {room}"
    assert 3 < faults < 20


# --- nothing stays ------------------------------------------------------------------------------

STUBBORN = """
trap '' TERM
sh -c 'trap "" TERM; echo $$; while :; do sleep 60; done' &
sh -c 'echo $$; exec sleep 60' &
echo $$
while :; do sleep 60; done
"""


async def test_a_program_that_takes_too_long_is_down_and_ended(script: Script) -> None:
    before = open_files()
    result = await look_at(script("exec sleep 60"), SHORT_S)
    assert (Status.DOWN, "run") == (result.status, result.phase)
    assert "no answer within 0.2 s, in phase run" == result.detail
    assert result.duration_s < 1.0  # it went at the first signal, nobody waited for the grace
    assert before == open_files()


async def test_a_program_that_ignores_the_first_signal_is_killed_with_all_its_children(
    script: Script, tmp_path: Path
) -> None:
    children = psutil.Process().children()
    pids = tmp_path / "pids"
    target = script(f"exec >> {pids}{STUBBORN}")
    result = await look_at(target, 0.5, grace="200ms")
    assert Status.DOWN == result.status
    assert 0.7 <= result.duration_s < 3.0
    found = [int(line) for line in pids.read_text().split()]
    assert 3 == len(found)
    for pid in found:
        await ended(pid)
    assert children == psutil.Process().children()


async def test_a_kind_program_may_clean_up_within_its_grace(script: Script, tmp_path: Path) -> None:
    note = tmp_path / "note"
    target = script(f"trap 'echo cleaned > {note}; exit' TERM\nsleep 60 & wait")
    await look_at(target, SHORT_S, grace="5s")
    assert "cleaned\n" == note.read_text()


async def test_what_a_program_leaves_running_is_killed_when_it_ends(
    script: Script, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    target = script(f"sleep 60 & echo $! > {pid_file}; echo started; exit 0")
    result = await look_at(target)
    assert (Status.UP, "started") == (result.status, result.detail)
    await ended(int(pid_file.read_text()))


async def test_a_pipe_held_by_a_process_that_left_the_group_does_not_hold_up_the_look(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.probes.exec._DRAIN_S", 0.05)
    pid_file = tmp_path / "pid"
    target = script(
        f"setsid sh -c 'echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 60' &\n"
        f"while [ ! -e {pid_file} ]; do :; done; echo free"
    )
    result = await look_at(target)
    assert (Status.UP, "free") == (result.status, result.detail)
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGKILL)
    await ended(pid)


async def test_a_look_can_be_cancelled_at_every_step_and_leaves_no_process_and_no_pipe() -> None:
    probe = probe_of("exec:echo fine", {"grace": "0s"})

    async def work() -> None:
        await probe(Trace())

    await work()
    before, children = open_files(), psutil.Process().children()
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, work)
        assert before == open_files(), f"cancelled at step {step}"
        assert children == psutil.Process().children(), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000


# --- performance data ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("OK", {}),
        ("OK | time=0.5s;1;2;0;10", {"time": (0.5, "s")}),
        (
            "OK | a=1 'disk free'=40% 'it''s'=-2.5e3c",
            {"a": (1, ""), "disk free": (40, "%"), "it's": (-2500, "c")},
        ),
        ("OK | a=1\nmore\nstill more | b=2MB\nc=3", {"a": (1, ""), "b": (2, "MB"), "c": (3, "")}),
        ("OK | a=U b=2", {"b": (2, "")}),
        ("OK | =1 b c= d=1x2 e=5 'f=6 g=7", {"e": (5, ""), "g": (7, "")}),
        ("OK | a=1,5", {"a": (1.5, "")}),
        ("OK | a=1e999", {}),
        ("| '" + "''" * 50_000, {}),
        ("| " + "' " * 50_000, {}),
    ],
    ids=["none", "one", "quoted", "lines", "U", "junk", "comma", "huge", "quotes", "open quotes"],
)
def test_performance_data_is_read_as_far_as_it_can_be(
    output: str, expected: dict[str, tuple[float, str]]
) -> None:
    wanted = {label: {"value": value, "unit": unit} for label, (value, unit) in expected.items()}
    assert wanted == perfdata(output)
