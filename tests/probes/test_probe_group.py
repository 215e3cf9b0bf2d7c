"""Groups: how several tasks stand together."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.model import Status, TaskSpec
from monitor.core.probing import InvalidTask
from monitor.probes import prepare
from tests.probes.around import around, watched
from tests.probes.servers import look_at

UP, DOWN, DEGRADED, UNKNOWN = Status.UP, Status.DOWN, Status.DEGRADED, Status.UNKNOWN


async def test_a_group_is_as_its_worst_member_and_names_who_is_not_well() -> None:
    it = around("group:", members="web, database,mail,cache")
    it.know(watched("web"), watched("database", DOWN), watched("mail", DEGRADED))
    it.know(watched("cache", Status.PAUSED))
    result = await it.look()
    assert (DOWN, True) == (result.status, result.sure)
    assert "1 down ('database'), 1 degraded ('mail'), 1 up, 1 paused ('cache')" == result.detail
    assert {"up": 1, "degraded": 1, "down": 1, "unknown": 0, "total": 3, "need": 3} == result.facts


@pytest.mark.parametrize(
    ("need", "status"), [("1", UP), (2, DOWN), ("50%", DOWN), ("33%", UP), ("worst", DOWN)]
)
async def test_it_may_need_less_than_all(need: str | int, status: Status) -> None:
    it = around("group:", members=["a", "b", "c"], need=need)
    it.know(watched("a"), watched("b", DOWN), watched("c", DOWN))
    assert status is (await it.look()).status


async def test_members_may_weigh_more_than_others() -> None:
    options: dict[str, Any] = {"members": "main,spare", "need": "75%", "weights": {"main": 3}}
    it = around("group:", **options)
    it.know(watched("main"), watched("spare", DOWN))
    assert UP is (await it.look()).status
    it.know(watched("main", DOWN), watched("spare"))
    assert DOWN is (await it.look()).status


async def test_what_is_not_known_makes_it_unknown_never_down() -> None:
    it = around("group:", members="a,b")
    it.know(watched("a", UNKNOWN), watched("b", Status.PENDING))
    result = await it.look()
    assert UNKNOWN is result.status
    assert "2 unknown ('a', 'b')" == result.detail


async def test_members_that_do_not_exist_are_named() -> None:
    it = around("group:", members="a,gone,b,lost")
    it.know(watched("a"), watched("b", DOWN))
    result = await it.look()
    assert UNKNOWN is result.status
    assert "there is no task 'gone', 'lost'; add it, or take it out of the members" == result.detail
    assert (2, 4) == (result.facts["unknown"], result.facts["total"])


async def test_a_group_of_many_names_a_few() -> None:
    names = [f"node {n}" for n in range(100)]
    it = around("group:", members=names)
    it.know(*(watched(name, DOWN) for name in names))
    told = "100 down ('node 0', 'node 1', 'node 2', 'node 3', 'node 4' and 95 more)"
    assert told == (await it.look()).detail


async def test_groups_may_contain_groups_but_none_itself() -> None:
    it = around("group:", name="all", members="web,mail")
    it.know(watched("web", UP, "group:", members="web-1,web-2"), watched("web-1"))
    it.know(watched("mail", UP, "group:", members=["relay", "web"]))
    assert UP is (await it.look()).status
    it.know(watched("relay", UP, "group:", members="all"))
    result = await it.look()
    assert UNKNOWN is result.status
    assert "it contains itself: 'all' contains 'mail' contains 'relay' contains 'all'" == (
        result.detail
    )


async def test_a_circle_that_does_not_lead_back_to_it_is_no_endless_search() -> None:
    it = around("group:", name="all", members="a")
    it.know(watched("a", UNKNOWN, "group:", members="b"))
    it.know(watched("b", UNKNOWN, "group:", members="a"))
    assert UNKNOWN is (await it.look()).status


async def test_a_group_that_names_itself_is_invalid() -> None:
    with pytest.raises(InvalidTask, match="option members: names the group itself"):
        await around("group:", name="all", members="web,all").look()


async def test_outside_a_running_monitor_it_says_so() -> None:
    with pytest.raises(InvalidTask, match="target: group: needs a running monitor"):
        await look_at("group:", members="a")


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("group:web", {}, "target: has more than a scheme; write group: and -o members=NAME"),
        ("group:", {}, "option members: is not set"),
        ("group:", {"members": " , "}, "option members: is not set"),
        ("group:", {"members": "a,b,a"}, "option members: names 'a' twice"),
        ("group:", {"members": [1]}, "option members"),
        ("group:", {"members": "a,b", "need": "most"}, "option need: 'most' is not known; write"),
        ("group:", {"members": "a,b", "need": "0"}, "option need: '0' is out of range"),
        ("group:", {"members": "a,b", "need": 3}, "option need: '3' is out of range; .* count 2"),
        ("group:", {"members": "a,b", "need": "0%"}, "option need: '0%' is out of range"),
        ("group:", {"members": "a,b", "need": "101%"}, "option need: '101%' is out of range"),
        ("group:", {"members": "a,b", "need": "²"}, "option need: '²' is not known"),
        ("group:", {"members": "a", "weights.b": "2"}, "option weights.b: is no member"),
        ("group:", {"members": "a", "weights.a": "0"}, "option weights"),
    ],
)
def test_what_can_never_work_is_refused(target: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTask, match=message):
        prepare(TaskSpec(name="it", target=target, options=options))
