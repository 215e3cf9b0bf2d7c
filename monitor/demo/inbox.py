"""The inbox: takes the alerts of the demonstration, as any webhook would, and keeps them."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import attrs
import msgspec

from monitor.channels.payload import Payload
from monitor.core.alerts.notices import ChannelSpec
from monitor.demo.answering import Asked

KEPT = 200
PATH = "/inbox"


@attrs.frozen
class Letter:
    """A message that was taken."""

    at: datetime
    message: Payload


@attrs.define(eq=False)
class Inbox:
    """What was taken, newest last; read by whoever shows it."""

    on_letter: Callable[[Letter], None] = lambda _letter: None
    """Told of each letter."""
    letters: deque[Letter] = attrs.field(factory=lambda: deque(maxlen=KEPT), init=False)
    taken: int = attrs.field(default=0, init=False)
    again: int = attrs.field(default=0, init=False)
    """Messages that came once more, and were known by their keys."""
    _keys: set[str] = attrs.field(factory=set, init=False)

    async def take(self, asked: Asked) -> tuple[HTTPStatus, str]:
        """Take what was posted."""
        try:
            message = msgspec.json.decode(asked.body, type=Payload)
        except msgspec.DecodeError as error:
            return HTTPStatus.BAD_REQUEST, str(error)
        if message.key in self._keys:
            self.again += 1
        else:
            self._keys.add(message.key)
            self.taken += 1
            letter = Letter(datetime.now(UTC), message)
            self.letters.append(letter)
            self.on_letter(letter)
        return HTTPStatus.OK, "{}"


def channel_to(port: int) -> ChannelSpec:
    """Return the channel that leads here, at once and for everything."""
    return ChannelSpec(
        name="inbox",
        url=f"webhook+http://127.0.0.1:{port}{PATH}",
        default=True,
        system=True,
        burst=100,
    )
