"""The collector is set aside while the monitor runs, and is as it was before when it ends."""

import gc
from collections.abc import Iterator

import pytest
import trio
from trio.testing import MockClock

from monitor.engine.garbage import Garbage


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    assert before == gc.get_threshold()
    assert 0 == gc.get_freeze_count()


async def test_full_collections_come_only_at_chosen_moments(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[float] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(trio.current_time()))
    with trio.move_on_after(2000):
        await Garbage(lambda: 8).run()
    assert [602.0, 1202.0, 1802.0] == collected


async def test_what_survived_a_long_collection_is_set_aside_too(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = iter([0.0, 0.09, 1.0, 1.2])
    frozen: list[float] = []
    monkeypatch.setattr("monitor.engine.garbage.time.perf_counter", lambda: next(measured))
    monkeypatch.setattr(gc, "collect", lambda: None)
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(trio.current_time()))
    with trio.move_on_after(1500):
        await Garbage(lambda: 8).run()
    assert [2.0, 1202.0] == frozen


async def test_nothing_is_set_aside_before_all_tasks_have_started(
    autojump_clock: MockClock,
) -> None:
    frozen = []
    with trio.move_on_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(Garbage(lambda: min(5, int(trio.current_time()))).run)
            for _ in range(10):
                await trio.sleep(1)
                frozen.append(gc.get_freeze_count() > 0)
            nursery.cancel_scope.cancel()
    assert [False] * 7 == frozen[:7]
    assert frozen[-1]
