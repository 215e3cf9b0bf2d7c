"""Is it alive, is it ready? For those that start it again, and for those that send it work.

`/livez` is the auditor's word, and what else `wellness` knows: 503 if nobody has audited for a
while, if tasks did not look in time, if our loop stood still, or if nothing is recorded. `/readyz`
is 503 until the tasks have been read, and while the database is away: then the monitor watches on,
but cannot be asked or changed.
"""

from collections.abc import Sequence

import attrs
import trio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.app import App
from monitor.web.problem import HEADERS
from monitor.web.routing import PUBLIC, Entry


@attrs.define(eq=False)
class Health:
    """What is known of ourselves."""

    monitor: App

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path="/livez", endpoint=self.live, needs=PUBLIC),
            Entry(path="/readyz", endpoint=self.ready, needs=PUBLIC),
        )

    async def live(self, _request: Request) -> Response:
        """Say whether every task looks in time."""
        await trio.lowlevel.checkpoint()
        return _answer("alive", self.monitor.word().ailing)

    async def ready(self, _request: Request) -> Response:
        """Say whether it can be asked and changed."""
        await trio.lowlevel.checkpoint()
        return _answer("ready", self.monitor.word().unready)


def _answer(what: str, why: Sequence[str]) -> Response:
    return JSONResponse({what: not why, "why": list(why)}, 503 if why else 200, HEADERS)
