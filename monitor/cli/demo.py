"""`monitor demo`: everything in a minute, on this machine, and nothing is left behind."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, Seconds
from monitor.cli.refusals import BadInput
from monitor.core.counting import counted

if TYPE_CHECKING:
    from monitor.departure import Departure
    from monitor.scribe import Scribe
    from monitor.settings import Settings
    from monitor.web.listen import Listen

_LAST_LINES_S = 1.0


def register(app: App) -> None:
    app.command(demo)


async def demo(
    *,
    for_: Annotated[Seconds, Parameter(name="--for")] = None,
    listen: Annotated[str | None, Parameter(metavar="HOST:PORT")] = None,
    verbose: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """See everything in a minute, offline: targets of all sorts, a crash and its recovery, alerts.

    It runs the monitor on a database of its own that is removed at the end.

    Args:
        for_: Leave in good order after this time: 60 or 60s.
        listen: Where to listen for HTTP, or none [default: 127.0.0.1:8080, or another port].
        verbose: Write the log to stderr too.
    """
    for name, given in (
        ("--database", everywhere.database),
        ("--data-dir", everywhere.data_dir),
        ("--config", everywhere.config),
    ):
        if given is not None:
            raise BadInput(f"{name} is not for the demo, which keeps nothing; leave it out")
    settings = everywhere.settle(level=logging.INFO, listen=listen)

    from monitor.departure import open_departure

    async with open_departure() as departure:  # from here on a signal leaves nothing behind
        with TemporaryDirectory(prefix="monitor-demo-") as folder, _lines(everywhere) as lines:
            await _show(settings, Path(folder), for_, everywhere, departure, lines, verbose)
    return 0


@contextlib.contextmanager
def _lines(everywhere: Everywhere) -> Iterator["Scribe | None"]:
    """Write lines to stdout for the time of a block, unless that is for JSON."""
    from monitor.scribe import Scribe

    if everywhere.json or sys.stdout is None:
        yield None
        return
    scribe = Scribe(sys.stdout, lambda lost: f"({counted(lost, 'line is', 'lines are')} lost)")
    try:
        yield scribe
    finally:
        scribe.finish(_LAST_LINES_S)


async def _show(
    settings: "Settings",
    folder: Path,
    for_s: float | None,
    everywhere: Everywhere,
    departure: "Departure",
    lines: "Scribe | None",
    log_too: bool,
) -> None:
    from monitor.cli.run import Run
    from monitor.demo.inbox import Inbox, channel_to
    from monitor.demo.narrator import Hearing, Narrator
    from monitor.demo.stage import open_stage
    from monitor.demo.story import PAGE, actors

    inbox = Inbox()
    async with open_stage(folder, inbox) as places:
        cast = actors(places)
        say = (lambda _line: None) if lines is None else lines.put
        status = f"{everywhere.command('status')} --data-dir {folder}"
        narrator = Narrator(say, cast, settings.lang, status)
        inbox.on_letter = narrator.take
        run = Run(
            settings=await _settings(settings, folder),
            files=None,
            declared=None,
            specs={actor.spec.target: actor.spec for actor in cast},
            channels=[channel_to(places.web)],
            pages=[PAGE],
            inbox=inbox,
            for_s=for_s,
            everywhere=everywhere,
            silent=True,
        )
        narrator.open()
        with Hearing(narrator, log_too):
            figures = await run.live(departure)
        if figures is not None:
            narrator.close_with(figures, inbox.taken)


async def _settings(said: "Settings", folder: Path) -> "Settings":
    """Return the settings of a run that nothing else of this machine has a part in."""
    from monitor.app import Tuning
    from monitor.demo.story import MAX_ERRORS, POLICY
    from monitor.settings import Settings

    listen = said.listen if said.listen_from else await _free(said.listen)
    return Settings(
        data_dir=folder,
        lang=said.lang,
        log_format=said.log_format,
        listen=listen,
        listen_from=said.listen_from or "the demo",
        tuning=Tuning(policy=POLICY, max_errors=MAX_ERRORS, grace_s=5.0),
    )


async def _free(wanted: "Listen | None") -> "Listen | None":
    """Return where to listen, or another port there if that is taken."""
    import attrs

    from monitor.web.listen import CannotListen, open_sockets

    if wanted is None:
        return None
    try:
        sockets = await open_sockets(wanted)
    except CannotListen:
        return attrs.evolve(wanted, port=0)
    for one in sockets:
        one.close()
    return wanted
