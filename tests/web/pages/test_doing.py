"""What buttons and forms do, without scripts."""

from __future__ import annotations

import pytest
import trio

from monitor.core.model import Status
from monitor.web.pages import doing
from monitor.web.routing import Role
from tests.web.pages.conftest import House
from tests.web.pages.reading import Browser, site_of
from tests.web.pages.scenery import empty

NEW = {"form": "1", "do": "save", "target": "tcp://192.0.2.7:5432"}


async def until(condition: object) -> None:
    """Return when the running monitor has taken something up."""
    assert callable(condition)
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 (the monitor tells nobody)
            await trio.sleep(0.01)


async def test_tasks_that_were_chosen_are_paused_and_resumed_and_it_is_known_who_did_it(
    house: House,
) -> None:
    browser = house.browser()
    ids = [str(house.id(name)) for name in ("cache", "queue")]
    form = {"do": "pause", "task": ids, "next": "/?tag=prod&done=asked"}
    answer = await browser.post("/tasks/bulk", form)
    assert (303, "/?tag=prod&done=paused") == (answer.status, answer.to)
    assert house.task("cache").task.paused
    assert house.task("queue").task.paused
    assert "Paused: nobody looks" in (await browser.get(answer.to)).said
    deeds = house.scene.store.tables.access.deeds.values()
    assert {("anna", "task.pause", "cache"), ("anna", "task.pause", "queue")} == {
        (one.actor, one.action, one.about) for one in deeds
    }
    await browser.post("/tasks/bulk", {"do": "resume", "task": ids})
    assert not house.task("cache").task.paused


async def test_what_is_done_to_all_that_was_found_spares_what_was_not(house: House) -> None:
    browser = house.browser()
    form = {"do": "pause", "every": "1", "next": "/?tag=network&page=7"}
    answer = await browser.post("/tasks/bulk", form)
    assert "/?tag=network&page=7&done=paused" == answer.to
    tasks = house.scene.store.tables.tasks.values()
    assert {"router berlin", "camera berlin", "printer berlin"} == {
        one.name for one in tasks if "network" in one.tags and one.paused
    }
    assert {"staging"} == {one.name for one in tasks if one.paused and "network" not in one.tags}
    await browser.post("/tasks/bulk", {**form, "do": "resume"})
    assert not house.task("router berlin").task.paused


async def test_a_crowd_is_not_looked_at_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "MOST", 3)
    answer = await house.browser().post("/tasks/bulk", {"do": "run", "every": "1", "next": "/"})
    assert (400, True) == (answer.status, "at most 3; choose fewer" in answer.said)


async def test_a_look_is_asked_for_and_comes(house: House) -> None:
    looked_at = house.task("docs").state.last_looked_at
    form = {"do": "run", "task": str(house.id("docs"))}
    assert 303 == (await house.browser().post("/tasks/bulk", form)).status
    await until(lambda: house.task("docs").state.last_looked_at != looked_at)


async def test_a_child_that_was_given_up_on_is_started_again(house: House) -> None:
    form = {"do": "resume", "task": str(house.id("warehouse scanner"))}
    await house.browser().post("/tasks/bulk", form)
    await until(lambda: house.task("warehouse scanner").recovery.attempts == 0)


async def test_a_silence_is_for_those_that_were_chosen_and_ends_by_a_button(house: House) -> None:
    browser = house.browser()
    task = str(house.id("docs"))
    await browser.post("/tasks/bulk", {"do": "silence", "task": task, "for": "2h"})
    silences = house.scene.store.tables.alerts.silences
    newest = silences[max(silences)]
    assert (("docs",), "anna") == (newest.selector.tasks, newest.by)
    assert "silenced until" in (await browser.get(f"/tasks/{task}")).said
    await browser.post("/silences/end", {"id": str(newest.id)})
    assert newest.id not in silences
    assert (
        400
        == (await browser.post("/tasks/bulk", {"do": "silence", "task": task, "for": "2"})).status
    )


async def test_a_silence_of_a_task_means_no_other_whatever_its_name(house: House) -> None:
    browser = house.browser()
    await browser.post("/tasks/new", {**NEW, "name": "d*[c]s?"})
    task = str(house.id("d*[c]s?"))
    await browser.post("/tasks/bulk", {"do": "silence", "task": task, "for": "2h"})
    silences = house.scene.store.tables.alerts.silences
    selector = silences[max(silences)].selector
    assert selector.chooses("d*[c]s?", ())
    assert not selector.chooses("docs", ())
    assert not selector.chooses("dxcsy", ())


