"""Who may do what: every path of the real site, as somebody of every role and as nobody.

A path that is not in the table below fails, and so does one that asks for less, or for more, than
stands there. What answers behind the guard is taken away: this is about the guard alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import attrs
import pytest
import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from trio.testing import MockClock

from monitor import probes
from monitor.core.access.changing import PeopleChange
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Token, User, digest
from monitor.core.access.provider import OidcOptions
from monitor.core.access.roles import Role
from monitor.web import site as site_room
from monitor.web.access.entrance import Entrance
from monitor.web.listen import MetricsOptions
from monitor.web.metrics import Metrics
from monitor.web.routing import Entry, Guard, make_route
from monitor.web.serve import site_of
from tests.core.scene import Stage, open_stage
from tests.web.access.house import Caller

TABLE = """
public GET  /livez
public GET  /readyz
public GET  /ping/{token}
public POST /ping/{token}
public GET  /ping/{token}/{signal}
public POST /ping/{token}/{signal}
public GET  /static/{name}
public POST /preferences

public GET  /status/{slug}
public GET  /status/{slug}/widget
public GET  /status/{slug}/style.css
public GET  /status/{slug}/feed.atom
public GET  /status/{slug}/feed.rss
public GET  /status/{slug}/summary.json
public GET  /status/{slug}/logo
public GET  /status/{slug}/favicon.ico
public GET  /status/{slug}/subscribe
public POST /status/{slug}/subscribe
public GET  /status/{slug}/confirm/{token}
public POST /status/{slug}/confirm/{token}
public GET  /status/{slug}/unsubscribe/{token}
public POST /status/{slug}/unsubscribe/{token}
public GET  /status/{slug}/login
public POST /status/{slug}/login
public GET  /badge/{key}/{figure}.svg

public GET  /login
public POST /login
public GET  /login/code
public POST /login/code
public GET  /login/oidc
public GET  /login/oidc/return
viewer POST /logout
viewer GET  /account
viewer POST /account/password
viewer POST /account/factor
viewer POST /account/factor/new
viewer POST /account/factor/remove
viewer POST /account/leave-everywhere
admin  GET  /access
admin  GET  /access/log
admin  POST /access/users
admin  POST /access/users/role
admin  POST /access/users/log-out
admin  POST /access/users/disable
admin  POST /access/users/enable
admin  POST /access/users/password
admin  POST /access/users/no-factor
admin  POST /access/users/remove
admin  POST /access/tokens
admin  POST /access/tokens/revoke
admin  GET  /first-run
admin  POST /first-run

viewer GET  /metrics

viewer GET  /
viewer GET  /about
viewer GET  /wall
viewer GET  /tree
editor GET  /tasks/new
editor POST /tasks/new
editor POST /tasks/bulk
editor POST /tasks/bulk/change
viewer GET  /tasks/{task_id}
editor GET  /tasks/{task_id}/toml
editor GET  /tasks/{task_id}/edit
editor POST /tasks/{task_id}/edit
editor POST /tasks/{task_id}/remove
viewer GET  /incidents
viewer GET  /incidents/{task_id}/{number}
editor POST /incidents/{task_id}/{number}/ack
editor POST /incidents/{task_id}/{number}/notes
viewer GET  /channels
admin  POST /channels
admin  POST /channels/test
admin  POST /channels/remove
editor POST /channels/resend
viewer GET  /maintenance
editor POST /maintenance
editor POST /maintenance/remove
editor POST /silences
editor POST /silences/end
viewer GET  /status-pages
admin  POST /status-pages
admin  POST /status-pages/remove
admin  GET  /status-pages/{slug}/logo
admin  POST /status-pages/{slug}/logo
admin  POST /status-pages/{slug}/logo/remove
admin  GET  /status-pages/{slug}/subscribers
admin  POST /status-pages/{slug}/subscribers/remove
editor POST /status-pages/post
editor POST /status-pages/forget
viewer GET  /drills
editor POST /drills

