"""The configuration files of a running monitor: applied when it starts, and again when they change.

A file that is wrong is told and changes nothing: what ran before goes on.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import trio

from monitor.config.alerting import CheckChannel
from monitor.config.declared import Declarations, read_declared
from monitor.config.plan import left_over, plan
from monitor.config.source import BadConfig, read_sources, with_conf_d
from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.failures import DatabaseAway, StoreRefused
from monitor.core.model import Task
from monitor.core.ports import Session, Store
from monitor.core.tasks import CheckTask
from monitor.engine.clock import Clock
from monitor.journal import tell

POLL_S = 1.0
"""A change is taken up when the files have stood still from one look at them to the next."""

Mark = tuple[tuple[str, int, int], ...]
"""Names, times and sizes of files: what changes when one of them does."""


@attrs.frozen
class Files:
    """A main file, and `conf.d` beside it."""

    main: Path
    check: CheckTask
    check_channel: CheckChannel

    def read(self) -> tuple[Declarations, list[str]]:
        """Read everything; see `declared.read_declared`. Raises BadConfig."""
        sources = read_sources(with_conf_d(self.main))
        return read_declared(sources, self.check, self.check_channel)

    def mark(self) -> Mark:
        """Look whether files are as they were, without reading them."""
        found = []
        for path in with_conf_d(self.main):
            for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
                try:
                    seen = file.stat()
                except OSError:
                    continue
                found.append((str(file), seen.st_mtime_ns, seen.st_size))
        return tuple(found)


@attrs.define(eq=False, kw_only=True)
class Reload:
    """Apply the files again whenever they change."""

    files: Files
    store: Store
    clock: Clock
    applied: Mark
    """The files as they were when they were applied last, or refused."""
    sign: Callable[[Session], Session] = lambda session: session
    """Makes a session one whose changes are written down."""

    async def run(self) -> None:
        """Watch the files for ever. Tasks they do not change are not disturbed."""
        async with self.store.session("configuration") as session:
            before = self.applied
            while True:
                await trio.sleep(POLL_S)
                now = await trio.to_thread.run_sync(self.files.mark)
                if now not in ((), self.applied) and now == before:
                    await self._apply(session, now)
                before = now

    async def _apply(self, session: Session, mark: Mark) -> None:
        try:
            # Ten thousand tasks take seconds to check; looks go on meanwhile.
            declared, warnings = await trio.to_thread.run_sync(self.files.read)
            change = await apply(self.sign(session), declared, self.clock)
        except DatabaseAway:
            return  # told by those who have something to lose; tried again
        except BadConfig as error:
            first = str(error.problems[0]).splitlines()[0]
            tell("config.refused", problems=len(error.problems), error=first)
        except StoreRefused as error:
            tell("config.refused", problems=1, error=str(error))
        else:
            for warning in warnings:
                tell("config.warning", warning=warning)
            tell("config.applied", added=len(change.add), changed=len(change.edit))
        self.applied = mark


async def apply(session: Session, declared: Declarations, clock: Clock) -> FleetChange:
    """Make what is stored that of the files; tell of tasks that no file names any more."""
    stale: list[str] = []

    def decide(tasks: Sequence[Task], alerting: Alerting) -> FleetChange:
        stale[:] = left_over(tasks, declared)
        return plan(tasks, alerting, declared, pages=pages)

    pages = await session.publishing.pages()
    change = await session.rebuild(decide, clock.now())
    for name in stale:
        tell("config.left_over", name=name)
    return change