async def test_who_chooses_nothing_is_told_that_nothing_was_done(house: House) -> None:
    answer = await house.browser().post("/tasks/bulk", {"do": "pause"})
    assert "/?done=nothing" == answer.to


async def test_a_viewer_changes_nothing(house: House) -> None:
    browser = house.browser(Role.VIEWER)
    task = house.id("docs")
    for path in ("/tasks/bulk", "/tasks/new", f"/tasks/{task}/edit", f"/tasks/{task}/remove"):
        assert 403 == (await browser.post(path, {"do": "pause", "task": str(task)})).status
    for path in ("/channels", "/channels/test", "/channels/remove"):
        assert 403 == (await house.browser(Role.EDITOR).post(path, {"name": "ops"})).status
    assert not house.task("docs").task.paused


async def test_a_form_that_is_too_large_is_not_read(house: House) -> None:
    answer = await house.browser().post("/tasks/bulk", {"do": "x" * 300_000})
    assert 413 == answer.status
    answer = await house.browser().post("/tasks/bulk", {"task": [str(n) for n in range(3000)]})
    assert 413 == answer.status


# --- tasks --------------------------------------------------------------------------------------


async def test_an_empty_fleet_shows_the_one_field_to_begin_with() -> None:
    async with empty().running() as app:
        answer = await Browser(site_of(app)).get("/")
    for phrase in ("Nothing is watched yet", "What shall be watched?"):
        assert phrase in answer.said
    assert "target" in [one.get("name") for one in answer.document.every("input")]


async def test_a_task_is_added_and_its_page_is_there_at_once(house: House) -> None:
    form = {**NEW, "name": "new one", "tags": "a, b", "expect": "latency < 1s", "interval": "5m"}
    browser = house.browser()
    answer = await browser.post("/tasks/new", form)
    task = house.task("new one").task
    assert (303, f"/tasks/{task.id}?done=added") == (answer.status, answer.to)
    assert (("a", "b"), ("latency < 1s",), 300.0) == (task.tags, task.expect, task.interval_s)
    assert 200 == (await browser.get(answer.to)).status


async def test_what_is_wrong_stands_beside_its_field_in_the_words_of_the_command_line(
    house: House,
) -> None:
    sentences = {
        ("target", "htp://x"): "has an unknown kind of look 'htp', did you mean 'http'",
        ("interval", "30"): "'30' has no unit; write it like 250ms, 30s, 5m, 1h30m or 7d",
        ("attempts", "many"): "'many' is not a whole number",
        ("name", "docs"): "'docs' is taken; choose another name",
        ("option.method", "NO PE"): "'NO PE'",
        ("expect", "latency <"): "latency <",
        ("escalate", "boss"): "'boss' is no step; write it like 10m=boss",
    }
    browser = house.browser()
    for (field, text), sentence in sentences.items():
        form = {**NEW, "target": "https://example.com", field: text}
        answer = await browser.post("/tasks/new", form)
        assert 422 == answer.status, field
        [wrong] = [
            attributes
            for _tag, attributes in answer.document.elements
            if attributes.get("aria-invalid")
        ]
        assert field == wrong["name"]
        assert sentence in answer.said, field


async def test_a_target_is_looked_at_before_anything_is_kept(house: House) -> None:
    tasks = len(house.scene.store.tables.tasks)
    answer = await house.browser().post("/tasks/new", {**NEW, "target": "exec:true", "do": "look"})
    assert 200 == answer.status
    assert 's-up"' in answer.text.split('id="trial"')[1]
    assert tasks == len(house.scene.store.tables.tasks)


async def test_commands_and_references_come_in_only_if_that_is_allowed(house: House) -> None:
    browser = Browser(site_of(house.app, allow=False))
    for target in ("exec:true", "python:os:getcwd", "https://${HOME}.example"):
        for do in ("look", "save"):
            answer = await browser.post("/tasks/new", {**NEW, "target": target, "do": do})
            assert "over HTTP; use the command line" in answer.said, target
            assert 's-up"' not in answer.text.split('id="trial"')[1]
    task = house.id("report generator")
    form = {"form": "1", "do": "save", "name": "report generator", "interval": "9s"}
    await browser.post(f"/tasks/{task}/edit", {**form, "target": "exec:/bin/true"})
    assert 9.0 == house.task("report generator").task.interval_s, "what is not dangerous may change"
    answer = await browser.post(f"/tasks/{task}/edit", {**form, "target": "exec:id"})
    assert 422 == answer.status
    channel = {"name": "x", "url": "ntfy://${HOME}.example/x"}
    assert 422 == (await browser.post("/channels", channel)).status


