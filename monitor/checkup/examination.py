"""The whole checkup: what is asked, and in which order."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.checkup import machine, relations, tasks
from monitor.checkup.findings import Finding
from monitor.core.model import Node
from monitor.core.policy import RecoveryPolicy
from monitor.store import checkup, migrations
from monitor.store.address import Address
from monitor.store.sql import SqlStore, open_store

STUCK = timedelta(hours=1)
"""A notice that waits for so long, and says no reason, is stuck."""
IDLE_S = 5.0
"""A transaction of ours that does nothing for so long has been forgotten."""


@attrs.frozen(kw_only=True)
class Report:
    """What was found, and on what."""

    findings: tuple[Finding, ...]
    facts: dict[str, Any]
    """Versions, sizes, who runs: what is worth sending with a question."""


@attrs.frozen(kw_only=True)
class Examination:
    """A checkup of one database, and of the machine it is asked from."""

    address: Address
    policy: RecoveryPolicy
    max_errors: int
    running: Callable[[Sequence[Node], datetime], list[Node]]
    """Says which processes live."""
    now: Callable[[], datetime]

    async def carry_out(self) -> Report:
        """Ask everything.

        Raises:
            StoreError: the database cannot be asked.
        """
        findings = await trio.to_thread.run_sync(machine.here)
        facts: dict[str, Any] = {"versions": machine.versions(), "database": str(self.address)}
        if self.address.is_sqlite:
            path = self.address.path
            file = await trio.to_thread.run_sync(checkup.check_file, path)
            findings += machine.of_file(path, file)
            facts["file"] = {"bytes": path.stat().st_size, "checked": file.complete}
            if file.journal_mode != "wal":
                # To open it would set the mode, and we change nothing.
                return Report(findings=tuple(findings), facts=facts)
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(
                open_store(self.address, self.now, upgrade=False)
            )
            findings += await self._of_database(store, facts)
        return Report(findings=tuple(findings), facts=facts)

    async def _of_database(self, store: SqlStore, facts: dict[str, Any]) -> list[Finding]:
        schema = facts["schema"] = await store.schema()
        if schema != migrations.HEAD:
            advice = "upgrade the program"
            if schema is None or schema in migrations.KNOWN:
                advice = "back it up, then `monitor db upgrade`"
            found = f"the schema is {schema or 'none'}, this program works with {migrations.HEAD}"
            return [Finding(check="database.schema", found=found, advice=advice)]
        findings: list[Finding] = []
        if not self.address.is_sqlite:
            server = await checkup.server(store, IDLE_S)
            findings += machine.of_server(server, self.now())
            facts["server"] = server.version
        # Nodes first: a process that beats after the tasks were read would make these look late.
        nodes = await checkup.nodes(store)
        now = self.now()
        lines = await checkup.lines(store)
        findings += await self._of_tasks(nodes, lines, now, facts)
        findings += tasks.contradictions(await checkup.ledger(store))
        mail = await checkup.mail(store, now - STUCK)
        findings += relations.names(lines, mail.channels)
        findings += relations.letters(mail, now - STUCK)
        return findings

    async def _of_tasks(
        self,
        nodes: Sequence[Node],
        lines: Sequence[checkup.Line],
        now: datetime,
        facts: dict[str, Any],
    ) -> list[Finding]:
        living = self.running(nodes, now)
        last = next(iter(living or nodes), None)
        enabled = sum(not line.paused for line in lines)
        facts["tasks"] = len(lines)
        facts["monitor"] = [
            {"pid": node.pid, "host": node.host, "since": node.started_at.isoformat()}
            for node in living
        ]
        findings = relations.processes(living, enabled)
        if last is not None:
            # What was not looked at since the last beat, nobody could look at.
            at = now if living else last.beat_at
            findings += tasks.silent(lines, last.started_at, at)
        findings += tasks.given_up(lines)
        findings += tasks.impossible(lines, self.policy, self.max_errors, now)
        limit = machine.descriptor_limit(living[0] if living else None)
        facts["descriptors"] = limit
        findings += machine.descriptors(lines, limit)
        findings += await trio.to_thread.run_sync(machine.icmp, lines)
        return findings
