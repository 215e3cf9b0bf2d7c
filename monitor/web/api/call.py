"""One call of an operation: what was sent, read and checked."""

import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import attrs
from starlette.requests import Request

from monitor.core.ports import Session
from monitor.web.api.problems import Refusal
from monitor.web.desk import Desk
from monitor.web.routing import Who

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@attrs.define(eq=False, kw_only=True)
class Call:
    """What an operation is asked."""

    request: Request
    operation_id: str
    who: Who
    now: datetime
    desk: Desk = attrs.field(repr=False)
    query: Mapping[str, Any]
    raw: bytes = b""
    """The body, as it came."""
    body: dict[str, Any] = attrs.field(factory=dict)
    """Its keys, read."""
    if_match: tuple[str, ...] | None = None
    """The versions that the sender is ready to change; None: any."""

    def number(self, name: str) -> int:
        """Return a number of the path.

        Raises:
            Refusal: it is none, so there is nothing there.
        """
        text: str = self.request.path_params[name]
        if not _NUMBER.fullmatch(text):
            raise Refusal(404, "there is nothing here; what stands there must be a number")
        return int(text)

    def text(self, name: str) -> str:
        """Return a text of the path."""
        found: str = self.request.path_params[name]
        return found

    def session(self) -> AbstractAsyncContextManager[Session]:
        """Lend a session of the store for a few units of work; wait for nothing else within.

        What is changed with it is written down as that of who asked for it.
        """
        return self.desk.signed(self.who.author, lambda: self.now)
