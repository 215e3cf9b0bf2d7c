"""One change to many tasks, all or none: the same from the API and from pages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
import trio

from monitor.config.plan import differences
from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.counting import counted
from monitor.core.listing import Tasks
from monitor.core.model import Task, TaskSpec
from monitor.core.ports import Session
from monitor.core.probing import InvalidTask
from monitor.operations.refusals import Taken
from monitor.operations.tasks import changed_task

_PAGE = 500
"""Tasks that are read at once."""

Edit = tuple[Task, TaskSpec]
"""A task as it is, and as it shall be."""


@attrs.frozen(kw_only=True)
class BulkChange:
    """What shall be different about each of many tasks."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    """By the arguments of `make_spec`."""
    add_tags: Collection[str] = ()
    """What all shall have, besides their own."""
    remove_tags: Collection[str] = ()
    """What none shall have."""

    def applied(self, task: Task) -> TaskSpec:
        """Return a task with the change.

        Raises:
            InvalidTask: it cannot have it.
        """
        tags = dict.fromkeys([*self.fields.get("tags", task.tags), *self.add_tags])
        kept = tuple(one for one in tags if one not in self.remove_tags)
        return changed_task(task, **{**self.fields, "tags": kept})


class NotForAll(Exception):
    """Some tasks cannot have a change, so none gets it."""

    def __init__(self, refused: Sequence[tuple[Task, InvalidTask]]) -> None:
        super().__init__(f"{counted(len(refused), 'task')} cannot have it")
        self.refused = refused
        """Each of them, and why."""


async def tasks_of(session: Session, wanted: Tasks) -> list[Task]:
    """Return all tasks that are meant, page after page, by their ids."""
    wanted = attrs.evolve(wanted, limit=_PAGE)
    found: list[Task] = []
    while True:
        page = await session.page(wanted)
        found += [one.task for one in page]
        if len(page) < _PAGE:
            return found
        wanted = attrs.evolve(wanted, after_id=found[-1].id)


async def tasks_by_id(session: Session, ids: Sequence[int]) -> list[Task]:
    """Return the tasks of these ids; those that are gone are left out."""
    found: list[Task] = []
    for start in range(0, len(ids), _PAGE):  # a statement takes only so many parameters
        found += await tasks_of(session, Tasks(ids=tuple(ids[start : start + _PAGE])))
    return found


async def bulk_edit(tasks: Sequence[Task], change: BulkChange) -> tuple[Edit, ...]:
    """Return what a change makes of tasks; those that it would leave as they are left out.

    Raises:
        NotForAll: naming each that cannot have it.
    """
    # In a thread: each task is checked as a whole.
    return await trio.to_thread.run_sync(_edit, tasks, change)


def _edit(tasks: Sequence[Task], change: BulkChange) -> tuple[Edit, ...]:
    edit, refused = [], []
    for task in tasks:
        try:
            spec = change.applied(task)
        except InvalidTask as error:
            refused.append((task, error))
            continue
        if next(differences(task, spec), None) is not None:
            edit.append((task, spec))
    if refused:
        raise NotForAll(refused)
    return tuple(edit)


async def carry_out_bulk(session: Session, edit: Sequence[Edit], now: datetime) -> None:
    """Make these edits in one transaction, if the tasks are still what was edited.

    Raises:
        Taken: one of them was changed or removed meanwhile; nothing is done.
    """
    if edit:
        await session.rebuild(_plan(tuple(edit)), now)


def _plan(edit: tuple[Edit, ...]) -> Callable[[Sequence[Task], Alerting], FleetChange]:
    def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        now = {task.id: task for task in tasks}
        for task, _spec in edit:
            if now.get(task.id) != task:
                raise Taken(f"task {task.name!r} was changed meanwhile; send it again")
        return FleetChange(edit=edit)

    return plan
