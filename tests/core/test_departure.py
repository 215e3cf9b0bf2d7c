"""When the monitor leaves: once, for the first reason; a second signal ends the process at once."""

import os
import signal

import pytest
import trio
import trio.testing

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


async def test_the_end_of_the_terminal_it_was_started_at_is_a_wish_to_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "_at_terminal", lambda: True)
    with trio.fail_after(5):
        async with open_departure() as departure:
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGHUP)
            await departure.wait()
            assert "SIGHUP" == departure.cause


async def test_a_service_goes_on_when_it_is_to_read_its_files_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(room, "_at_terminal", lambda: False)
    with trio.fail_after(5), caplog.at_level("INFO"):
        async with open_departure() as departure:
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)
            await departure.wait()
    assert "SIGTERM" == departure.cause
    assert ["signal.unneeded"] == [record.message for record in caplog.records]


async def test_a_signal_that_is_ignored_from_the_start_stays_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "_at_terminal", lambda: True)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        async with open_departure() as departure:
            signal.raise_signal(signal.SIGHUP)
            await trio.testing.wait_all_tasks_blocked()
            assert not departure.asked
    finally:
        signal.signal(signal.SIGHUP, before)


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
