"""Looks as lines on a terminal that may stand still."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import trio

from monitor.cli.looks import MOST_TASKS, LookLines
from monitor.core.model import Result, State, Status, Task
from monitor.core.records import LookRecord
from monitor.words import Words

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TASK = Task(id=1, name="shop", target="self:", created_at=NOON)


def record(**more: object) -> LookRecord:
    result = Result(
        status=Status.UP,
        detail="fine",
        duration_s=0.125,
        timings={"connect": 0.1, "first_byte": 0.02},
    )
    return LookRecord(slot_at=NOON, looked_at=NOON, result=result, state=State(task_id=1))


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:
            continue


async def test_a_look_is_one_line(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lines = LookLines(writing, Words(), lambda: ["shop", "a long name"])
    lines.show(TASK, record())
    lines.close()
    await lines.run()
    assert (
        "12:00:00  ✓ up          shop           125 ms  fine  [connect 100 ms, first byte 20 ms]\n"
        == os.read(reading, 4096).decode()
    )


async def test_with_many_tasks_it_says_once_that_looks_are_not_shown(
    pipe: tuple[int, int],
) -> None:
    reading, writing = pipe
    lines = LookLines(writing, Words(), lambda: ["shop"] * (MOST_TASKS + 1))
    for _ in range(3):
        lines.show(TASK, record())
    lines.close()
    await lines.run()
    assert [b"more than 20 tasks"] == [line[:18] for line in os.read(reading, 4096).splitlines()]


async def test_nobody_waits_for_a_terminal_that_stands_still(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    lines = LookLines(writing, Words(), lambda: ["shop"])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lines.run)
        for _ in range(5000):  # far more than a pipe holds
            lines.show(TASK, record())
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    os.close(reading)  # lets the thread that stands still go


async def test_a_reader_that_has_gone_ends_the_lines_quietly(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(reading)
    lines = LookLines(writing, Words(), lambda: ["shop"])
    lines.show(TASK, record())
    with trio.fail_after(5):
        await lines.run()
    lines.show(TASK, record())  # and nobody minds
