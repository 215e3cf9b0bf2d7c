"""What runs beside the monitor's own organs, as the settings of `monitor run` have it."""

import os
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import attrs

from monitor.app import App, Guest
from monitor.cli.deadman import keep_deadman
from monitor.cli.mailing import keep_mailing
from monitor.cli.whoami import BY_FILE, signed_by_typist
from monitor.engine.housekeeping import Housekeeping
from monitor.service import ServiceManager, keep_service_manager
from monitor.settings import Settings
from monitor.web.outpost import keep_lookout

if TYPE_CHECKING:
    from monitor.cli.looks import LookLines
    from monitor.config.files import Files, Mark
    from monitor.web.pages.inbox_page import Inbox


@attrs.frozen(kw_only=True)
class Guests:
    """Makes what runs beside the organs."""

    settings: Settings
    lines: "LookLines"
    """Where the first user is invited."""
    sockets: Sequence[socket.socket]
    """Where we listen."""
    health_sockets: Sequence[socket.socket]
    """Where it is said how we are, whatever our loop does."""
    files: "Files | None"
    """The configuration files; None if there are none."""
    mark: "Mark"
    """These files as they were when they were applied."""
    inbox: "Inbox | None"
    """What a receiver of alerts took, if it is ours."""

    def by_name(self) -> dict[str, Guest]:
        """Return all that runs."""
        return dict(self._all())

    def _all(self) -> Iterator[tuple[str, Guest]]:
        if self.sockets:
            yield "web", self._listener()
        yield "housekeeping", self._keep_house
        yield "subscribers", partial(keep_mailing, settings=self.settings)
        yield "lookout", lambda monitor: keep_lookout(monitor, self.health_sockets)
        if (manager := ServiceManager.asked(os.environ)) is not None:
            yield "service manager", lambda monitor: keep_service_manager(monitor, manager)
        if self.settings.deadman:
            yield "deadman", partial(keep_deadman, settings=self.settings)
        if self.files is not None:
            yield "configuration", partial(self._follow, self.files)

    def _listener(self) -> Guest:
        from monitor.web.access.entrance import Entrance
        from monitor.web.metrics import Metrics
        from monitor.web.serve import listen_for

        settings, lines = self.settings, self.lines

        def invite(address: str) -> None:
            lines.say(lines.words("Nobody can log in yet. Open this to create the first user:"))
            lines.say(f"    {address}")

        entrance = Entrance(options=settings.access, say=invite)

        async def listen(monitor: App) -> None:
            more = [Metrics.of(monitor, settings.metrics, self.sockets)]
            await listen_for(monitor, self.sockets, more, entrance, settings.api, self.inbox)

        return listen

    async def _keep_house(self, monitor: App) -> None:
        await Housekeeping(
            store=monitor.store, clock=monitor.clock, options=self.settings.access
        ).run()

    async def _follow(self, files: "Files", monitor: App) -> None:
        """Take up the configuration files whenever they change."""
        from monitor.config.files import Reload

        await Reload(
            files=files,
            store=monitor.store,
            clock=monitor.clock,
            applied=self.mark,
            sign=partial(signed_by_typist, now=monitor.clock.now, via=BY_FILE),
        ).run()
