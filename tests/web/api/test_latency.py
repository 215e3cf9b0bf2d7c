"""How long looks took, stretch by stretch, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from trio.testing import MockClock

from monitor.core.model import Look, Result, Status
from tests.core.scene import Stage
from tests.web.api.caller import Caller


async def history(caller: Caller, stage: Stage) -> datetime:
    """Let a task have looked every minute of an hour; return when it began."""
    await caller.post("/tasks", {"target": "tcp://shop:443", "name": "shop", "interval_s": 60})
    began = caller.app.clock.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    for minute in range(60):
        slot_at = began + timedelta(minutes=minute)
        down = minute % 10 == 9
        saw = Result(
            status=Status.DOWN if down else Status.UP,
            duration_s=5.0 if down else 0.25,
            timings={"connect": 5.0} if down else {"connect": 0.05, "tls": 0.1},
        )
        look = Look(task_id=1, slot_at=slot_at, looked_at=slot_at, result=saw)
        stage.store.tables.looks[1, slot_at] = look
    return began


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_each_stretch_tells_percentiles_and_the_means_of_phases_if_asked(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    began = await history(caller, stage)
    path = f"/tasks/1/latency?since={written(began)}&until={written(began + timedelta(hours=1))}"
    plain: list[dict[str, Any]] = (await caller.get(path)).document["items"]
    assert (60, 6) == (sum(one["looks"] for one in plain), sum(one["down"] for one in plain))
    assert {0.25, None} == {one["p95_s"] for one in plain}, "a look that was down is no latency"
    assert {None} == {one["phases"] for one in plain} == {one["mean_s"] for one in plain}
    with_phases = (await caller.get(f"{path}&phases=true")).document["items"]
    seen = [one for one in with_phases if one["looks"] > one["down"]]
    assert {0.25} == {one["mean_s"] for one in seen}
    assert all(pytest.approx({"connect": 0.05, "tls": 0.1}) == one["phases"] for one in seen)
    assert all({} == one["phases"] for one in with_phases if not one["looks"])
    times = [(one["from_at"], one["until_at"]) for one in plain]
    assert [end for _begin, end in times[:-1]] == [begin for begin, _end in times[1:]]
    assert 121 >= len(plain)


async def test_the_last_day_is_meant_if_no_time_is_named(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await history(caller, stage)
    items = (await caller.get("/tasks/1/latency")).document["items"]
    assert 60 <= sum(one["looks"] for one in items)
    assert 24 * 3600 <= _span_s(items) <= 25 * 3600


async def test_what_is_to_come_is_not_counted_so_that_it_is_not_remembered_as_empty(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await history(caller, stage)
    tomorrow = written(caller.app.clock.now() + timedelta(days=1))
    items = (await caller.get(f"/tasks/1/latency?since=6h&until={tomorrow}")).document["items"]
    assert _span_s(items) <= 6.1 * 3600


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("since=1h&until=2h", "since", "must lie before until"),
        ("since=400d", "since", "lies too far back; at most 366 days are counted"),
        ("phases=yes", "phases", "'yes' is neither true nor false"),
    ],
)
async def test_a_time_that_cannot_be_counted_is_told(
    caller: Caller, autojump_clock: MockClock, stage: Stage, query: str, field: str, sentence: str
) -> None:
    await history(caller, stage)
    answer = await caller.get(f"/tasks/1/latency?{query}")
    assert (400, True) == (answer.status, sentence in answer.wrong[field])
    assert 404 == (await caller.get("/tasks/99/latency")).status


def _span_s(items: list[dict[str, Any]]) -> float:
    ends = [
        datetime.fromisoformat(items[0]["from_at"]),
        datetime.fromisoformat(items[-1]["until_at"]),
    ]
    return (ends[1] - ends[0]).total_seconds()
