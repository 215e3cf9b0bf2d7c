"""PATCH /api/v1/tasks: one change to many tasks, all or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import trio

from monitor.config.plan import differences
from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.model import Task, TaskSpec
from monitor.core.ports import Session
from monitor.core.probing import InvalidTask
from monitor.operations.tasks import changed_task
from monitor.web.api.bodies import TEXTS, names, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.operation import Body, Key, Operation, Query, Reply
from monitor.web.api.problems import Refusal, Wrong, unfit
from monitor.web.api.schemas import ref
from monitor.web.api.taskbody import KEYS, OF_ONE, arguments
from monitor.web.api.tasks import FILTERS, chosen
from monitor.web.routing import Role

_PAGE = 500
_SHOWN = 500
"""Tasks whose changes are told."""
_MOST_WRONG = 20
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
        async with self._places, call.session() as session:
            tasks = await _all(session, query)
            # In a thread: each task is checked as a whole.
            pairs = await trio.to_thread.run_sync(_changed, tasks, dict(body))
            edit = tuple((task, spec) for task, spec in pairs if _differ(task, spec))
            if edit and not query["dry_run"]:
                await session.rebuild(_plan(edit), call.now)
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


def _plan(
    edit: tuple[tuple[Task, TaskSpec], ...],
) -> Callable[[Sequence[Task], Alerting], FleetChange]:
    """Return the plan that makes these edits, if the tasks are still what was edited."""

    def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        now = {task.id: task for task in tasks}
        for task, _spec in edit:
            if now.get(task.id) != task:
                raise Refusal(409, f"task {task.name!r} was changed meanwhile; send it again")
        return FleetChange(edit=edit)

    return plan


_ID: Mapping[str, Any] = {"type": "integer", "minimum": 1}


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 18 and int(text)):
        raise ValueError(f"{text!r} is no id of a task")
    return int(text)


def _flag(says: str) -> Query:
    return Query(yes_or_no, says, {"type": "boolean", "default": False}, default=False)


async def _all(session: Session, query: Mapping[str, Any]) -> list[Task]:
    """Return all tasks that are meant."""
    wanted = await chosen(session, query)
    wanted = attrs.evolve(wanted, ids=query["id"] or None, limit=_PAGE)
    found: list[Task] = []
    while page := await session.page(wanted):
        found += [one.task for one in page]
        wanted = attrs.evolve(wanted, after_id=found[-1].id)
    return found


def _changed(tasks: Sequence[Task], body: dict[str, Any]) -> list[tuple[Task, TaskSpec]]:
    """Return each task as it is and as it shall be.

    Raises:
        Refusal: naming what some of them cannot have.
    """
    more, less = body.pop("add_tags", ()), body.pop("remove_tags", ())
    fields = arguments(body)
    found, wrong = [], []
    for task in tasks:
        tags = [*fields.get("tags", task.tags), *more]
        changes = {**fields, "tags": tuple(one for one in dict.fromkeys(tags) if one not in less)}
        try:
            found.append((task, changed_task(task, **changes)))
        except InvalidTask as error:
            wrong.append(Wrong(f"task {task.id}, {error.field}", error.message))
            if len(wrong) >= _MOST_WRONG:
                break
    if wrong:
        raise unfit(wrong)
    return found


def _differ(task: Task, spec: TaskSpec) -> bool:
    return next(differences(task, spec), None) is not None
