"""`/status/<slug>/subscribe`, `/confirm/...`, `/unsubscribe/...`: who is told, and who no more.

Whoever asks gets the same answer whether an address is subscribed, was asked just now, or is new:
what happens, only its owner learns. Links in letters open a form with one button, so that programs
that follow links do nothing; mail programs that unsubscribe by one click send that form.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.channels.bulletin import is_public, read_reader
from monitor.core.access.throttle import Pace, Throttle, neighbourhood
from monitor.core.alerts.notices import InvalidChannel
from monitor.core.statuspage.readers import Way, new_subscriber
from monitor.core.statuspage.values import StatusPage
from monitor.web.access.form import read_form
from monitor.web.access.visits import soon
from monitor.web.desk import Desk
from monitor.web.routing import PUBLIC, Entry
from monitor.web.status.rooms import StatusRoom, language_of
from monitor.web.status.words import PublicWords

ASKING = Pace(free=5, base_s=30.0, cap_s=3600.0, forget_after_s=6 * 3600.0)
"""How often somebody may ask that an address be told."""

_ASKED = (
    "If this address is not subscribed yet, it is asked now: open the link that is sent there.",
    "Nothing comes? Then it is subscribed already, or was asked within the last hour.",
)
_UNUSABLE = {
    Way.MAIL: "This is no mail address; write it like name@example.com.",
    Way.WEBHOOK: "This is no address of a webhook; write it like https://example.com/hook.",
}
_PRIVATE = "This host has no public address, and messages are sent to no other."


@attrs.define(eq=False, kw_only=True)
class Subscriptions:
    """See the module."""

    status: StatusRoom
    desk: Desk
    now: Callable[[], datetime]
    is_public: Callable[[str], Awaitable[bool]] = is_public
    """Whether the host of a webhook is one to which something may be sent."""
    _asking: Throttle = attrs.field(factory=lambda: Throttle(ASKING, trio.current_time), init=False)

    def entries(self) -> Sequence[Entry]:
        own, post = "/status/{slug}", ("POST",)
        return (
            Entry(path=f"{own}/subscribe", endpoint=self.show, needs=PUBLIC),
            Entry(path=f"{own}/subscribe", endpoint=self.subscribe, needs=PUBLIC, methods=post),
            Entry(path=f"{own}/confirm/{{token}}", endpoint=self.ask, needs=PUBLIC),
            Entry(
                path=f"{own}/confirm/{{token}}",
                endpoint=self.confirm,
                needs=PUBLIC,
                methods=post,
            ),
            Entry(path=f"{own}/unsubscribe/{{token}}", endpoint=self.ask_end, needs=PUBLIC),
            Entry(
                path=f"{own}/unsubscribe/{{token}}",
                endpoint=self.end,
                needs=PUBLIC,
                methods=post,
            ),
        )

    # --- asking ---------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """Ask where somebody wants to be told."""
        page = await self.status.find(request)
        locked = await self.status.locked(request, page)
        return locked or self._form(request, await self._offering(request))

    async def _offering(self, request: Request) -> StatusPage:
        page = await self.status.invited(request)
        if not self.status.ways(page):
            raise HTTPException(404)
        return page

    def _form(
        self,
        request: Request,
        page: StatusPage,
        status: int = 200,
        wrong: str = "",
        headers: dict[str, str] | None = None,
        address: str = "",
        asked: str = "",
    ) -> Response:
        return self._answer(
            request,
            page,
            "Subscribe",
            "You are told of incidents, of how they go on and end, and of planned work.",
            status=status,
            headers=headers,
            wrong=wrong,
            ways=self.status.ways(page),
            action="subscribe",
            address=address,
            asked=asked,
        )

    async def subscribe(self, request: Request) -> Response:
        """Ask an address whether it was its owner who subscribed."""
        self.status.source.refuse_strangers(request)
        page = await self._offering(request)
        near = neighbourhood(self.status.source.address(request))
        if wait_s := self._asking.begin(near):
            later = {"Retry-After": soon(wait_s)}
            return self._form(
                request, page, 429, "Too many tries. Wait a little, then try again.", later
            )
        form = await read_form(request)
        given, asked = form.get("address", "")[:600], form.get("way", "")
        way = next((one for one in self.status.ways(page) if one == asked), None)
        if way is None:
            raise HTTPException(422, "way: is not offered by this page")
        try:
            address = read_reader(way, given)
        except InvalidChannel:
            wrong = _UNUSABLE[way]
            return self._form(request, page, 422, wrong, address=given, asked=asked)
        if way is Way.WEBHOOK and not await self.is_public(address):
            return self._form(request, page, 422, _PRIVATE, address=given, asked=asked)
        new = new_subscriber(page.slug, way, address, language_of(request, page), self.now())
        async with self.desk.session() as session:
            taken = await session.publishing.readers.subscribe(new)
        if not taken:
            full = "No more subscriptions are taken just now. Try again in an hour."
            return self._form(request, page, 429, full, {"Retry-After": "3600"})
        return self._answer(request, page, "Almost done", *_ASKED)

    # --- links in letters -----------------------------------------------------------------------

    async def ask(self, request: Request) -> Response:
        """Ask who followed the link of a letter to press a button."""
        return await self._with_button(request, "Confirm the subscription", "Confirm it")

    async def ask_end(self, request: Request) -> Response:
        """Ask the same of the link that ends a subscription."""
        return await self._with_button(request, "Unsubscribe", "No more of these letters")

    async def _with_button(self, request: Request, head: str, button: str) -> Response:
        page, token = await self.status.find(request), request.path_params["token"]
        async with self.desk.session() as session:
            found = await session.publishing.readers.find(page.slug, token)
        if found is None:
            return self._unknown(request, page)
        return self._answer(request, page, head, found.address, button=button, action=token)

    async def confirm(self, request: Request) -> Response:
        """Note that the owner of an address wants to be told."""
        page, token = await self.status.find(request), request.path_params["token"]
        async with self.desk.session() as session:
            found = await session.publishing.readers.confirm(page.slug, token, self.now())
        if found is None:
            return self._unknown(request, page)
        return self._answer(
            request,
            page,
            "You are subscribed",
            "Each message has a link that ends it.",
            secret=found.secret,
        )

    async def end(self, request: Request) -> Response:
        """Forget a subscriber. Sent by mail programs too, which say nothing of where they are."""
        page, token = await self.status.find(request), request.path_params["token"]
        async with self.desk.session() as session:
            found = await session.publishing.readers.find(page.slug, token)
            if found is not None:
                await session.publishing.readers.drop(page.slug, [found.id])
        return self._answer(
            request,
            page,
            "You are not subscribed",
            "The address has been forgotten.",
            invited=found is not None,
        )

    def _unknown(self, request: Request, page: StatusPage) -> Response:
        return self._answer(
            request,
            page,
            "This link is not known",
            "It may be too old, or the subscription has ended.",
            status=404,
            invited=False,
        )

    def _answer(
        self,
        request: Request,
        page: StatusPage,
        head: str,
        *lines: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        invited: bool = True,
        **said: Any,
    ) -> Response:
        """Write a small page; who is not known to be invited is told nothing of a protected one."""
        lang = language_of(request, page)
        context = {
            "named": invited or not page.password_hash,
            **dict.fromkeys(("wrong", "button", "secret", "address", "asked", "action"), ""),
            "ways": (),
            **said,
        }
        places = self.status.places_of(request, page)
        text = self.status.writer.reader(
            page, lang, places, head=PublicWords(lang)(head), lines=lines, **context
        )
        return HTMLResponse(text, status, {"Cache-Control": "no-store", **(headers or {})})
