"""Forget in time what is over, whether anybody listens or not."""

import attrs
import trio

from monitor.core.access.options import AccessOptions
from monitor.core.describe import describe
from monitor.core.failures import StoreError
from monitor.core.ports import Store
from monitor.engine.clock import Clock
from monitor.journal import tell

EVERY_S = 3600.0


@attrs.frozen(kw_only=True)
class Housekeeping:
    """Forgets what is over.

    Args:
        options: how long sessions last, and how long it is known who changed what.
    """

    store: Store
    clock: Clock
    options: AccessOptions

    async def run(self) -> None:
        """Keep house for ever; what the database does not do now is done in an hour."""
        while True:
            try:
                await self.forget()
            except StoreError as error:
                tell("database.noise", error=f"what is over stays for now: {describe(error)}")
            await trio.sleep(EVERY_S)

    async def forget(self) -> None:
        """Forget web sessions that are over, deeds of long ago, and what is over of subscribers.

        Raises StoreError.
        """
        now, spans = self.clock.now(), self.options.spans
        async with self.store.session("housekeeping") as session:
            await session.registry.forget(
                idle_before=now - spans.idle,
                opened_before=now - spans.lifetime,
                done_before=now - self.options.kept,
            )
            await session.publishing.readers.forget(now)
