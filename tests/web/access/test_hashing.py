"""Passwords are hashed beside the loop, few at a time."""

import pytest
import trio
from argon2 import PasswordHasher
from starlette.exceptions import HTTPException

from monitor.web.access.hashing import AT_ONCE, WAITING, Passwords, hasher

PASSWORD = "four words in a row"


async def test_a_password_fits_its_own_hash_and_no_other() -> None:
    passwords = Passwords()
    kept = await passwords.hash("Zoe\u0308 und der Hund")
    assert kept.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    assert await passwords.fits(kept, "Zo\u00eb und der Hund")
    assert not await passwords.fits(kept, "zo\u00eb und der Hund")
    assert not passwords.is_outdated(kept)


async def test_what_is_no_password_fits_nothing() -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher=quick, nobodys=quick.hash("nobody's"))
    kept = quick.hash(PASSWORD)
    assert await passwords.fits(kept, PASSWORD)
    for wrong in ("", "x" * 5000, f"{PASSWORD}\x00"):
        assert not await passwords.fits(kept, wrong)
    assert not await passwords.fits(None, PASSWORD)
    assert not await passwords.fits(None, "nobody's")
    assert not await passwords.fits("no hash at all", PASSWORD)


def test_nobodys_hash_takes_as_much_work_as_any_other() -> None:
    assert not hasher().check_needs_rehash(Passwords().nobodys)


async def test_the_loop_goes_on_while_passwords_are_hashed() -> None:
    passwords, beats = Passwords(), 0

    async def hash_one() -> None:
        await passwords.hash(PASSWORD)

    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(hash_one)
        while nursery.child_tasks:
            await trio.sleep(0.002)
            beats += 1
    assert beats > 5


async def test_a_flood_of_logins_is_turned_away_instead_of_queued() -> None:
    started, go_on = trio.Event(), trio.Event()
    passwords = Passwords()
    refused: list[int] = []

    def slow() -> None:
        trio.from_thread.run_sync(started.set)
        trio.from_thread.run(go_on.wait)

    async def log_in() -> None:
        try:
            await passwords._beside(slow)
        except HTTPException as error:
            refused.append(error.status_code)

    async with trio.open_nursery() as nursery:
        for _ in range(AT_ONCE + WAITING + 5):
            nursery.start_soon(log_in)
        with trio.fail_after(10):
            await started.wait()
            while len(refused) < 5:
                await trio.lowlevel.checkpoint()
        go_on.set()
    assert 5 * [503] == refused


@pytest.mark.parametrize(("passes", "kib"), [(1, 64 * 1024), (2, 1024)])
def test_a_hash_of_less_effort_is_outdated(passes: int, kib: int) -> None:
    weak = PasswordHasher(time_cost=passes, memory_cost=kib, parallelism=1).hash(PASSWORD)
    assert Passwords().is_outdated(weak)
