"""`/maintenance`: when nobody is told anything: silences, and work that was announced."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.alerts.alerting import Alerting, AlertingChange, Maintenance, Selector
from monitor.core.calendar.windows import Occurrence, read_window
from monitor.core.names import check_name
from monitor.core.units import parse_duration
from monitor.operations.channelspecs import refuse_from_file
from monitor.operations.refusals import Unfit
from monitor.operations.selecting import chosen, read_note, read_selector, written
from monitor.operations.silences import find_silence, make_silence
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role, who_asks

FIRINGS = 10
RULE = ("from", "until", "rrule", "start", "cron", "duration", "zone")


@attrs.frozen(kw_only=True)
class Announced:
    """Work that was announced, and when it comes."""

    work: Maintenance
    now: Occurrence | None
    coming: Sequence[Occurrence]
    unreadable: str
    """Why this program cannot read it; empty: it can."""


@attrs.define(eq=False)
class QuietPages:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        post, editor = ("POST",), Role.EDITOR
        return (
            Entry(path="/maintenance", endpoint=self.show, needs=Role.VIEWER),
            Entry(path="/maintenance", endpoint=self.announce, needs=editor, methods=post),
            Entry(path="/maintenance/remove", endpoint=self.withdraw, needs=editor, methods=post),
            Entry(path="/silences", endpoint=self.silence, needs=editor, methods=post),
            Entry(path="/silences/end", endpoint=self.end, needs=editor, methods=post),
        )

    async def show(self, request: Request) -> Response:
        """Show all silences and announced work."""
        return await self._page(request)

    async def _page(
        self, request: Request, said: Said | None = None, wrong: str = "", about: str = ""
    ) -> Response:
        async with self.fleet.desk.session() as session:
            alerting = await session.alerting()
        now, fleet = self.fleet.now, self.fleet.all()

        def meant(selector: Selector) -> list[str]:
            return chosen(selector, fleet)

        return self.frame.page(
            request,
            "maintenance.html",
            status=422 if wrong else 200,
            silences=[one for one in alerting.silences if now < one.until_at],
            works=_announced(alerting, now),
            meant=meant,
            written=written,
            tags=sorted({tag for one in fleet for tag in one.task.tags}),
            names=sorted(one.task.name for one in fleet)[:500],
            said=said or Said({}),
            wrong=wrong,
            about=about,
        )

    async def silence(self, request: Request) -> Response:
        """Silence some tasks for a while."""
        said, who = await read_form(request), who_asks(request)
        try:
            silence = make_silence(
                self._selector(said),
                parse_duration(said.text("for")),
                read_note(said.text("note")),
                who.name,
                self.fleet.now,
            )
        except (Unfit, ValueError) as error:
            return await self._page(request, said, _sentence(error), "silence")
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            await session.change_alerting(AlertingChange(silences=(silence,)))
        await self.fleet.taken_up(revision)
        return back_to(said, "silenced", "/maintenance")

    async def end(self, request: Request) -> Response:
        """End a silence."""
        said = await read_form(request)
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            number = next(iter(said.ids("id")), None)
            try:
                found = find_silence((await session.alerting()).silences, number)
            except Unfit as error:
                raise HTTPException(404, str(error)) from error
            await session.change_alerting(AlertingChange(drop_silences=(found.id,)))
        await self.fleet.taken_up(revision)
        return back_to(said, "ended", "/maintenance")

    async def announce(self, request: Request) -> Response:
        """Announce work."""
        said, now = await read_form(request), self.fleet.now
        rule = {key: said.text(key) for key in RULE if said.text(key)}
        try:
            name = said.text("name")
            check_name(name)
            window = read_window(name, rule)
            if window.occurrence_at(now) is None and not window.next_occurrences(now, 1):
                raise Unfit("", f"window {name!r}: is over already; let it end later")
            work = Maintenance(
                name=name,
                selector=self._selector(said),
                rule=rule,
                note=read_note(said.text("note")),
            )
            revision = self.fleet.revision
            async with self.fleet.signed(request) as session:
                if any(one.name == name for one in (await session.alerting()).maintenances):
                    raise Unfit("", f"maintenance {name!r} exists already; choose another name")
                await session.change_alerting(AlertingChange(maintenances=(work,)))
        except (Unfit, ValueError) as error:
            return await self._page(request, said, _sentence(error), "work")
        await self.fleet.taken_up(revision)
        return back_to(said, "announced", "/maintenance")

    async def withdraw(self, request: Request) -> Response:
        """Remove announced work."""
        said = await read_form(request)
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            known = {one.name: one for one in (await session.alerting()).maintenances}
            found = known.get(said.text("name"))
            if found is None:
                raise HTTPException(404, "there is no such maintenance")
            try:
                refuse_from_file("maintenance", found.name, from_file=found.from_file)
            except Unfit as error:
                raise HTTPException(409, str(error)) from error
            await session.change_alerting(AlertingChange(drop_maintenances=(found.name,)))
        await self.fleet.taken_up(revision)
        return back_to(said, "withdrawn", "/maintenance")

    def _selector(self, said: Said) -> Selector:
        """Return which tasks a form means. Raises Unfit."""
        names = [one.strip() for one in said.text("tasks").split(",") if one.strip()]
        return read_selector(self.fleet.all(), names, [one for one in said.texts("tag") if one])


def _announced(alerting: Alerting, now: datetime) -> list[Announced]:
    found = []
    for work in alerting.maintenances:
        try:
            window = read_window(work.name, work.rule)
        except ValueError as error:
            found.append(Announced(work=work, now=None, coming=(), unreadable=str(error)))
            continue
        coming = window.next_occurrences(now, FIRINGS)
        found.append(
            Announced(work=work, now=window.occurrence_at(now), coming=coming, unreadable="")
        )
    return found


def _sentence(error: Exception) -> str:
    """Say what is wrong as a form has it: without the dashes of the command line."""
    return str(error).removeprefix("--")


def _about(selector: Selector) -> str:
    names = [written(one) for one in selector.tasks]
    return ", ".join([*names, *(f"tag {tag}" for tag in selector.tags)]) or "everything"
