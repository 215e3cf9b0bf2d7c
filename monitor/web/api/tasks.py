"""/api/v1/tasks: what is watched."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import trio

from monitor.app import App
from monitor.core.listing import Tasks
from monitor.core.model import Lifecycle, RequestKind, State, Status, Task, TaskSpec, WatchedTask
from monitor.core.ports import Session
from monitor.operations.documents import plain
from monitor.operations.forms import watched_document
from monitor.operations.tasks import changed_task, new_task, paused_task
from monitor.probes import kinds
from monitor.probes.group import members_of
from monitor.probes.heartbeat import token_of
from monitor.probes.options import did_you_mean
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, encoded
from monitor.web.api.guarded import NOTHING, ApiOptions, Given, check, with_secrets
from monitor.web.api.operation import Body, Operation, Query, Reply
from monitor.web.api.problems import Refusal, Wrong, unfit
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.api.tags import expect_match, tag_of
from monitor.web.api.taskbody import KEYS, arguments, spec_document
from monitor.web.routing import Role


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise ValueError(f"{text!r} is no status; use {', '.join(Status)}") from None


def _name(text: str) -> str:
    if not text or len(text) > 200:
        raise ValueError("is empty or too long")
    return text


def _sort(text: str) -> str:
    if text not in ("id", "name"):
        raise ValueError(f"{text!r} is not known; use id or name")
    return text


_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_AT_ONCE = 100
"""Tasks written down before others get a turn."""
FILTERS = {
    "name": Query(_name, "A task of this name.", _TEXT, several=True),
    "search": Query(_name, "A part of the name; case does not matter.", _TEXT),
    "tag": Query(_name, "Has one of these tags.", _TEXT, several=True),
    "status": Query(_status, "Stands like this.", ref("Status"), several=True),
    "kind": Query(_name, "Is of this kind, such as http.", _TEXT, several=True),
    "group": Query(_name, "Belongs to the group of this name.", _TEXT),
}
"""Which tasks are meant; of several values of one of them any will do."""

_NEW = Body(
    name="NewTask",
    keys=KEYS,
    required=("target",),
    example={"name": "shop", "target": "https://shop.example/health", "interval_s": 30},
)
_CHANGES = Body(name="TaskChanges", keys=KEYS, example={"interval_s": 15, "tags": ["prod"]})


@attrs.frozen(kw_only=True)
class TaskDesk:
    """Serves tasks."""

    monitor: App
    options: ApiOptions
    hint: Any
    """Told that something has changed."""

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listTasks",
            method="GET",
            path="/tasks",
            needs=Role.VIEWER,
            says="List tasks.",
            more="Of several values of one filter any will do; all filters must fit.",
            carry_out=self.list,
            query={
                **FILTERS,
                "sort": Query(
                    _sort,
                    "In which order.",
                    {"enum": ["id", "name"], "default": "id"},
                    default="id",
                ),
                **PAGING,
            },
            answer=page_of("Task"),
        )
        yield Operation(
            id="createTask",
            method="POST",
            path="/tasks",
            needs=Role.EDITOR,
            says="Have a task watched.",
            more="A running monitor looks at it within two seconds.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("Task"),
            status=201,
            refusals=(409,),
            once=True,
            tagged=True,
        )
        yield Operation(
            id="getTask",
            method="GET",
            path="/tasks/{task_id}",
            needs=Role.VIEWER,
            says="Show a task and how it stands.",
            carry_out=self.get,
            answer=ref("Task"),
            tagged=True,
        )
        yield Operation(
            id="editTask",
            method="PATCH",
            path="/tasks/{task_id}",
            needs=Role.EDITOR,
            says="Change a task; what is not named stays.",
            more="`options` replaces all options. Secrets that were shown as `***` stay as they "
            "are if they are sent back unchanged.",
            carry_out=self.edit,
            body=_CHANGES,
            answer=ref("Task"),
            refusals=(409,),
            matched=True,
        )
        yield Operation(
            id="removeTask",
            method="DELETE",
            path="/tasks/{task_id}",
            needs=Role.EDITOR,
            says="Remove a task with all that is known of it.",
            carry_out=self.remove,
            status=204,
            matched=True,
        )
        yield Operation(
            id="pauseTask",
            method="POST",
            path="/tasks/{task_id}/pause",
            needs=Role.EDITOR,
            says="Look at a task no more until it is resumed; the time is booked as a gap.",
            carry_out=self.pause,
            answer=ref("Task"),
        )
        yield Operation(
            id="resumeTask",
            method="POST",
            path="/tasks/{task_id}/resume",
            needs=Role.EDITOR,
            says="Go on with a task that is paused, backing off, or was given up on.",
            carry_out=self.resume,
            answer=ref("Task"),
        )

    async def list(self, call: Call) -> Reply:
        query = call.query
        by_name, limit = query["sort"] == "name", query["limit"]
        more_said = {"by_name": by_name, "limit": limit + 1}
        if (place := decoded(query["cursor"], str if by_name else int)) is not None:
            more_said["after_name" if by_name else "after_id"] = place[0]
        if self.monitor.store.crowded and query["group"] is None:
            wanted = attrs.evolve(_wanted(query, None), **more_said)
            found = list(await self._remembered(wanted))
        else:
            async with call.session() as session:
                wanted = attrs.evolve(await chosen(session, query), **more_said)
                found = await session.page(wanted)
        shown, more = found[:limit], None
        if len(found) > limit:
            last = shown[-1].task
            more = encoded([last.name if by_name else last.id])
        items = []
        for one in shown:
            items.append(self.form(one, call))
            if len(items) % _AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
        return Reply(document={"items": items, "next": more})

    async def _remembered(self, wanted: Tasks) -> Sequence[WatchedTask]:
        """Return a page as the running monitor has it: the database has a long queue now."""
        found = []
        for number, one in enumerate(self.monitor.surroundings.standing):
            if wanted.chooses(one):
                found.append(one)
            if number % _AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
        if wanted.by_name:
            found = [one for one in found if one.task.name > wanted.after_name]
            found.sort(key=lambda one: one.task.name)
        else:
            found = [one for one in found if one.task.id > wanted.after_id]
            found.sort(key=lambda one: one.task.id)
        return found[: wanted.limit]

    async def create(self, call: Call) -> Reply:
        fields = arguments(call.body)
        check(Given(fields["target"], fields.get("options", {})), NOTHING, self.options)
        spec = new_task(fields.pop("target"), **fields)

        def reply(added: Sequence[Task]) -> Reply:
            task = added[0]
            watched = WatchedTask(task=task, state=State(task_id=task.id))
            return Reply(
                document=self.form(watched, call),
                status=201,
                headers={"Location": f"/api/v1/tasks/{task.id}", "ETag": tag(task)},
            )

        async with call.session() as session:

            async def add() -> Sequence[Task]:
                return await session.add([spec], call.now)

            done = await done_once(call, session, add, reply)
        self.hint()
        return done

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            watched = await session.watched(call.number("task_id"))
        return self._reply(watched, call)

    async def edit(self, call: Call) -> Reply:
        if not call.body:
            raise Refusal(422, f"there is nothing to change; send one of {', '.join(KEYS)}")
        fields = arguments(call.body)

        def change(task: Task) -> TaskSpec:
            expect_match(call.if_match, tag(task))
            return self.changed(task, fields)

        return await self._amend(call, change)

    def changed(self, task: Task, fields: Mapping[str, Any]) -> TaskSpec:
        """Return a task with changes, as far as they may come in from afar.

        Raises:
            InvalidTask: naming the field.
        """
        before = Given(task.target, task.options)
        wanted = with_secrets(
            Given(fields.get("target", task.target), fields.get("options", task.options)), before
        )
        check(wanted, before, self.options)
        changes = {**fields, "target": wanted.target, "options": wanted.options}
        return changed_task(task, **changes)

    async def remove(self, call: Call) -> Reply:
        task_id = call.number("task_id")
        async with call.session() as session:
            known = (await session.watched(task_id)).task
            expect_match(call.if_match, tag(known))
            await session.remove(task_id)
        self.hint()
        return Reply(status=204)

    async def pause(self, call: Call) -> Reply:
        return await self._amend(call, lambda task: paused_task(task, paused=True))

    async def resume(self, call: Call) -> Reply:
        task_id = call.number("task_id")
        async with call.session() as session:
            watched = await session.watched(task_id)
            if watched.recovery.lifecycle is not Lifecycle.RUNNING:
                await session.request(task_id, RequestKind.RESUME)
        return await self._amend(call, lambda task: paused_task(task, paused=False))

    async def _amend(self, call: Call, change: Any) -> Reply:
        """Change a task in one step, if there is anything to change."""
        task_id = call.number("task_id")
        async with call.session() as session:
            watched = await session.watched(task_id)
            wanted = change(watched.task)
            if spec_document(wanted) != spec_document(watched.task):
                await session.amend(task_id, change)
                watched = await session.watched(task_id)
                self.hint()
        return self._reply(watched, call)

    def form(self, watched: WatchedTask, call: Call) -> dict[str, Any]:
        """Return a task as it is shown; where its pings go is a secret to those who only look."""
        ping = None
        if call.who.role >= Role.EDITOR and (token := token_of(watched.task)) is not None:
            ping = f"{self.options.url}/ping/{token}"
        shown: dict[str, Any] = plain(watched_document(watched))
        return {**shown, "ping": ping}

    def _reply(self, watched: WatchedTask, call: Call) -> Reply:
        return Reply(document=self.form(watched, call), headers={"ETag": tag(watched.task)})


def tag(spec: TaskSpec) -> str:
    """Return the version of what can be edited of a task."""
    return tag_of(spec_document(spec))


async def chosen(session: Session, query: Mapping[str, Any]) -> Tasks:
    """Return which tasks the filters of a query mean.

    Raises:
        Refusal: there is no such kind or group.
    """
    members = None if query["group"] is None else await _members(session, query["group"])
    return _wanted(query, members)


def _wanted(query: Mapping[str, Any], members: set[str] | None) -> Tasks:
    names: set[str] | None = set(query["name"]) or None
    if members is not None:
        names = members if names is None else names & members
    return Tasks(
        names=None if names is None else tuple(sorted(names)),
        text=query["search"] or "",
        tags=query["tag"],
        statuses=query["status"],
        schemes=tuple(scheme for kind in query["kind"] for scheme in _schemes(kind)),
    )


async def _members(session: Session, group: str) -> set[str]:
    found = await session.page(Tasks(names=(group,), limit=1))
    members = members_of(found[0].task) if found else []
    if not members:
        raise unfit([Wrong("group", f"there is no group {group!r}")], 400)
    return set(members)


def _schemes(kind: str) -> Sequence[str]:
    wanted, known = kind.lower(), kinds()
    for one in known:
        if wanted in (one.name, *one.schemes):
            return one.schemes
    names = [one.name for one in known]
    guess = did_you_mean(wanted, names)
    why = f"there is no kind {kind!r}{guess}; there are: {', '.join(sorted(names))}"
    raise unfit([Wrong("kind", why)], 400)
