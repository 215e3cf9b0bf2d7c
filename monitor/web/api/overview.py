"""How all is: the fleet in numbers, the processes, the children and their sessions, the kinds."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import trio

from monitor import __version__, probes
from monitor.app import App
from monitor.channels import families
from monitor.core.model import Status
from monitor.engine.child import Child
from monitor.operations.forms import moment, node_form
from monitor.operations.kinds import family_form, kind_form
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Operation, Reply
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

BAD = (Status.DOWN, Status.DEGRADED, Status.UNKNOWN)
_FRESH_S = 1.0
"""How old the counts may be: with thousands of tasks counting takes a while."""
_COUNTED_AT_ONCE = 500


@attrs.define(eq=False, kw_only=True)
class Overview:
    """Serves what is known without asking the database, and little else."""

    monitor: App
    _counts: tuple[float, dict[str, int]] = attrs.field(
        factory=lambda: (float("-inf"), {}), init=False
    )

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="getStatus",
            method="GET",
            path="/status",
            needs=Role.VIEWER,
            says="Show how all is, in numbers.",
            more="From memory: it is answered while the database is away, too.",
            carry_out=self.status,
            answer=ref("Overall"),
        )
        yield Operation(
            id="listNodes",
            method="GET",
            path="/nodes",
            needs=Role.VIEWER,
            says="List the processes that wrote to this database, the newest beat first.",
            carry_out=self.nodes,
            query=PAGING,
            answer=page_of("Node"),
        )
        yield Operation(
            id="listChildren",
            method="GET",
            path="/supervision",
            needs=Role.VIEWER,
            says="List the children of the running monitor, by task: step, restarts, session.",
            carry_out=self.children,
            query=PAGING,
            answer=page_of("Child"),
        )
        yield Operation(
            id="listSessions",
            method="GET",
            path="/supervision/sessions",
            needs=Role.VIEWER,
            says="List the open sessions of the database.",
            carry_out=self.sessions,
            query=PAGING,
            answer=page_of("Session"),
        )
        yield Operation(
            id="listKinds",
            method="GET",
            path="/kinds",
            needs=Role.VIEWER,
            says="List the kinds of looks, with their options and what conditions may ask about.",
            carry_out=self.kinds,
            query=PAGING,
            answer=page_of("Kind"),
        )
        yield Operation(
            id="listFamilies",
            method="GET",
            path="/kinds/channels",
            needs=Role.VIEWER,
            says="List the families of channels, with their options.",
            carry_out=self.families,
            query=PAGING,
            answer=page_of("Family"),
        )

    async def status(self, call: Call) -> Reply:
        monitor = self.monitor
        counts = await self._counted()
        word = monitor.word()
        return Reply(
            document={
                "version": __version__,
                "at": moment(call.now),
                "alive": not word.ailing,
                "ready": not word.unready,
                "why": [*word.ailing, *word.unready],
                "tasks": counts,
                "bad": sum(counts[one] for one in BAD),
                "alerts_waiting": monitor.alerts.waiting,
                "figures": monitor.figures(),
            }
        )

    async def _counted(self) -> dict[str, int]:
        """Count tasks by how they are shown; others get turns meanwhile."""
        now_s = trio.current_time()
        if now_s - self._counts[0] < _FRESH_S:
            await trio.lowlevel.checkpoint()
            return self._counts[1]
        counts: Counter[Status] = Counter()
        for number, one in enumerate(self.monitor.surroundings.standing):
            counts[one.shown[0]] += 1
            if number % _COUNTED_AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
        found = {"all": sum(counts.values()), **{one.value: counts[one] for one in Status}}
        self._counts = now_s, found
        return found

    async def nodes(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], str)
        async with call.session() as session:
            known = await session.nodes()
        if place is not None:
            ids = [one.id for one in known]
            known = known[ids.index(place[0]) + 1 :] if place[0] in ids else []
        return page_reply(known, call.query["limit"], node_form, lambda one: [one.id])

    async def children(self, call: Call) -> Reply:
        await trio.lowlevel.checkpoint()
        place = decoded(call.query["cursor"], int)
        after = place[0] if place else 0
        children = [one for one in self.monitor.fleet.children if one.task.id > after]
        children.sort(key=lambda one: one.task.id)
        opened = {
            one.task_id: one.opened_at
            for one in self.monitor.store.open_sessions.values()
            if one.task_id is not None
        }
        now_s = trio.current_time()

        def form(child: Child) -> dict[str, Any]:
            recovery = child.recovery
            return {
                "task_id": child.task.id,
                "name": child.task.name,
                "doing": child.doing.value,
                "since_at": moment(call.now - timedelta(seconds=now_s - child.since_s)),
                "due_at": moment(child.due_at),
                "incarnations": child.incarnations,
                "lifecycle": recovery.lifecycle,
                "attempts": recovery.attempts,
                "retry_at": moment(recovery.retry_at),
                "error": recovery.error,
                "consecutive_errors": child.state.consecutive_errors,
                "session_opened_at": moment(opened.get(child.task.id)),
            }

        return page_reply(children, call.query["limit"], form, lambda one: [one.task.id])

    async def sessions(self, call: Call) -> Reply:
        await trio.lowlevel.checkpoint()
        place = decoded(call.query["cursor"], str)
        found = sorted(
            (
                one
                for one in self.monitor.store.open_sessions.values()
                if place is None or one.owner > place[0]
            ),
            key=lambda one: one.owner,
        )
        return page_reply(
            found,
            call.query["limit"],
            lambda one: {
                "owner": one.owner,
                "task_id": one.task_id,
                "opened_at": moment(one.opened_at),
            },
            lambda one: [one.owner],
        )

    async def kinds(self, call: Call) -> Reply:
        known = await trio.to_thread.run_sync(lambda: [kind_form(one) for one in probes.kinds()])
        return _named(call, known)

    async def families(self, call: Call) -> Reply:
        known = await trio.to_thread.run_sync(lambda: [family_form(one) for one in families()])
        return _named(call, known)


def _named(call: Call, known: list[dict[str, Any]]) -> Reply:
    """Answer with a page of forms by their names."""
    place = decoded(call.query["cursor"], str)
    found = sorted(
        (one for one in known if place is None or one["name"] > place[0]),
        key=lambda one: str(one["name"]),
    )
    return page_reply(found, call.query["limit"], dict, lambda one: [one["name"]])
