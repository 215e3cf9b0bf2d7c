"""Who changed what: a line for each change, written with it, for admins to read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
from starlette.applications import Starlette
from trio.testing import MockClock

from monitor import probes
from monitor.core.access.changing import granting
from monitor.core.access.roles import Role
from monitor.operations.people import make_token
from monitor.web.access.entrance import Entrance
from monitor.web.serve import site_of
from tests.core.scene import Stage, open_stage
from tests.web.access.house import Answer, Caller


async def ask(site: Starlette, bearer: str, method: str, path: str, body: Any = None) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json"}
    return await Caller(site).ask(method, f"/api/v1{path}", content, accept="*/*", **headers)


async def test_each_change_over_http_is_written_down_with_who_made_it(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(Stage, "prepare", lambda _self, task: probes.prepare(task))
    for stage in open_stage():
        async with stage.running() as app:
            bearers = {}
            async with app.store.session("test") as session:
                for role in Role:
                    token, bearers[role] = make_token(role.word, role, stage.clock.now())
                    await session.registry.change_people(granting(token))
            site = site_of(app, Entrance())
            editor, admin = bearers[Role.EDITOR], bearers[Role.ADMIN]
            task = {"name": "shop", "target": "http://user:secret@127.0.0.1:1/"}
            assert 201 == (await ask(site, editor, "POST", "/tasks", task)).status
            await trio.sleep(1)
            assert 200 == (await ask(site, editor, "PATCH", "/tasks/1", {"interval_s": 5})).status
            wrong = await ask(site, editor, "PATCH", "/tasks/1", {"interval_s": -5})
            assert 422 == wrong.status
            await trio.sleep(1)
            assert 204 == (await ask(site, admin, "DELETE", "/tasks/1")).status
            assert 403 == (await ask(site, editor, "GET", "/audit-log")).status
            answer = await ask(site, admin, "GET", "/audit-log?action=task&limit=2")
            page = json.loads(answer.text)
            told = [(one["actor"], one["via"], one["action"]) for one in page["items"]]
            assert [
                ("admin", "token admin", "task.remove"),
                ("editor", "token editor", "task.edit"),
            ] == told
            edited = page["items"][1]
            assert ("shop", 5.0) == (edited["about"], edited["after"]["interval_s"])
            assert {"interval_s"} == set(edited["before"])
            assert "192.0.2.1" == edited["address"]
            answer = await ask(site, admin, "GET", f"/audit-log?action=task&cursor={page['next']}")
            [added] = json.loads(answer.text)["items"]
            assert ("task.add", {}) == (added["action"], added["before"])
            assert "secret" not in answer.text
