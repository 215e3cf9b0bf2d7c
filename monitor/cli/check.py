"""`monitor check`: one look now, without a database."""

from typing import TYPE_CHECKING

from cyclopts import App

from monitor.cli.everywhere import (
    NOTHING_SAID,
    Conditions,
    Duration,
    Everywhere,
    Options,
    read_options,
)
from monitor.cli.screen import milliseconds, say, say_json, table
from monitor.core.describe import without_password
from monitor.core.model import Status
from monitor.signs import Cell, status_cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.model import Result

EXIT_CODES = {Status.UP: 0, Status.DEGRADED: 1, Status.DOWN: 1, Status.UNKNOWN: 3}
"""Of a command that asked about one look."""


def register(app: App) -> None:
    app.command(check)


async def check(
    target: str,
    /,
    *,
    option: Options = None,
    expect: Conditions = None,
    degraded: Conditions = None,
    invert: bool = False,
    timeout: Duration = None,  # noqa: ASYNC109 (an option, not ours to obey)
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Look at a target once, now, and show how long each phase took; nothing is recorded.

    Exit code: 0 up, 1 down or degraded, 2 bad input, 3 unknown.

    Args:
        target: https://example.com, tcp://localhost:5432, dns:///example.com, exec:COMMAND.
        option: An option of this kind of look; may be repeated.
        expect: A condition for up, such as 'latency < 800ms'; may be repeated.
        degraded: A condition for not degraded; may be repeated.
        invert: It is good news when the target is down.
        timeout: How long the whole look may take (default: 10s).
    """
    settings = everywhere.settle()
    from monitor.operations.looking import look_once
    from monitor.operations.tasks import new_task
    from monitor.probes.guard import POLICY

    # A task like any other, so that what can be checked can be added.
    spec = new_task(
        target,
        timeout_s=timeout,
        options=read_options(option),
        expect=expect,
        degraded=degraded,
        invert=invert,
    )
    POLICY.set(settings.targets)
    result = await look_once(spec, timeout)
    if everywhere.json:
        from monitor.operations.forms import result_form

        say_json({"target": without_password(target), **result_form(result)})
    else:
        show_result(target, result, Words(settings.lang))
    return EXIT_CODES.get(result.status, 3)


def show_result(target: str, result: "Result", words: Words) -> None:
    """Print what a look saw."""
    reason = f" ({result.reason})" if result.reason else ""
    status = status_cell(result.status, words)
    lines: list[tuple[str, Cell | str]] = [
        (words("target"), without_password(target)),
        (words("status"), Cell(status.text + reason, status.style)),
        (words("detail"), result.detail),
        (words("phase"), result.phase or ""),
        (words("address"), result.address or ""),
    ]
    say(table(("", ""), [(name, value) for name, value in lines if value != ""]))
    times = [
        *((phase.replace("_", " "), spent_s) for phase, spent_s in result.timings.items()),
        (words("total"), result.duration_s),
    ]
    say()
    say(table(("", ""), [(f"  {phase}", milliseconds(s).rjust(10)) for phase, s in times]))