@pytest.mark.parametrize("allow", [True, False])
async def test_forms_propose_references_only_where_they_are_taken(
    house: House, *, allow: bool
) -> None:
    browser = Browser(site_of(house.app, allow=allow))
    for path in ("/channels", "/tasks/new?target=https://shop.example"):
        assert allow == ("${" in (await browser.get(path)).text), path


async def test_what_was_not_touched_in_a_form_stays_secrets_too(house: House) -> None:
    browser = house.browser()
    before = house.task("database primary").task
    page = await browser.get(f"/tasks/{before.id}/edit")
    fields = {
        one["name"]: one.get("value", "")
        for one in page.document.every("input")
        if one.get("id", "").startswith("f-")
    }
    form = {**fields, "form": "1", "do": "save", "interval": "90s"}
    answer = await browser.post(f"/tasks/{before.id}/edit", form)
    assert f"/tasks/{before.id}?done=edited" == answer.to
    after = house.task("database primary").task
    assert (before.target, 90.0) == (after.target, after.interval_s)
    assert "hunter2" in after.target


async def test_a_secret_inside_an_option_is_not_shown_and_not_lost(house: House) -> None:
    browser = house.browser()
    spec = {**NEW, "target": "https://example.com", "name": "with header"}
    spec |= {"option.headers": '{"Authorization": "Bearer hunter3"}'}
    page = await browser.get(
        (await browser.post("/tasks/new", spec)).to.partition("?")[0] + "/edit"
    )
    assert "hunter3" not in page.text
    task = house.id("with header")
    form = {"form": "1", "do": "save", "target": "https://example.com", "name": "with header"}
    await browser.post(f"/tasks/{task}/edit", {**form, "option.headers": "", "timeout": "5s"})
    after = house.task("with header").task
    assert ({"headers": {"Authorization": "Bearer hunter3"}}, 5.0) == (
        after.options,
        after.timeout_s,
    )


async def test_the_token_of_a_heartbeat_survives_its_form(house: House) -> None:
    before = house.task("nightly backup").task
    form = {"form": "1", "do": "save", "target": "heartbeat:", "name": before.name}
    form |= {"option.period": "2d", "option.grace": ""}
    await house.browser().post(f"/tasks/{before.id}/edit", form)
    after = house.task("nightly backup").task
    assert {"period": "2d", "token": before.options["token"]} == after.options


async def test_a_task_is_removed_only_by_its_name(house: House) -> None:
    browser, task = house.browser(), house.id("docs")
    assert 400 == (await browser.post(f"/tasks/{task}/remove", {"name": "dog"})).status
    assert 303 == (await browser.post(f"/tasks/{task}/remove", {"name": "docs"})).status
    assert task not in house.scene.store.tables.tasks


async def test_toml_of_a_task_can_be_applied_again(house: House) -> None:
    answer = await house.browser().get(f"/tasks/{house.id('shop checkout')}/toml")
    assert answer.text.startswith("[[task]]\nname = ")
    assert 'target = "https://shop.example/checkout/health"' in answer.text


# --- alerts -------------------------------------------------------------------------------------


async def test_an_incident_is_taken_with_a_note_and_given_back(house: House) -> None:
    browser, path = house.browser(), f"/incidents/{house.id('shop checkout')}/1"
    answer = await browser.post(f"{path}/ack", {"do": "take", "note": "on it", "next": path})
    assert f"{path}?done=taken" == answer.to
    assert "anna" in (await browser.get(path)).said.split("Who has taken it")[1]
    assert "on it" in (await browser.get("/incidents")).said
    await browser.post(f"{path}/ack", {"do": "return"})
    assert "Nobody yet." in (await browser.get(path)).said


