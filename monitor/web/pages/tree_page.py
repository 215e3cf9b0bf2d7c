"""`/tree`: who lives in which nursery, doing what, until when, and who starts whom again."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

import attrs
import trio
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.pages.fleet import Fleet
from monitor.web.pages.frame import Frame
from monitor.web.pages.moments import Moments
from monitor.web.pages.tree import ROLES, make_tree, says, step_of
from monitor.web.routing import Entry, Role

SIZE = 100
_STEPS = ("failed", "invalid", "backoff", "looking", "recording", "starting", "waiting", "resting")


@attrs.define(eq=False)
class TreePage:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        return (Entry(path="/tree", endpoint=self.show, needs=Role.VIEWER),)

    async def show(self, request: Request) -> Response:
        """Show the tree."""
        await trio.lowlevel.checkpoint()
        query, app = request.query_params, self.fleet.monitor
        page = query.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
        step = query.get("step", "")
        step = step if step in _STEPS else ""
        words = query.get("q", "")[:200]
        tree = make_tree(app, (max(1, number) - 1) * SIZE, SIZE, step, words)
        t = self.frame.words(request)

        def url(**changes: object) -> str:
            wanted = {"q": words, "step": step, "page": 1, **changes}
            if wanted["page"] == 1:
                del wanted["page"]
            said = {key: value for key, value in wanted.items() if value}
            return f"/tree?{urlencode(said)}" if said else "/tree"

        return self.frame.page(
            request,
            "tree.html",
            tree=tree,
            roles=ROLES,
            says=partial(says, app, t=t, took=Moments(t, self.fleet.now).took),
            step_of=step_of,
            steps=[(one, tree.doing[one]) for one in _STEPS if tree.doing.get(one)],
            step=step,
            words=words,
            url=url,
            number=number,
            pages=max(1, -(-tree.found // SIZE)),
            couriers=app.outbox.couriers,
            limit=app.tuning.policy.max_attempts,
            node=app.presence.node,
        )
