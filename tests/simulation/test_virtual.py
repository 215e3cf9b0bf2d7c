"""A run on virtual time within a run on real time."""

import pytest
import trio

from monitor.simulation.virtual import on_virtual_time


async def test_a_year_passes_at_once() -> None:
    async def sleep() -> float:
        await trio.sleep(366 * 86400)
        return trio.current_time()

    with trio.fail_after(10):
        assert 366 * 86400 == await on_virtual_time(sleep)


async def test_what_is_raised_inside_comes_out() -> None:
    async def fail() -> None:
        await trio.lowlevel.checkpoint()
        raise LookupError("inside")

    with pytest.RaisesGroup(pytest.RaisesExc(LookupError, match="inside"), flatten_subgroups=True):
        await on_virtual_time(fail)


async def test_whoever_is_cancelled_takes_the_inner_run_with_him() -> None:
    begun, ended = trio.Event(), []
    token = trio.lowlevel.current_trio_token()

    async def busy() -> None:
        token.run_sync_soon(begun.set)
        try:
            while True:  # never idle: it does not end by itself
                await trio.lowlevel.checkpoint()
        finally:
            ended.append(trio.current_time())

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(on_virtual_time, busy)
            await begun.wait()
            nursery.cancel_scope.cancel()
    assert 1 == len(ended)


async def test_whoever_is_cancelled_before_it_begins_runs_nothing() -> None:
    async def never() -> None:
        await trio.sleep_forever()

    with trio.fail_after(10), trio.CancelScope() as scope:
        scope.cancel()
        await on_virtual_time(never)
    assert scope.cancelled_caught
