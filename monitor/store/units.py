"""How the parts of a session have their work done: each unit whole, in a transaction of its own."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
P = ParamSpec("P")
Work = Callable[Concatenate[AsyncSession, P], Awaitable[T]]
"""What is done within one transaction."""


class Do(Protocol):
    """Has a unit of work done, and returns what came of it."""

    async def __call__(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...
