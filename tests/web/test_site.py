"""What is answered when we are not well ourselves; the site is called as its server calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import trio
from starlette.applications import Starlette
from trio.testing import MockClock

from monitor import probes
from monitor.app import App
from monitor.core.model import Task, TaskSpec
from monitor.web.site import make_site, rooms_of
from tests.core.scene import Stage, open_stage
from tests.web.conftest import TOKEN


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(Stage, "prepare", lambda _self, task: probes.prepare(task))
    yield from open_stage()


def add_job(stage: Stage, name: str = "backup") -> Task:
    options = {"period": "1h", "token": TOKEN}
    spec = TaskSpec(name=name, target="heartbeat:", options=options)
    return stage.store.insert(spec, stage.clock.now())


@pytest.fixture
async def running(stage: Stage, autojump_clock: MockClock) -> AsyncIterator[App]:
    """A monitor with one job."""
    add_job(stage)
    async with stage.running() as app:
        await trio.sleep(1.5)  # between two rounds of the auditor
        yield app


async def ask(
    app: App, path: str, body: AsyncIterator[bytes] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Send one request; return status, body and headers of the answer."""
    site: Starlette = make_site(list(rooms_of(app)))
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST" if body else "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("192.0.2.9", 1234),
        "server": ("127.0.0.1", 80),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        chunk = b"" if body is None else await anext(body, b"")
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    await site(scope, receive, send)
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], b"".join(one["body"] for one in rest).decode(), headers


async def test_while_the_database_is_away_a_ping_is_taken_and_said_to_wait(
    stage: Stage, running: App, autojump_clock: MockClock
) -> None:
    stage.store.go_away()
    status, text, _ = await ask(running, f"/ping/{TOKEN}")
    assert (202, "OK, to be written when the database is back\n") == (status, text)
    await trio.sleep(5)
    assert 503 == (await ask(running, "/readyz"))[0]
    assert 200 == (await ask(running, "/livez"))[0]
    stage.store.come_back()
    await trio.sleep(10)
    [ping] = stage.pings
    assert "192.0.2.9" == ping.source
    assert 200 == (await ask(running, "/readyz"))[0]


async def test_a_ping_that_cannot_be_kept_is_not_taken(
    stage: Stage, running: App, autojump_clock: MockClock
) -> None:
    stage.store.go_away()
    running.recorder.kept = 0
    status, text, headers = await ask(running, f"/ping/{TOKEN}")
    assert (503, "5") == (status, headers["retry-after"])
    assert "too many records wait for the database; send it again" == json.loads(text)["detail"]
    running.recorder.kept = 10
    stage.store.come_back()
    await trio.sleep(10)
    assert [] == stage.pings


async def test_a_body_that_does_not_come_is_not_waited_for(
    stage: Stage, running: App, autojump_clock: MockClock
) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"the beginning"
        await trio.sleep(60)
        yield b"and the end"

    started_s = trio.current_time()
    status, text, _ = await ask(running, f"/ping/{TOKEN}/fail", slowly())
    assert 408 == status
    assert pytest.approx(started_s + 10) == trio.current_time()
    assert "the body did not come within 10 s; send it again" == json.loads(text)["detail"]
    assert [] == stage.pings


async def test_jobs_that_share_a_token_share_their_pings(
    stage: Stage, running: App, autojump_clock: MockClock
) -> None:
    other = add_job(stage, "the same, seen otherwise")
    await trio.sleep(2)
    assert 200 == (await ask(running, f"/ping/{TOKEN}"))[0]
    assert {1, other.id} == {ping.task_id for ping in stage.pings}


async def test_it_is_not_alive_when_nobody_audits(running: App, autojump_clock: MockClock) -> None:
    running.auditor.audited_s = trio.current_time() - 60
    status, text, _ = await ask(running, "/livez")
    assert (503, ["nobody has audited for 1m"]) == (status, json.loads(text)["why"])


async def test_it_is_not_alive_when_tasks_do_not_look_in_time(
    running: App, autojump_clock: MockClock
) -> None:
    running.auditor.overdue = 3
    status, text, _ = await ask(running, "/livez")
    assert (503, ["3 tasks did not look in time"]) == (status, json.loads(text)["why"])


async def test_a_fault_of_ours_is_answered_as_such_and_told_without_the_token(
    stage: Stage, running: App, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_given: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("monitor.web.ping.read_rid", fail)
    with pytest.raises(RuntimeError, match="a bug"):  # for the server, which logs it
        await ask(running, f"/ping/{TOKEN}")
    [told] = stage.journal.of("web.error")
    assert {"path": "/ping/{token}", "error": "RuntimeError: a bug"} == told.fields
