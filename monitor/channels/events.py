"""Tell a receiver of events one by one, so that one it refuses does not hide the others."""

from collections.abc import Awaitable, Callable

from monitor.channels.wording import one_by_one
from monitor.core.alerts.notices import Message, NotDelivered


async def tell_each(message: Message, tell: Callable[[Message], Awaitable[None]]) -> None:
    """Tell the last word on each thread.

    What the receiver refuses for good does not stop the others; a passing failure does, and at the
    next attempt all are told again, which receivers that know events by their keys do not mind.

    Raises:
        NotDelivered: the passing failure, or the first refusal.
    """
    refusals = []
    for one in one_by_one(message):
        try:
            await tell(one)
        except NotDelivered as error:
            if not error.permanent:
                raise
            refusals.append(error)
    if refusals:
        raise refusals[0]
