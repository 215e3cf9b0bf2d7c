"""All of access together, for as long as the process runs.

The first-run token outlives the listener: when that is started again, the address on the console
still works.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import attrs
import trio

from monitor.app import App
from monitor.core.access.changing import People, resealed
from monitor.core.access.options import AccessOptions
from monitor.core.access.vault import CannotOpen, Vault
from monitor.core.failures import StoreError
from monitor.engine.outage import Outage
from monitor.journal import tell
from monitor.web.access.account import Account
from monitor.web.access.door import Door
from monitor.web.access.first import FirstRun
from monitor.web.access.guard import AccessGuard
from monitor.web.access.hashing import Passwords
from monitor.web.access.login import Login
from monitor.web.access.oidc import OidcLogin
from monitor.web.access.pages import Pages
from monitor.web.access.people_page import PeoplePage
from monitor.web.access.provider import Provider
from monitor.web.desk import Desk
from monitor.web.listen import Listen
from monitor.web.routing import Room

FOLDER = Path(str(files(__package__).joinpath("templates")))
"""The templates of these pages; they extend `base.html`."""
_AGAIN_S = 5.0


@attrs.define(eq=False, kw_only=True)
class Entrance:
    """Lets people in, or not.

    Args:
        say: shows a line on the console.
    """

    options: AccessOptions = attrs.field(factory=AccessOptions)
    say: Callable[[str], object] = lambda _line: None
    first: FirstRun = attrs.field(factory=FirstRun)
    passwords: Passwords = attrs.field(factory=Passwords)

    def guard(self, desk: Desk, now: Callable[[], datetime], outage: Outage) -> AccessGuard:
        """Return what stands before all that is not public."""
        return AccessGuard(
            Door(desk=desk, options=self.options, now=now, outage=outage, first=self.first)
        )

    def rooms(self, guard: AccessGuard, pages: Pages) -> Iterator[Room]:
        """Return the pages of access."""
        yield Login(door=guard.door, guard=guard, pages=pages, passwords=self.passwords)
        if self.options.oidc is not None:
            yield OidcLogin(door=guard.door, pages=pages, provider=Provider(self.options.oidc))
        yield Account(door=guard.door, pages=pages, passwords=self.passwords)
        yield PeoplePage(door=guard.door, pages=pages, passwords=self.passwords)

    async def keep(self, monitor: App, sockets: Sequence[socket.socket]) -> None:
        """Say how to come in while nobody can, and keep second factors as they are to be kept."""
        while True:
            try:
                async with monitor.store.session("access") as session:
                    people = await session.registry.people()
                await self._seal(monitor, people)
                break
            except StoreError:
                await trio.sleep(_AGAIN_S)
        if not people.users:
            self._invite(sockets)

    def _invite(self, sockets: Sequence[socket.socket]) -> None:
        host, port = sockets[0].getsockname()[:2]
        address = self.first.address(self.options.url.rstrip("/") or Listen(host, port).url)
        tell("web.first_run", open=address)
        self.say(address)

    async def _seal(self, monitor: App, people: People) -> None:
        """Keep secrets of second factors as they are to be kept; tell of those nobody can open."""
        vault, shut = Vault(self.options.secret_keys), []
        for user in people.users:
            if user.totp is None:
                continue
            try:
                if vault.is_current(user.totp, user.id):
                    continue
                kept = vault.seal(vault.open(user.totp, user.id), user.id)
            except CannotOpen:
                shut.append(user.name)
                continue
            async with monitor.store.session("access") as session:
                await session.registry.change_people(resealed(user, kept))
        if shut:
            tell("access.shut", users=", ".join(shut))
