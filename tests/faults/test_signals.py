"""Signals to a real process with a hundred busy tasks: it leaves in good order, at any moment."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.faults.child import INTERVAL_S, TASKS
from tests.faults.process import acknowledged, running
from tests.figures import Figures
from tests.ledger import faults, gap_slots, read_ledger
from tests.outsider import Outsider, open_outsider

pytestmark = pytest.mark.slow

RUNS = 10
"""For each database."""
KILLS = 2
LEAVES_WITHIN_S = 5.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


def no_connection_left(outsider: Outsider, within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while outsider.connections():
        assert time.monotonic() < deadline, "connections are left"
        time.sleep(0.01)


def test_a_signal_at_any_moment_ends_it_in_good_order_and_nothing_is_lost(
    url: str, tmp_path: Path, measured: Figures
) -> None:
    """One database for all runs, so that each goes on where the last one left."""
    chance = random.Random(f"signals on {url[:6]}")
    longest_s = 0.0
    for run in range(RUNS):
        number = chance.choice([signal.SIGTERM, signal.SIGINT])
        # The first runs are met while they start, the later ones anywhere.
        delay_s = chance.uniform(0.0, 0.3 if run < RUNS // 2 else 1.5)
        with running(url, tmp_path) as monitor:
            monitor.wait_for("listening")
            time.sleep(delay_s)
            sent_s = time.monotonic()
            monitor.send(number)
            assert 0 == monitor.exit_code(LEAVES_WITHIN_S), monitor.log.read_text()
            longest_s = max(longest_s, time.monotonic() - sent_s)
        assert set() == monitor.open_sessions()
        for event in monitor.events():
            assert event["level"] in ("debug", "info") or event["event"] == "gap.booked", event
            if event["event"] == "monitor.stopped":
                assert (0, 0) == (event["open_sessions"], event["unwritten"])
    with open_outsider(url) as outsider:
        no_connection_left(outsider)
        pages = read_ledger(outsider)
    assert TASKS == len(pages)
    assert [] == faults(pages)
    stored = {(page.task_id, slot_at) for page in pages for slot_at in page.slots}
    assert acknowledged(tmp_path) == stored
    words = f"longest leave {longest_s:.2f} s, {len(stored)} acknowledged looks all stored"
    measured.note(f"{RUNS} signals at random moments, {url.partition(':')[0]}", words)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once_even_if_a_look_hangs(
    url: str, tmp_path: Path, number: signal.Signals
) -> None:
    with running(url, tmp_path, "--hang") as monitor:
        monitor.wait_for("hanging")
        monitor.send(number)
        while not any(event["event"] == "monitor.stopping" for event in monitor.events()):
            time.sleep(0.01)
        assert monitor.process.poll() is None
        monitor.send(number)
        assert 128 + number == monitor.exit_code(2.0)
    with open_outsider(url) as outsider:
        no_connection_left(outsider)
        assert [] == outsider.traces()


def test_a_process_killed_in_the_middle_of_its_work_leaves_a_gap_and_no_contradiction(
    url: str, tmp_path: Path, measured: Figures
) -> None:
    chance = random.Random(f"kills on {url[:6]}")
    for _ in range(KILLS):
        with running(url, tmp_path) as monitor:
            monitor.wait_for("watching")
            time.sleep(chance.uniform(0.0, 0.7))
            monitor.send(signal.SIGKILL)
            assert -signal.SIGKILL == monitor.exit_code(5.0)
        time.sleep(2 * INTERVAL_S)  # while nobody watches, slots pass
    with running(url, tmp_path) as monitor:
        monitor.wait_for("watching")
        monitor.send(signal.SIGTERM)
        assert 0 == monitor.exit_code(LEAVES_WITHIN_S)
    with open_outsider(url) as outsider:
        no_connection_left(outsider)
        assert [] == outsider.traces()
        pages = read_ledger(outsider)
    assert [] == faults(pages)
    for page in pages:
        reasons = [gap.reason for gap in page.gaps]
        assert KILLS <= reasons.count("monitor_down"), (page.name, reasons)
    stored = {(page.task_id, slot_at) for page in pages for slot_at in page.slots}
    assert stored <= acknowledged(tmp_path)
    lost = len(acknowledged(tmp_path)) - len(stored)
    words = (
        f"{len(stored)} looks stored, {lost} died with it, "
        f"{gap_slots(pages)['monitor_down']} slots booked"
    )
    measured.note(f"{KILLS} processes killed, {url.partition(':')[0]}", words)
