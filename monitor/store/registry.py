"""The registry of a session of an SQL store; see `monitor.core.access.registry`."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from monitor.core.access.changing import People, PeopleChange, Plan
from monitor.core.access.people import ALL_DEEDS, Deed, Deeds, Token, User, WebSession
from monitor.store import access
from monitor.store.units import Do


@attrs.frozen(eq=False)
class SqlRegistry:
    """See `Registry`."""

    _read: Do
    _write: Do

    async def people(self) -> People:
        return await self._read(access.people)

    async def change_people(self, plan: Plan) -> PeopleChange:
        return await self._write(access.change_people, plan)

    async def find_session(self, digest: str) -> tuple[WebSession, User] | None:
        return await self._read(access.find_session, digest)

    async def find_token(self, digest: str) -> tuple[Token, User | None] | None:
        return await self._read(access.find_token, digest)

    async def open_session(self, session: WebSession, instead_of: str = "") -> None:
        await self._write(access.open_session, session, instead_of)

    async def close_session(self, digest: str) -> None:
        await self._write(access.close_session, digest)

    async def sessions(self, user_id: int) -> list[WebSession]:
        return await self._read(access.sessions_of, user_id)

    async def seen(self, at: datetime, *, session: str = "", token: int = 0) -> None:
        await self._write(access.seen, at, session, token)

    async def deeds(self, wanted: Deeds = ALL_DEEDS) -> list[Deed]:
        return await self._read(access.deeds, wanted)

    async def write_deeds(self, deeds: Sequence[Deed]) -> None:
        await self._write(access.write_deeds, deeds)

    async def forget(
        self, *, idle_before: datetime, opened_before: datetime, done_before: datetime
    ) -> None:
        await self._write(access.forget, idle_before, opened_before, done_before)
