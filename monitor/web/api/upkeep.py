"""What keeps the monitor itself well: exercises of recovery, and the checkup."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import attrs
import trio

from monitor.core.drills import MISSED_S
from monitor.core.listing import Tasks
from monitor.operations import drills
from monitor.web.api.bodies import TASK_ID, since, whole, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.cursor import LIMIT, MOST
from monitor.web.api.guarded import ApiOptions
from monitor.web.api.operation import Body, Key, Operation, Query, Reply
from monitor.web.api.problems import Refusal
from monitor.web.api.schemas import ref
from monitor.web.routing import Role

_POLL_S = 0.5
_PATIENCE_S = 10.0
_CHECKUP_S = 60.0


def _task_id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**18:
        raise ValueError(f"{value!r} is no id of a task")
    return value


_ASK = Body(
    name="NewDrill",
    keys={
        "task_id": Key(
            _task_id,
            "whose child is made to fail; a canary, if not named",
            {"type": "integer", "minimum": 1},
        )
    },
    empty=True,
)


@attrs.define(eq=False, kw_only=True)
class Upkeep:
    """Serves exercises and checkups."""

    options: ApiOptions
    now: Callable[[], datetime]
    hint: Callable[[], None]
    _checking: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(1), init=False
    )
    _waiting: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(10), init=False
    )

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listDrills",
            method="GET",
            path="/drills",
            needs=Role.VIEWER,
            says="List exercises of recovery, the newest last, and when the next one is due.",
            carry_out=self.list,
            query={
                "since": Query(
                    since(self.now), "Not before: a moment, or an age.", {"type": "string"}
                ),
                "task_id": attrs.evolve(TASK_ID, several=False),
                "limit": Query(
                    whole(1, MOST),
                    "How many at most, the newest.",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
                    default=LIMIT,
                ),
            },
            answer=ref("Drills"),
        )
        yield Operation(
            id="drill",
            method="POST",
            path="/drills",
            needs=Role.EDITOR,
            says="Have the running monitor let a child fall, to prove that it recovers.",
            more="With `wait=true` the answer is how it ended.",
            carry_out=self.drill,
            query={
                "wait": Query(
                    yes_or_no,
                    "Whether to wait for its end.",
                    {"type": "boolean", "default": False},
                    default=False,
                )
            },
            body=_ASK,
            answer=ref("Event"),
            also={202: ref("Asked")},
            refusals=(404, 409, 503, 504),
        )
        yield Operation(
            id="examine",
            method="GET",
            path="/doctor",
            needs=Role.ADMIN,
            says="Prove that every task is accounted for, and look at what the monitor stands on.",
            more="Made by a process of its own, as `monitor doctor` does it; it takes seconds.",
            carry_out=self.examine,
            answer=ref("Checkup"),
            refusals=(503,),
        )

    async def list(self, call: Call) -> Reply:
        query = call.query
        async with call.session() as session:
            found = await drills.history(
                session,
                call.now,
                self.options.drill_every_s,
                task_id=query["task_id"],
                since=query["since"],
                limit=query["limit"],
            )
        next_at = found.next_at
        return Reply(
            document={
                "items": [drills.exercise_form(one) for one in found.exercises],
                "next_at": None if next_at is None else next_at.isoformat(),
                "overdue": found.overdue,
            }
        )

    async def drill(self, call: Call) -> Reply:
        task_id = call.body.get("task_id")
        async with call.session() as session:
            watched = None
            if task_id is not None:
                found = await session.page(Tasks(ids=(task_id,)))
                if not found:
                    raise Refusal(404, f"there is no task {task_id}")
                watched = found[0]
            wish = await drills.ask(session, watched)
        self.hint()
        if not call.query["wait"]:
            return Reply(status=202, document={"asked": True})
        return await self._outcome(call, wish)

    async def _outcome(self, call: Call, wish: int) -> Reply:
        from monitor.operations.forms import event_form

        limit_s = MISSED_S + _PATIENCE_S
        async with self._waiting:
            with trio.move_on_after(limit_s):
                while True:
                    await trio.sleep(_POLL_S)
                    async with call.session() as session:
                        found = await drills.outcome(session, wish)
                    if found is not None:
                        return Reply(document=event_form(found))
        raise Refusal(504, f"no outcome was written within {limit_s:g} s; see the log")

    async def examine(self, call: Call) -> Reply:
        """Ask a process of its own: it reads everything, and must not hold up our loop."""
        async with self._checking:
            with trio.move_on_after(_CHECKUP_S) as patience:
                done = await trio.run_process(
                    [sys.executable, "-m", "monitor", "doctor", "--json"],
                    capture_stdout=True,
                    capture_stderr=True,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, **dict(self.options.environment)},
                )
        if patience.cancelled_caught:
            raise Refusal(503, f"the checkup did not end within {_CHECKUP_S:g} s")
        if done.returncode not in (0, 1):
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else "it says nothing"
            raise Refusal(503, f"the checkup could not be made: {why}")
        document: Mapping[str, object] = json.loads(done.stdout)
        return Reply(document=document)
