"""`/login`, `/login/code`, `/logout`, `/first-run`: how somebody becomes known.

What is wrong is never said more exactly than "name or password": neither by words nor by the time
it takes. Who guesses waits longer and longer; see `monitor.core.access.throttle`.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

import attrs
import trio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.access.changing import AccessRefused, adding, editing, folded, rehashed
from monitor.core.access.codes import spend
from monitor.core.access.passwords import BadPassword, check_password
from monitor.core.access.people import Deeds, User
from monitor.core.access.roles import Role
from monitor.core.access.throttle import OF_ADDRESS, OF_CODE, OF_NAME, Throttle, neighbourhood
from monitor.core.access.vault import CannotOpen
from monitor.core.ports import Session
from monitor.journal import tell
from monitor.operations.signing import signed
from monitor.web.access.cookies import keep
from monitor.web.access.door import Door
from monitor.web.access.first import PARAMETER
from monitor.web.access.form import one_line, read_form
from monitor.web.access.guard import FIRST, LOGIN, AccessGuard
from monitor.web.access.hashing import Passwords
from monitor.web.access.pages import Pages
from monitor.web.access.visits import Visits, soon
from monitor.web.forms import own_path
from monitor.web.routing import PUBLIC, Entry, who_asks

CODE, LOGOUT = "/login/code", "/logout"
LATELY = timedelta(days=30)
"""Where somebody has logged in within that time, others who guess do not hold them up."""


@attrs.define(eq=False, kw_only=True)
class Login:
    """The pages of the login."""

    door: Door
    guard: AccessGuard
    pages: Pages
    passwords: Passwords = attrs.field(factory=Passwords)
    visits: Visits = attrs.field(init=False)
    addresses: Throttle = attrs.field(factory=lambda: Throttle(OF_ADDRESS, trio.current_time))
    names: Throttle = attrs.field(factory=lambda: Throttle(OF_NAME, trio.current_time))
    codes: Throttle = attrs.field(factory=lambda: Throttle(OF_CODE, trio.current_time))

    def __attrs_post_init__(self) -> None:
        self.visits = Visits(self.door)

    def entries(self) -> Sequence[Entry]:
        post = ("POST",)
        return (
            Entry(path=LOGIN, endpoint=self.show, needs=PUBLIC),
            Entry(path=LOGIN, endpoint=self.enter, needs=PUBLIC, methods=post),
            Entry(path=CODE, endpoint=self.show_code, needs=PUBLIC),
            Entry(path=CODE, endpoint=self.enter_code, needs=PUBLIC, methods=post),
            Entry(path=LOGOUT, endpoint=self.leave, needs=Role.VIEWER, methods=post),
            Entry(path=FIRST, endpoint=self.show_first, needs=Role.ADMIN),
            Entry(path=FIRST, endpoint=self.add_first, needs=Role.ADMIN, methods=post),
        )

    # --- name and password ----------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """Ask for name and password; or, while there are no users, for the first-run token.

        A browser that follows a link from elsewhere does not send our cookie, but does so when a
        page of ours sends it on: somebody who is logged in need not log in again.
        """
        onward = own_path(request.query_params.get("next", "")) or "/"
        who = await self.guard.visitor(request)
        if who is not None:
            return RedirectResponse(FIRST if who.via == "first run" else onward, 303)
        strange = request.headers.get("sec-fetch-site", "cross-site") in ("cross-site", "same-site")
        if strange and "again" not in request.query_params:
            again = request.url.include_query_params(again=1)
            here = f"{again.path}?{again.query}"
            return self.pages.page(request, "access/onward.html", onward=here)
        if f"{PARAMETER}=" in onward:  # it let nobody in, or we would not be here
            return await self._ask(request, "/", 401, "wrong")
        return await self._ask(request, onward)

    async def _ask(
        self, request: Request, onward: str, status: int = 200, wrong: str = "", name: str = ""
    ) -> Response:
        anybody = bool((await self.door.people()).users)
        return self._form(request, anybody, onward, status, wrong, name)

    def _form(
        self,
        request: Request,
        anybody: bool,
        onward: str,
        status: int,
        wrong: str,
        name: str,
        headers: dict[str, str] | None = None,
    ) -> Response:
        return self.pages.page(
            request,
            "access/login.html" if anybody else "access/nobody.html",
            status=status,
            headers=headers,
            onward=onward,
            wrong=wrong,
            name=name,
            provider=self.door.options.oidc is not None,
        )

    async def enter(self, request: Request) -> Response:
        """Log somebody in, if name and password are right."""
        self.door.source.refuse_strangers(request)
        form = await read_form(request)
        onward = own_path(form.get("next", "")) or "/"
        name, password = one_line(form.get("name", ""), 64), form.get("password", "")
        near = neighbourhood(self.door.source.address(request))
        if wait_s := self.addresses.begin(near):  # costs us nothing
            return self._hold(request, onward, name, wait_s)
        async with self.door.desk.session() as session:
            user = (await session.registry.people()).find(name)
            if user is not None and user.disabled:
                user = None
            wait_s = self.names.wait_s(folded(name))
            if wait_s and await self._was_here(session, user.name if user else name, near):
                wait_s = 0.0
        if wait_s:
            return self._hold(request, onward, name, wait_s)
        self.names.failed(folded(name))
        if not await self.passwords.fits(user.password if user else None, password):
            tell("access.refused", address=near, how="password")
            return await self._ask(request, onward, 401, "wrong", name)
        assert user is not None
        self.addresses.succeeded(near)
        self.names.succeeded(folded(name))
        await self._renew(user, password)
        if user.totp is not None:
            cookie = await self.visits.open(request, user, "password", pending=True)
            target = f"{CODE}?{_next(onward)}"
            return keep(RedirectResponse(target, 303), cookie)
        cookie = await self.visits.open(request, user, "password")
        return keep(RedirectResponse(onward, 303), cookie)

    def _hold(self, request: Request, onward: str, name: str, wait_s: float) -> Response:
        """Tell somebody to wait."""
        tell("access.held", address=neighbourhood(self.door.source.address(request)))
        return self._form(request, True, onward, 429, "wait", name, {"Retry-After": soon(wait_s)})

    async def _was_here(self, session: Session, name: str, near: str) -> bool:
        """Say whether somebody has logged in from near lately."""
        since = self.door.now() - LATELY
        wanted = Deeds(since=since, actor=name, action="login", limit=200)
        logins = await session.registry.deeds(wanted)
        return any(neighbourhood(one.address) == near for one in logins)

    async def _renew(self, user: User, password: str) -> None:
        """Hash a password anew that was hashed with less effort than is usual now."""
        if user.password is None or not self.passwords.is_outdated(user.password):
            return
        kept = await self.passwords.hash(password)
        async with self.door.desk.session() as session:
            await session.registry.change_people(rehashed(user, kept))

    # --- the second factor ----------------------------------------------------------------------

    async def show_code(self, request: Request) -> Response:
        """Ask for the code of the second factor."""
        onward = own_path(request.query_params.get("next", "")) or "/"
        found = await self.visits.pending(request)
        if found is None:
            return RedirectResponse(LOGIN, 303)
        return self._ask_code(request, found[1], onward)

    def _ask_code(
        self,
        request: Request,
        user: User,
        onward: str,
        status: int = 200,
        wrong: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Ask for a code; who cannot be let in by that of an app is told why, and what to do."""
        try:
            self.door.vault.open(user.totp or "", user.id)
            shut = False
        except CannotOpen:
            shut = True
        return self.pages.page(
            request,
            "access/code.html",
            status=status,
            headers=headers,
            onward=onward,
            wrong=wrong,
            shut=shut,
            name=user.name,
        )

    async def enter_code(self, request: Request) -> Response:
        """Log somebody in whose password was right, if the code is too; no code counts twice."""
        self.door.source.refuse_strangers(request)
        form = await read_form(request)
        onward = own_path(form.get("next", "")) or "/"
        found = await self.visits.pending(request)
        if found is None:
            return RedirectResponse(LOGIN, 303)
        user, key = found[1], str(found[1].id)
        if wait_s := self.codes.begin(key):
            tell("access.held", address=self.door.source.address(request))
            later = {"Retry-After": soon(wait_s)}
            return self._ask_code(request, user, onward, 429, "wait", later)
        if not await self._spend(user, form.get("code", "").strip()[:64]):
            tell("access.refused", address=self.door.source.address(request), how="code")
            return self._ask_code(request, user, onward, 401, "wrong")
        self.codes.succeeded(key)
        cookie = await self.visits.open(request, user, "password and code")
        return keep(RedirectResponse(onward, 303), cookie)

    async def _spend(self, user: User, code: str) -> bool:
        """Use a code up, in one transaction with looking whether it still can be."""
        now = self.door.now()

        def spent(current: User) -> User:
            after = spend(current, code, now, self.door.vault)
            if after is None:
                raise AccessRefused("the code is wrong, or was used before")
            return after

        async with self.door.desk.session() as session:
            try:
                await session.registry.change_people(editing(user.id, spent))
            except AccessRefused:
                return False
        return True

    # --- out, and the first user ----------------------------------------------------------------

    async def leave(self, request: Request) -> Response:
        """Log out."""
        headers = await self.visits.close(request, who_asks(request).name)
        return keep(RedirectResponse(LOGIN, 303), *headers)

    async def show_first(self, request: Request) -> Response:
        """Ask for the first admin."""
        await trio.lowlevel.checkpoint()
        if who_asks(request).via != "first run":
            return RedirectResponse("/", 303)
        return self.pages.page(request, "access/first.html", name="", wrong="")

    async def add_first(self, request: Request) -> Response:
        """Add the first admin, log him in, and end the first run."""
        who = who_asks(request)
        form = await read_form(request)
        name, password = form.get("name", "").strip(), form.get("password", "")
        try:
            if password != form.get("again", ""):
                raise BadPassword("the two passwords differ; type the same twice")
            check_password(password, (name,))
            kept = await self.passwords.hash(password)
            now = self.door.now()
            user = User(name=name, role=Role.ADMIN, password=kept, created_at=now)
            plan = signed(adding(user, first=True), who.author, now)
            async with self.door.desk.session() as session:
                done = await session.registry.change_people(plan)
        except (BadPassword, AccessRefused) as error:
            return self.pages.page(
                request,
                "access/first.html",
                status=400,
                name=name,
                wrong=self.pages.words(request).sentence(str(error)),
            )
        [user] = done.users
        cookie = await self.visits.open(request, user, "first run")
        return keep(RedirectResponse("/", 303), cookie, self.door.first_run.clear(request))


def _next(onward: str) -> str:
    return urlencode({"next": onward})
