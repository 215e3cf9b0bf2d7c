"""The thread that sees our loop stand still; on the real clock, for the time of a breath."""

from __future__ import annotations

import logging
import re
import threading
import time

import attrs
import pytest
import trio

from monitor.engine.lookout import Lookout, Stillness, where
from monitor.engine.wellness import Word
from tests.cli.conftest import wait_until


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, str]]:
    """Return the fields of all lines of an event."""
    return [vars(one)["fields"] for one in caplog.records if vars(one).get("event") == event]


LIMIT_S = 0.9
"""Shorter, and a machine that has much to do would be called stuck."""
WELL = Word(("a task is late",), ())


@attrs.define
class Outpost:
    """Remembers the words that it would have given."""

    words: list[Word] = attrs.field(factory=list)

    def __call__(self, word: Word, for_s: float) -> None:
        self.words.append(word)
        time.sleep(for_s)


def hold_the_loop(for_s: float) -> None:
    time.sleep(for_s)


async def test_a_loop_that_stands_still_is_seen_and_told_until_it_moves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "monitor")
    outpost = Outpost()
    lookout = Lookout(lambda: WELL, outpost, limit_s=LIMIT_S)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lookout.run)
        await trio.sleep(0.4)
        assert {WELL} == set(outpost.words)
        hold_the_loop(2.0)
        await trio.to_thread.run_sync(wait_until, lambda: told(caplog, "loop.moves"))
        known = len(outpost.words)
        await trio.sleep(0.6)
        nursery.cancel_scope.cancel()
    assert 1 == lookout.stuck
    standing = [word for word in outpost.words if word != WELL]
    why = standing[0].ailing[0]
    assert why.startswith("nothing has moved for ")
    assert Word((why, "a task is late"), (why,)) == standing[0]
    assert {WELL} == set(outpost.words[known + 1 :])
    [stuck] = told(caplog, "loop.stuck")
    assert "test_lookout.py" in stuck["where"]
    assert "hold_the_loop" in stuck["where"]


async def test_what_moves_is_called_so_and_no_thread_is_left() -> None:
    outpost = Outpost()
    threads = threading.active_count()
    with trio.move_on_after(0.8):
        await Lookout(lambda: WELL, outpost, limit_s=LIMIT_S).run()
    assert {WELL} == set(outpost.words)
    assert threads == threading.active_count()


async def test_nobody_has_to_ask() -> None:
    lookout = Lookout(lambda: WELL, limit_s=LIMIT_S)
    with trio.move_on_after(2.5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lookout.run)
            await trio.sleep(0.1)
            hold_the_loop(1.5)
            await trio.sleep_forever()
    assert 1 == lookout.stuck


async def test_a_thread_that_dies_is_told_so_that_another_may_begin() -> None:
    def fail(_word: Word, _for_s: float) -> None:
        raise OSError("too many open files")

    with trio.fail_after(10), pytest.raises(RuntimeError, match="looks on has ended") as caught:
        await Lookout(Word, fail).run()
    assert "too many open files" == str(caught.value.__cause__)


def test_time_in_which_nobody_could_look_is_nobodys_standing_still() -> None:
    stillness = Stillness(turn_s=0.0)
    assert stillness.note(1, 0.25)
    assert not stillness.note(1, 0.5)
    assert 0.25 == stillness.still_s
    assert not stillness.note(1, 600.0)
    assert 1.25 == stillness.still_s
    assert stillness.note(2, 600.25)
    assert 0.0 == stillness.still_s


def test_where_nobody_is_nothing_is_known() -> None:
    assert "nobody knows where" == where(0)


def test_lines_of_python_itself_are_left_out_of_how_it_came_there() -> None:
    here, found = threading.get_ident(), list[str]()

    def ask(_found: re.Match[str]) -> str:
        thread = threading.Thread(target=lambda: found.append(where(here)))
        thread.start()
        thread.join()
        return ""

    re.sub("x", ask, "x")
    innermost, by, *_ = found[0].split(", in ")
    assert innermost.startswith("threading.py:")
    assert re.fullmatch(r"test_lookout\.py:\d+ ask", by)
