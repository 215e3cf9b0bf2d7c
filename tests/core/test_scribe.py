"""Lines are written in their order, nobody waits for it, and what is lost is counted."""

import errno
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from monitor.scribe import Scribe
from tests.pipes import Pipe, full_pipe

PATIENCE_S = 5.0


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A pipe that is full, and that nobody reads yet."""
    with full_pipe() as made:
        yield made


def lost(count: int) -> str:
    return f"lost {count}"


def number_after(lines: Sequence[str], at: int = 0) -> int:
    """Follow lines that are numbers; a notice must stand exactly where the lost ones stood."""
    for line in lines:
        if line.startswith("lost "):
            at += int(line.removeprefix("lost "))
        else:
            assert at == int(line)
            at += 1
    return at


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.005)


def test_lines_are_written_in_their_order() -> None:
    stream = io.StringIO()
    scribe = Scribe(stream, lost)
    for number in range(5000):
        scribe.put(str(number))
    assert scribe.finish(PATIENCE_S)
    assert [str(number) for number in range(5000)] == stream.getvalue().splitlines()


def test_nobody_waits_when_nobody_reads_and_what_is_lost_is_told_in_its_place(pipe: Pipe) -> None:
    scribe = Scribe(pipe.stream, lost, limit=10)
    for number in range(1000):
        scribe.put(str(number))
    pipe.read()
    assert scribe.finish(PATIENCE_S)
    pipe.end()
    assert 1000 == number_after(pipe.lines)
    assert 10 <= sum(line.isdigit() for line in pipe.lines) <= 130


def test_that_lines_were_lost_is_told_as_soon_as_somebody_reads(pipe: Pipe) -> None:
    scribe = Scribe(pipe.stream, lost, limit=10)
    for number in range(1000):
        scribe.put(str(number))
    pipe.read()
    wait_until(lambda: any(line.startswith("lost ") for line in pipe.lines))
    for number in range(1000, 1005):
        scribe.put(str(number))
    assert scribe.finish(PATIENCE_S)
    pipe.end()
    assert 1005 == number_after(pipe.lines)
    assert ["1000", "1001", "1002", "1003", "1004"] == pipe.lines[-5:]


def test_who_reads_slowly_does_not_read_notices_only(pipe: Pipe) -> None:
    """Half of the queue must be free before a line is taken again."""
    limit, ahead = 20, 0
    scribe = Scribe(pipe.stream, lost, limit)
    for _ in range(300):
        os.read(pipe.reading, 30)
        for _ in range(10):
            scribe.put(f"{ahead:20}")
            ahead += 1
        time.sleep(0.0005)
    pipe.read()
    assert scribe.finish(PATIENCE_S)
    pipe.end()
    notices = sum(line.startswith("lost ") for line in pipe.lines)
    assert 0 < notices <= 2 + (len(pipe.lines) - notices) // (limit // 2)


def test_leaving_does_not_wait_for_a_reader_for_ever(pipe: Pipe) -> None:
    scribe = Scribe(pipe.stream, lost)
    scribe.put("a")
    began_s = time.monotonic()
    assert not scribe.finish(0.1)
    assert not scribe.finish(PATIENCE_S)  # once is enough
    scribe.put("b")
    assert 0.1 <= time.monotonic() - began_s < PATIENCE_S
    pipe.read()
    wait_until(lambda: "a" in pipe.lines)
    assert "b" not in pipe.lines


@pytest.mark.parametrize("by", ["reader", "us"])
def test_a_pipe_that_is_closed_disturbs_nobody(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    tried = count_writes(monkeypatch)
    with open(writing, "w", closefd=False) as stream:
        scribe = Scribe(stream, lost)
        os.close(reading if by == "reader" else writing)
        for number in range(50):
            scribe.put(str(number))
        assert scribe.finish(PATIENCE_S)
    os.close(writing if by == "reader" else reading)
    assert 1 <= len(tried) <= 51, "it must not try without end"


def count_writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    tried: list[int] = []

    def write(descriptor: int, data: memoryview) -> int:
        tried.append(len(data))
        return real(descriptor, data)

    real = os.write
    monkeypatch.setattr(os, "write", write)
    return tried


def test_a_stream_that_is_closed_disturbs_nobody() -> None:
    stream = io.StringIO()
    scribe = Scribe(stream, lost)
    stream.close()
    scribe.put("a")
    assert scribe.finish(PATIENCE_S)


def test_after_a_full_disk_the_next_line_begins_at_a_beginning(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a line is there already; no reader of JSON lines must stumble twice."""
    room, failures = 3, 0
    written = b""

    def write(_descriptor: int, data: memoryview) -> int:
        nonlocal room, failures, written
        if not room:
            failures += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data[:room])
        written, room = written + part, room - len(part)
        return len(part)

    monkeypatch.setattr(os, "write", write)
    scribe = Scribe(pipe.stream, lost)
    scribe.put("first")
    wait_until(lambda: failures == 1)
    scribe.put("second")
    wait_until(lambda: failures == 2)
    room = 1000
    scribe.put("third")
    assert scribe.finish(PATIENCE_S)
    assert b"fir\nlost 2\nthird\n" == written


def test_a_pipe_that_says_it_would_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.stream.fileno(), False)
    scribe = Scribe(pipe.stream, lost)
    for number in range(2000):
        scribe.put(str(number))
    pipe.read()
    assert scribe.finish(PATIENCE_S)
    pipe.end()
    assert [str(number) for number in range(2000)] == pipe.lines


def test_what_is_put_after_the_end_is_written_at_once() -> None:
    stream = io.StringIO()
    scribe = Scribe(stream, lost)
    scribe.put("a")
    assert scribe.finish(PATIENCE_S)
    scribe.put("b")
    assert "a\nb\n" == stream.getvalue()


def test_letters_that_the_stream_cannot_write_do_not_end_it() -> None:
    data = io.BytesIO()
    scribe = Scribe(io.TextIOWrapper(data, "ascii", write_through=True), lost)
    scribe.put("привет \udcff")
    scribe.put("b")
    assert scribe.finish(PATIENCE_S)
    assert b"?????? ?\nb\n" == data.getvalue()


def test_a_forked_child_has_no_thread_and_writes_itself() -> None:
    program = """
import os, sys, warnings
from monitor.scribe import Scribe
warnings.simplefilter("ignore")
scribe = Scribe(sys.stderr, str)
scribe.put("parent")
if not os.fork():
    scribe.put("child")
    os._exit(0)
os.wait()
scribe.finish(5)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30)
    assert [b"child", b"parent"] == sorted(ended.stderr.split())
