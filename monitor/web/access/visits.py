"""What a login makes and a logout ends. Each login has a new secret: none is ever taken over."""

from datetime import timedelta

import attrs
from starlette.requests import Request

from monitor.core.access.people import (
    PENDING_FOR,
    User,
    WebSession,
    digest,
    holds,
    new_deed,
    new_secret,
)
from monitor.core.describe import shorten
from monitor.journal import tell
from monitor.web.access.door import Door

AGENT_LIMIT = 200


@attrs.define(eq=False)
class Visits:
    """Opens and closes web sessions."""

    door: Door

    async def open(self, request: Request, user: User, via: str, *, pending: bool = False) -> str:
        """Log somebody in; return the header that makes the browser remember it.

        What the browser was logged in as before is over. `pending`: the second factor is still to
        come.
        """
        door, now, secret = self.door, self.door.now(), new_secret()
        address = door.source.address(request)
        new = WebSession(
            digest=digest(secret),
            user_id=user.id,
            epoch=user.epoch,
            pending=pending,
            via=via,
            created_at=now,
            seen_at=now,
            address=address,
            agent=shorten(request.headers.get("user-agent", ""), AGENT_LIMIT),
        )
        before = door.session.read(request)
        async with door.desk.session() as session:
            if not pending:
                session.sign(new_deed(now, user.name, via, "login", user.name, address=address))
            await session.registry.open_session(new, digest(before) if before else "")
        if not pending:
            tell("access.login", user=user.name, via=via, address=address)
        age = PENDING_FOR if pending else door.spans.lifetime
        return door.session.write(request, secret, age)

    async def pending(self, request: Request) -> tuple[WebSession, User] | None:
        """Return whose second factor is still to come."""
        secret = self.door.session.read(request)
        if not secret:
            return None
        async with self.door.desk.session() as session:
            found = await session.registry.find_session(digest(secret))
        if found is None or not found[0].pending:
            return None
        return found if holds(*found, self.door.now(), self.door.spans) else None

    async def close(self, request: Request, name: str) -> list[str]:
        """Log a browser out; return the headers that make it forget."""
        door = self.door
        if secret := door.session.read(request):
            address = door.source.address(request)
            async with door.desk.session() as session:
                session.sign(new_deed(door.now(), name, "session", "logout", name, address=address))
                await session.registry.close_session(digest(secret))
        return [door.session.clear(request), door.first_run.clear(request)]


def soon(seconds: float) -> str:
    """Return a wait as Retry-After has it: whole seconds, never none."""
    return str(max(1, round(timedelta(seconds=seconds + 0.5).total_seconds())))
