"""`/tasks/bulk/change`: tags and interval of many tasks, all or none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.describe import without_password
from monitor.core.model import Task
from monitor.core.units import format_duration, parse_duration
from monitor.operations.bulk import BulkChange, NotForAll, bulk_edit, carry_out_bulk, tasks_by_id
from monitor.operations.refusals import Taken
from monitor.web.forms import own_path
from monitor.web.pages.doing import chosen_by
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role

_IDS_LIMIT = 200_000
"""Characters of all ids together; see `forms.BODY_LIMIT`."""
_NAMES = 20
"""Tasks that are named, of all and of each sentence that refuses some."""
_TAGS = 100
"""Tags that can be ticked to be removed, those of most tasks first."""
_INTERVALS = 6


@attrs.frozen
class Obstacle:
    """Why a change cannot be made, and of which tasks."""

    field: str
    """The name of the input; empty: none of them."""
    message: str
    names: Sequence[str] = ()
    count: int = 0


@attrs.define(eq=False)
class BulkPage:
    """See the module."""

    frame: Frame
    fleet: Fleet
    _places: trio.CapacityLimiter = attrs.field(factory=lambda: trio.CapacityLimiter(1), init=False)

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(
                path="/tasks/bulk/change", endpoint=self.take, needs=Role.EDITOR, methods=("POST",)
            ),
        )

    async def take(self, request: Request) -> Response:
        """Ask what shall be different about the tasks that were chosen, or change them."""
        said = await read_form(request)
        if said.text("do") != "change":
            ids = sorted(one.task.id for one in chosen_by(said, self.fleet))
            return await self._ask(request, said, ids)
        ids = sorted({int(one) for one in said.text("ids").split() if _is_id(one)})
        try:
            change = _read(said)
        except ValueError as error:
            return await self._ask(request, said, ids, [Obstacle("interval", str(error))])
        if not (change.fields or change.add_tags or change.remove_tags):
            nothing = "say which tags to add or to remove, or an interval"
            return await self._ask(request, said, ids, [Obstacle("", nothing)])
        try:
            done = await self._change(request, ids, change)
        except NotForAll as error:
            return await self._ask(request, said, ids, _obstacles(error))
        except Taken as error:
            conflict = [Obstacle("", str(error))]
            return await self._ask(request, said, ids, conflict, HTTPStatus.CONFLICT)
        return back_to(said, done)

    async def _change(self, request: Request, ids: Sequence[int], change: BulkChange) -> str:
        """Change all of them; return what is said of it.

        Raises:
            NotForAll, Taken: nothing was changed.
        """
        revision = self.fleet.revision
        async with self._places, self.fleet.signed(request) as session:
            tasks = await tasks_by_id(session, ids)
            if len(tasks) < len(ids):
                raise Taken("some of the tasks were removed meanwhile; send it again")
            edit = await bulk_edit(tasks, change)
            await carry_out_bulk(session, edit, self.fleet.now)
        if not edit:
            return "same"
        await self.fleet.taken_up(revision)
        same = len(tasks) - len(edit)
        return f"changed.{len(edit)}.{same}" if same else f"all-changed.{len(edit)}"

    async def _ask(
        self,
        request: Request,
        said: Said,
        ids: Sequence[int],
        obstacles: Sequence[Obstacle] = (),
        status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Response:
        """Show the form, with what was said in it and why that cannot be."""
        await trio.lowlevel.checkpoint()
        wanted = set(ids)
        tasks = [one.task for one in self.fleet.all() if one.task.id in wanted]
        if not tasks:
            return back_to(said, "nothing")
        there = " ".join(str(task.id) for task in tasks)
        if len(there) > _IDS_LIMIT:
            raise HTTPException(
                400, f"{len(tasks)} tasks are too many to be changed at once here; choose fewer"
            )
        tags = Counter(tag for task in tasks for tag in task.tags)
        return self.frame.page(
            request,
            "bulk.html",
            status=status if obstacles else HTTPStatus.OK,
            still=True,
            ids=there,
            count=len(tasks),
            tasks=tasks[:_NAMES],
            obstacles=obstacles,
            refused=sum(one.count for one in obstacles),
            wrong={one.field for one in obstacles},
            tags=tags.most_common(_TAGS),
            rarer=max(0, len(tags) - _TAGS),
            intervals=_intervals(tasks),
            from_files=sum(task.from_file for task in tasks),
            next=own_path(said.text("next")) or "/",
            **_texts(said),
        )


def _texts(said: Said) -> dict[str, Any]:
    return {
        "add_tags": said.text("add_tags"),
        "remove_tags": said.texts("remove_tags"),
        "interval": said.text("interval"),
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _read(said: Said) -> BulkChange:
    """Raises ValueError if the interval is none."""
    interval = said.text("interval")
    return BulkChange(
        fields={"interval_s": parse_duration(interval)} if interval else {},
        add_tags=[one.strip() for one in said.text("add_tags").split(",") if one.strip()],
        remove_tags=said.texts("remove_tags"),
    )


def _obstacles(error: NotForAll) -> list[Obstacle]:
    """Say each reason once, with those whom it hinders."""
    found: dict[tuple[str, str], list[str]] = {}
    for task, why in error.refused:
        found.setdefault((why.field, without_password(why.message)), []).append(task.name)
    return [
        Obstacle("add_tags" if field == "tags" else field, message, names[:_NAMES], len(names))
        for (field, message), names in found.items()
    ]


def _intervals(tasks: Iterable[Task]) -> list[tuple[str, int]]:
    """Return the commonest intervals as they are, and how many tasks have each."""
    counted = Counter(task.interval_s for task in tasks).most_common(_INTERVALS)
    return [(format_duration(seconds), number) for seconds, number in counted]
