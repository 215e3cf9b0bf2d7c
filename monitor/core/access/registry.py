"""What is asked of a store about users, tokens, web sessions, and what was done by whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitor.core.access.changing import People, PeopleChange, Plan
from monitor.core.access.people import ALL_DEEDS, Deed, Deeds, Token, User, WebSession


class Registry(Protocol):
    """The part of a session that knows who may come in; each method is one transaction."""

    async def people(self) -> People:
        """Return all users and tokens, by name."""

    async def change_people(self, plan: Plan) -> PeopleChange:
        """Change users and tokens, all or nothing, and return what was done, with the ids given.

        `plan` is shown them as they are; nobody else can change one of them before it is done.
        Raises what it raises. Sessions of another epoch than their user's are over.
        """

    async def find_session(self, digest: str) -> tuple[WebSession, User] | None:
        """Return a web session and whose it is; it may be over."""

    async def find_token(self, digest: str) -> tuple[Token, User | None] | None:
        """Return a token and whose it is; it may be over."""

    async def open_session(self, session: WebSession, instead_of: str = "") -> None:
        """Write a new web session; the one of that digest is over."""

    async def close_session(self, digest: str) -> None:
        """End a web session."""

    async def sessions(self, user_id: int) -> list[WebSession]:
        """Return the web sessions of a user, the one used last first."""

    async def seen(self, at: datetime, *, session: str = "", token: int = 0) -> None:
        """Note that a web session, or a token, is in use."""

    async def deeds(self, wanted: Deeds = ALL_DEEDS) -> list[Deed]:
        """Return what was done, the newest first."""

    async def write_deeds(self, deeds: Sequence[Deed]) -> None:
        """Write down what was done outside of the database; see `Session.sign` for the rest."""

    async def forget(
        self, *, idle_before: datetime, opened_before: datetime, done_before: datetime
    ) -> None:
        """Forget web sessions that were last used, or opened, before; and what was done before."""
