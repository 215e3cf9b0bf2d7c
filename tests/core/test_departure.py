"""When the monitor leaves: once, for the first reason; a second signal ends the process at once."""

import os
import signal

import pytest
import trio

from monitor import departure as room
from monitor.departure import Departure, open_departure


async def test_wishing_twice_changes_nothing() -> None:
    departure = Departure()
    assert not departure.asked
    departure.ask("its time is over")
    departure.ask("SIGTERM")
    await departure.wait()
    assert (True, "its time is over") == (departure.asked, departure.cause)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_a_signal_is_a_wish_to_leave(name: str) -> None:
    with trio.fail_after(5):
        async with open_departure() as departure:
            signal.raise_signal(getattr(signal, name))
            await departure.wait()
            assert name == departure.cause


async def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with open_departure():
        assert before is not signal.getsignal(signal.SIGTERM)
    assert before is signal.getsignal(signal.SIGTERM)


async def test_waiting_for_the_wish_can_be_cancelled() -> None:
    departure = Departure()
    with trio.CancelScope() as scope:
        scope.cancel()
        await departure.wait()
    assert scope.cancelled_caught


async def test_the_second_signal_ends_the_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Exception):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    departure = Departure()
    send, receive = trio.open_memory_channel[int](2)
    with send, receive:
        await send.send(signal.SIGTERM)
        await send.send(signal.SIGINT)
        with pytest.raises(Ended, match="130"):
            await room._obey(receive, departure)
    assert "SIGTERM" == departure.cause
