"""The command line.

start       commands (the tree of commands, and what stands before them), refusals (errors as one
            sentence and an exit code)
families    run (with looks and deadman), demo, check, task, status (with hushed), history, db,
            doctor, drill, verify
alerting    channel (with channel_post, channel_kinds), silence, maintenance, ack, note,
            incidents, test (with junit), simulate (with simulate_history, simulated, timeline)
publishing  status_page
access      user and token (with passwords), audit_log; whoami (whose deeds these are)
explaining  explain, evidence (what is read), sentences and explained (what is said)
reading     everywhere (options of every command, and how values are read), database, selecting
writing     screen (tables and colours), forms and alert_forms (values as JSON), words (English and
            Russian)

Large libraries are imported inside commands, so that `monitor --help` answers at once.

Exit codes: 0 well; 1 what was asked about is not well; 2 usage or bad input; 3 could not find out.
"""

import inspect
import os
import sys
import traceback
from collections.abc import Sequence
from functools import partial

from monitor import journal
from monitor.cli.commands import arrange, make_app
from monitor.cli.refusals import refusal


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code. Errors are told on stderr."""
    tokens = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no "✓" gets a "?"
    try:
        code = _obey(tokens)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has seen enough. Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        journal.take_down()
    return code


def _obey(tokens: list[str]) -> int:
    try:
        return _call(tokens)
    except BrokenPipeError:
        raise
    except BaseException as error:
        known = refusal(error)
        if known is None:
            if not isinstance(error, Exception):
                raise
            journal.say("".join(traceback.format_exception(error)).rstrip())
            known = "this is a bug of ours, please report it with the lines above", 3
    sentence, code = known
    if sentence:
        journal.say(f"monitor: {sentence}")
    return code


def _call(tokens: list[str]) -> int:
    app = make_app(tokens)
    command, bound, _ = app.parse_args(
        arrange(app, tokens),
        print_error=False,
        exit_on_error=False,
        help_on_error=False,
        verbose=False,
    )
    if not inspect.iscoroutinefunction(command):  # help and version
        command(*bound.args, **bound.kwargs)
        return 0

    import trio

    code: int = trio.run(
        partial(command, *bound.args, **bound.kwargs),
        restrict_keyboard_interrupt_to_checkpoints=True,
    )
    return code
