"""Every store: what a page of many tasks reads at once."""

from monitor.core.glance import Glance, Recent
from monitor.core.model import Status
from monitor.core.ports import Store
from monitor.core.records import EventRecord
from tests.store.scene import at, gap, look, spec


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


def _plain(found: dict[int, Recent]) -> dict[int, Recent]:
    """Make empty lists and tuples the same."""
    return {
        task_id: Recent(list(one.looks) or (), list(one.gaps) or ())
        for task_id, one in found.items()
    }
