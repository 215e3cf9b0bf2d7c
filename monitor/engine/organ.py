"""How the lives of our own organs are told: the recorder, the auditor, a courier ..."""

import attrs
import trio

from monitor.core.model import Recovery
from monitor.journal import tell


@attrs.define(eq=False)
class OrganChronicle:
    """Tell the steps of an organ's life. See `supervisor.Chronicle`."""

    name: str

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        await trio.lowlevel.checkpoint()
        retry_at = None if recovery.retry_at is None else recovery.retry_at.isoformat()
        tell("system.error", organ=self.name, error=recovery.error, retry_at=retry_at)

    async def restarting(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()

    async def recovered(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()
