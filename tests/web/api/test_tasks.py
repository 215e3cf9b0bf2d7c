"""/api/v1/tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Lifecycle, TaskSpec
from monitor.web.api.guarded import ApiOptions
from monitor.web.api.taskbody import KEYS
from monitor.web.routing import Role
from tests.core.scene import Stage, broken, down, taking, up
from tests.web.api.caller import Caller

SHOP = {"name": "shop", "target": "https://shop.example/health", "interval_s": 30}


async def add(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = await caller.post("/tasks", {**SHOP, **fields})
    assert 201 == answer.status, answer.raw
    task: dict[str, Any] = answer.document
    return task


async def test_a_task_is_added_found_and_looked_at(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    answer = await caller.post("/tasks", {**SHOP, "tags": ["prod"], "reminder_s": None})
    assert 201 == answer.status
    assert "/api/v1/tasks/1" == answer.headers["location"]
    added = answer.document
    assert ("shop", 30, 10, ["prod"], None, "pending") == tuple(
        added[key] for key in ("name", "interval_s", "timeout_s", "tags", "reminder_s", "status")
    )
    await trio.sleep(5)
    found = await caller.get("/tasks/1")
    assert "up" == found.document["status"]
    assert answer.headers["etag"] == found.headers["etag"], "how it stands is no version of it"
    assert [found.document] == (await caller.get("/tasks")).document["items"]
    deeds = [one for one in stage.store.tables.access.deeds.values() if one.action == "task.add"]
    assert [("ann", "token ci", "shop", "192.0.2.9")] == [
        (one.actor, one.via, one.about, one.address) for one in deeds
    ]


async def test_everything_that_is_wrong_is_told_by_field(
    caller: Caller, autojump_clock: MockClock
) -> None:
    answer = await caller.post(
        "/tasks", {"nam": "x", "interval_s": "30s", "attempts": 1.5, "tags": "a", "options": []}
    )
    assert (422, "5 things are wrong") == (answer.status, answer.problem)
    wrong = answer.wrong
    assert wrong["nam"].startswith("is not known here, did you mean name; there are: alert_after_s")
    assert "'30s' is not a number of seconds" == wrong["interval_s"]
    assert "1.5 is not a whole number" == wrong["attempts"]
    assert "is missing" == wrong["target"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"interval_s": 0}, "interval_s", "0s is out of range; use 100ms to 366d"),
        ({"interval_s": 1e300}, "interval_s", "1e+300 is out of range"),
        ({"attempts": 101}, "attempts", "101 is out of range; use 1 to 100"),
        ({"attempts": 10**30}, "attempts", f"{10**30} is out of range"),
        ({"target": "htp://x"}, "target", "has an unknown kind of look 'htp', did you mean 'http'"),
        ({"options": {"methd": "X"}}, "options.methd", "is not known here, did you mean 'method'"),
        ({"expect": ["status == 200", "latency <"]}, "expect[1]", "latency"),
        ({"name": "7"}, "name", "'7' would be read as an id; use a letter in it"),
        ({"alert_on": ["up"]}, "alert_on", "'up' is nothing that is told; use down, degraded"),
        ({"escalate": [{"after": 1}]}, "escalate", "has other keys than after_s and channels"),
        ({"depends_on": ["shop"]}, "depends_on", "'shop' cannot depend on itself"),
    ],
)
async def test_rules_are_those_of_commands(
    caller: Caller, autojump_clock: MockClock, fields: dict[str, Any], field: str, sentence: str
) -> None:
    answer = await caller.post("/tasks", {**SHOP, **fields})
    assert 422 == answer.status
    assert sentence in answer.wrong[field]


async def test_a_name_is_given_once(caller: Caller, autojump_clock: MockClock) -> None:
    await add(caller)
    answer = await caller.post("/tasks", SHOP)
    assert (409, True) == (answer.status, "'shop' exists already" in answer.problem)


async def test_a_task_is_changed_and_what_is_not_named_stays(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    task = await add(caller, tags=["prod"], attempts=5)
    answer = await caller.patch(f"/tasks/{task['id']}", {"interval_s": 15, "invert": True})
    assert 200 == answer.status
    changed = {"interval_s": 15, "invert": True}
    assert {**task, **changed} == {**answer.document, "status": "pending"}
    answer = await caller.patch(f"/tasks/{task['id']}", {})
    assert answer.problem.startswith("there is nothing to change; send one of ")


async def test_nobody_overwrites_what_he_has_not_seen(
    caller: Caller, autojump_clock: MockClock
) -> None:
    await add(caller)
    seen = (await caller.get("/tasks/1")).headers["etag"]
    changed = await caller.patch("/tasks/1", {"attempts": 4}, if_match=seen)
    assert 200 == changed.status
    refused = await caller.patch("/tasks/1", {"attempts": 5}, if_match=seen)
    assert (412, changed.headers["etag"]) == (refused.status, refused.headers["etag"])
    assert 412 == (await caller.delete("/tasks/1", if_match=seen)).status
    assert 400 == (await caller.patch("/tasks/1", {"attempts": 5}, if_match="abc")).status
    assert 4 == (await caller.get("/tasks/1")).document["attempts"]
    several = f'"other", {changed.headers["etag"]}'
    assert 204 == (await caller.delete("/tasks/1", if_match=several)).status
    assert 404 == (await caller.get("/tasks/1")).status


async def test_what_was_shown_may_be_sent_back_and_secrets_stay(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    secret = {"target": "https://u:geheim@shop.example/", "options": {"headers": {"X-Token": "s3"}}}
    task = await add(caller, **secret)
    assert "https://u:***@shop.example/" == task["target"]
    assert "geheim" not in str(task)
    assert "s3" not in str(task["options"])
    sent = {name: task[name] for name in KEYS} | {"attempts": 7}
    assert 200 == (await caller.patch("/tasks/1", sent)).status
    stored = stage.store.tables.tasks[1]
    assert ("https://u:geheim@shop.example/", {"headers": {"X-Token": "s3"}}, 7) == (
        stored.target,
        stored.options,
        stored.attempts,
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"target": "https://u:***@evil.example/"}, "target"),
        ({"target": "https://x.example/?token=***"}, "target"),
        ({"options": {"headers": {"X-Token": "***"}}}, "options.headers"),
    ],
)
async def test_a_hidden_secret_is_not_stored_for_a_secret(
    caller: Caller, autojump_clock: MockClock, fields: dict[str, Any], field: str
) -> None:
    answer = await caller.post("/tasks", {**SHOP, **fields})
    assert (422, True) == (answer.status, "*** where a secret was hidden" in answer.wrong[field])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"target": "exec:rm -rf /"}, "exec: tasks are not made or changed over HTTP"),
        ({"target": "python:os:system"}, "python: tasks are not made or changed over HTTP"),
        ({"target": " EXEC:rm"}, "exec: tasks are not made"),
        ({"target": "EXEC:rm"}, "exec: tasks are not made"),
        ({"target": "https://evil.example/${HOME}"}, "has a reference ${...}"),
        ({"options": {"body": "${file:/etc/shadow}"}}, "has a reference ${...}"),
        ({"options": {"headers": {"${HOME}": "x"}}}, "has a reference ${...}"),
        ({"target": "${NONE:-exec}:rm"}, "has a reference ${...}"),
    ],
)
async def test_commands_and_our_own_secrets_are_out_of_reach(
    caller: Caller, autojump_clock: MockClock, stage: Stage, fields: dict[str, Any], sentence: str
) -> None:
    for path in ("/tasks", "/check"):
        body = {"target": SHOP["target"], **fields}
        answer = await caller.post(path, body)
        assert 422 == answer.status
        assert sentence in answer.problem or "begins" in answer.problem
    assert {} == stage.store.tables.tasks
    await add(caller)
    assert 422 == (await caller.patch("/tasks/1", fields)).status


async def test_what_settings_allow_may_come_in(stage: Stage, autojump_clock: MockClock) -> None:
    async with stage.running() as app:
        caller = Caller(app, ApiOptions(allow_commands=True))
        assert 201 == (await caller.post("/tasks", {"target": "exec:true"})).status
        assert 422 == (await caller.post("/tasks", {"target": "tcp://${HOME}:1"})).status
        caller = Caller(app, ApiOptions(allow_references=True))
        hidden = await caller.post("/tasks", {"target": "${NONE:-exec}:rm"})
        assert "exec: tasks are not made or changed over HTTP" in hidden.problem


async def test_a_command_that_is_there_may_be_paused_but_not_changed(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    stage.store.insert(TaskSpec(name="c", target="exec:true"), stage.clock.now())
    assert 200 == (await caller.patch("/tasks/1", {"interval_s": 99})).status
    assert "paused" == (await caller.post("/tasks/1/pause")).document["status"]
    for change in ({"options": {"warning": "1"}}, {"target": "https://x.example"}):
        answer = await caller.patch("/tasks/1", change)
        assert "exec: tasks are not made or changed over HTTP" in answer.problem


async def test_where_pings_go_is_told_to_editors_only(
    caller: Caller, autojump_clock: MockClock
) -> None:
    task = await add(caller, target="heartbeat:", options={"period": "1h"})
    assert "/ping/" in task["ping"]
    assert "***" == task["options"]["token"]
    caller.doorman.role = Role.VIEWER
    assert (await caller.get("/tasks/1")).document["ping"] is None
    assert 403 == (await caller.delete("/tasks/1")).status


async def test_a_task_is_paused_and_resumed(caller: Caller, autojump_clock: MockClock) -> None:
    await add(caller)
    await trio.sleep(2)
    assert "paused" == (await caller.post("/tasks/1/pause")).document["status"]
    assert "paused" == (await caller.post("/tasks/1/pause")).document["status"], "twice is as good"
    assert 409 == (await caller.post("/tasks/1/run")).status
    assert False is (await caller.post("/tasks/1/resume")).document["paused"]
    await trio.sleep(5)
    assert "up" == (await caller.get("/tasks/1")).document["status"]


async def test_a_task_that_backs_off_is_resumed(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    task = stage.add("shop", broken, interval_s=1.0)
    caller.app.reconcile.hint()
    await trio.sleep(10)
    assert Lifecycle.BACKOFF is stage.watched(task).recovery.lifecycle
    run = await caller.post("/tasks/1/run")
    assert (409, True) == (run.status, "is not being looked at (backoff" in run.problem)
    stage.targets["shop"].role = up
    assert 200 == (await caller.post("/tasks/1/resume")).status
    await trio.sleep(5)
    assert "up" == (await caller.get("/tasks/1")).document["status"]


async def test_a_look_is_asked_for_and_waited_for(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    stage.add("shop", taking(1, down), interval_s=3600.0)
    caller.app.reconcile.hint()
    await trio.sleep(2)
    assert {"asked": True} == (await caller.post("/tasks/1/run")).document
    await trio.sleep(3)
    began_s = trio.current_time()
    answer = await caller.post("/tasks/1/run?wait=true")
    assert "down" == answer.document["status"]
    assert 1 <= trio.current_time() - began_s < 4
    assert 3 == len(stage.looks(attrs.evolve(stage.store.tables.tasks[1])))


async def test_a_look_that_does_not_come_is_not_waited_for_without_end(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    stage.add("shop", taking(0.1), timeout_s=1.0)
    caller.app.reconcile.hint()
    await trio.sleep(2)
    stage.store.takes_s = 20
    answer = await caller.post("/tasks/1/run?wait=true")
    assert (504, True) == (answer.status, "within 6 s" in answer.problem)
    stage.store.takes_s = 0


async def test_what_is_sent_twice_with_a_key_is_done_once(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    first = await caller.post("/tasks", SHOP, idempotency_key="k1")
    again = await caller.post("/tasks", SHOP, idempotency_key="k1")
    assert (201, first.document) == (again.status, again.document)
    assert first.headers["location"] == again.headers["location"]
    assert "true" == again.headers["idempotency-replayed"]
    other = await caller.post("/tasks", {**SHOP, "attempts": 9}, idempotency_key="k1")
    assert (422, True) == (other.status, "was used for another request" in other.problem)
    caller.doorman.name = "bob"
    assert 409 == (await caller.post("/tasks", SHOP, idempotency_key="k1")).status
    assert 400 == (await caller.post("/tasks", SHOP, idempotency_key="x" * 256)).status
    assert 1 == len(stage.store.tables.tasks)


async def test_a_key_of_what_failed_may_be_used_again_and_is_forgotten_after_a_day(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    assert 422 == (await caller.post("/tasks", {"target": "x"}, idempotency_key="k")).status
    assert 201 == (await caller.post("/tasks", SHOP, idempotency_key="k")).status
    kept = stage.store.tables.receipts.kept
    for key, one in kept.items():
        kept[key] = attrs.evolve(one, at=one.at - timedelta(hours=24))
    assert 409 == (await caller.post("/tasks", SHOP, idempotency_key="k")).status


async def test_tasks_are_listed_a_page_at_a_time_by_filters(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    for number in range(5):
        await add(caller, name=f"web {number}", tags=["even" if number % 2 == 0 else "odd"])
    await add(caller, name="all", target="group:", options={"members": "web 1,web 2"})
    found, path = [], "/tasks?limit=2&sort=name"
    while path:
        page = (await caller.get(path)).document
        found += [one["name"] for one in page["items"]]
        path = page["next"] and f"/tasks?limit=2&sort=name&cursor={page['next']}"
    assert ["all", *(f"web {number}" for number in range(5))] == found
    for query, expected in (
        ("tag=odd", ["web 1", "web 3"]),
        ("group=all", ["web 1", "web 2"]),
        ("group=all&tag=odd", ["web 1"]),
        ("kind=group", ["all"]),
        ("kind=http&search=B%204", ["web 4"]),
        ("name=web%201&name=web%203", ["web 1", "web 3"]),
        ("status=down", []),
    ):
        for crowded in (False, True):
            stage.store.crowded = crowded
            page = (await caller.get(f"/tasks?{query}")).document
            assert expected == [one["name"] for one in page["items"]], query
    stage.store.crowded = False


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("limit=0", "limit", "'0' is out of range; use 1 to 500"),
        ("limit=501", "limit", "'501' is out of range"),
        ("limit=1&limit=2", "limit", "is given more than once"),
        ("cursor=abc", "cursor", "is none of ours"),
        ("cursor=WyJhIl0", "cursor", "is none of ours"),
        ("stauts=up", "stauts", "is not known here, did you mean status"),
        ("status=bad", "status", "'bad' is no status; use pending, up"),
        ("kind=htp", "kind", "there is no kind 'htp', did you mean 'http'"),
        ("group=none", "group", "there is no group 'none'"),
    ],
)
async def test_a_wrong_query_is_told(
    caller: Caller, autojump_clock: MockClock, query: str, field: str, sentence: str
) -> None:
    answer = await caller.get(f"/tasks?{query}")
    assert (400, True) == (answer.status, answer.wrong[field].startswith(sentence)), answer.raw


async def test_many_tasks_are_changed_together_or_none(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    for number in range(3):
        await add(caller, name=f"web {number}", tags=["web"], interval_s=30)
    await add(caller, name="other")
    change = {"interval_s": 60, "add_tags": ["slow"]}
    dry = (await caller.patch("/tasks?tag=web&dry_run=true", change)).document
    assert (3, 3, True) == (dry["chosen"], dry["changed"], dry["dry_run"])
    assert {"interval": ["30s", "1m"], "tags": ["web", "web; slow"]} == dry["changes"][0]["changes"]
    assert {30.0} == {one.interval_s for one in stage.store.tables.tasks.values()}
    done = (await caller.patch("/tasks?tag=web", change)).document
    assert {**dry, "dry_run": False} == done
    assert [60, 60, 60, 30] == [one.interval_s for one in stage.store.tables.tasks.values()]
    answer = await caller.patch("/tasks?tag=web", {"timeout_s": 0.001})
    assert (422, "3 things are wrong") == (answer.status, answer.problem)
    assert "task 1, timeout" in answer.wrong
    assert "say which tasks" in (await caller.patch("/tasks", change)).wrong["all"]
    assert 400 == (await caller.patch("/tasks?all=true&tag=web", change)).status
    assert 422 == (await caller.patch("/tasks?all=true", {"target": "tcp://x:1"})).status
    assert 4 == (await caller.patch("/tasks?all=true", {"attempts": 9})).document["changed"]


@pytest.mark.parametrize(
    ("raw", "content_type", "status", "sentence"),
    [
        (b"{", "application/json", 400, "the body is not JSON"),
        (b"\xff\xfe", "application/json", 400, "the body is not JSON"),
        (b'{"a": "\\ud800"}', "application/json", 400, "the body is not JSON"),
        (b"[]", "application/json", 422, "the body is not an object"),
        (b"null", "application/json", 422, "the body is not an object"),
        (b"[" * 100_000, "application/json", 400, "the body"),
        (b'{"target":' + b"[" * 30 + b"]" * 30 + b"}", "application/json", 400, "more than 20"),
        (b"x" * (1024 * 1024 + 1), "application/json", 413, "larger than 1048576 bytes"),
        (b"target=x", "application/x-www-form-urlencoded", 415, "send Content-Type"),
    ],
    ids=range(9),
)
async def test_a_body_is_json_within_limits(
    caller: Caller,
    autojump_clock: MockClock,
    raw: bytes,
    content_type: str,
    status: int,
    sentence: str,
) -> None:
    answer = await caller.ask("POST", "/tasks", raw, content_type=content_type)
    assert (status, True) == (answer.status, sentence in answer.problem), answer.problem


async def test_while_the_database_is_away_it_is_said(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    stage.store.go_away()
    for answer in (await caller.get("/tasks"), await caller.post("/tasks", SHOP)):
        assert (503, "the database is away") == (answer.status, answer.problem)
        assert "10" == answer.headers["retry-after"]
    assert 200 == (await caller.get("/status")).status
    stage.store.come_back()


async def test_a_target_is_checked_once_and_nothing_is_stored(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    answer = await caller.post("/check", {"target": "tcp://127.0.0.1:1", "timeout_s": 1})
    assert 200 == answer.status
    assert "down" == answer.document["status"]
    assert {} == stage.store.tables.tasks
    caller.doorman.role = Role.VIEWER
    assert 403 == (await caller.post("/check", {"target": "self:"})).status
