"""What is raised while a store is open comes out as it was raised; no asyncio nursery shows."""

import traceback
from collections.abc import Callable

import pytest
import trio

from monitor.core.failures import StoreRefused
from monitor.store.address import parse_address
from monitor.store.bridge import open_bridge
from monitor.store.sql import open_store
from tests.store.conftest import now

_ERRORS: list[Callable[[], BaseException]] = [
    lambda: ValueError("wrong"),
    lambda: StoreRefused("no"),
    lambda: StopAsyncIteration(),
    lambda: KeyboardInterrupt(),
    lambda: SystemExit(3),
    lambda: ExceptionGroup("mine", [ValueError("wrong"), ExceptionGroup("too", [KeyError(1)])]),
    lambda: BaseExceptionGroup("mine", [KeyboardInterrupt()]),
]


async def leave_with(url: str, error: BaseException) -> None:
    """Use a store and raise the error inside it."""
    async with open_store(parse_address(url), now, upgrade=False) as store:
        await store.schema()
        raise error


@pytest.mark.parametrize("make", _ERRORS, ids=lambda make: repr(make()))
async def test_what_the_body_raises_comes_out_as_it_was_raised(
    url: str, make: Callable[[], BaseException]
) -> None:
    error = make()
    with pytest.raises(type(error)) as out:
        await leave_with(url, error)
    assert error is out.value
    assert (None, None) == (error.__cause__, error.__context__)
    assert "leave_with" in {frame.name for frame in traceback.extract_tb(error.__traceback__)}


async def test_the_group_of_a_nursery_inside_stays_as_it_is(url: str) -> None:
    async def fail() -> None:
        raise ValueError

    with pytest.RaisesGroup(ValueError):
        async with (
            open_store(parse_address(url), now, upgrade=False),
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(fail)
            nursery.start_soon(trio.sleep_forever)


async def test_an_error_of_the_engine_comes_out_plain(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.store.bridge.create_async_engine", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        async with open_bridge(parse_address(sqlite_url)):
            raise AssertionError("it was opened")


# --- cancelled ----------------------------------------------------------------------------------


async def test_a_deadline_around_an_open_store_is_an_ordinary_deadline(url: str) -> None:
    with trio.CancelScope() as scope:
        async with open_store(parse_address(url), now, upgrade=False) as store:
            await store.schema()
            scope.cancel()
            await trio.sleep_forever()
    assert scope.cancelled_caught
    with pytest.raises(trio.TooSlowError), trio.fail_after(0):
        async with open_store(parse_address(url), now, upgrade=False):
            await trio.sleep_forever()


async def test_a_cancellation_inside_stays_inside(url: str) -> None:
    async with open_store(parse_address(url), now, upgrade=False) as store:
        with trio.CancelScope() as scope:
            scope.cancel()
            await store.schema()
        assert scope.cancelled_caught
        assert await store.schema() is not None


async def test_an_error_beside_a_cancellation_is_not_lost(url: str) -> None:
    async def fail_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError

    with pytest.RaisesGroup(ValueError), trio.CancelScope() as scope:
        async with (
            open_store(parse_address(url), now, upgrade=False) as store,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(fail_when_cancelled)
            nursery.start_soon(trio.sleep_forever)
            await store.schema()
            scope.cancel()
