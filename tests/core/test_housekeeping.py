"""What is over is forgotten in time, whether anybody listens or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.changing import adding
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Spans, User, WebSession, new_deed
from monitor.core.access.roles import Role
from monitor.core.failures import DatabaseAway
from monitor.core.statuspage.readers import FORGOTTEN, Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, StatusPage
from monitor.engine.housekeeping import EVERY_S, Housekeeping
from tests.core.scene import Stage, open_stage

OPTIONS = AccessOptions(
    spans=Spans(idle=timedelta(hours=1), lifetime=timedelta(hours=5)), kept=timedelta(days=2)
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield from open_stage()


async def fill(stage: Stage) -> None:
    """Log somebody in, and write that down."""
    now = stage.clock.now()
    async with stage.store.session("test") as session:
        anna = User(name="anna", role=Role.ADMIN, created_at=now)
        await session.registry.change_people(adding(anna))
        new = WebSession(digest="d", user_id=1, epoch=1, created_at=now, seen_at=now)
        session.sign(new_deed(now, "anna", "password", "login", "anna"))
        await session.registry.open_session(new)


async def test_old_sessions_and_deeds_are_forgotten_in_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    await fill(stage)
    access = stage.store.tables.access
    async with trio.open_nursery() as nursery:
        house = Housekeeping(store=stage.store, clock=stage.clock, options=OPTIONS)
        nursery.start_soon(house.run)
        await trio.sleep(1800)
        assert ["d"] == list(access.sessions)
        await trio.sleep(2 * 3600)
        assert {} == access.sessions
        assert 1 == len(access.deeds)
        await trio.sleep(2 * 86400)
        assert {} == access.deeds
        nursery.cancel_scope.cancel()


async def test_a_subscriber_who_never_confirmed_is_forgotten_in_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    pages = PagesChange(pages=(StatusPage(slug="shop", title="Shop", webhooks=True),))
    new = new_subscriber("shop", Way.WEBHOOK, "https://a.example/", "en", stage.clock.now())
    async with stage.store.session("test") as session:
        await session.publishing.change_pages(lambda _known: pages)
        assert await session.publishing.readers.subscribe(new)
    async with trio.open_nursery() as nursery:
        house = Housekeeping(store=stage.store, clock=stage.clock, options=OPTIONS)
        nursery.start_soon(house.run)
        readers = stage.store.tables.pages.readers
        await trio.sleep(FORGOTTEN.total_seconds() - 1)
        assert [new.id] == list(readers.by_id)
        await trio.sleep(EVERY_S + 2)
        assert ({}, {}) == (readers.by_id, readers.letters)
        nursery.cancel_scope.cancel()


async def test_a_database_that_is_away_is_asked_again_in_an_hour(
    stage: Stage, autojump_clock: MockClock
) -> None:
    await fill(stage)
    before = stage.store.before_unit

    def away() -> None:
        raise DatabaseAway("away")

    stage.store.before_unit = away
    async with trio.open_nursery() as nursery:
        house = Housekeeping(store=stage.store, clock=stage.clock, options=OPTIONS)
        nursery.start_soon(house.run)
        await trio.sleep(2 * 3600)
        stage.store.before_unit = before
        await trio.sleep(3601)
        assert {} == stage.store.tables.access.sessions
        nursery.cancel_scope.cancel()
