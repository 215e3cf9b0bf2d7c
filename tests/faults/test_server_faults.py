"""The server fails under two hundred live tasks: they go on looking, and nothing is lost.

Each test breaks the database while the real engine runs, mends it, lets the engine leave, and then
reads the ledger from outside: every slot has its result or its gap, each result is there once,
every look that was made is there, nobody was called DOWN or UNKNOWN, and the outage is told once.
"""

from urllib.parse import urlsplit

import pytest
import trio

from monitor.store.bridge import Limits
from tests.faults.aftermath import in_thread, judge, outage_noticed, recovered, report
from tests.faults.load import TASKS, open_load
from tests.faults.proxy import open_proxy
from tests.figures import Figures
from tests.ledger import faults, gap_slots, read_ledger
from tests.outsider import open_outsider
from tests.postgres import ThrowawayPostgres

pytestmark = pytest.mark.slow

QUICK = Limits(connect_s=1.0, statement_s=0.8, command_s=1.0, unit_s=1.2, dispose_s=1.0)
"""A frozen server is given up on after so long; the engine's own limits would make a test long."""

# --- back ends killed ---------------------------------------------------------------------------


async def test_back_ends_killed_once(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str, measured: Figures
) -> None:
    database = urlsplit(breakable_postgres_url).path[1:]
    async with open_load(breakable_postgres_url) as running:
        killed = await in_thread(breakable_postgres.kill_backends, database)
        assert killed
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, None)
    report(measured, "back ends killed once", times, words, noise)


async def test_back_ends_killed_ten_times_in_two_seconds(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str, measured: Figures
) -> None:
    database = urlsplit(breakable_postgres_url).path[1:]
    async with open_load(breakable_postgres_url) as running:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(running.load.looks_of_all, 3)
            for _ in range(10):
                await in_thread(breakable_postgres.kill_backends, database)
                await trio.sleep(0.2)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, None)
    report(measured, "back ends killed ten times", times, words, noise)


# --- the server stopped -------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_the_server_stopped_and_started_again(
    breakable_postgres: ThrowawayPostgres,
    breakable_postgres_url: str,
    measured: Figures,
    mode: str,
) -> None:
    async with open_load(breakable_postgres_url) as running:
        await in_thread(breakable_postgres.stop, mode)
        await outage_noticed(running)
        await running.load.looks_of_all(2)
        assert running.app.recorder.waiting >= TASKS
        await in_thread(breakable_postgres.start)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, 1)
    name = "stopped and started" if mode == "fast" else "crashed and started"
    report(measured, f"server {name}", times, words, noise)


async def test_news_are_kept_in_order_through_an_outage(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str, measured: Figures
) -> None:
    """A quarter of the targets goes down and comes back with every look, before, during, after."""
    async with open_load(breakable_postgres_url, flapping=True) as running:
        await in_thread(breakable_postgres.stop)
        await outage_noticed(running)
        await running.load.looks_of_all(2)
        await in_thread(breakable_postgres.start)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, 1)
    report(measured, "server stopped and started, targets flapping", times, words, noise)


@pytest.mark.parametrize("trouble", ["stopped", "frozen"])
async def test_a_monitor_leaves_in_time_also_while_its_server_is_away(
    breakable_postgres: ThrowawayPostgres,
    breakable_postgres_url: str,
    measured: Figures,
    trouble: str,
) -> None:
    """What it could not write is lost with it, and booked by the next monitor."""
    grace_s = 0.5
    async with open_load(breakable_postgres_url, limits=QUICK, grace_s=grace_s) as running:
        await in_thread(
            breakable_postgres.stop if trouble == "stopped" else breakable_postgres.freeze
        )
        await outage_noticed(running)
        await running.load.looks_of_all(2)
        leaving_s = trio.current_time()
    left_s = trio.current_time() - leaving_s
    assert left_s < 3 * grace_s + 1.0 + QUICK.unit_s + QUICK.dispose_s
    await in_thread(breakable_postgres.recover)
    async with open_load(breakable_postgres_url) as again:
        pass
    with open_outsider(breakable_postgres_url) as outsider:
        pages = read_ledger(outsider)
    assert [] == faults(pages)
    stored = {(page.task_id, slot_at) for page in pages for slot_at in page.slots}
    lost = set(running.load.seen) - stored
    assert lost
    assert set(again.load.seen) <= stored
    assert gap_slots(pages)["monitor_down"] >= TASKS
    words = f"left after {left_s:.2f} s, {len(lost)} looks lost and booked"
    report(measured, f"leaving while the server is {trouble}", None, words, 0)


