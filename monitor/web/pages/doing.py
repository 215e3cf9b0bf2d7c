"""What is done to tasks from pages: one of them or many."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import attrs
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.alerts.alerting import Alerting, AlertingChange, Selector
from monitor.core.changes import FleetChange
from monitor.core.failures import NoSuchTask
from monitor.core.model import Lifecycle, RequestKind, Task, WatchedTask
from monitor.core.ports import Session
from monitor.core.units import parse_duration
from monitor.operations.refusals import Unfit
from monitor.operations.silences import make_silence
from monitor.operations.tasks import paused_task
from monitor.web.pages.board import Wish, find
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, read_form
from monitor.web.routing import Entry, Role, Who, who_asks

_Do = Callable[[Session, Sequence[WatchedTask]], Awaitable[None]]

MOST = 1000
"""Tasks that one form may name, and that are looked at or silenced at once."""


@attrs.define(eq=False)
class Doing:
    """What buttons do."""

    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path="/tasks/bulk", endpoint=self.take, needs=Role.EDITOR, methods=("POST",)),
            Entry(
                path="/tasks/{task_id}/remove",
                endpoint=self.remove,
                needs=Role.EDITOR,
                methods=("POST",),
            ),
        )

    async def take(self, request: Request) -> Response:
        """Do one thing to each task that was chosen."""
        said, who = await read_form(request), who_asks(request)
        chosen = chosen_by(said, self.fleet)
        deeds: dict[str, tuple[_Do, str]] = {
            "run": (self._run, "asked"),
            "pause": (partial(self._set_paused, paused=True), "paused"),
            "resume": (self._resume, "resumed"),
            "silence": (partial(self._silence, said=said, who=who), "silenced"),
        }
        if said.text("do") not in deeds:
            raise HTTPException(400, "the form does not say what to do")
        if not chosen:
            return back_to(said, "nothing")
        do, done = deeds[said.text("do")]
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            await do(session, chosen)
        await self.fleet.taken_up(revision)
        return back_to(said, done)

    async def _run(self, session: Session, chosen: Sequence[WatchedTask]) -> None:
        _refuse_crowds(chosen, "looked at now")
        for one in chosen:
            await session.request(one.task.id, RequestKind.LOOK)

    async def _set_paused(
        self, session: Session, chosen: Sequence[WatchedTask], *, paused: bool
    ) -> None:
        ids = {one.task.id for one in chosen}

        def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
            edit = tuple(
                (task, paused_task(task, paused=paused))
                for task in tasks
                if task.id in ids and task.paused is not paused
            )
            return FleetChange(edit=edit)

        await session.rebuild(plan, self.fleet.now)

    async def _resume(self, session: Session, chosen: Sequence[WatchedTask]) -> None:
        await self._set_paused(session, chosen, paused=False)
        for one in chosen:
            if one.recovery.lifecycle is not Lifecycle.RUNNING:
                await session.request(one.task.id, RequestKind.RESUME)

    async def _silence(
        self, session: Session, chosen: Sequence[WatchedTask], *, said: Said, who: Who
    ) -> None:
        _refuse_crowds(chosen, "silenced by name")
        try:
            for_s = parse_duration(said.text("for"))
            names = tuple(_itself(one.task.name) for one in chosen)
            silence = make_silence(
                Selector(tasks=names), for_s, said.text("note")[:500], who.name, self.fleet.now
            )
        except (ValueError, Unfit) as error:
            raise HTTPException(400, str(error)) from error
        await session.change_alerting(AlertingChange(silences=(silence,)))

    async def remove(self, request: Request) -> Response:
        """Remove a task with all that is known of it, if its name was typed."""
        watched = self.fleet.find(request)
        said = await read_form(request)
        if said.text("name") != watched.task.name:
            raise HTTPException(400, "the name is not that of the task; nothing was removed")
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            try:
                await session.remove(watched.task.id)
            except NoSuchTask as error:
                raise HTTPException(404, str(error)) from error
        await self.fleet.taken_up(revision)
        return back_to(said, "removed")


def chosen_by(said: Said, fleet: Fleet) -> list[WatchedTask]:
    """Return the tasks that were ticked, or all that the list had found, on whatever page."""
    everything = fleet.all()
    if "every" in said:
        wish = Wish.read(QueryParams(said.text("next").partition("?")[2]))
        return [line.watched for line in find(everything, wish)[0]]
    ids = set(said.ids("task")[:MOST])
    return [one for one in everything if one.task.id in ids]


def _refuse_crowds(chosen: Sequence[WatchedTask], what: str) -> None:
    if len(chosen) > MOST:
        raise HTTPException(
            400, f"{len(chosen)} tasks cannot be {what} at once, at most {MOST}; choose fewer"
        )


def _itself(name: str) -> str:
    """Return the pattern that means only this name."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)
