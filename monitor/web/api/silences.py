"""/api/v1/silences: nobody is told anything of some tasks for a while."""

from collections.abc import Iterator
from typing import Any

import attrs
import trio

from monitor.core.alerts.alerting import AlertingChange
from monitor.operations.alert_forms import silence_form
from monitor.operations.selecting import read_note, read_selector
from monitor.operations.silences import find_silence, make_silence, read_length
from monitor.web.api.bodies import FOR, NOTE, SELECTOR, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Operation, Query, Reply
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_NEW = Body(
    name="NewSilence",
    keys={**SELECTOR, "for_s": FOR, "note": NOTE},
    required=("for_s",),
    example={"tasks": ["web-*"], "for_s": 7200, "note": "new switches"},
)


@attrs.frozen(kw_only=True)
class SilenceDesk:
    """Serves silences."""

    hint: Any

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listSilences",
            method="GET",
            path="/silences",
            needs=Role.VIEWER,
            says="List silences, the newest first.",
            carry_out=self.list,
            query={
                "all": Query(
                    yes_or_no,
                    "Those that are over, too.",
                    {"type": "boolean", "default": False},
                    default=False,
                ),
                **PAGING,
            },
            answer=page_of("Silence"),
        )
        yield Operation(
            id="createSilence",
            method="POST",
            path="/silences",
            needs=Role.EDITOR,
            says="Hold alerts of some tasks back from now on.",
            more="Without `tasks` and `tags` of everything, the monitor's own trouble too. What is "
            "still down when it ends is told then.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("Silence"),
            status=201,
            once=True,
        )
        yield Operation(
            id="getSilence",
            method="GET",
            path="/silences/{silence_id}",
            needs=Role.VIEWER,
            says="Show a silence.",
            carry_out=self.get,
            answer=ref("Silence"),
        )
        yield Operation(
            id="removeSilence",
            method="DELETE",
            path="/silences/{silence_id}",
            needs=Role.EDITOR,
            says="End a silence; what is still down is told at once.",
            carry_out=self.remove,
            status=204,
        )

    async def list(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], int)
        async with call.session() as session:
            known = (await session.alerting()).silences
        found = [
            one
            for one in sorted(known, key=lambda one: -one.id)
            if (call.query["all"] or call.now < one.until_at)
            and (place is None or one.id < place[0])
        ]
        return page_reply(
            found,
            call.query["limit"],
            lambda one: silence_form(one, call.now),
            lambda one: [one.id],
        )

    async def create(self, call: Call) -> Reply:
        body = call.body
        said, for_s = read_note(body.get("note")), read_length("for", body["for_s"])

        def reply(done: AlertingChange) -> Reply:
            (added,) = done.silences
            return Reply(
                document=silence_form(added, call.now),
                status=201,
                headers={"Location": f"/api/v1/silences/{added.id}"},
            )

        async with call.session() as session:
            fleet = await session.fleet()
            # In a thread: among many names a misspelt one is looked for slowly.
            selector = await trio.to_thread.run_sync(
                read_selector, fleet, body.get("tasks"), body.get("tags")
            )
            silence = make_silence(selector, for_s, said, call.who.name, call.now)

            async def add() -> AlertingChange:
                return await session.change_alerting(AlertingChange(silences=(silence,)))

            done = await done_once(call, session, add, reply)
        self.hint()
        return done

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            known = (await session.alerting()).silences
        return Reply(
            document=silence_form(find_silence(known, call.number("silence_id")), call.now)
        )

    async def remove(self, call: Call) -> Reply:
        async with call.session() as session:
            known = (await session.alerting()).silences
            found = find_silence(known, call.number("silence_id"))
            await session.change_alerting(AlertingChange(drop_silences=(found.id,)))
        self.hint()
        return Reply(status=204)
