"""A store that lets everything through and remembers who opened which session."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import attrs

from monitor.core.ports import OpenSession, Session
from monitor.core.records import Record
from monitor.store.sql import SqlSession, SqlStore


def _nobody(_records: Sequence[Record]) -> None:
    """Tell nobody."""


@attrs.define(eq=False)
class Witness:
    """See `ports.Store`. A record was acknowledged when `on_commit` has been told of it."""

    store: SqlStore
    on_commit: Callable[[Sequence[Record]], None] = _nobody
    opened: list[tuple[str, object]] = attrs.field(factory=list)
    """Owner and `AsyncSession` of every session, in the order they were opened."""

    @asynccontextmanager
    async def session(self, owner: str, task_id: int | None = None) -> AsyncIterator[Session]:
        async with self.store.session(owner, task_id) as session:
            # What must be a task's own is SQLAlchemy's object, not our wrapper around it.
            self.opened.append((owner, session._aio))
            yield cast("Session", _Told(session, self.on_commit))

    @property
    def crowded(self) -> bool:
        return self.store.crowded

    @property
    def open_sessions(self) -> dict[str, OpenSession]:
        return self.store.open_sessions

    async def listen(self, hint: Callable[[], None]) -> None:
        await self.store.listen(hint)

    def openings(self, owners: Sequence[str]) -> Counter[str]:
        """Count how often each of the owners opened a session."""
        return Counter(owner for owner, _ in self.opened if owner in owners)

    def distinct(self, owners: Sequence[str]) -> int:
        """Count the really different sessions of these owners."""
        return len({id(session) for owner, session in self.opened if owner in owners})


@attrs.frozen(eq=False)
class _Told:
    """A session whose finished commits are told of; everything else is passed on."""

    _session: SqlSession
    _on_commit: Callable[[Sequence[Record]], None]

    async def commit(self, records: Sequence[Record]) -> None:
        await self._session.commit(records)
        self._on_commit(records)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)
