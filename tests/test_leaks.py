"""The look at what a test leaves behind sees it, and does not see what is harmless."""

from __future__ import annotations

import subprocess
import threading

import trio

from tests.leaks import Snapshot


def test_a_thread_that_still_runs_is_named() -> None:
    before = Snapshot.take()
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="forgotten")
    thread.start()
    assert ["thread 'forgotten'"] == before.left_behind()
    release.set()
    thread.join()
    assert [] == before.left_behind()


def test_a_child_that_still_lives_is_named_unless_it_is_known() -> None:
    before = Snapshot.take()
    with subprocess.Popen(["sleep", "60"]) as child:
        assert [f"process {child.pid} 'sleep 60'"] == before.left_behind()
        assert [] == before.left_behind(known_pids={child.pid})
        child.kill()
    assert [] == before.left_behind()


async def test_an_idle_worker_thread_of_trio_is_no_leak_but_a_busy_one_is() -> None:
    await trio.to_thread.run_sync(bool)  # leaves a worker behind that has no work
    before = Snapshot.take()
    release = threading.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, release.wait, 10.0)
        with trio.fail_after(5.0):
            while not before.left_behind():
                await trio.lowlevel.checkpoint()
        (left,) = before.left_behind()
        assert "wait" in left
        release.set()
    assert [] == before.left_behind_after(5.0, known_pids=set())
