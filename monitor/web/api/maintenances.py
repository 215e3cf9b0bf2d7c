"""/api/v1/maintenance: work that is announced, once or again and again."""

from collections.abc import Callable, Iterator

import attrs
import trio

from monitor.config.alerting import MAINTENANCE
from monitor.core.alerts.alerting import AlertingChange
from monitor.operations.channelspecs import refuse_from_file
from monitor.operations.maintenances import (
    RULE,
    announced_form,
    find_maintenance,
    new_maintenance,
    read_rule,
)
from monitor.operations.selecting import read_note, read_selector
from monitor.web.api.bodies import NOTE, SELECTOR, TEXT, line
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Key, Operation, Reply
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_NEW = Body(
    name="NewMaintenance",
    keys={
        "name": Key(line, "what it is called", TEXT),
        **SELECTOR,
        **{key: Key(line, MAINTENANCE[key].says, TEXT) for key in RULE},
        "note": NOTE,
    },
    required=("name",),
    example={
        "name": "patch tuesday",
        "tags": ["prod"],
        "rrule": "FREQ=MONTHLY;BYDAY=2TU",
        "start": "02:30",
        "duration": "2h",
        "zone": "Europe/Berlin",
    },
)


@attrs.frozen(kw_only=True)
class MaintenanceDesk:
    """Serves announced work."""

    hint: Callable[[], None]

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listMaintenance",
            method="GET",
            path="/maintenance",
            needs=Role.VIEWER,
            says="List announced work, and the next ten times it comes.",
            carry_out=self.list,
            query=PAGING,
            answer=page_of("Maintenance"),
        )
        yield Operation(
            id="announceMaintenance",
            method="POST",
            path="/maintenance",
            needs=Role.EDITOR,
            says="Announce work on some tasks; on all, if none is named.",
            more="Once (`from`, `until`), by a rule of RFC 5545 (`rrule`, `start`, `duration`), or "
            "as cron says it (`cron`, `duration`).",
            carry_out=self.create,
            body=_NEW,
            answer=ref("Maintenance"),
            status=201,
            refusals=(409,),
            once=True,
        )
        yield Operation(
            id="getMaintenance",
            method="GET",
            path="/maintenance/{name}",
            needs=Role.VIEWER,
            says="Show announced work, and the next ten times it comes.",
            carry_out=self.get,
            answer=ref("Maintenance"),
        )
        yield Operation(
            id="withdrawMaintenance",
            method="DELETE",
            path="/maintenance/{name}",
            needs=Role.EDITOR,
            says="Remove announced work; what is still down is told at once.",
            carry_out=self.remove,
            status=204,
            refusals=(409,),
        )

    async def list(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], str)
        async with call.session() as session:
            known = (await session.alerting()).maintenances
        found = [
            one
            for one in sorted(known, key=lambda one: one.name)
            if place is None or one.name > place[0]
        ]
        return page_reply(
            found,
            call.query["limit"],
            lambda one: announced_form(one, call.now),
            lambda one: [one.name],
        )

    async def create(self, call: Call) -> Reply:
        body = call.body
        name, said = body["name"], read_note(body.get("note"))
        rule = {key: body[key] for key in RULE if key in body}
        await trio.to_thread.run_sync(read_rule, name, rule, call.now)
        async with call.session() as session:
            fleet = await session.fleet()
            # In a thread: among many names a misspelt one is looked for slowly.
            selector = await trio.to_thread.run_sync(
                read_selector, fleet, body.get("tasks"), body.get("tags")
            )

            async def add() -> AlertingChange:
                known = (await session.alerting()).maintenances
                one = new_maintenance(known, name, selector, rule, said)
                return await session.change_alerting(AlertingChange(maintenances=(one,)))

            def reply(done: AlertingChange) -> Reply:
                (one,) = done.maintenances
                return Reply(document=announced_form(one, call.now), status=201)

            done = await done_once(call, session, add, reply)
        self.hint()
        return done

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            known = (await session.alerting()).maintenances
        return Reply(document=announced_form(find_maintenance(known, call.text("name")), call.now))

    async def remove(self, call: Call) -> Reply:
        async with call.session() as session:
            known = (await session.alerting()).maintenances
            found = find_maintenance(known, call.text("name"))
            refuse_from_file("maintenance", found.name, from_file=found.from_file)
            await session.change_alerting(AlertingChange(drop_maintenances=(found.name,)))
        self.hint()
        return Reply(status=204)
