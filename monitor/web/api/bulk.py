"""PATCH /api/v1/tasks: one change to many tasks, all or none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import trio

from monitor.config.plan import differences
from monitor.core.describe import without_password
from monitor.core.model import Task
from monitor.core.probing import InvalidTask
from monitor.operations.bulk import BulkChange, NotForAll, bulk_edit, carry_out_bulk, tasks_of
from monitor.web.api.bodies import TEXTS, names, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.operation import Body, Key, Operation, Query, Reply
from monitor.web.api.problems import Refusal, Wrong, unfit
from monitor.web.api.schemas import ref
from monitor.web.api.taskbody import KEYS, OF_ONE, arguments
from monitor.web.api.tasks import FILTERS, chosen
from monitor.web.routing import Role

_SHOWN = 500
"""Tasks whose changes are told."""
_TAGGING = {
    "add_tags": Key(names, "tags that all shall have, besides their own", TEXTS),
    "remove_tags": Key(names, "tags that none shall have", TEXTS),
}
_CHANGES = Body(
    name="BulkChanges",
    keys={**{name: key for name, key in KEYS.items() if name not in OF_ONE}, **_TAGGING},
    example={"interval_s": 120, "add_tags": ["quiet"]},
)


@attrs.define(eq=False, kw_only=True)
class Bulk:
    """Changes many tasks."""

    hint: Callable[[], None]
    _places: trio.CapacityLimiter = attrs.field(factory=lambda: trio.CapacityLimiter(1), init=False)

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="editTasks",
            method="PATCH",
            path="/tasks",
            needs=Role.EDITOR,
            says="Change all tasks that the filters choose, all or none.",
            more="The filters are those of the list; without any, `all=true` must be said. With "
            "`dry_run=true` only shows what would be changed.",
            carry_out=self.edit,
            query={
                "id": Query(_id, "A task of this id.", _ID, several=True),
                **FILTERS,
                "all": _flag("All tasks are meant."),
                "dry_run": _flag("Only show what would be changed."),
            },
            body=_CHANGES,
            answer=ref("BulkEdited"),
            refusals=(409,),
        )

    async def edit(self, call: Call) -> Reply:
        query, body = call.query, call.body
        if not body:
            raise Refusal(422, "there is nothing to change; send what shall be different")
        filtered = any(query[name] for name in ("id", *FILTERS))
        if filtered == query["all"]:
            why = (
                "say which tasks by a filter, or all=true"
                if not filtered
                else ("means all tasks; leave the filters out")
            )
            raise unfit([Wrong("all", why)], 400)
        fields = dict(body)
        change = BulkChange(
            add_tags=fields.pop("add_tags", ()),
            remove_tags=fields.pop("remove_tags", ()),
            fields=arguments(fields),
        )
        async with self._places, call.session() as session:
            wanted = attrs.evolve(await chosen(session, query), ids=query["id"] or None)
            tasks = await tasks_of(session, wanted)
            try:
                edit = await bulk_edit(tasks, change)
            except NotForAll as error:
                raise unfit([_wrong(task, why) for task, why in error.refused]) from None
            if edit and not query["dry_run"]:
                await carry_out_bulk(session, edit, call.now)
                self.hint()
        return Reply(
            document={
                "dry_run": query["dry_run"],
                "chosen": len(tasks),
                "changed": len(edit),
                "changes": [
                    {
                        "id": task.id,
                        "name": task.name,
                        "changes": {key: [old, new] for key, old, new in differences(task, spec)},
                    }
                    for task, spec in edit[:_SHOWN]
                ],
            }
        )


def _wrong(task: Task, error: InvalidTask) -> Wrong:
    return Wrong(f"task {task.id}, {error.field}", without_password(error.message))


_ID: Mapping[str, Any] = {"type": "integer", "minimum": 1}


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 18 and int(text)):
        raise ValueError(f"{text!r} is no id of a task")
    return int(text)


def _flag(says: str) -> Query:
    return Query(yes_or_no, says, {"type": "boolean", "default": False}, default=False)
