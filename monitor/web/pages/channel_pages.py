"""`/channels`: where alerts go, how each of them is doing, and what could not be delivered."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.channels import shown_url
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import InvalidChannel, NoticeState
from monitor.core.listing import Notices
from monitor.core.ports import Session
from monitor.operations.channelspecs import find_channel, make_channel, refuse_from_file, users_of
from monitor.operations.mailbags import dead_letters
from monitor.operations.refusals import Unfit
from monitor.operations.trying import Attempt, try_channel
from monitor.references import has_reference
from monitor.web.api.guarded import ApiOptions
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role

_LETTERS = 500
"""Undelivered notices that are counted, the newest."""
_SHOWN = 100
_TRIALS = 2


@attrs.define(eq=False)
class ChannelPages:
    """See the module."""

    frame: Frame
    fleet: Fleet
    allowed: ApiOptions
    _trials: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(_TRIALS), init=False
    )

    def entries(self) -> Sequence[Entry]:
        post, admin = ("POST",), Role.ADMIN
        return (
            Entry(path="/channels", endpoint=self.show, needs=Role.VIEWER),
            Entry(path="/channels", endpoint=self.add, needs=admin, methods=post),
            Entry(path="/channels/test", endpoint=self.test, needs=admin, methods=post),
            Entry(path="/channels/remove", endpoint=self.remove, needs=admin, methods=post),
            Entry(path="/channels/resend", endpoint=self.resend, needs=Role.EDITOR, methods=post),
        )

    async def show(self, request: Request) -> Response:
        """Show all channels and the dead letters."""
        return await self._page(request)

    async def _page(
        self,
        request: Request,
        tried: tuple[str, Attempt] | None = None,
        said: Said | None = None,
        wrong: str = "",
    ) -> Response:
        async with self.fleet.desk.session() as session:
            channels = (await session.alerting()).channels
            letters = await session.page(Notices(states=(NoticeState.DEAD,), limit=_LETTERS))
            sent = {one.name: await _last_sent(session, one.name) for one in channels}
        tasks = [one.task for one in self.fleet.all()]
        return self.frame.page(
            request,
            "channels.html",
            status=422 if wrong else 200,
            channels=channels,
            sent=sent,
            pending=self.fleet.monitor.alerts.pending,
            undelivered=Counter(one.channel for one in letters),
            errors={one.channel: one.why for one in reversed(letters)},
            most=_LETTERS,
            where=shown_url,
            users={one.name: users_of(one.name, tasks) for one in channels},
            couriers=self.fleet.monitor.outbox.couriers,
            letters=letters[:_SHOWN],
            dead=len(letters),
            tried=tried,
            said=said or Said({}),
            wrong=wrong,
            references=self.allowed.allow_references,
        )

    async def test(self, request: Request) -> Response:
        """Send a message through a channel now, and say what came of it."""
        said = await read_form(request)
        async with self.fleet.desk.session() as session:
            known = (await session.alerting()).channels
        spec = next((one for one in known if one.name == said.text("name")), None)
        if spec is None:
            raise HTTPException(404, "there is no such channel")
        async with self._trials:
            attempt = await try_channel(spec, self.frame.words(request).lang, self.fleet.now)
        return await self._page(request, (spec.name, attempt))

    async def add(self, request: Request) -> Response:
        """Add a channel."""
        said = await read_form(request)
        try:
            if has_reference(said.text("url")) and not self.allowed.allow_references:
                raise InvalidChannel(
                    "url",
                    "has a reference ${...}; these are not taken over HTTP; use the command line "
                    "or a configuration file, or set web.allow_references",
                )
            spec = make_channel(
                name=said.text("name"),
                url=said.text("url"),
                default="default" in said,
                system="system" in said,
                hours=said.text("hours") or None,
            )
        except InvalidChannel as error:
            return await self._page(request, said=said, wrong=str(error))
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            if any(one.name == spec.name for one in (await session.alerting()).channels):
                taken = f"name: channel {spec.name!r} exists already; choose another name"
            else:
                taken = ""
                await session.change_alerting(AlertingChange(channels=(spec,)))
        if taken:
            return await self._page(request, said=said, wrong=taken)
        await self.fleet.taken_up(revision)
        return back_to(said, "channel-added", "/channels")

    async def remove(self, request: Request) -> Response:
        """Remove a channel that no task names."""
        said = await read_form(request)
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            try:
                found = find_channel((await session.alerting()).channels, said.text("name"))
                refuse_from_file("channel", found.name, from_file=found.from_file)
            except Unfit as error:
                raise HTTPException(409, str(error)) from error
            if users_of(found.name, [one.task for one in self.fleet.all()]):
                raise HTTPException(409, f"tasks name {found.name!r}; let them name another first")
            await session.change_alerting(AlertingChange(drop_channels=(found.name,)))
        await self.fleet.taken_up(revision)
        return back_to(said, "channel-removed", "/channels")

    async def resend(self, request: Request) -> Response:
        """Have dead letters tried again: one, those of a channel, or all."""
        said = await read_form(request)
        channel, key = said.text("channel"), said.text("key")
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            names = {one.name for one in (await session.alerting()).channels}
            wanted = tuple(
                (one.key, one.channel)
                for one in await dead_letters(session)
                if one.channel in names and channel in ("", one.channel) and key in ("", one.key)
            )
            if wanted:
                await session.change_alerting(AlertingChange(resend=wanted))
        await self.fleet.taken_up(revision)
        return back_to(said, "resent" if wanted else "nothing", "/channels")


async def _last_sent(session: Session, channel: str) -> datetime | None:
    """Return when a channel last took something."""
    wanted = Notices(channels=(channel,), states=(NoticeState.SENT,), limit=1)
    found = await session.page(wanted)
    return found[0].decided_at if found else None
