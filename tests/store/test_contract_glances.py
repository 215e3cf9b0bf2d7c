"""Every store: what a page of many tasks reads at once."""

import attrs
import pytest

from monitor.core.glance import Bin, Glance, PhaseMeans, Recent
from monitor.core.model import Status
from monitor.core.ports import Store
from monitor.core.records import EventRecord
from tests.store.scene import at, gap, look, result, spec


async def test_each_task_is_read_from_its_own_moment_on_oldest_first(store: Store) -> None:
    async with store.session("test") as session:
        shop, bank, other = await session.add([spec("shop"), spec("bank"), spec("other")], at(0))
        for task in (shop, bank, other):
            for slot_s, status in ((0, Status.UP), (60, Status.DOWN), (120, Status.UP)):
                await session.commit([look(task.id, slot_s, status)])
        found = await session.recent({shop.id: at(60), bank.id: at(121)})
    took_s = found[shop.id].looks[0].took_s
    down, up = Glance(at(60), Status.DOWN, took_s), Glance(at(120), Status.UP, took_s)
    assert {shop.id: Recent([down, up]), bank.id: Recent()} == _plain(found)


async def test_a_gap_that_reaches_into_the_time_asked_about_comes_whole(store: Store) -> None:
    async with store.session("test") as session:
        (shop,) = await session.add([spec("shop")], at(0))
        old, long, new = gap(shop.id, 0, 60), gap(shop.id, 60, 180, 2), gap(shop.id, 300, 360)
        await session.commit([EventRecord(gaps=(new, old, long))])
        found = await session.recent({shop.id: at(60)})
    assert [long, new] == list(found[shop.id].gaps)


async def test_who_asks_about_nothing_gets_nothing(store: Store) -> None:
    async with store.session("test") as session:
        assert {} == await session.recent({})


async def test_the_looks_of_each_stretch_are_counted_by_how_they_ended_and_how_long_they_took(
    store: Store,
) -> None:
    seen = (
        *((0, Status.UP, 0.123), (30, Status.UP, 0.1238), (60, Status.UP, 4.26)),
        *((90, Status.DOWN, 10.0), (120, Status.UP, 0.0), (180, Status.UP, 0.5)),
    )
    async with store.session("test") as session:
        shop, other = await session.add([spec("shop"), spec("other")], at(0))
        for slot_s, status, took_s in seen:
            saw = result(status, duration_s=took_s)
            await session.commit([attrs.evolve(look(shop.id, slot_s, status), result=saw)])
        await session.commit([look(other.id, 30)])
        found = await session.histograms(shop.id, [at(0), at(90), at(150), at(180)])
    assert [
        [_bin(0.12, 2, 0.1238), _bin(4.3, 1, 4.26)],
        [_bin(0.0, 1, 0.0), _bin(10.0, 1, 10.0, Status.DOWN)],
        [],
    ] == found


async def test_phases_are_averaged_over_the_looks_of_a_stretch_that_saw_something(
    store: Store,
) -> None:
    odd = 'the 2nd\'s "söul" $.a, [7]: '
    seen: tuple[tuple[int, Status, float, dict[str, float]], ...] = (
        (0, Status.UP, 0.3, {"connect": 0.1, "tls": 0.2}),
        (30, Status.DEGRADED, 0.5, {"connect": 0.3, odd: 0.2}),
        (60, Status.DOWN, 9.0, {"connect": 9.0}),
        (75, Status.UNKNOWN, 7.0, {"tls": 7.0}),
        (90, Status.UP, 0.4, {}),
        (120, Status.DOWN, 9.0, {"connect": 9.0}),
        (180, Status.UP, 0.0, {"connect": 0.0}),
        (240, Status.UP, 0.5, {"connect": 0.5}),
    )
    async with store.session("test") as session:
        shop, other = await session.add([spec("shop"), spec("other")], at(0))
        for slot_s, status, took_s, timings in seen:
            saw = result(status, duration_s=took_s, timings=timings)
            await session.commit([attrs.evolve(look(shop.id, slot_s, status), result=saw)])
        await session.commit([look(other.id, 30)])
        edges = [at(one) for one in (0, 90, 120, 180, 240)]
        found = await session.phases(shop.id, edges)
    first, without, failed, instant = found
    assert 2 == first.looks
    assert pytest.approx(0.4) == first.took_s
    assert {"connect": 0.2, "tls": 0.1, odd: 0.1} == pytest.approx(first.phases)
    assert PhaseMeans(looks=1, took_s=0.4) == without
    assert PhaseMeans() == failed
    assert PhaseMeans(looks=1, phases={"connect": 0.0}) == instant


async def test_fewer_than_two_edges_hold_no_stretch(store: Store) -> None:
    async with store.session("test") as session:
        for count in (session.histograms, session.phases):
            assert [] == await count(1, [])
            assert [] == await count(1, [at(0)])


def _bin(took_s: float, looks: int, longest_s: float, status: Status = Status.UP) -> Bin:
    return Bin(status=status, took_s=took_s, looks=looks, longest_s=longest_s)


def _plain(found: dict[int, Recent]) -> dict[int, Recent]:
    """Make empty lists and tuples the same."""
    return {
        task_id: Recent(list(one.looks) or (), list(one.gaps) or ())
        for task_id, one in found.items()
    }
