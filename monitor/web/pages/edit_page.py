"""`/tasks/new` and `/tasks/7/edit`: one field to begin with, a look before anything is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import trio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.failures import DuplicateName
from monitor.core.model import Result, Status, Task, TaskSpec
from monitor.core.probing import InvalidTask
from monitor.operations.looking import look_once
from monitor.probes import completed, kinds
from monitor.web.api.guarded import NOTHING, ApiOptions, Given, check
from monitor.web.pages.chart import phase_path
from monitor.web.pages.editing import (
    NOTHING_WRONG,
    OPTION,
    Wrong,
    kind_for,
    options_for,
    read_task,
    secret_options,
    texts_of,
    wrong_of,
)
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, read_form
from monitor.web.pages.frame import HEADERS, Frame
from monitor.web.routing import Entry, Role

TRIAL_S = 30.0
"""The longest that a look may take that somebody waits for."""
_TRIALS = 4


@attrs.define(eq=False)
class EditPage:
    """See the module."""

    frame: Frame
    fleet: Fleet
    allowed: ApiOptions
    _trials: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(_TRIALS), init=False
    )

    def entries(self) -> Sequence[Entry]:
        methods, needs = ("GET", "HEAD", "POST"), Role.EDITOR
        return (
            Entry(path="/tasks/new", endpoint=self.new, needs=needs, methods=methods),
            Entry(path="/tasks/{task_id}/edit", endpoint=self.edit, needs=needs, methods=methods),
        )

    async def new(self, request: Request) -> Response:
        """Add a task: show the form, look once, or keep it."""
        if request.method != "POST":
            target = request.query_params.get("target", "").strip()
            texts = {"target": target} if target else {}
            return self._page(request, texts, None)
        said = await read_form(request)
        return await self._answer(request, said, None)

    async def edit(self, request: Request) -> Response:
        """Change a task: show the form, look once, or keep it."""
        watched = self.fleet.find(request)
        if request.method != "POST":
            async with self.fleet.desk.session() as session:
                task = (await session.watched(watched.task.id)).task
            return self._page(request, texts_of(task), task)
        return await self._answer(request, await read_form(request), watched.task)

    async def _answer(self, request: Request, said: Said, task: Task | None) -> Response:
        texts = {name: said.text(name) for name in said.fields}
        wrong, result, spec = NOTHING_WRONG, None, None
        try:
            spec = self._read(said, task)
            self._refuse_taken(spec, task)
        except InvalidTask as error:
            wrong = wrong_of(error)
        if spec is not None and not wrong.field:
            if said.text("do") == "look":
                result = await self._look(spec)
            elif said.text("do") == "save":
                try:
                    return await self._keep(request, said, task)
                except DuplicateName as error:
                    wrong = Wrong("name", str(error))
                except InvalidTask as error:  # it was changed by somebody else meanwhile
                    wrong = wrong_of(error)
        status = 422 if wrong.field and said.text("do") == "save" else 200
        return self._page(request, texts, task, wrong, result, status=status)

    def _read(self, said: Said, task: Task | None) -> TaskSpec:
        """Make a task of a form, or change one, within what may come in over HTTP.

        Raises:
            InvalidTask: naming the input that is wrong.
        """
        before = NOTHING if task is None else Given(task.target, task.options)

        def refuse(target: str, options: Mapping[str, Any]) -> None:
            check(Given(target, options), before, self.allowed)

        return read_task(said, task, refuse)

    def _refuse_taken(self, spec: TaskSpec, task: Task | None) -> None:
        for one in self.fleet.all():
            if one.task.name == spec.name and (task is None or one.task.id != task.id):
                raise InvalidTask("name", f"{spec.name!r} is taken; choose another name")

    async def _keep(self, request: Request, said: Said, task: Task | None) -> Response:
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            if task is None:
                spec = self._read(said, None)
                [kept] = await session.add([spec], self.fleet.now)
            else:
                kept = await session.amend(task.id, lambda newest: self._read(said, newest))
        await self.fleet.taken_up(revision)
        done = "added" if task is None else "edited"
        return RedirectResponse(f"/tasks/{kept.id}?done={done}", 303, headers=HEADERS)

    async def _look(self, spec: TaskSpec) -> Result:
        """Look once, for somebody who waits for it."""
        async with self._trials:
            try:
                return await look_once(completed(spec), min(TRIAL_S, spec.timeout_s))
            except InvalidTask as error:  # a kind that needs a running task
                return Result(status=Status.PENDING, detail=error.message)

    def _page(
        self,
        request: Request,
        texts: dict[str, str],
        task: Task | None,
        wrong: Wrong = NOTHING_WRONG,
        result: Result | None = None,
        *,
        status: int = 200,
    ) -> Response:
        target = texts.get("target", "")
        kind = kind_for(target)
        options = options_for(kind)
        given = {name: text for name, text in texts.items() if name.startswith(OPTION) and text}
        return self.frame.page(
            request,
            "edit.html",
            status=status,
            still=True,
            texts=texts,
            task=task,
            kind=kind,
            kinds=kinds() if not target else (),
            options=options,
            secret=secret_options(target, None if task is None else task.options),
            open_options=bool(given),
            references=self.allowed.allow_references,
            known_options=set() if task is None else set(task.options),
            others=_others(given, options),
            wrong=wrong,
            result=result,
            phases=phase_path,
            channels=[one.name for one in self.fleet.monitor.alerts.alerting.channels],
            names=sorted(one.task.name for one in self.fleet.all())[:500],
        )


def _others(given: dict[str, str], options: Sequence[Any]) -> dict[str, str]:
    """Return options that stand in a form and are none of the kind's: parts of tables, plugins."""
    declared = {OPTION + one.name for one in options}
    return {
        name: text for name, text in given.items() if name not in declared and "forget." not in name
    }