viewer GET    /api/v1/openapi.json
viewer GET    /api/v1/docs
viewer GET    /api/v1/docs.css
viewer GET    /api/v1/tasks
editor POST   /api/v1/tasks
editor PATCH  /api/v1/tasks
viewer GET    /api/v1/tasks/{task_id}
editor PATCH  /api/v1/tasks/{task_id}
editor DELETE /api/v1/tasks/{task_id}
editor POST   /api/v1/tasks/{task_id}/pause
editor POST   /api/v1/tasks/{task_id}/resume
editor POST   /api/v1/tasks/{task_id}/run
viewer GET    /api/v1/tasks/{task_id}/looks
viewer GET    /api/v1/tasks/{task_id}/transitions
viewer GET    /api/v1/tasks/{task_id}/gaps
viewer GET    /api/v1/tasks/{task_id}/latency
viewer GET    /api/v1/tasks/{task_id}/events
viewer GET    /api/v1/tasks/{task_id}/explain
editor POST   /api/v1/check
viewer GET    /api/v1/incidents
viewer GET    /api/v1/incidents/{task_id}/{number}
editor PUT    /api/v1/incidents/{task_id}/{number}/acknowledgement
editor DELETE /api/v1/incidents/{task_id}/{number}/acknowledgement
viewer GET    /api/v1/incidents/{task_id}/{number}/notes
editor POST   /api/v1/incidents/{task_id}/{number}/notes
viewer GET    /api/v1/silences
editor POST   /api/v1/silences
viewer GET    /api/v1/silences/{silence_id}
editor DELETE /api/v1/silences/{silence_id}
viewer GET    /api/v1/maintenance
editor POST   /api/v1/maintenance
viewer GET    /api/v1/maintenance/{name:path}
editor DELETE /api/v1/maintenance/{name:path}
viewer GET    /api/v1/status-pages
admin  POST   /api/v1/status-pages
viewer GET    /api/v1/status-pages/{slug}
admin  PATCH  /api/v1/status-pages/{slug}
admin  DELETE /api/v1/status-pages/{slug}
viewer GET    /api/v1/status-pages/{slug}/posts
editor POST   /api/v1/status-pages/{slug}/posts
editor DELETE /api/v1/status-pages/{slug}/posts/{story}
admin  GET    /api/v1/status-pages/{slug}/subscribers
admin  DELETE /api/v1/status-pages/{slug}/subscribers/{subscriber}
viewer GET    /api/v1/status-pages/{slug}/logo
admin  PUT    /api/v1/status-pages/{slug}/logo
admin  DELETE /api/v1/status-pages/{slug}/logo
viewer GET    /api/v1/channels
admin  POST   /api/v1/channels
viewer GET    /api/v1/channels/{name:path}
admin  PATCH  /api/v1/channels/{name:path}
admin  DELETE /api/v1/channels/{name:path}
admin  POST   /api/v1/channels/{name:path}/test
viewer GET    /api/v1/notices
editor POST   /api/v1/notices/resend
viewer GET    /api/v1/explain
viewer GET    /api/v1/happenings
viewer GET    /api/v1/events
viewer GET    /api/v1/status
viewer GET    /api/v1/nodes
viewer GET    /api/v1/supervision
viewer GET    /api/v1/supervision/sessions
viewer GET    /api/v1/kinds
viewer GET    /api/v1/kinds/channels
viewer GET    /api/v1/drills
editor POST   /api/v1/drills
admin  GET    /api/v1/users
admin  POST   /api/v1/users
admin  GET    /api/v1/users/{user_id}
admin  PATCH  /api/v1/users/{user_id}
admin  DELETE /api/v1/users/{user_id}
admin  PUT    /api/v1/users/{user_id}/password
admin  DELETE /api/v1/users/{user_id}/second-factor
admin  POST   /api/v1/users/{user_id}/log-out
admin  GET    /api/v1/tokens
admin  POST   /api/v1/tokens
admin  GET    /api/v1/tokens/{token_id}
admin  DELETE /api/v1/tokens/{token_id}
admin  GET    /api/v1/audit-log
admin  GET    /api/v1/doctor
admin  GET    /api/v1/configuration
admin  POST   /api/v1/configuration
"""

DECLARED = {
    (method, path): None if role == "public" else Role[role.upper()]
    for role, method, path in (line.split() for line in TABLE.splitlines() if line)
}


async def reached(_request: Request) -> Response:
    await trio.lowlevel.checkpoint()
    return PlainTextResponse("reached")


def make_empty_route(entry: Entry, guard: Guard) -> Route:
    """Make a route as the site does, with nothing behind the guard."""
    return make_route(attrs.evolve(entry, endpoint=reached), guard)


@attrs.frozen
class Scene:
    """The real site, and tokens of all sorts by what they are."""

    site: Starlette
    tokens: dict[str, str]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(Stage, "prepare", lambda _self, task: probes.prepare(task))
    monkeypatch.setattr(site_room, "make_route", make_empty_route)
    yield from open_stage()


@pytest.fixture
async def scene(stage: Stage, autojump_clock: MockClock) -> AsyncIterator[Scene]:
    names = [*(role.word for role in Role), "expired", "revoked"]
    tokens = {name: f"mon_{name}" for name in names}
    async with stage.running() as app:
        now = stage.clock.now()

        def made(name: str) -> Token:
            role = Role.__members__.get(name.upper(), Role.ADMIN)
            over = now + timedelta(seconds=-1 if name == "expired" else 9999)
            return Token(
                name=name,
                role=role,
                digest=digest(tokens[name]),
                created_at=now,
                expires_at=over,
            )

        async with app.store.session("test") as session:
            owner = User(name="anna", role=Role.ADMIN, created_at=now)
            given = tuple(made(name) for name in names if name != "revoked")
            change = PeopleChange(users=(owner,), tokens=given)
            await session.registry.change_people(lambda _people: change)
        metrics = Metrics.of(app, MetricsOptions("viewer"), [])
        oidc = OidcOptions(issuer="https://id.example", client_id="monitor")
        entrance = Entrance(options=AccessOptions(url="https://monitor.example", oidc=oidc))
        yield Scene(site_of(app, entrance, [metrics]), tokens)


def routes_of(site: Starlette) -> list[tuple[str, str]]:
    return [
        (method, route.path)
        for route in site.routes
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


async def test_every_path_asks_for_the_role_that_is_declared_here(
    scene: Scene, autojump_clock: MockClock
) -> None:
    found = routes_of(scene.site)
    assert [] == sorted(set(found) - set(DECLARED)), "add these to the table, with their role"
    assert [] == sorted(set(DECLARED) - set(found)), "these are gone; take them out of the table"
    assert len(found) == len(set(found))
    wrong = []
    for method, path in found:
        needs = DECLARED[method, path]
        place = path.replace(":path", "").replace("{", "").replace("}", "")
        for who, token in (("nobody", ""), *scene.tokens.items()):
            caller = Caller(scene.site, host="127.0.0.1:8080")
            headers = {"accept": "*/*", "authorization": f"Bearer {token}" if token else ""}
            answer = await caller.ask(method, place, **headers)
            role = Role.__members__.get(who.upper())
            expected = 200 if needs is None else 401 if role is None else 200
            if needs is not None and role is not None and role < needs:
                expected = 403
            if expected != answer.status:
                wrong.append(f"{method} {path} as {who}: {answer.status}, not {expected}")
    assert [] == wrong


async def test_what_is_not_there_is_no_secret_and_no_way_in(
    scene: Scene, autojump_clock: MockClock
) -> None:
    caller = Caller(scene.site)
    for path in ("/nothing", "/api/v1/nothing", "//login", "/../livez", "/static/../livez"):
        assert 404 == (await caller.get(path)).status
    answer = await caller.ask("DELETE", "/api/v1/tasks/1", accept="*/*")
    assert 401 == answer.status
    assert 405 == (await caller.ask("TRACE", "/login")).status
