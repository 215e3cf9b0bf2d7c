"""Is it alive, is it ready? For those that start it again, and for those that send it work.

`/livez` is the auditor's word: 503 if it has not audited for a while, or found tasks that did not
look in time. `/readyz` is 503 until the tasks have been read, and while the database is away: then
the monitor watches on, but cannot be asked or changed.
"""

import attrs
import trio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.core.units import format_duration
from monitor.engine.auditor import Auditor
from monitor.engine.outage import Outage
from monitor.engine.reconcile import Reconcile
from monitor.web.problem import HEADERS

SILENT_S = 15.0
"""An auditor that has not audited for so long is not believed any more; it does so every second."""


@attrs.define(eq=False)
class Health:
    """What is known of ourselves."""

    auditor: Auditor
    outage: Outage
    reconcile: Reconcile

    async def live(self, _request: Request) -> Response:
        """Say whether every task looks in time."""
        await trio.lowlevel.checkpoint()
        why = []
        silent_s = trio.current_time() - self.auditor.audited_s
        if silent_s > SILENT_S:
            why.append(f"nobody has audited for {format_duration(round(silent_s))}")
        if self.auditor.overdue:
            why.append(f"{self.auditor.overdue} tasks did not look in time")
        return _answer("alive", why)

    async def ready(self, _request: Request) -> Response:
        """Say whether it can be asked and changed."""
        await trio.lowlevel.checkpoint()
        why = []
        if not self.reconcile.is_settled:
            why.append("the tasks have not been read yet")
        if self.outage.on:
            why.append("the database is away")
        return _answer("ready", why)


def _answer(what: str, why: list[str]) -> Response:
    return JSONResponse({what: not why, "why": why}, 503 if why else 200, HEADERS)
