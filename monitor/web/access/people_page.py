"""`/access`: who may come in, for admins; and `/access/log`: who changed what."""

from collections.abc import Callable, Sequence
from functools import partial

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.access.changing import (
    AccessRefused,
    People,
    Plan,
    adding,
    editing,
    everywhere_out,
    granting,
    removing,
    revoking,
    without_factor,
)
from monitor.core.access.passwords import BadPassword, check_password
from monitor.core.access.people import Deeds, User
from monitor.core.access.roles import Role, read_role
from monitor.core.units import parse_duration
from monitor.operations.people import (
    differences,
    make_token,
    refuse_own_disabling,
    refuse_own_end,
    token_length,
)
from monitor.operations.refusals import Unfit
from monitor.operations.signing import signed
from monitor.web.access.door import Door
from monitor.web.access.form import one_line, read_form
from monitor.web.access.hashing import Passwords
from monitor.web.access.pages import Pages
from monitor.web.routing import Endpoint, Entry, who_asks

ACCESS = "/access"
LINES = 50
"""Lines of the log on one page."""

_DONE = {
    "user-added": "The user has been added.",
    "user-changed": "The user has been changed, and all sessions of theirs have ended.",
    "user-removed": "The user has been removed.",
    "factor-off": "The second factor has been taken away.",
    "token-revoked": "The token has been revoked.",
}


