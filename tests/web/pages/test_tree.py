"""The supervision tree shows what really runs."""

from __future__ import annotations

import re
from pathlib import Path

import trio

from monitor.cli import guests
from monitor.web.pages.tree import ROLES, make_tree
from tests.web.pages.conftest import House


async def test_every_organ_that_runs_is_shown_alive_and_every_child_with_its_session(
    house: House,
) -> None:
    await trio.sleep(0.1)
    tree = make_tree(house.app, 0, 100)
    organs = {branch.name: branch.alive for branch in tree.organs}
    assert {"auditor", "recorder", "outbox", "reconcile", "beat"} <= organs.keys() <= ROLES.keys()
    assert all(organs.values())
    assert len(house.app.fleet.children) == len(tree.twigs)
    without = {twig.child.task.name for twig in tree.twigs if twig.session_at is None}
    assert {"report generator", "warehouse scanner"} == without
    assert ["warehouse scanner", "report generator"] == [
        twig.child.task.name for twig in tree.twigs[:2]
    ]


async def test_an_organ_that_fell_is_shown_as_waiting_for_its_restart(house: House) -> None:
    async def fall() -> None:
        raise RuntimeError("made to fail")

    [task] = [
        one
        for organs in house.app.fleet.nursery.child_tasks
        if organs.name.endswith("_keep_organs")
        for nursery in organs.child_nurseries
        for one in nursery.child_tasks
        if one.name == "uplink"
    ]
    for nursery in task.child_nurseries:
        nursery.start_soon(fall)
    with trio.fail_after(5):
        while task.child_nurseries:  # noqa: ASYNC110 (the supervisor tells only the log)
            await trio.sleep(0.01)
    organs = {branch.name: branch.alive for branch in make_tree(house.app, 0, 1).organs}
    assert not organs["uplink"]
    assert organs["auditor"]
    assert "waits to be started again" in (await house.browser().get("/tree")).said


async def test_backoff_says_which_attempt_and_when(house: House) -> None:
    said = (await house.browser().get("/tree?step=backoff")).said
    assert "report generator backing off" in said
    assert "attempt 3 of 10" in said
    assert "starts again in" in said
    assert "mail in" not in said


def test_each_organ_of_a_running_monitor_says_what_it_is_for() -> None:
    """The names are read where they are given, so that a new one cannot be forgotten."""
    source = Path(guests.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r'yield "([a-z ]+)"', source))
    assert {"web", "housekeeping", "subscribers"} <= names
    assert set() == names - ROLES.keys()
