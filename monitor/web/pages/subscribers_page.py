"""`/status-pages/<slug>/subscribers`: who is told of what happens on a status page, for admins."""

from collections.abc import Sequence
from urllib.parse import quote

import attrs
from starlette.requests import Request
from starlette.responses import Response

from monitor.operations.statuspages import find_page, find_subscriber
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import back_to, missing_is_404, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role

LINES = 50
"""Subscribers on one page of the list."""
_WANTED = 500
"""Letters of what is looked for; no address is longer."""
_PATH = "/status-pages/{slug}/subscribers"


@attrs.define(eq=False)
class SubscribersPage:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        admin = Role.ADMIN
        return (
            Entry(path=_PATH, endpoint=self.show, needs=admin),
            Entry(path=f"{_PATH}/remove", endpoint=self.remove, needs=admin, methods=("POST",)),
        )

    async def show(self, request: Request) -> Response:
        """List subscribers, those first who asked first; `?find=` names a part of the address."""
        slug, query = request.path_params["slug"], request.query_params
        after, wanted = query.get("after", ""), query.get("find", "").strip()[:_WANTED]
        async with self.fleet.desk.session() as session:
            with missing_is_404():
                page = find_page(await session.publishing.pages(), slug)
            known = await session.publishing.readers.all(slug)
        found = [one for one in known if wanted.lower() in one.address.lower()]
        left = [one for one in found if one.id > after]
        return self.frame.page(
            request,
            "subscribers.html",
            page=page,
            told=sum(one.confirmed_at is not None for one in known),
            known=len(known),
            shown=left[:LINES],
            more=left[LINES - 1].id if len(left) > LINES else "",
            after=after,
            wanted=wanted,
            still=True,
        )

    async def remove(self, request: Request) -> Response:
        """Forget a subscriber."""
        said, slug = await read_form(request), request.path_params["slug"]
        async with self.fleet.signed(request) as session:
            readers = session.publishing.readers
            with missing_is_404():
                find_page(await session.publishing.pages(), slug)
                one = find_subscriber(await readers.all(slug), said.text("id"))
            await readers.drop(slug, [one.id])
        return back_to(said, "unsubscribed", f"/status-pages/{quote(slug)}/subscribers")
