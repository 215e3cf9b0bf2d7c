"""The other resources: incidents, silences, announced work, channels, files, and how all is."""

from __future__ import annotations

import json
from typing import Any

import trio
from trio.testing import MockClock

from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.drills import RECOVERED, STARTED
from monitor.core.model import Event, Status
from monitor.core.records import EventRecord, NoticeRecord
from monitor.web.api.openapi import PREFIX
from monitor.web.api.schemas import components
from monitor.web.routing import Role
from tests.core.scene import Stage, down
from tests.web.api.caller import Caller

HOOK = "webhook+https://hooks.example/T0KEN/secret"


async def fall(caller: Caller, stage: Stage) -> None:
    """Let the task `shop` be down."""
    stage.add("shop", down, interval_s=60.0, tags=("prod",))
    caller.app.reconcile.hint()
    await trio.sleep(1)


async def test_an_incident_is_listed_taken_and_given_back(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await fall(caller, stage)
    page = (await caller.get("/incidents?open=true&task_id=1")).document
    assert [("shop", 1, None)] == [
        (one["task"], one["number"], one["acknowledged"]) for one in page["items"]
    ]
    assert [] == (await caller.get("/incidents?open=false")).document["items"]
    path = "/incidents/1/1/acknowledgement"
    taken = await caller.ask("PUT", path, {"note": "mine", "for_s": 60})
    assert ("mine", "ann") == tuple(taken.document["acknowledged"][key] for key in ("note", "by"))
    wrong = await caller.ask("PUT", path, {"for_s": 60, "until_at": "2030-01-01T00:00:00Z"})
    assert "excludes an end (until); decide for one" == wrong.wrong["for_s"]
    wrong = await caller.ask("PUT", path, {"until_at": "2001-01-01T00:00:00Z"})
    assert "lies in the past" in wrong.wrong["until_at"]
    assert 200 == (await caller.ask("PUT", path)).status, "a body is not needed"
    assert (await caller.delete(path)).document["acknowledged"] is None
    assert 404 == (await caller.get("/incidents/1/2")).status
    assert "down" == (await caller.get("/tasks/1")).document["status"]
    steps = (await caller.get("/tasks/1/explain")).document["steps"]
    assert any("shop" == one["task"] for one in steps)
    assert 404 == (await caller.get("/explain?alert=none")).status


async def test_notes_are_written_on_an_incident(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await fall(caller, stage)
    path = "/incidents/1/1/notes"
    assert [] == (await caller.get(path)).document["items"]
    written = await caller.post(path, {"note": "the disk is full"})
    assert (201, "ann") == (written.status, written.document["by"])
    await trio.sleep(1)
    await caller.post(path, {"note": "emptied it"})
    page = (await caller.get(f"{path}?limit=1")).document
    assert ["the disk is full"] == [one["note"] for one in page["items"]]
    rest = (await caller.get(f"{path}?cursor={page['next']}")).document
    assert (["emptied it"], None) == ([one["note"] for one in rest["items"]], rest["next"])
    wrong = await caller.post(path, {"note": "  "})
    assert "is empty; write what was seen or done" == wrong.wrong["note"]
    assert 404 == (await caller.post("/incidents/1/2/notes", {"note": "x"})).status


async def test_history_is_listed(caller: Caller, autojump_clock: MockClock, stage: Stage) -> None:
    await fall(caller, stage)
    looks = (await caller.get("/tasks/1/looks?since=1h&limit=1")).document
    assert ["down"] == [one["status"] for one in looks["items"]]
    [change] = (await caller.get("/tasks/1/transitions")).document["items"]
    assert ("pending", "down") == (change["before"], change["after"])
    assert [] == (await caller.get("/tasks/1/gaps")).document["items"]
    assert [] == (await caller.get("/tasks/1/events")).document["items"]
    assert 404 == (await caller.get("/tasks/2/looks")).status
    assert 404 == (await caller.get("/tasks/x/looks")).status
    wrong = await caller.get("/tasks/1/looks?since=yesterday")
    assert "is not a moment" in wrong.wrong["since"]


async def test_silences(caller: Caller, autojump_clock: MockClock, stage: Stage) -> None:
    await fall(caller, stage)
    wrong = await caller.post("/silences", {"for_s": 0, "tasks": ["shp"]})
    assert "0s is out of range; use 1s to 366d" == wrong.wrong["for_s"]
    wrong = await caller.post("/silences", {"for_s": 60, "tasks": ["shp"]})
    assert "there is no task 'shp', did you mean 'shop'" == wrong.wrong["tasks"]
    wrong = await caller.post("/silences", {"for_s": 60, "tags": ["prd"]})
    assert "no task has the tag 'prd'; there are: prod" == wrong.wrong["tags"]
    body = {"for_s": 60, "tasks": ["sh*"], "note": "why"}
    made = await caller.post("/silences", body, idempotency_key="s")
    again = await caller.post("/silences", body, idempotency_key="s")
    assert (201, made.document) == (made.status, again.document)
    assert 1 == len((await caller.get("/silences")).document["items"])
    assert made.document == (await caller.get("/silences/1")).document
    assert 204 == (await caller.delete("/silences/1")).status
    assert 404 == (await caller.delete("/silences/1")).status


async def test_announced_work(caller: Caller, autojump_clock: MockClock, stage: Stage) -> None:
    await fall(caller, stage)
    body = {
        "name": "a/b",
        "cron": "30 2 * * sun",
        "duration": "2h",
        "zone": "Europe/Berlin",
        "tags": ["prod"],
    }
    made = await caller.post("/maintenance", body)
    assert (201, 10) == (made.status, len(made.document["next"]))
    assert 409 == (await caller.post("/maintenance", body)).status
    wrong = await caller.post("/maintenance", {**body, "name": "c", "cron": "no"})
    assert 422 == wrong.status
    assert made.document == (await caller.exchange("GET", f"{PREFIX}/maintenance/a/b")).document
    assert [made.document] == (await caller.get("/maintenance")).document["items"]
    assert 204 == (await caller.exchange("DELETE", f"{PREFIX}/maintenance/a/b")).status
    missing = await caller.get("/maintenance/nope")
    assert (404, True) == (missing.status, "there is no maintenance 'nope'" in missing.problem)


async def test_secrets_of_channels_go_in_and_never_out(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    body = {
        "name": "ops",
        "url": HOOK,
        "options": {"token": "geheim", "method": "PUT"},
        "default": True,
    }
    made = await caller.post("/channels", body)
    assert 201 == made.status, made.raw
    for answer in (made, await caller.get("/channels/ops"), await caller.get("/channels")):
        assert b"geheim" not in answer.raw
        assert b"T0KEN" not in answer.raw
    shown = made.document
    change = {"options": {**shown["options"], "method": "POST"}, "burst": 9}
    tag = made.headers["etag"]
    edited = await caller.patch("/channels/ops", change, if_match=tag)
    assert (200, 9) == (edited.status, edited.document["burst"]), edited.raw
    stored = stage.store.tables.alerts.channels["ops"]
    assert ("geheim", "POST", HOOK) == (
        stored.options["token"],
        stored.options["method"],
        stored.url,
    )
    assert 412 == (await caller.patch("/channels/ops", {"burst": 8}, if_match=tag)).status
    wrong = await caller.patch("/channels/ops", {"options": {"nope": "***"}})
    assert "*** where a secret was hidden" in wrong.wrong["options.nope"]
    wrong = await caller.patch("/channels/ops", {"url": "ntfy://x/${HOME}"})
    assert "has a reference" in wrong.wrong["url"]
    assert 409 == (await caller.post("/channels", body)).status
    caller.doorman.role = Role.EDITOR
    assert 403 == (await caller.post("/channels", body)).status
    caller.doorman.role = Role.ADMIN
    assert 204 == (await caller.delete("/channels/ops")).status
    assert 404 == (await caller.get("/channels/ops")).status


async def test_a_channel_is_tried_and_dead_letters_are_sent_again(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    at = stage.clock.now()
    dead = Notice(
        key="1/1/down",
        channel="ops",
        kind=NoticeKind.DOWN,
        at=at,
        since_at=at,
        status=Status.DOWN,
        state=NoticeState.DEAD,
        why="no",
        decided_at=at,
    )

    async def fill(session: Any) -> None:
        channel = ChannelSpec(name="ops", url="webhook+http://127.0.0.1:1/x")
        await session.change_alerting(AlertingChange(channels=(channel,)))
        await session.commit([NoticeRecord(notices=(dead,))])

    await stage.operate(fill)
    [letter] = (await caller.get("/notices?state=dead&channel=ops")).document["items"]
    assert "1/1/down" == letter["key"]
    assert "resend what?" in (await caller.post("/notices/resend", {})).problem
    assert 422 == (await caller.post("/notices/resend", {"key": "nope"})).status
    assert 422 == (await caller.post("/notices/resend", {"all": True, "key": "x"})).status
    assert 404 == (await caller.post("/notices/resend", {"channel": "nope"})).status
    sent = (await caller.post("/notices/resend", {"channel": "ops"})).document
    assert [{"key": "1/1/down", "channel": "ops"}] == sent["resent"]
    assert [] == (await caller.get("/notices?state=dead")).document["items"]
    assert 404 == (await caller.post("/channels/nope/test")).status


async def test_how_all_is(caller: Caller, autojump_clock: MockClock, stage: Stage) -> None:
    await fall(caller, stage)
    status = (await caller.get("/status")).document
    assert (1, 1, 1, []) == (
        status["bad"],
        status["tasks"]["down"],
        status["tasks"]["all"],
        status["why"],
    )
    assert [True] == [one["node"] != "" for one in (await caller.get("/nodes")).document["items"]]
    [child] = (await caller.get("/supervision")).document["items"]
    assert ("shop", "waiting", True) == (
        child["name"],
        child["doing"],
        child["session_opened_at"] is not None,
    )
    page = (await caller.get("/supervision/sessions")).document
    assert {"task 1", "recorder"} <= {one["owner"] for one in page["items"]}
    kinds = (await caller.get("/kinds?limit=500")).document["items"]
    assert {"http", "exec"} <= {one["name"] for one in kinds}
    families = (await caller.get("/kinds/channels")).document["items"]
    assert "webhook" in {one["name"] for one in families}


async def test_exercises_are_asked_for_and_listed(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    at = stage.clock.now()

    async def fill(session: Any) -> None:
        await session.commit(
            [
                EventRecord(event=Event(at=at, kind=STARTED, data={"began_at": at.isoformat()})),
                EventRecord(event=Event(at=at, kind=RECOVERED, data={"late": False})),
            ]
        )

    await stage.operate(fill)
    assert 200 == (await caller.get("/drills")).status
    assert 2 == len((await caller.get("/happenings?task_id=0")).document.get("items", [1, 1]))
    assert 404 == (await caller.post("/drills", {"task_id": 9})).status
    assert 422 == (await caller.post("/drills", {"task_id": "9"})).status
    ended = await caller.post("/drills?wait=true")
    assert RECOVERED == ended.document["event"], ended.raw


async def test_a_file_is_applied_as_a_whole(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    text = b"""
[[channel]]
name = "ops"
url = "webhook+https://hooks.example/T0KEN/secret"
[[task]]
name = "shop"
target = "https://u:geheim@shop.example/"
interval = "30s"
channels = ["ops"]
"""
    toml = {"content_type": "application/toml"}
    dry = (await caller.ask("POST", "/configuration?dry_run=true", text, **toml)).document
    assert [{"name": "shop", "target": "https://u:***@shop.example/"}] == dry["added"]
    assert {} == stage.store.tables.tasks
    done = (await caller.ask("POST", "/configuration", text, **toml)).document
    assert {**dry, "dry_run": False} == done
    exported = await caller.get("/configuration")
    assert b"geheim" not in exported.raw
    assert b"T0KEN" not in exported.raw
    again = (await caller.ask("POST", "/configuration", exported.raw, **toml)).document
    assert ({}, [], [], 1) == tuple(
        again[key] for key in ("changed", "added", "channels", "unchanged")
    ), again
    assert "https://u:geheim@shop.example/" == stage.store.tables.tasks[1].target
    changed = text.replace(b"30s", b"1m")
    report = (await caller.ask("POST", "/configuration", changed, **toml)).document
    assert {"shop": {"interval": ["30s", "1m"]}} == report["changed"]
    for wrong, sentence in (
        (b'[[task]]\ntarget = "exec:rm"', "exec: tasks are not made"),
        (b'[[task]]\ntarget = "tcp://${HOME}:1"', "has a reference"),
        (b'[[task]]\ntarget = "tcp://u:***@x:1"', "*** where a secret was hidden"),
        (b'[[chanel]]\nname = "x"', "did you mean channel"),
        (b"[[task]", "so this is not valid TOML"),
        (b"\xff", "is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "TOML"),
    ):
        answer = await caller.ask("POST", "/configuration", wrong, **toml)
        assert 422 == answer.status, answer.raw
        assert any(sentence in one for one in answer.wrong.values()) or b"deep" in answer.raw
    caller.doorman.role = Role.EDITOR
    assert 403 == (await caller.get("/configuration")).status


async def test_the_document_names_each_route_and_each_route_is_in_it(
    caller: Caller, autojump_clock: MockClock
) -> None:
    described = {
        (method.upper(), path)
        for path, methods in caller.described["paths"].items()
        for method in methods
    }
    served = {
        (method, entry.path.replace("{name:path}", "{name}"))
        for entry in caller.api.entries()
        for method in entry.methods
        if method != "HEAD"
    }
    own = {("GET", f"{PREFIX}/{name}") for name in ("openapi.json", "docs", "docs.css")}
    assert described | own == served
    names = [one.id for one in caller.api.operations]
    assert len(names) == len(set(names))


async def test_the_document_is_sound_and_its_references_lead_somewhere(
    caller: Caller, autojump_clock: MockClock
) -> None:
    answer = await caller.exchange("GET", f"{PREFIX}/openapi.json")
    document = answer.document
    assert document == json.loads(json.dumps(caller.described, default=str))
    schemas = document["components"]["schemas"]

    def references(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(references, value))
        if not isinstance(value, dict):
            return set()
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))

    known = {f"#/components/schemas/{name}" for name in schemas}
    assert references(document) <= known
    bodies = {one.body.name for one in caller.api.operations if one.body and one.body.keys}
    used = references(document["paths"]) | references(schemas)
    unused = {one for one in known if one not in used}
    assert set() == unused
    assert bodies <= set(schemas)
    assert set() == bodies & set(components()), "one name, one thing"


async def test_examples_of_bodies_are_valid(caller: Caller, autojump_clock: MockClock) -> None:
    for operation in caller.api.operations:
        if operation.body and operation.body.keys and operation.body.example is not None:
            caller.validate(operation.body.schema(), operation.body.example)


async def test_who_uses_another_method_is_told_all_that_there_are(
    caller: Caller, autojump_clock: MockClock
) -> None:
    answer = await caller.exchange("PUT", f"{PREFIX}/tasks/7")
    assert (405, "DELETE, GET, HEAD, PATCH") == (answer.status, answer.headers["allow"])
    answer = await caller.exchange("PATCH", f"{PREFIX}/status-pages/shop/logo")
    assert (405, "DELETE, GET, HEAD, PUT") == (answer.status, answer.headers["allow"])


async def test_people_can_read_it_without_scripts(
    caller: Caller, autojump_clock: MockClock
) -> None:
    page = await caller.exchange("GET", f"{PREFIX}/docs")
    text = page.raw.decode()
    for operation in caller.api.operations:
        assert f'id="{operation.id}"' in text
    assert "<script" not in text
    assert "style=" not in text
    assert "//" not in text.replace("https://", "").replace("http://", "").partition("<main>")[0]
    style = await caller.exchange("GET", f"{PREFIX}/docs.css")
    assert "text/css; charset=utf-8" == style.headers["content-type"]


async def test_who_only_looks_changes_nothing(caller: Caller, autojump_clock: MockClock) -> None:
    for operation in caller.api.operations:
        assert (operation.method == "GET") or operation.needs >= Role.EDITOR, operation.id
