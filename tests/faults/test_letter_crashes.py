"""Killed (-9) before or after a subscriber's letter is taken: it comes, and twice with one name."""

import email
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import trio

from monitor.core.statuspage.readers import Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, Post, PostState, StatusPage
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.faults.process import ROOT
from tests.probes.mailservers import smtp_server

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


async def subscribed(url: str, port: int) -> None:
    """Make a page with a reader and a post."""
    now = Clock().now()
    page = StatusPage(slug="shop", title="Shop", mail=f"mailto://127.0.0.1:{port}?from=a@b.example")
    who = new_subscriber("shop", Way.MAIL, "reader@example.com", "en", now)
    state = PostState.IDENTIFIED
    post = Post(id="p", page="shop", story="p", at=now, state=state, title="t", text="t")
    opened = open_store(parse_address(url), lambda: now)
    async with opened as store, store.session("test") as session:
        publishing = session.publishing
        await publishing.change_pages(lambda _: PagesChange(pages=(page,)))
        await publishing.readers.subscribe(who)
        await publishing.readers.confirm("shop", who.token, now)
        [(asked, _)] = await publishing.readers.due(now, 10)
        await publishing.readers.settle([asked.sent()])
        await publishing.write_post(post)


async def posting(url: str, word: str, *point: str) -> int:
    """Run a process until it has said a word; kill it if it stands still then."""
    command = [sys.executable, "-m", "tests.faults.postman", url, *point]
    process = await trio.lowlevel.open_process(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = b""
    with trio.fail_after(60):
        async with process.stdout as out:
            while f"{word}\n".encode() not in said:
                more = await out.receive_some()
                assert more, f"it ended without a word of {word!r}"
                said += more
        if point:
            process.send_signal(signal.SIGKILL)
        return await process.wait()


@pytest.mark.parametrize(("point", "times"), [("begun", 1), ("taken", 2)])
async def test_killed_between_delivery_and_record_a_letter_comes_again_with_its_name(
    url: str, point: str, times: int
) -> None:
    with smtp_server() as (port, server):
        await subscribed(url, port)
        run = partial(posting, url)
        assert -signal.SIGKILL == await run("there", point)
        assert times - 1 == len(server.letters)
        assert 0 == await run("settled")
        assert 0 == await run("settled")  # the next one has nothing to send
    names = [email.message_from_bytes(raw)["Message-ID"] for _from, _to, raw in server.letters]
    assert (times, 1) == (len(names), len(set(names)))
