"""Passwords, hashed beside the loop: slow on purpose, few at a time, and never a queue without end.

argon2id with 64 MiB, two passes, one lane: more than OWASP asks for (2025), some 80 ms of one core.
At most two at once, so that a flood of logins takes neither all memory nor all cores.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import attrs
import trio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.exceptions import HTTPException

from monitor.core.access.passwords import LONGEST, normalized

T = TypeVar("T")

AT_ONCE = 2
WAITING = 16
"""More wait for nothing; they are told to come again."""

_NOBODYS = (
    "$argon2id$v=19$m=65536,t=2,p=1$TFZ5r825WzLk9qx84wqfaw$"
    "KlujRh2dAdX6s37bjeKkvuh2j9Sn3MJaAS6Ld17CGFg"
)


def hasher() -> PasswordHasher:
    """Return what passwords are hashed with."""
    return PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)


@attrs.define(eq=False)
class Passwords:
    """Hashes and compares passwords."""

    hasher: PasswordHasher = attrs.field(factory=hasher)
    nobodys: str = _NOBODYS
    """A hash that no password has, to take the same time for names that do not exist."""
    _limiter: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(AT_ONCE), init=False
    )

    async def hash(self, password: str) -> str:
        """Return what is kept of a password that has been checked."""
        return await self._beside(partial(self.hasher.hash, normalized(password)))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Say whether a password is the one that was kept.

        Takes as long if there is none. What is longer than any password can be is not hashed.

        Raises:
            HTTPException: 503, too many wait already.
        """
        if len(password) > LONGEST * 4:
            password, kept = "", None
        verify = partial(self._verify, kept or self.nobodys, normalized(password))
        return await self._beside(verify) and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Say whether a hash was made with less effort than is usual now."""
        return self.hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self.hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._limiter.statistics().tasks_waiting >= WAITING:
            raise HTTPException(503, "too many logins at once; try again", {"Retry-After": "5"})
        return await trio.to_thread.run_sync(work, limiter=self._limiter)
