"""`/drills`: whether recovery works, proven again and again; and `/about`: what this monitor is."""

import platform
from collections.abc import Sequence

import attrs
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.drills import LATE_S
from monitor.core.units import format_duration
from monitor.operations import drills
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role


@attrs.define(eq=False)
class DrillPage:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path="/drills", endpoint=self.show, needs=Role.VIEWER),
            Entry(path="/drills", endpoint=self.ask, needs=Role.EDITOR, methods=("POST",)),
            Entry(path="/about", endpoint=self.about, needs=Role.VIEWER),
        )

    async def show(self, request: Request) -> Response:
        """Show the exercises of the past, and when the next one is due."""
        app = self.fleet.monitor
        async with self.fleet.desk.session() as session:
            found = await drills.history(session, self.fleet.now, app.drill.every_s, limit=100)
        slowest_s = max((one.took_s or 0.0 for one in found.exercises), default=0.0)
        return self.frame.page(
            request,
            "drills.html",
            found=found,
            exercises=found.exercises[::-1],
            every_s=app.drill.every_s,
            slowest_s=max(slowest_s, LATE_S),
            late_s=LATE_S,
        )

    async def ask(self, request: Request) -> Response:
        """Have a canary made to fail."""
        said = await read_form(request)
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            await drills.ask(session, None)
        await self.fleet.taken_up(revision)
        return back_to(said, "drilled", "/drills")

    async def about(self, request: Request) -> Response:
        """Show what runs here, with which settings."""
        app = self.fleet.monitor
        policy, tuning = app.tuning.policy, app.tuning
        return self.frame.page(
            request,
            "about.html",
            node=app.presence.node,
            python=platform.python_version(),
            figures=app.figures(),
            settings=(
                ("recovery.base", format_duration(policy.backoff.base_s)),
                ("recovery.factor", f"{policy.backoff.factor:g}"),
                ("recovery.cap", format_duration(policy.backoff.cap_s)),
                ("recovery.max_attempts", str(policy.max_attempts or "unlimited")),
                ("recovery.reset_after", format_duration(policy.reset_after_s)),
                ("max_consecutive_errors", str(tuning.max_errors)),
                ("grace", format_duration(tuning.grace_s)),
                ("uplink.anchors", ", ".join(app.uplink.anchors) or "–"),
                (
                    "drill.every",
                    "never" if app.drill.every_s is None else format_duration(app.drill.every_s),
                ),
            ),
        )