@attrs.define(eq=False, kw_only=True)
class PeoplePage:
    """Users, tokens, and what was done."""

    door: Door
    pages: Pages
    passwords: Passwords

    def entries(self) -> Sequence[Entry]:
        changes: dict[str, Endpoint] = {
            "users": self.add_user,
            "users/role": self.set_role,
            "users/log-out": self.log_out,
            "users/disable": partial(self.set_disabled, disabled=True),
            "users/enable": partial(self.set_disabled, disabled=False),
            "users/password": self.set_password,
            "users/no-factor": self.remove_factor,
            "users/remove": self.remove_user,
            "tokens": self.add_token,
            "tokens/revoke": self.revoke_token,
        }
        return (
            Entry(path=ACCESS, endpoint=self.show, needs=Role.ADMIN),
            Entry(path=f"{ACCESS}/log", endpoint=self.show_log, needs=Role.ADMIN),
            *(
                Entry(path=f"{ACCESS}/{path}", endpoint=change, needs=Role.ADMIN, methods=("POST",))
                for path, change in changes.items()
            ),
        )

    # --- pages ----------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        """Show all users and tokens."""
        return await self._page(request, said=_DONE.get(request.query_params.get("done", ""), ""))

    async def _page(
        self,
        request: Request,
        *,
        said: str = "",
        wrong: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
        secret: str = "",
    ) -> Response:
        people = await self.door.people()
        words, now = self.pages.words(request), self.door.now()
        return self.pages.page(
            request,
            "access/people.html",
            status=400 if wrong else 200,
            people=people,
            owners={one.id: one.name for one in people.users},
            over={one.id for one in people.tokens if one.is_over(now)},
            roles=[role.word for role in Role],
            said=words(said) if said else "",
            wrong={"user": "", "password": "", "token": "", **(wrong or {})},
            form=form or {},
            secret=secret,
        )

    async def show_log(self, request: Request) -> Response:
        """Show who changed what, the newest first."""
        query = request.query_params
        wanted = Deeds(
            before=one_line(query.get("before", ""), 64),
            actor=one_line(query.get("actor", ""), 200),
            about=one_line(query.get("about", ""), 200),
            action=one_line(query.get("action", ""), 200),
            limit=LINES + 1,
        )
        async with self.door.desk.session() as session:
            found = await session.registry.deeds(wanted)
        return self.pages.page(
            request,
            "access/log.html",
            deeds=found[:LINES],
            differences=differences,
            older=found[LINES - 1].id if len(found) > LINES else "",
            wanted=wanted,
        )

    # --- users ----------------------------------------------------------------------------------

    async def add_user(self, request: Request) -> Response:
        """Add a user; without a password they log in by a provider or a proxy only."""
        form = await read_form(request)
        try:
            name, password = form.get("name", "").strip(), form.get("password", "")
            user = User(name=name, role=_role(form), created_at=self.door.now())
            if password:
                check_password(password, (name,))
            adding(user)(await self.door.people())  # before a password is hashed for nothing
            if password:
                user = attrs.evolve(user, password=await self.passwords.hash(password))
            await self._change(request, adding(user))
        except (AccessRefused, BadPassword, Unfit) as error:
            return await self._refuse(request, "user", error, form)
        return _back("user-added")

    async def set_role(self, request: Request) -> Response:
        """Give a user another role."""
        form = await read_form(request)

        def change(user: User) -> User:
            return attrs.evolve(user, role=_role(form))

        return await self._edit(request, form, change)

    async def log_out(self, request: Request) -> Response:
        """End all sessions of a user."""
        return await self._edit(request, await read_form(request), everywhere_out)

    async def set_disabled(self, request: Request, *, disabled: bool) -> Response:
        """Let somebody in no more for now, or again; nobody does that to themselves."""
        who = who_asks(request)

        def change(user: User) -> User:
            if disabled:
                refuse_own_disabling(user.id, who.user_id)
            return attrs.evolve(user, disabled=disabled)

        return await self._edit(request, await read_form(request), change)

    async def set_password(self, request: Request) -> Response:
        """Give somebody another password."""
        form = await read_form(request)
        try:
            user, password = self._user(await self.door.people(), form), form.get("password", "")
            check_password(password, (user.name,))
        except (BadPassword, Unfit) as error:
            return await self._refuse(request, "password", error, form)
        kept = await self.passwords.hash(password)
        return await self._edit(request, form, lambda user: attrs.evolve(user, password=kept))

    async def remove_factor(self, request: Request) -> Response:
        """Take the second factor of somebody away, when its device is lost."""
        return await self._edit(request, await read_form(request), without_factor, "factor-off")

    async def _edit(
        self,
        request: Request,
        form: dict[str, str],
        change: Callable[[User], User],
        done: str = "user-changed",
    ) -> Response:
        try:
            old = self._user(await self.door.people(), form)
            await self._change(request, editing(old.id, change))
        except (AccessRefused, Unfit) as error:
            return await self._refuse(request, "user", error, {})
        return _back(done)

    async def remove_user(self, request: Request) -> Response:
        """Remove a user, if that is not who asks."""
        form = await read_form(request)
        try:
            old = self._user(await self.door.people(), form)
            asking_id = who_asks(request).user_id
            refuse_own_end(old.id, asking_id)
            await self._change(request, removing(old.id, by=asking_id))
        except (AccessRefused, Unfit) as error:
            return await self._refuse(request, "user", error, {})
        return _back("user-removed")

    # --- tokens ---------------------------------------------------------------------------------

    async def add_token(self, request: Request) -> Response:
        """Make a token, and show it this once."""
        form, who = await read_form(request), who_asks(request)
        try:
            people = await self.door.people()
            token, secret = make_token(
                form.get("name", "").strip(),
                _role(form),
                self.door.now(),
                owner=self._user(people, form, "owner") if form.get("owner") else None,
                read_only="read_only" in form,
                paths=form.get("paths", "").split(),
                for_s=_length(form.get("for", "").strip()),
                by=who.name,
            )
            await self._change(request, granting(token, within=who.token))
        except (AccessRefused, Unfit) as error:
            return await self._refuse(request, "token", error, form)
        return await self._page(request, secret=secret)

    async def revoke_token(self, request: Request) -> Response:
        """Revoke a token."""
        form = await read_form(request)
        people = await self.door.people()
        token = next((one for one in people.tokens if str(one.id) == form.get("id")), None)
        if token is None:
            raise HTTPException(404, "there is no such token any more")
        try:
            await self._change(request, revoking(token.id))
        except AccessRefused as error:
            return await self._refuse(request, "token", error, {})
        return _back("token-revoked")

    # --- what they have in common ---------------------------------------------------------------

    def _user(self, people: People, form: dict[str, str], key: str = "id") -> User:
        for user in people.users:
            if str(user.id) == form.get(key):
                return user
        raise Unfit("", "there is no such user any more")

    async def _change(self, request: Request, plan: Plan) -> None:
        own = signed(plan, who_asks(request).author, self.door.now())
        async with self.door.desk.session() as session:
            await session.registry.change_people(own)

    async def _refuse(
        self, request: Request, where: str, error: Exception, form: dict[str, str]
    ) -> Response:
        why = error.message if isinstance(error, Unfit) else str(error)
        said = self.pages.words(request).sentence(why)
        kept = {key: text for key, text in form.items() if key != "password"}
        return await self._page(request, wrong={where: said}, form=kept)


def _role(form: dict[str, str]) -> Role:
    try:
        return read_role(form.get("role", ""))
    except ValueError as error:
        raise Unfit("role", str(error)) from None


def _length(text: str) -> float | None:
    """Read how long a token is to be good; None: until it is revoked."""
    if not text:
        return None
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise Unfit("for", str(error)) from None
    return token_length(seconds)


def _back(done: str) -> Response:
    return RedirectResponse(f"{ACCESS}?done={done}", 303)
