"""Looks that are asked for: of a task now, or of anything once, stored nowhere."""

from collections.abc import Iterator
from typing import Any

import attrs
import trio

from monitor.core.describe import without_password
from monitor.core.listing import Looks
from monitor.core.model import Lifecycle, Look, RequestKind, WatchedTask
from monitor.core.ports import Session
from monitor.operations.forms import look_form, result_form
from monitor.operations.looking import look_once
from monitor.operations.tasks import new_task
from monitor.web.api.call import Call
from monitor.web.api.guarded import NOTHING, ApiOptions, Given, check
from monitor.web.api.operation import Body, Operation, Query, Reply
from monitor.web.api.problems import Refusal
from monitor.web.api.schemas import ref
from monitor.web.api.taskbody import KEYS, arguments
from monitor.web.feed import Feed
from monitor.web.routing import Role

AT_ONCE = 4
"""Looks of `check` that go on together; more wait."""
PATIENCE_S = 5.0
"""How much longer than the look's own timeout is waited: wishes are taken up within two seconds."""
WAITING = 50
"""Requests that wait for a look; each costs a connection."""


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


_CHECK = Body(
    name="Check",
    keys={
        name: KEYS[name]
        for name in ("target", "options", "expect", "degraded", "invert", "timeout_s")
    },
    required=("target",),
    example={"target": "https://example.com", "expect": ["status == 200"]},
)


@attrs.define(eq=False, kw_only=True)
class Looking:
    """Has targets looked at."""

    options: ApiOptions
    feed: Feed
    hint: Any
    _places: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(AT_ONCE), init=False
    )
    _waiting: int = attrs.field(default=0, init=False)

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="runTask",
            method="POST",
            path="/tasks/{task_id}/run",
            needs=Role.EDITOR,
            says="Have a task looked at now.",
            more="With `wait=true` the answer is what was seen; 504 if nothing was within the "
            "task's timeout and 5 seconds.",
            carry_out=self.run,
            query={
                "wait": Query(
                    _flag,
                    "Whether to wait for the result.",
                    {"type": "boolean", "default": False},
                    default=False,
                )
            },
            answer=ref("Look"),
            also={202: ref("Asked")},
            refusals=(409, 503, 504),
        )
        yield Operation(
            id="check",
            method="POST",
            path="/check",
            needs=Role.EDITOR,
            says="Look at a target once, now; nothing is stored.",
            more="A task like any other, so that what can be checked can be added.",
            carry_out=self.check,
            body=_CHECK,
            answer=ref("Checked"),
            refusals=(503,),
        )

    async def run(self, call: Call) -> Reply:
        task_id = call.number("task_id")
        async with call.session() as session:
            watched = await session.watched(task_id)
            _expect_watched(watched)
            known = await session.page(Looks(task_id=task_id, limit=1))
            if not call.query["wait"]:
                await self._ask(call, session, watched)
                return Reply(status=202, document={"asked": True})
            if self._waiting >= WAITING:
                raise Refusal(503, "too many wait for looks", headers={"Retry-After": "5"})
            await self._ask(call, session, watched)
        self._waiting += 1
        try:
            return Reply(document=look_form(await self._seen(call, watched, known)))
        finally:
            self._waiting -= 1

    async def _ask(self, call: Call, session: Session, watched: WatchedTask) -> None:
        await session.request(watched.task.id, RequestKind.LOOK)
        self.hint()

    async def _seen(self, call: Call, watched: WatchedTask, known: list[Look]) -> Look:
        """Return the first result that is newer than those there were.

        Nothing of the store is kept while we wait: others want to be served, too.
        """
        task = watched.task
        limit_s = task.timeout_s + PATIENCE_S
        with trio.move_on_after(limit_s):
            while True:
                with trio.move_on_after(1.0):
                    await self.feed.next_look(task.id)
                async with call.session() as session:
                    newest = await session.page(Looks(task_id=task.id, limit=1))
                if newest and newest != known:
                    return newest[0]
                await trio.sleep(0.1)  # it is being written
        raise Refusal(
            504, f"no result of task {task.name!r} was written within {limit_s:g} s; see the log"
        )

    async def check(self, call: Call) -> Reply:
        fields = arguments(call.body)
        target = fields.pop("target")
        check(Given(target, fields.get("options", {})), NOTHING, self.options)
        spec = new_task(target, **fields)
        async with self._places:
            result = await look_once(spec, fields.get("timeout_s"))
        return Reply(document={"target": without_password(target), **result_form(result)})


def _expect_watched(watched: WatchedTask) -> None:
    """Refuse unless the running monitor would look at this task."""
    task, recovery = watched.task, watched.recovery
    if task.paused:
        raise Refusal(409, f"task {task.name!r} is paused; resume it first")
    if recovery.lifecycle is not Lifecycle.RUNNING:
        raise Refusal(
            409,
            f"task {task.name!r} is not being looked at ({recovery.lifecycle}: "
            f"{recovery.error}); resume it",
        )
