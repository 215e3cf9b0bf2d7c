"""Doors: closed for newcomers at once, and for good after the last guest."""

import trio
from trio.testing import MockClock

from monitor.engine.doors import Doors


async def test_they_are_closed_when_the_last_keeper_has_left(autojump_clock: MockClock) -> None:
    doors = Doors()

    async def keep(serves_s: float) -> None:
        with doors.keep():
            await doors.closing.wait()
            await trio.sleep(serves_s)

    async with trio.open_nursery() as nursery:
        for serves_s in (1.0, 5.0):
            nursery.start_soon(keep, serves_s)
        await trio.sleep(10)
        doors.close()
        await doors.wait_closed()
        assert 15.0 == trio.current_time()


async def test_where_nobody_keeps_a_door_there_is_nothing_to_wait_for() -> None:
    doors = Doors()
    with doors.keep():
        pass
    doors.close()
    with trio.fail_after(1):
        await doors.wait_closed()
