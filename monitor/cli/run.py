"""`monitor run`: the monitor itself, until a signal or the end of its time."""

import logging
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import attrs
import trio
from cyclopts import App, Parameter

from monitor import journal
from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, Seconds
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say_json
from monitor.journal import tell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.app import App as Monitor
    from monitor.cli.looks import LookLines
    from monitor.config.declared import Declarations
    from monitor.config.files import Files, Mark
    from monitor.core.alerts.notices import ChannelSpec
    from monitor.core.model import TaskSpec
    from monitor.core.ports import Session, Store
    from monitor.core.statuspage.values import StatusPage
    from monitor.departure import Departure
    from monitor.engine.clock import Clock
    from monitor.settings import Settings
    from monitor.web.pages.inbox_page import Inbox

_LAST_LINES_S = 1.0
"""How long the last lines of looks may take to be written; a terminal may stand still."""


def register(app: App) -> None:
    app.command(run)


async def run(
    *targets: Annotated[str, Parameter(name="TARGET")],
    for_: Annotated[Seconds, Parameter(name="--for")] = None,
    interval: Duration = None,
    listen: Annotated[str | None, Parameter(metavar="HOST:PORT")] = None,
    health_listen: Annotated[str | None, Parameter(metavar="HOST:PORT")] = None,
    log_format: Annotated[str | None, Parameter(metavar="text|json")] = None,
    verbose: bool = False,
    quiet: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Start the monitor; targets that are not watched yet are added first.

    Args:
        targets: What to watch, such as https://example.com, tcp://localhost:5432 or exec:COMMAND.
        for_: Leave in good order after this time: 30 or 30s.
        interval: Time between looks at the targets that are added now (default: 60s).
        listen: Where to listen for HTTP, or none [MONITOR_LISTEN; default: 127.0.0.1:8080].
        health_listen: Where /livez and /readyz are answered also while our own loop stands still
            [MONITOR_HEALTH_LISTEN; default: nowhere].
        log_format: How the log on stderr is written [MONITOR_LOG_FORMAT; default: text].
        verbose: Log also when sessions open and close, and every look.
        quiet: Do not show looks on stdout.
    """
    level = logging.DEBUG if verbose else logging.INFO
    settings = everywhere.settle(log_format, level, listen, health_listen)
    files, declared = _declared(settings)
    run = Run(
        settings=settings,
        files=files,
        declared=declared,
        specs=_specs(targets, interval),
        for_s=for_,
        everywhere=everywhere,
        silent=quiet or everywhere.json or settings.log_format == "json",
    )
    await run.carry_out()
    return 0


def _declared(settings: "Settings") -> tuple["Files | None", "Declarations | None"]:
    """Read the configuration files, before anything is opened or made.

    Raises:
        BadConfig: with everything that is wrong.
    """
    if settings.config is None:
        return None, None
    from monitor.channels.outside import check_channel
    from monitor.config.files import Files
    from monitor.probes import prepare

    files = Files(settings.config, prepare, check_channel)
    declared, warnings = files.read()
    for warning in warnings:
        journal.say(f"monitor: {warning}")
    return files, declared


def _specs(targets: Sequence[str], interval_s: float | None) -> dict[str, "TaskSpec"]:
    """Make a task of each target, before anything is opened or made.

    Raises:
        BadInput: an interval was given for nothing.
        InvalidTask: naming what is wrong with a target.
    """
    if interval_s is not None and not targets:
        raise BadInput("--interval is for targets that are added now; name one, or leave it out")
    if not targets:
        return {}
    from monitor.operations.tasks import new_task

    return {target: new_task(target, interval_s=interval_s) for target in targets}


@attrs.define(eq=False, kw_only=True)
class Run:
    """One run of the monitor, and what was asked of it."""

    settings: "Settings"
    files: "Files | None"
    """The configuration files; None if there are none."""
    declared: "Declarations | None"
    """What these files declare."""
    specs: Mapping[str, "TaskSpec"]
    """By target."""
    for_s: float | None
    everywhere: Everywhere
    silent: bool
    """Nothing on stdout but, perhaps, the JSON document at the end."""
    inbox: "Inbox | None" = None
    """What a receiver of alerts took, if it is ours; the dashboard shows it."""
    channels: Sequence["ChannelSpec"] = ()
    """Where alerts go, besides what is stored or declared."""
    pages: Sequence["StatusPage"] = ()
    """Status pages, besides those."""
    tasks: int = 0
    """How many there are to watch."""
    _limit: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    """Ends when the time of --for is over."""
    mark: "Mark" = ()
    """The configuration files as they were when they were applied."""
    sockets: Sequence[socket.socket] = ()
    """Where we listen."""
    health_sockets: Sequence[socket.socket] = ()
    """Where it is said how we are, whatever our loop does."""

    async def carry_out(self) -> None:
        """Run until a signal comes, or the end of its time."""
        from monitor.departure import open_departure

        async with open_departure() as departure:
            await self.live(departure)

    async def live(self, departure: "Departure") -> dict[str, float] | None:
        """Run until it is time to leave; return the last figures, if there are any."""
        from monitor.cli.database import make_data_dir
        from monitor.engine.clock import Clock
        from monitor.probes.guard import POLICY
        from monitor.store.sql import open_store

        POLICY.set(self.settings.targets)
        clock = Clock()
        figures: dict[str, float] | None = None
        make_data_dir(self.settings)
        if self.settings.listen_from:  # if that fails, nothing is begun
            self.sockets = await self._listen()
        async with self._open_health(), open_store(self.settings.address, clock.now) as store:
            await self._prepare(store, clock, departure)
            if not departure.asked:
                figures = await self._watch(store, clock, departure)
        if figures is not None and self.everywhere.json:
            database = str(self.settings.address)
            cause = departure.cause
            say_json({**figures, "tasks": self.tasks, "cause": cause, "database": database})
        return figures

    async def _prepare(self, store: "Store", clock: "Clock", departure: "Departure") -> None:
        """Make sure that we are alone, and add the targets."""
        from monitor.cli.neighbours import wait_alone
        from monitor.cli.whoami import signed_by_typist
        from monitor.core.alerts.alerting import AlertingChange
        from monitor.core.statuspage.values import PagesChange

        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_on, departure, nursery.cancel_scope)
            async with store.session("command line") as session:
                other = await wait_alone(session, clock)
                if other is not None:
                    raise BadInput(
                        f"the database {self.settings.address} is already run by process "
                        f"{other.pid} on {other.host}; stop it first"
                    )
                await self._apply(session, clock)
                session = signed_by_typist(session, clock.now)
                fleet = await session.fleet()
                known = {watched.task.target for watched in fleet}
                new = [spec for target, spec in self.specs.items() if target not in known]
                await session.add(new, clock.now())
                self.tasks = len(fleet) + len(new)
                if self.channels:
                    await session.change_alerting(AlertingChange(channels=tuple(self.channels)))
                if self.pages:
                    pages = PagesChange(pages=tuple(self.pages))
                    await session.publishing.change_pages(lambda _known: pages)
            nursery.cancel_scope.cancel()

    async def _apply(self, session: "Session", clock: "Clock") -> None:
        """Apply the configuration files, if there are any."""
        if self.files is None or self.declared is None:
            return
        from monitor.cli.whoami import BY_FILE, signed_by_typist
        from monitor.config.files import apply

        self.mark = self.files.mark()
        await apply(signed_by_typist(session, clock.now, BY_FILE), self.declared, clock)

    async def _listen(self) -> Sequence[socket.socket]:
        """Open where we listen; that must work if somebody asked for it.

        Raises:
            CouldNotTell: it did not.
        """
        from monitor.web.listen import CannotListen, open_sockets

        if self.settings.listen is None:
            return ()
        try:
            return await open_sockets(self.settings.listen)
        except CannotListen as error:
            if self.settings.listen_from:
                raise CouldNotTell(
                    f"{self.settings.listen_from}: {error}; choose another address, or none"
                ) from error
            tell("web.busy", error=str(error))
            return ()

    @asynccontextmanager
    async def _open_health(self) -> AsyncIterator[None]:
        """Open where it is said how we are, if somebody asked for it.

        Raises:
            CouldNotTell: it did not work.
        """
        from monitor.web.listen import CannotListen, open_sockets

        if self.settings.health is not None:
            try:
                self.health_sockets = await open_sockets(self.settings.health)
            except CannotListen as error:
                raise CouldNotTell(f"{self.settings.health_from}: {error}") from error
        try:
            yield
        finally:
            for one in self.health_sockets:
                one.close()

    async def _watch(
        self, store: "Store", clock: "Clock", departure: "Departure"
    ) -> dict[str, float]:
        """Run the monitor; return its last figures."""
        from monitor.app import open_monitor
        from monitor.channels.outside import outside
        from monitor.cli.guests import Guests
        from monitor.cli.looks import LookLines
        from monitor.probes import prepare

        if not self.settings.listen_from:
            self.sockets = await self._listen()
        lines = LookLines(None if self.silent else _stdout(), Words(self.settings.lang))
        if not self.tasks:
            self._welcome(lines)
        guests = Guests(
            settings=self.settings,
            lines=lines,
            sockets=self.sockets,
            health_sockets=self.health_sockets,
            files=self.files,
            mark=self.mark,
            inbox=self.inbox,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lines.run, name="lines")
            async with open_monitor(
                store,
                clock,
                prepare,
                self.settings.tuning,
                lines.show,
                guests.by_name(),
                outside(self.settings.lang),
            ) as monitor:
                lines.names = lambda: monitor.surroundings.names
                await self._stay(monitor, departure)
                self.tasks = len(monitor.fleet.children)
            figures = monitor.figures()
            self._sum_up(lines, figures)
            lines.close()
            nursery.cancel_scope.deadline = trio.current_time() + _LAST_LINES_S
        return figures

    async def _stay(self, monitor: "Monitor", departure: "Departure") -> None:
        """Return when it is time to leave."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._announce, monitor)
            with self._limit:
                await departure.wait()
            departure.ask("time is up")
            monitor.cause = departure.cause
            nursery.cancel_scope.cancel()

    async def _announce(self, monitor: "Monitor") -> None:
        await monitor.reconcile.settled()
        if self.for_s is not None:  # counted from here: to open a database may take longer
            self._limit.deadline = trio.current_time() + self.for_s
        tell(
            "monitor.started",
            tasks=len(monitor.fleet.children),
            database=str(self.settings.address),
        )

    def _welcome(self, lines: "LookLines") -> None:
        """Say what to type next, to somebody who has nothing to watch yet."""
        words, command = lines.words, self.everywhere.command
        for line in (
            words("The monitor is running and has nothing to watch yet."),
            words("Database: {database}", database=self.settings.address),
            "",
            words("Type in another terminal; this one takes it up within two seconds:"),
            f"    {command('task add https://example.com --name example --interval 30s')}",
            f"    {command('task add tcp://localhost:5432 --name postgres')}",
            f"    {command('status')}",
            words("Or stop this one (Ctrl-C) and name what to watch:"),
            f"    {command('run https://example.com tcp://localhost:5432')}",
            words("One look, nothing recorded:"),
            f"    {command('check https://example.com')}",
            "",
        ):
            lines.say(line)

    def _sum_up(self, lines: "LookLines", figures: Mapping[str, float]) -> None:
        """Say what was done, and what to type next."""
        words, command = lines.words, self.everywhere.command
        phrase = (
            "{looks:look|looks}, {recorded:record|records} written, {sessions:session|sessions} "
            "open, database {database}"
        )
        said = words(
            phrase,
            looks=figures["looks"],
            recorded=figures["results_recorded"],
            sessions=figures["open_sessions"],
            database=self.settings.address,
        )
        lines.say(said)
        lines.say(words("next: {command}", command=command("status")))
        lines.say(words("next: {command}", command=command("history NAME")))


async def _cancel_on(departure: "Departure", scope: trio.CancelScope) -> None:
    await departure.wait()
    scope.cancel()


def _stdout() -> int | None:
    """Return the file descriptor of stdout, if it has one."""
    try:
        return sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return None
