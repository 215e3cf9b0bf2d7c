"""`/account`: what somebody may change about themselves: password, second factor, sessions.

The present password is asked for again before one of the first two changes: a browser left open is
not enough. Whoever comes by a token changes nothing here.
"""

from collections.abc import Callable, Sequence

import attrs
import segno
import trio
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.access.changing import AccessRefused, editing, everywhere_out, without_factor
from monitor.core.access.codes import (
    address_of,
    new_recovery_codes,
    new_totp,
    recovery_digest,
    step_of,
)
from monitor.core.access.passwords import BadPassword, check_password
from monitor.core.access.people import User
from monitor.core.access.roles import Role
from monitor.core.access.throttle import OF_CODE, Throttle
from monitor.operations.signing import signed
from monitor.web.access.cookies import keep
from monitor.web.access.door import Door
from monitor.web.access.form import read_form
from monitor.web.access.guard import LOGIN
from monitor.web.access.hashing import Passwords
from monitor.web.access.pages import Pages
from monitor.web.access.visits import Visits, soon
from monitor.web.routing import Entry, Who, who_asks

ACCOUNT = "/account"
_SECRET_LENGTH = 32


class Wrong(Exception):
    """A form cannot be obeyed; the message says why."""


@attrs.define(eq=False, kw_only=True)
class Account:
    """The pages of an account."""

    door: Door
    pages: Pages
    passwords: Passwords
    visits: Visits = attrs.field(init=False)
    tries: Throttle = attrs.field(factory=lambda: Throttle(OF_CODE, trio.current_time))
    """Of the present password."""

    def __attrs_post_init__(self) -> None:
        self.visits = Visits(self.door)

    def entries(self) -> Sequence[Entry]:
        changes = {
            "password": self.change_password,
            "factor/new": self.propose_factor,
            "factor": self.set_factor,
            "factor/remove": self.remove_factor,
            "leave-everywhere": self.leave_everywhere,
        }
        return (
            Entry(path=ACCOUNT, endpoint=self.show, needs=Role.VIEWER),
            *(
                Entry(
                    path=f"{ACCOUNT}/{path}", endpoint=change, needs=Role.VIEWER, methods=("POST",)
                )
                for path, change in changes.items()
            ),
        )

    # --- the page -------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """Show who somebody is to us."""
        user = await self._user(who_asks(request))
        said = {
            "password": "The password has been changed; all other sessions have ended.",
            "factor-off": "The second factor has been taken away.",
        }.get(request.query_params.get("done", ""), "")
        return await self._page(request, user, said=said)

    async def _page(
        self,
        request: Request,
        user: User,
        *,
        said: str = "",
        wrong: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        async with self.door.desk.session() as session:
            visits = await session.registry.sessions(user.id)
        words = self.pages.words(request)
        return self.pages.page(
            request,
            "access/account.html",
            status=status,
            user=user,
            visits=[one for one in visits if not one.pending],
            said=words(said) if said else "",
            wrong={"password": "", "factor": "", **(wrong or {})},
        )

    async def _user(self, who: Who) -> User:
        """Return who asks, if that is a user of ours.

        Raises:
            HTTPException: 404, it is not.
        """
        for user in (await self.door.people()).users:
            if user.id == who.user_id:
                return user
        raise HTTPException(404, "this is no user of ours")

    # --- changes --------------------------------------------------------------------------------

    async def change_password(self, request: Request) -> Response:
        """Give somebody another password, and this browser a new session."""
        user = await self._owner(request)
        form = await read_form(request)
        try:
            await self._expect_password(user, form.get("current", ""))
            password = form.get("password", "")
            if password != form.get("again", ""):
                raise BadPassword("the two passwords differ; type the same twice")
            check_password(password, (user.name,))
            kept = await self.passwords.hash(password)
        except (Wrong, BadPassword) as error:
            return await self._refuse(request, user, "password", error)
        user = await self._change(request, user, lambda one: attrs.evolve(one, password=kept))
        cookie = await self.visits.open(request, user, "password")
        return keep(RedirectResponse(f"{ACCOUNT}?done=password", 303), cookie)

    async def propose_factor(self, request: Request) -> Response:
        """Show a new secret, as a picture and as letters; nothing is kept yet."""
        return self._factor(request, await self._owner(request), new_totp())

    def _factor(
        self, request: Request, user: User, secret: str, wrong: str = "", status: int = 200
    ) -> Response:
        picture = segno.make(address_of(secret, user.name, "monitor"), error="m")
        return self.pages.page(
            request,
            "access/factor.html",
            status=status,
            secret=secret,
            spelt=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            picture=Markup(picture.svg_inline(scale=5, border=3, light="white", omitsize=False)),
            wrong=wrong,
        )

    async def set_factor(self, request: Request) -> Response:
        """Ask for codes of this secret from now on, once one has shown that the app has it."""
        user = await self._owner(request)
        form = await read_form(request)
        secret = form.get("secret", "")
        if len(secret) != _SECRET_LENGTH or set(secret) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
            raise HTTPException(400, "this is no secret of ours; begin anew")
        words = self.pages.words(request)
        try:
            await self._expect_password(user, form.get("current", ""))
            step = step_of(secret, form.get("code", ""), self.door.now(), 0)
            if step is None:
                raise Wrong(
                    "the code is not the one of this secret; is the clock of the app right?"
                )
        except Wrong as error:
            return self._factor(request, user, secret, words.sentence(str(error)), 400)
        codes = new_recovery_codes()
        digests = tuple(recovery_digest(one) for one in codes)
        kept = self.door.vault.seal(secret, user.id)
        await self._change(
            request,
            user,
            lambda one: attrs.evolve(one, totp=kept, totp_step=step, recovery=digests),
        )
        return self.pages.page(request, "access/codes.html", codes=codes)

    async def remove_factor(self, request: Request) -> Response:
        """Ask for no codes any more."""
        user = await self._owner(request)
        form = await read_form(request)
        try:
            await self._expect_password(user, form.get("current", ""))
        except Wrong as error:
            return await self._refuse(request, user, "factor", error)
        await self._change(request, user, without_factor)
        return RedirectResponse(f"{ACCOUNT}?done=factor-off", 303)

    async def leave_everywhere(self, request: Request) -> Response:
        """End all sessions of somebody, this one too."""
        user = await self._owner(request)
        await self._change(request, user, everywhere_out)
        return keep(RedirectResponse(LOGIN, 303), self.door.session.clear(request))

    # --- what they have in common ---------------------------------------------------------------

    async def _owner(self, request: Request) -> User:
        """Return who asks, in person."""
        who = who_asks(request)
        if who.via != "session":
            raise HTTPException(403, "log in by name and password for that")
        return await self._user(who)

    async def _expect_password(self, user: User, current: str) -> None:
        """Raise Wrong unless it is the present password."""
        if user.password is None:
            raise Wrong("you log in without a password of ours")
        key = str(user.id)
        if wait_s := self.tries.begin(key):
            raise HTTPException(429, "too many tries; wait a little", {"Retry-After": soon(wait_s)})
        if not await self.passwords.fits(user.password, current):
            raise Wrong("the present password is another one")
        self.tries.succeeded(key)

    async def _refuse(self, request: Request, user: User, where: str, error: Exception) -> Response:
        said = self.pages.words(request).sentence(str(error))
        return await self._page(request, user, wrong={where: said}, status=400)

    async def _change(self, request: Request, user: User, change: Callable[[User], User]) -> User:
        """Change somebody, and write down that they did so themselves."""
        plan = signed(editing(user.id, change), who_asks(request).author, self.door.now())
        async with self.door.desk.session() as session:
            try:
                done = await session.registry.change_people(plan)
            except AccessRefused as error:
                raise HTTPException(409, str(error)) from None
        return done.users[0]
