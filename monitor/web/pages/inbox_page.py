"""`/inbox`: the alerts of the demonstration, as their receiver took them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Protocol

import attrs
import trio
from starlette.requests import Request
from starlette.responses import Response

from monitor.channels.payload import Payload
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role

SHOWN = 50


class Letter(Protocol):
    """A message that was taken."""

    @property
    def at(self) -> datetime: ...
    @property
    def message(self) -> Payload: ...


class Inbox(Protocol):
    """What a receiver took; see `monitor.demo.inbox`."""

    @property
    def letters(self) -> Sequence[Letter]:
        """Newest last."""

    @property
    def taken(self) -> int: ...


@attrs.define(eq=False)
class InboxPage:
    """See the module."""

    frame: Frame
    inbox: Inbox

    def entries(self) -> Sequence[Entry]:
        return (Entry(path="/inbox", endpoint=self.show, needs=Role.VIEWER),)

    async def show(self, request: Request) -> Response:
        """Show the newest letters."""
        await trio.lowlevel.checkpoint()
        newest = list(islice(reversed(self.inbox.letters), SHOWN))
        return self.frame.page(request, "inbox.html", letters=newest, taken=self.inbox.taken)