async def test_the_server_frozen_and_thawed(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str, measured: Figures
) -> None:
    async with open_load(breakable_postgres_url, limits=QUICK) as running:
        await in_thread(breakable_postgres.freeze)
        await outage_noticed(running)
        await running.load.looks_of_all(4)
        await in_thread(breakable_postgres.thaw)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, 1)
    report(measured, "server frozen and thawed", times, words, noise)


# --- the outcome of a commit unknown ------------------------------------------------------------

_SLOW_COMMIT = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF current_setting('test.slept', true) IS DISTINCT FROM txid_current()::text THEN "
    "PERFORM set_config('test.slept', txid_current()::text, true), pg_sleep(0.3); END IF; "
    "RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON result DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION slow()",
)
"""Makes every COMMIT of results take a while, so that it can be met in the middle."""

_KILL_COMMITTING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'COMMIT%' AND wait_event = 'PgSleep'"
)


async def test_back_ends_killed_in_the_middle_of_their_commit(
    breakable_postgres_url: str, measured: Figures
) -> None:
    with open_outsider(breakable_postgres_url) as outsider:
        async with open_load(breakable_postgres_url) as running:
            for statement in _SLOW_COMMIT:
                outsider.ask(statement)
            killed = 0
            with trio.fail_after(20):
                while killed < 5:
                    killed += len(await in_thread(outsider.ask, _KILL_COMMITTING))
                    await trio.sleep(0.02)
            outsider.ask("DROP TRIGGER slow ON result")
            times = await recovered(running)
            noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, None)
    report(measured, f"{killed} back ends killed while committing", times, words, noise)


async def test_the_answer_to_a_commit_is_lost(
    breakable_postgres_url: str, measured: Figures
) -> None:
    async with open_proxy(breakable_postgres_url) as proxy, open_load(proxy.url) as running:
        proxy.cuts_left = 8
        await running.load.looks_of_all(2)
        await running.load.until(lambda: proxy.cuts == 8, "8 answers lost", within_s=20)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, None)
    report(measured, f"{proxy.cuts} answers to a COMMIT lost", times, words, noise)


# --- the wire goes dead -------------------------------------------------------------------------


async def test_connections_that_are_dead_without_a_word(
    breakable_postgres_url: str, measured: Figures
) -> None:
    async with (
        open_proxy(breakable_postgres_url) as proxy,
        open_load(proxy.url, limits=QUICK) as running,
    ):
        proxy.deaths += 1
        await running.load.looks_of_all(2)
        times = await recovered(running)
        noise = running.store.bridge.noise
    words = await in_thread(judge, breakable_postgres_url, running.load, None)
    report(measured, "connections half open", times, words, noise)


# --- too much to remember -----------------------------------------------------------------------


async def test_results_that_memory_cannot_hold_are_booked_as_a_gap(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str, measured: Figures
) -> None:
    async with open_load(breakable_postgres_url, kept=300) as running:
        await in_thread(breakable_postgres.stop)
        await running.load.looks_of_all(4)
        assert 300 == running.app.recorder.waiting
        await in_thread(breakable_postgres.start)
        times = await recovered(running)
        noise = running.store.bridge.noise
    with open_outsider(breakable_postgres_url) as outsider:
        pages = read_ledger(outsider)
        found = outsider.ask("SELECT count(*) FROM event WHERE kind LIKE 'database.%'")
    assert [] == faults(pages)
    assert [(2,)] == found
    stored = sum(len(page.results) for page in pages)
    lost = gap_slots(pages)
    assert lost["database_lost"] >= 2 * TASKS
    assert len(running.load.seen) == stored + lost["database_lost"]
    assert {"up"} == {page.status for page in pages}
    words = f"{stored} results kept, {lost['database_lost']} dropped and booked"
    report(measured, "memory for 300 results", times, words, noise)
