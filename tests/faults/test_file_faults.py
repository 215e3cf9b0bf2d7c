"""Somebody else holds the SQLite file under two hundred live tasks: they go on looking."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from monitor.store.bridge import Limits
from tests.faults.aftermath import in_thread, judge, outage_noticed, recovered, report
from tests.faults.load import open_load
from tests.figures import Figures

pytestmark = pytest.mark.slow

_HOLDER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
connection.execute("BEGIN IMMEDIATE")
os.write(1, b"held\\n")
sys.stdin.readline()
connection.execute("ROLLBACK")
os.write(1, b"free\\n")
"""


@asynccontextmanager
async def held_by_another_process(path: Path) -> AsyncIterator[None]:
    """Keep all others from writing for the time of the block."""
    holder = await trio.lowlevel.open_process(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    async with holder.stdin, holder.stdout:
        assert b"held\n" == await holder.stdout.receive_some()
        try:
            yield
        finally:
            with trio.CancelScope(shield=True):
                await holder.stdin.send_all(b"free it\n")
                assert b"free\n" == await holder.stdout.receive_some()
                await holder.wait()


async def test_looks_go_on_while_another_program_writes_for_two_seconds(
    tmp_path: Path, measured: Figures
) -> None:
    url = f"sqlite:///{tmp_path}/monitor.db"
    async with open_load(url) as running:
        async with held_by_another_process(tmp_path / "monitor.db"):
            await running.load.looks_of_all(3)
            assert not running.app.outage.on
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, url, running.load, 0)
    report(measured, "SQLite file held by another program", times, words, noise)


async def test_a_file_that_is_held_for_too_long_is_an_outage(
    tmp_path: Path, measured: Figures
) -> None:
    url = f"sqlite:///{tmp_path}/monitor.db"
    async with open_load(url, limits=Limits(statement_s=0.5)) as running:
        async with held_by_another_process(tmp_path / "monitor.db"):
            await outage_noticed(running)
            await running.load.looks_of_all(2)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, url, running.load, 1)
    report(measured, "SQLite file held for too long", times, words, noise)
