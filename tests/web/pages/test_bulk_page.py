"""Tags and interval of many tasks, changed on the dashboard: all or none, without scripts."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
import trio

from monitor.core.failures import DatabaseAway
from monitor.core.model import Task
from monitor.operations.bulk import BulkChange, Edit, bulk_edit
from monitor.operations.tasks import changed_task
from monitor.web.pages import bulk_page
from monitor.web.routing import Role
from tests.web.pages.conftest import House
from tests.web.pages.reading import Answer
from tests.web.pages.test_reading import faults

PATH = "/tasks/bulk/change"
TWO = ("docs", "search api")


def ids(house: House, names: Sequence[str] = TWO) -> str:
    return " ".join(str(house.id(name)) for name in names)


def change(house: House, **fields: str | Sequence[str]) -> dict[str, str | Sequence[str]]:
    return {"do": "change", "ids": ids(house), "next": "/?tag=prod", **fields}


def in_store(house: House, name: str) -> tuple[tuple[str, ...], float]:
    task = house.task(name).task
    return task.tags, task.interval_s


def field(answer: Answer, name: str) -> dict[str, str]:
    [found] = [one for one in answer.document.every("input") if one.get("name") == name]
    return found


@pytest.mark.parametrize("lang", ["en", "ru"])
async def test_what_was_ticked_is_shown_with_its_tags_and_intervals_before_anything_is_changed(
    house: House, lang: str
) -> None:
    browser = house.browser(accept_language=lang)
    ticked = ids(house).split()
    answer = await browser.post(PATH, {"task": ticked, "next": "/?tag=prod"})
    assert (200, []) == (answer.status, faults(answer))
    assert sorted(ticked) == sorted(field(answer, "ids")["value"].split())
    assert ("Change 2 tasks" if lang == "en" else "Изменить 2 задачи") in answer.said
    assert all(name in answer.said for name in TWO)
    removable = [
        one["value"]
        for one in answer.document.every("input")
        if one.get("name") == "remove_tags" and "checked" not in one
    ]
    assert {*in_store(house, "search api")[0], *in_store(house, "docs")[0]} == set(removable)


async def test_all_that_was_found_is_shown_and_changed_and_nothing_else(house: House) -> None:
    browser = house.browser()
    asked = await browser.post(PATH, {"every": "1", "next": "/?tag=network&page=7"})
    there = field(asked, "ids")["value"]
    form = {"do": "change", "ids": there, "next": "/?tag=network", "interval": "7m"}
    answer = await browser.post(PATH, form)
    assert (303, "/?tag=network&done=all-changed.3") == (answer.status, answer.to)
    tasks = house.scene.store.tables.tasks.values()
    assert {"router berlin", "printer berlin", "camera berlin"} == {
        one.name for one in tasks if one.interval_s == 420
    }
    assert "Tasks changed: 3." in (await browser.get(answer.to)).said


async def test_tags_come_and_go_the_interval_changes_and_it_is_known_who_did_it(
    house: House,
) -> None:
    browser = house.browser()
    before = {name: in_store(house, name)[0] for name in TWO}
    gone = before["search api"][0]
    form = change(house, add_tags="slow, quiet,slow ", remove_tags=[gone], interval="5m")
    answer = await browser.post(PATH, form)
    assert (303, "/?tag=prod&done=all-changed.2") == (answer.status, answer.to)
    for name in TWO:
        kept = tuple(one for one in before[name] if one != gone)
        assert ((*kept, "slow", "quiet"), 300.0) == in_store(house, name)
    deeds = house.scene.store.tables.access.deeds.values()
    assert {("anna", "task.edit", name) for name in TWO} == {
        (one.actor, one.action, one.about) for one in deeds
    }
    again = await browser.post(PATH, change(house, add_tags="slow"))
    assert again.to.endswith("done=same")
    assert "nothing was changed" in (await browser.get(again.to)).said
    assert 2 == len(house.scene.store.tables.access.deeds)


async def test_those_that_were_so_already_are_told_apart(house: House) -> None:
    browser = house.browser()
    await browser.post(PATH, {**change(house, add_tags="slow"), "ids": ids(house, ["docs"])})
    answer = await browser.post(PATH, change(house, add_tags="slow"))
    assert answer.to.endswith("done=changed.1.1")
    assert "Tasks changed: 1; so already: 1." in (await browser.get(answer.to)).said


@pytest.mark.parametrize(
    ("fields", "wrong", "sentence"),
    [
        ({"interval": "30"}, "interval", "'30' has no unit; write it like 250ms, 30s, 5m"),
        ({"interval": "1ms"}, "interval", "1ms is out of range; use 100ms to 366d"),
        ({"add_tags": "a" * 300}, "add_tags", "has 300 characters; at most"),
        ({}, "", "say which tags to add or to remove, or an interval"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(
    house: House, fields: dict[str, str], wrong: str, sentence: str
) -> None:
    before = [in_store(house, name) for name in TWO]
    answer = await house.browser().post(PATH, change(house, **{"remove_tags": [], **fields}))
    assert (422, []) == (answer.status, faults(answer))
    assert "Nothing was changed." in answer.said
    assert sentence in answer.said
    marked = [one["name"] for one in answer.document.every("input") if "aria-invalid" in one]
    assert [wrong] * bool(wrong) == marked
    assert all(field(answer, name)["value"] == text for name, text in fields.items())
    assert sorted(ids(house).split()) == sorted(field(answer, "ids")["value"].split())
    assert before == [in_store(house, name) for name in TWO]
    russian = await house.browser(accept_language="ru").post(PATH, change(house, **fields))
    assert sentence.partition(";")[0] not in russian.said
    assert "Ничего не изменено." in russian.said


async def test_if_some_cannot_have_it_none_gets_it_and_each_reason_names_whom_it_hinders(
    house: House,
) -> None:
    tables = house.scene.store.tables
    lost = house.id("docs")
    tables.tasks[lost] = attrs.evolve(tables.tasks[lost], target="htp://docs.example")
    form = change(house, add_tags="slow", remove_tags="prod")
    answer = await house.browser().post(PATH, form)
    assert 422 == answer.status
    assert "Of 2 tasks 1 cannot have it:" in answer.said
    assert "target: has an unknown kind of look 'htp', did you mean 'http'" in answer.said
    assert "(docs)" in answer.said
    assert "slow" == field(answer, "add_tags")["value"]
    assert "slow" not in in_store(house, "search api")[0]
    assert {} == tables.access.deeds


async def test_a_task_that_is_gone_meanwhile_holds_up_the_others(house: House) -> None:
    browser = house.browser()
    form = change(house, add_tags="slow")
    await browser.post(f"/tasks/{house.id('docs')}/remove", {"name": "docs"})
    answer = await browser.post(PATH, form)
    assert (409, True) == (answer.status, "some of the tasks were removed" in answer.said)
    assert "slow" not in in_store(house, "search api")[0]
    assert ids(house, ["search api"]) == field(answer, "ids")["value"]


async def test_a_task_that_is_changed_by_somebody_else_meanwhile_holds_up_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def raced(tasks: Sequence[Task], wanted: BulkChange) -> tuple[Edit, ...]:
        found = await bulk_edit(tasks, wanted)
        async with house.app.store.session("another") as session:
            await session.amend(house.id("docs"), lambda task: changed_task(task, interval_s=9.0))
        return found

    monkeypatch.setattr(bulk_page, "bulk_edit", raced)
    answer = await house.browser().post(PATH, change(house, add_tags="slow"))
    assert (409, True) == (answer.status, "task 'docs' was changed meanwhile" in answer.said)
    assert 9.0 == in_store(house, "docs")[1]
    assert "slow" not in in_store(house, "search api")[0]


async def test_who_chooses_nothing_or_too_much_is_told_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = house.browser()
    assert "/?done=nothing" == (await browser.post(PATH, {"next": "/"})).to
    assert "/?done=nothing" == (await browser.post(PATH, {"do": "change", "ids": "x 99999"})).to
    monkeypatch.setattr(bulk_page, "_IDS_LIMIT", 5)
    answer = await browser.post(PATH, {"every": "1", "next": "/"})
    assert (400, True) == (answer.status, "too many to be changed at once" in answer.said)


async def test_the_way_back_leads_to_no_other_host(house: House) -> None:
    for path in ("javascript:alert(1)", "//evil.example/", "https://evil.example"):
        task = str(house.id("docs"))
        answer = await house.browser().post(PATH, {"task": task, "next": path})
        assert "evil" not in answer.text
        assert "javascript:" not in answer.text


async def test_a_viewer_is_not_offered_it_and_may_not(house: House) -> None:
    browser = house.browser(Role.VIEWER)
    assert PATH not in (await browser.get("/")).text
    assert 403 == (await browser.post(PATH, change(house, add_tags="slow"))).status
    editor = house.browser(Role.EDITOR)
    assert PATH in (await editor.get("/")).text
    assert 303 == (await editor.post(PATH, change(house, add_tags="slow"))).status


async def test_while_the_database_is_away_nothing_is_changed_and_it_is_said(house: House) -> None:
    def away() -> None:
        raise DatabaseAway("the server cannot be reached")

    house.scene.store.before_unit = away
    with trio.fail_after(10):
        while not house.app.outage.on:  # noqa: ASYNC110 (the monitor tells nobody)
            await trio.sleep(0.01)
    answer = await house.browser().post(PATH, change(house, add_tags="slow"))
    assert 503 == answer.status
    house.scene.store.before_unit = lambda: None
