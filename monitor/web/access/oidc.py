"""`/login/oidc`: the login by an identity provider (authorization code, PKCE, state and nonce).

The browser that comes back must be the one that went: its cookie holds the state, which is good
once. That cookie is Lax, as it has to come along from the provider's page; the session's is not, so
the last step is a page of ours that leads on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.access.changing import AccessRefused, People, PeopleChange, adding, editing
from monitor.core.access.oidc import Attempt, BadToken, Person, read_token
from monitor.core.access.people import User, digest, new_secret
from monitor.core.describe import describe
from monitor.journal import tell
from monitor.operations.signing import Author, signed
from monitor.web.access.cookies import Cookie, keep
from monitor.web.access.door import Door
from monitor.web.access.pages import Pages
from monitor.web.access.provider import Provider, ProviderAway
from monitor.web.access.visits import Visits
from monitor.web.forms import own_path
from monitor.web.kept import Kept
from monitor.web.routing import PUBLIC, Entry

OIDC, RETURN = "/login/oidc", "/login/oidc/return"
ATTEMPT_FOR = timedelta(minutes=10)
_ATTEMPTS = 1000
"""So many may be under way at once; the oldest is forgotten first."""


@attrs.frozen
class _UnderWay:
    attempt: Attempt
    onward: str
    until_at: datetime


@attrs.define(eq=False, kw_only=True)
class OidcLogin:
    """The login by a provider."""

    door: Door
    pages: Pages
    provider: Provider
    visits: Visits = attrs.field(init=False)
    state: Cookie = attrs.field(init=False)
    _under_way: Kept[str, _UnderWay] = attrs.field(factory=lambda: Kept(_ATTEMPTS), init=False)
    """By the digest of the state."""

    def __attrs_post_init__(self) -> None:
        self.visits = Visits(self.door)
        self.state = Cookie("monitor-oidc", self.door.source, "Lax")

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path=OIDC, endpoint=self.go, needs=PUBLIC, methods=("GET",)),
            Entry(path=RETURN, endpoint=self.come_back, needs=PUBLIC, methods=("GET",)),
        )

    @property
    def redirect_uri(self) -> str:
        return self.door.options.url + RETURN

    async def go(self, request: Request) -> Response:
        """Send a browser to the provider."""
        try:
            where = await self.provider.endpoint("authorization_endpoint")
        except ProviderAway as error:
            return self._trouble(request, error)
        options, attempt, state = self.provider.options, Attempt(), new_secret()
        onward = own_path(request.query_params.get("next", "")) or "/"
        until_at = self.door.now() + ATTEMPT_FOR
        self._under_way.keep(digest(state), _UnderWay(attempt, onward, until_at))
        query = {
            "response_type": "code",
            "client_id": options.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": options.scope,
            "state": state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        target = f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"
        cookie = self.state.write(request, state, ATTEMPT_FOR)
        return keep(RedirectResponse(target, 303), cookie)

    async def come_back(self, request: Request) -> Response:
        """Log in whom the provider names."""
        state = request.query_params.get("state", "")
        under_way = self._under_way.pop(digest(state), None)
        if (
            under_way is None
            or state != self.state.read(request)
            or self.door.now() >= under_way.until_at
        ):
            return self._refuse(request, "this login did not begin here, or took too long; again")
        try:
            person = await self._person(request, under_way.attempt)
            user = await self._user(request, person)
        except ProviderAway as error:
            return self._trouble(request, error)
        except (BadToken, AccessRefused) as error:
            tell("access.oidc", error=describe(error))
            return self._refuse(request, str(error))
        cookie = await self.visits.open(request, user, "oidc")
        page = self.pages.page(request, "access/onward.html", onward=under_way.onward)
        return keep(page, cookie, self.state.clear(request))

    async def _person(self, request: Request, attempt: Attempt) -> Person:
        query, options = request.query_params, self.provider.options
        if query.get("iss", options.issuer) != options.issuer:
            raise BadToken("the answer is from another provider")
        code = query.get("code", "")
        if not code:
            raise BadToken(f"the provider let nobody in ({query.get('error', 'no code')[:100]})")
        token = await self.provider.redeem(code, attempt.verifier, self.redirect_uri)
        now = self.door.now()
        try:
            return read_token(token, await self.provider.keys(), options, attempt.nonce, now)
        except BadToken:  # it may sign with a newer key than we know
            keys = await self.provider.keys(fresh=True)
            return read_token(token, keys, options, attempt.nonce, now)

    async def _user(self, request: Request, person: Person) -> User:
        """Return the user that somebody is, as the provider has them now; a newcomer is added.

        Raises:
            AccessRefused: somebody else has the name, or the provider gives no role.
        """
        role, options = person.role, self.provider.options
        if role is None:
            raise AccessRefused(f"{person.name!r} has no role here")
        now, address = self.door.now(), self.door.source.address(request)

        def found(people: People) -> User | None:
            return next((one for one in people.users if one.subject == person.subject), None)

        def plan(people: People) -> PeopleChange:
            known = found(people)
            if known is None:
                new = User(name=person.name, role=role, subject=person.subject, created_at=now)
                return adding(new)(people)
            if known.disabled:
                raise AccessRefused(f"{known.name!r} is disabled")
            if not options.role_claim or known.role is role:
                return PeopleChange()
            return editing(known.id, lambda one: attrs.evolve(one, role=role))(people)

        async with self.door.desk.session() as session:
            known = found(await session.registry.people())
            name = person.name if known is None else known.name
            author = Author(name=name, via="oidc", address=address)
            await session.registry.change_people(signed(plan, author, now))
            user = found(await session.registry.people())
        if user is None:
            raise AccessRefused(f"{name!r} has just been removed")
        return user

    def _refuse(self, request: Request, why: str) -> Response:
        said = self.pages.words(request).sentence(why)
        return self.pages.page(request, "access/refused.html", status=403, why=said)

    def _trouble(self, request: Request, error: ProviderAway) -> Response:
        tell("access.oidc", error=describe(error))
        why = self.pages.words(request)("the identity provider cannot be asked now")
        return self.pages.page(request, "access/refused.html", status=502, why=why)