async def test_notes_are_written_on_an_incident_and_stand_in_its_story(house: House) -> None:
    browser, path = house.browser(), f"/incidents/{house.id('shop checkout')}/1"
    answer = await browser.post(f"{path}/notes", {"note": "disk <full>", "next": path})
    assert f"{path}?done=noted" == answer.to
    said = (await browser.get(answer.to)).said
    assert "It is written down." in said
    assert "anna notes: disk <full>" in said.split("How it went")[1]
    assert "disk <full>" in said.split("What was seen, tried or learnt")[0].split("Notes")[-1]
    deeds = house.scene.store.tables.access.deeds.values()
    assert ("anna", "incident.note", "shop checkout 1") in {
        (one.actor, one.action, one.about) for one in deeds
    }
    wrong = await browser.post(f"{path}/notes", {"note": " "})
    assert (400, True) == (wrong.status, "write what was seen or done" in wrong.said)
    closed = f"/incidents/{house.id('shop checkout')}/2"
    assert 404 == (await browser.post(f"{closed}/notes", {"note": "x"})).status


async def test_the_story_of_an_incident_says_which_look_made_it_and_who_was_told(
    house: House,
) -> None:
    said = (await house.browser().get(f"/incidents/{house.id('shop checkout')}/1")).said
    assert "1 of 3 in a row that are needed; still up" in said
    assert "changes from up to down" in said
    assert "is given up after 5 attempts: the receiver answered 401 Unauthorized" in said


async def test_dead_letters_are_sent_again(house: House) -> None:
    browser = house.browser()
    assert "alerts could not be delivered" in (await browser.get("/channels")).said
    key = f"{house.id('shop checkout')}/1/down"
    answer = await browser.post("/channels/resend", {"channel": "pager", "key": key})
    assert "/channels?done=resent" == answer.to
    assert 5 > house.scene.store.tables.alerts.notices[key, "pager"].attempts


async def test_a_channel_that_does_not_answer_is_said_so_by_its_test(house: House) -> None:
    answer = await house.browser().post("/channels/test", {"name": "ops"})
    assert "ops: not delivered after" in answer.said


async def test_a_channel_is_added_or_what_is_wrong_with_it_is_said(house: House) -> None:
    browser = house.browser()
    wrong = await browser.post("/channels", {"name": "x", "url": "nonsense"})
    assert 422 == wrong.status
    form = {"name": "chat", "url": "ntfy://ntfy.example/topic", "default": "on"}
    assert 303 == (await browser.post("/channels", form)).status
    assert house.scene.store.tables.alerts.channels["chat"].default
    assert 303 == (await browser.post("/channels/remove", {"name": "chat"})).status
    assert "chat" not in house.scene.store.tables.alerts.channels


async def test_work_is_announced_and_its_next_ten_times_are_shown(house: House) -> None:
    browser = house.browser()
    page = await browser.get("/maintenance")
    assert 10 == page.text.split('class="firings"')[1].split("</ol>")[0].count("<li>")
    form = {"name": "move", "cron": "0 3 * * sat", "duration": "1h", "tag": "prod"}
    assert 303 == (await browser.post("/maintenance", form)).status
    assert "move" in (await browser.get("/maintenance")).said
    wrong = await browser.post("/maintenance", {"name": "again", "cron": "99 * * * *"})
    assert (422, True) == (wrong.status, "window 'again'" in wrong.said)
    assert 303 == (await browser.post("/maintenance/remove", {"name": "move"})).status
    assert "move" not in house.scene.store.tables.alerts.maintenances


async def test_an_exercise_that_is_asked_for_stands_in_the_history(house: House) -> None:
    browser = house.browser()
    assert "/drills?done=drilled" == (await browser.post("/drills", {})).to
    await until(lambda: house.app.drill is not None)
    assert "late: after 7.8s, not 5s" in (await browser.get("/drills")).said


# --- without a database -------------------------------------------------------------------------


async def test_while_the_database_is_away_the_list_is_shown_from_memory(house: House) -> None:
    from monitor.core.failures import DatabaseAway

    def away() -> None:
        raise DatabaseAway("the server cannot be reached")

    house.scene.store.before_unit = away
    await until(lambda: house.app.outage.on)
    browser = house.browser()
    page = await browser.get("/")
    assert 200 == page.status
    assert "The database has been away for" in page.said
    assert "shop checkout" in page.said
    assert 200 == (await browser.get(f"/tasks/{house.id('docs')}")).status
    assert 200 == (await browser.get("/tree")).status
    refused = await browser.post("/tasks/bulk", {"do": "pause", "task": str(house.id("docs"))})
    assert 503 == refused.status
    assert Status.UP is house.task("docs").state.status
    house.scene.store.before_unit = lambda: None
