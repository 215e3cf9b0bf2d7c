"""What this process says of itself in the database: that it lives, and which sessions are open."""

import os
import socket
import uuid
from collections.abc import Callable, Mapping

import attrs
import trio

from monitor import __version__
from monitor.core.failures import DatabaseAway
from monitor.core.model import Node
from monitor.core.ports import OpenSession, Session, Store
from monitor.engine.clock import Clock

BEAT_S = 2.0
STALE_S = 15.0
"""A process that has not beaten for so long is taken for gone."""


@attrs.define(eq=False, kw_only=True)
class Presence:
    """Beat while the monitor lives."""

    store: Store
    clock: Clock
    figures: Callable[[], Mapping[str, float]]
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    node: Node = attrs.field(init=False)
    _shown: set[OpenSession] | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        now = self.clock.now()
        self.node = Node(
            id=uuid.uuid4().hex,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            started_at=now,
            beat_at=now,
        )

    async def run(self) -> None:
        """Beat for ever."""
        async with self.store.session("presence") as session:
            while True:
                try:
                    await self.beat(session)
                except DatabaseAway:
                    self._shown = None  # told by those who have something to lose
                await trio.sleep(BEAT_S * self.ease)

    async def beat(self, session: Session) -> None:
        """Write one beat; the sessions only if they changed."""
        node = attrs.evolve(self.node, beat_at=self.clock.now(), figures=dict(self.figures()))
        opened = set(self.store.open_sessions.values())
        if opened != self._shown:
            sessions = {one.owner: one.opened_at.isoformat(timespec="seconds") for one in opened}
            node = attrs.evolve(node, sessions=sessions)
        await session.beat(node)
        self._shown = opened

    async def farewell(self) -> None:
        """Write the last beat: stopped, and no session open but the one that writes this."""
        now = self.clock.now()
        node = attrs.evolve(
            self.node, beat_at=now, stopped_at=now, sessions={}, figures=dict(self.figures())
        )
        async with self.store.session("farewell") as session:
            await session.beat(node)
