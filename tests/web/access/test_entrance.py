"""What is done when the listener starts: the invitation, and how second factors are kept."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.changing import adding
from monitor.core.access.codes import new_totp
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import User
from monitor.core.access.roles import Role
from monitor.core.access.vault import Vault
from monitor.web.access.entrance import Entrance
from tests.core.scene import Stage, open_stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield from open_stage()


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield [one]


def as_monitor(stage: Stage) -> Any:
    """What is asked of a running monitor; one that really runs has much else to do in two days."""
    return SimpleNamespace(store=stage.store, clock=stage.clock)


def admin(stage: Stage) -> User:
    return User(name="anna", role=Role.ADMIN, created_at=stage.clock.now())


async def test_the_console_shows_the_way_in_while_there_are_no_users(
    stage: Stage, sockets: list[socket.socket], autojump_clock: MockClock
) -> None:
    said: list[str] = []
    entrance = Entrance(say=said.append)
    port = sockets[0].getsockname()[1]
    app = as_monitor(stage)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(entrance.keep, app, sockets)
        await trio.sleep(1)
        token = entrance.first.token
        assert [f"http://127.0.0.1:{port}/?first-run={token}"] == said
        [told] = stage.journal.of("web.first_run")
        assert {"open": said[0]} == told.fields
        nursery.cancel_scope.cancel()
    assert token not in repr(entrance.first)


async def test_it_shows_what_browsers_are_to_open_behind_a_proxy(
    stage: Stage, sockets: list[socket.socket], autojump_clock: MockClock
) -> None:
    said: list[str] = []
    entrance = Entrance(options=AccessOptions(url="https://m.example"), say=said.append)
    app = as_monitor(stage)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(entrance.keep, app, sockets)
        await trio.sleep(1)
        assert said[0].startswith("https://m.example/?first-run=")
        nursery.cancel_scope.cancel()


async def test_it_waits_for_a_database_that_is_away_and_invites_nobody_if_there_are_users(
    stage: Stage, sockets: list[socket.socket], autojump_clock: MockClock
) -> None:
    said: list[str] = []
    entrance = Entrance(say=said.append)
    app = as_monitor(stage)
    async with trio.open_nursery() as nursery:
        async with app.store.session("test") as session:
            await session.registry.change_people(adding(admin(stage)))
        stage.store.go_away()
        nursery.start_soon(entrance.keep, app, sockets)
        await trio.sleep(20)
        stage.store.come_back()
        await trio.sleep(20)
        assert [] == said
        nursery.cancel_scope.cancel()


async def test_second_factors_are_sealed_when_a_key_is_given_and_missed_when_it_is_gone(
    stage: Stage, sockets: list[socket.socket], autojump_clock: MockClock
) -> None:
    app, secret = as_monitor(stage), new_totp()
    async with app.store.session("test") as session:
        anna = attrs.evolve(admin(stage), totp=secret)
        await session.registry.change_people(adding(anna))
        await session.registry.change_people(adding(attrs.evolve(admin(stage), name="bob")))
    users = stage.store.tables.access.users

    async def start(*keys: str) -> None:
        async with trio.open_nursery() as nursery:
            entrance = Entrance(options=AccessOptions(secret_keys=keys))
            nursery.start_soon(entrance.keep, app, sockets)
            await trio.sleep(1)
            nursery.cancel_scope.cancel()

    await start()
    assert secret == users[1].totp
    old, new = "o" * 32, "n" * 32
    for keys in ((old,), (new, old), (new,)):
        await start(*keys)
        assert secret == Vault(keys[:1]).open(users[1].totp or "", 1)
        assert secret != users[1].totp
    assert 1 == users[1].epoch, "no session ends by that"
    assert [] == stage.journal.of("access.shut")
    await start(old)
    [told] = stage.journal.of("access.shut")
    assert {"users": "anna"} == told.fields
