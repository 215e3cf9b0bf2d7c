"""Run a program and believe its exit code: `exec:command arguments`.

The program is spoken to as monitoring plugins are (Nagios plugin API): 0 is UP, 1 (warning)
DEGRADED, 2 (critical) DOWN, 3 UNKNOWN. The guidelines define no other code; a plugin that ends
otherwise, or by a signal, has failed as a program and said nothing about the target, so that is
UNKNOWN too. The first line it prints is the detail; what stands after `|` is performance data.

No shell is involved. The program gets PATH, LANG and HOME as its whole environment, `/` as
working directory and nothing on standard input. Whatever happens, no process of its group
outlives the look.
"""

import contextlib
import errno
import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, Permanent, Probe, Trace
from monitor.probes.explain import descriptor_fault, errno_words, printable
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds
from monitor.probes.perfdata import perfdata
from monitor.probes.target import rest_of

OUTPUT_LIMIT = 64 * 1024
"""Bytes of each output that are kept; what follows is read and forgotten."""

_STATUS = {0: Status.UP, 1: Status.DEGRADED, 2: Status.DOWN}
_CANNOT_RUN = {errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.EISDIR}

_AFTER_KILL_S = 5.0
"""A killed process ends at once, unless it hangs in the kernel; then it is left behind."""

_GRACE = Seconds(1.0)

_DRAIN_S = 1.0
"""How long output may be read after the program has ended, if something else holds its pipe."""


@attrs.frozen(kw_only=True)
class ExecOptions:
    """How to treat the program."""

    grace: Annotated[
        Seconds, Meta(description="time between SIGTERM and SIGKILL at the deadline, at most 10s")
    ] = _GRACE


def prepare(target: str, options: ExecOptions) -> Probe:
    """Make a probe that runs the command once each look.

    Raises:
        InvalidTask: the command cannot be read, or a program named by its path is not there.
    """
    argv = _argv(target)
    if not 0 <= options.grace <= 10:
        raise InvalidTask("option grace", f"{options.grace:g}s is out of range; use 0s to 10s")

    async def look(trace: Trace) -> Result:
        with trace.enter("run"):
            code, output, errors = await _run(argv, options.grace)
        text = output.decode("utf-8", "replace")
        first = text.strip().partition("\n")[0] or errors.decode("utf-8", "replace").strip()
        trace.facts |= {"exit_code": code, "output": text, "perfdata": perfdata(text)}
        return _judge(code, printable(first.partition("\n")[0], 1000))

    return look


def _judge(code: int, said: str) -> Result:
    if code in _STATUS:
        return Result(status=_STATUS[code], detail=said or f"exit code {code}, no output")
    if code < 0:
        how = f"ended by {_signal_name(-code)}"
    else:
        how = "the plugin does not know" if code == 3 else f"exit code {code}, which means nothing"
    return Result(
        status=Status.UNKNOWN,
        reason=Reason.PROBE_UNKNOWN,
        detail=f"{how}: {said}" if said else how,
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _argv(target: str) -> list[str]:
    if not target.isprintable():
        raise InvalidTask("target", "contains a control character; remove it")
    try:
        argv = shlex.split(rest_of(target))
    except ValueError as error:
        raise InvalidTask("target", f"cannot be split into words: {error}") from None
    if not argv:
        raise InvalidTask("target", "names no command; write exec:/path/to/program arguments")
    program = argv[0]
    if program.startswith("/"):
        if not os.access(program, os.F_OK):
            raise InvalidTask("target", f"{program} does not exist")
        if not (Path(program).is_file() and os.access(program, os.X_OK)):
            raise InvalidTask("target", f"{program} is not an executable file")
    elif "/" in program:
        raise InvalidTask("target", f"{program} is relative to no place; write the whole path")
    return argv


async def _run(argv: list[str], grace_s: float) -> tuple[int, bytes, bytes]:
    """Run the program and return its exit code (negative: by that signal) and its two outputs.

    Raises:
        Permanent: there is no such program.
        OwnFault: DESCRIPTORS.
    """
    try:
        process = await trio.lowlevel.open_process(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LANG": os.environ.get("LANG", "C.UTF-8"),
                "HOME": os.environ.get("HOME", "/"),
            },
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        if error.errno in _CANNOT_RUN:
            raise Permanent(f"{argv[0]} cannot be run: {errno_words(error.errno)}") from error
        raise descriptor_fault(error) or error from error
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = bytearray(), bytearray()
    code: int | None = None
    async with process.stdout, process.stderr:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_collect, process.stdout, output)
                nursery.start_soon(_collect, process.stderr, errors)
                code = await process.wait()
                # No checkpoint since it was reaped: nobody else can have its number yet.
                _signal_group(process.pid, signal.SIGKILL)
                nursery.cancel_scope.deadline = trio.current_time() + _DRAIN_S
        finally:
            if code is None:
                await _end(process, grace_s)
    return code, bytes(output), bytes(errors)


async def _collect(pipe: trio.abc.ReceiveStream, kept: bytearray) -> None:
    """Read to the end, so that the program is never stopped by a full pipe, and keep the start."""
    while piece := await pipe.receive_some(16 * 1024):
        kept += piece[: OUTPUT_LIMIT - len(kept)]


async def _end(process: trio.Process, grace_s: float) -> None:
    """End a program that nobody has waited for, and all its group, kindly first."""
    with trio.CancelScope(shield=True, deadline=trio.current_time() + grace_s + _AFTER_KILL_S):
        _signal_group(process.pid, signal.SIGTERM)
        with trio.move_on_after(grace_s):
            await process.wait()
        # Also when the program itself is gone: its children may have ignored the first signal.
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


FACTS = Names(
    (
        Name("exit_code", Type.NUMBER, "the exit code; -9 after signal 9", also=("status", "code")),
        Name("output", Type.TEXT, "what the program printed", also=("body", "stdout")),
        Name("perfdata.*.value", Type.NUMBER, "a measured value", also=("perf", "metrics")),
        Name("perfdata.*.unit", Type.TEXT, 'its unit, such as `"s"` or `"%"`'),
    )
)

KIND = Kind(
    name="exec",
    schemes=("exec",),
    summary="Run a program (Nagios plugin API) and believe its exit code.",
    example="exec:/usr/lib/nagios/plugins/check_load -w 4 -c 8",
    options=ExecOptions,
    prepare=prepare,
    facts=FACTS,
)
