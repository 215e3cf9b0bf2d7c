"""Killed, or cut off, at each step between the commit of a change and the record that it was told.

A real process (`tests.faults.teller`) on a real database posts to a real web server. It is killed
(-9) where it stands still; the next process goes on. What is judged is what the receiver got and
what the database says, nothing else.
"""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import attrs
import pytest
import trio

from monitor.app import Tuning, open_monitor
from monitor.channels.outside import outside
from monitor.engine.clock import Clock
from monitor.probes import prepare
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.faults.aftermath import in_thread
from tests.faults.correspondence import Correspondence, open_correspondence, read_notices
from tests.faults.process import ROOT
from tests.faults.proxy import open_proxy
from tests.faults.teller import POINTS

pytestmark = pytest.mark.slow

DOWN, UP = "1/1/down", "1/1/up"
DOUBTFUL = ("handed-over", "answered", "sent-written")
"""Killed here, nobody can know whether the message was taken: it is sent again."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@attrs.define(eq=False)
class Teller:
    """A running `tests.faults.teller`."""

    process: trio.Process
    _said: bytes = b""

    async def wait_for(self, word: str) -> None:
        """Return when it has said the word, now or before."""
        assert self.process.stdout is not None
        with trio.fail_after(60):
            while word.encode() not in self._said.split(b"\n")[:-1]:
                more = await self.process.stdout.receive_some()
                assert more, f"it ended without a word of {word!r}"
                self._said += more

    async def end_by(self, number: int) -> int:
        self.process.send_signal(number)
        with trio.fail_after(60):
            return await self.process.wait()


@asynccontextmanager
async def telling(url: str, *point: str) -> AsyncIterator[Teller]:
    """Run a process; when the block begins it has looked, and knows what its forerunner left."""
    command = [sys.executable, "-m", "tests.faults.teller", url, *point]
    start = partial(trio.lowlevel.open_process, cwd=ROOT)
    process = await start(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        teller = Teller(process)
        await teller.wait_for("read")
        await teller.wait_for("watching")
        yield teller
    finally:
        if process.returncode is None:
            process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            assert process.stdout is not None
            await process.stdout.aclose()


async def kill_at(teller: Teller, here: Correspondence, key: str, point: str) -> None:
    """Let the target change, and kill the monitor when it is at the point."""
    here.answers = point != "handed-over"
    here.well = key == UP
    if point == "handed-over":
        with trio.fail_after(60):
            await here.taken(key)
    else:
        await teller.wait_for("there")
    assert -signal.SIGKILL == await teller.end_by(signal.SIGKILL)
    here.answer_again()


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_it_tells_all_once_and_again_only_what_may_be_lost(
    url: str, point: str
) -> None:
    stored = point == "sent-committed"
    async with open_correspondence(url) as here:
        async with telling(url, "down", point) as teller:
            await kill_at(teller, here, DOWN, point)
        async with telling(url, "up", point) as teller:
            if not stored:
                await teller.wait_for(f"sent {DOWN}")
            await kill_at(teller, here, UP, point)
        async with telling(url) as teller:
            if not stored:
                await teller.wait_for(f"sent {UP}")
            assert 0 == await teller.end_by(signal.SIGTERM)
    times = 2 if point in DOUBTFUL else 1
    assert {DOWN: times, UP: times} == here.told
    assert {DOWN: 1, UP: 1} == {key: len(names) for key, names in here.names().items()}
    assert {DOWN: "sent", UP: "sent"} == await in_thread(read_notices, url)


@pytest.mark.parametrize("lost", ["the COMMIT", "its answer"])
async def test_a_connection_cut_at_the_commit_of_a_change_tells_it_once(
    postgres_url: str, lost: str
) -> None:
    async with open_correspondence(postgres_url) as here, open_proxy(postgres_url) as proxy:
        proxy.swallows_commit = lost == "the COMMIT"
        clock = Clock()
        async with open_store(parse_address(proxy.url), clock.now) as store:
            monitor = partial(open_monitor, outside=outside("en"))
            async with monitor(store, clock, prepare, Tuning()) as app:
                await app.reconcile.settled()
                for number, key in enumerate((DOWN, UP), 1):
                    proxy.only, proxy.cuts_left = key.encode(), 1
                    here.well = key == UP
                    with trio.fail_after(30):
                        await here.taken(key)
                        while app.recorder.behind or app.recorder.waiting:  # noqa: ASYNC110
                            await trio.sleep(0.01)
                    assert number == proxy.cuts
    assert {DOWN: 1, UP: 1} == here.told
    assert {DOWN: "sent", UP: "sent"} == await in_thread(read_notices, postgres_url)
