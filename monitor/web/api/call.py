"""One call of an operation: what was sent, read and checked, and what is answered."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

import attrs
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.ports import Session
from monitor.operations.signed_session import signed_session
from monitor.web.api.body import expect_type, read_bytes, read_json, read_keys, read_query
from monitor.web.api.operation import Operation, Reply
from monitor.web.api.problems import Refusal, answer, refusal_of
from monitor.web.api.tags import read_if_match
from monitor.web.problem import HEADERS
from monitor.web.routing import Endpoint, Who, who_asks

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@attrs.define(eq=False, kw_only=True)
class Call:
    """What an operation is asked."""

    request: Request
    operation: Operation
    who: Who
    now: datetime
    open_session: Callable[[], AbstractAsyncContextManager[Session]] = attrs.field(repr=False)
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
        return self._signed()

    @asynccontextmanager
    async def _signed(self) -> AsyncIterator[Session]:
        async with self.open_session() as session:
            yield signed_session(session, self.who.author, lambda: self.now)


@attrs.frozen(kw_only=True)
class Counter:
    """Where calls come in."""

    now: Callable[[], datetime]
    open_session: Callable[[], AbstractAsyncContextManager[Session]]

    def endpoint(self, operation: Operation) -> Endpoint:
        """Return what answers to requests for an operation."""

        async def endpoint(request: Request) -> Response:
            try:
                call = await self._read(operation, request)
                reply = await operation.carry_out(call)
            except Exception as error:
                refusal = refusal_of(error, lambda field: _named(operation, field))
                if refusal is None:
                    raise
                return answer(refusal)
            return respond(operation, reply)

        return endpoint

    async def _read(self, operation: Operation, request: Request) -> Call:
        call = Call(
            request=request,
            operation=operation,
            who=who_asks(request),
            now=self.now(),
            open_session=self.open_session,
            query=read_query(operation.query, request),
            if_match=read_if_match(request) if operation.matched else None,
        )
        body = operation.body
        if body is None:
            return call
        call.raw = await read_bytes(request)
        if body.empty and not call.raw:
            return call
        expect_type(request, body.media_type)
        if body.keys:
            call.body = read_keys(body, read_json(call.raw))
        return call


def _named(operation: Operation, field: str) -> str:
    """Return how a request calls what our rules call a field."""
    if operation.body is not None:
        for name, key in operation.body.keys.items():
            if key.field == field:
                return name
    return field


def respond(operation: Operation, reply: Reply) -> Response:
    """Write what comes of an operation."""
    if isinstance(reply.document, Response):
        return reply.document
    headers = {**HEADERS, **reply.headers}
    if reply.text is not None:
        return Response(reply.text, reply.status, headers, operation.media_type)
    if reply.document is None:
        return Response(status_code=reply.status, headers=headers)
    content = msgspec.json.encode(reply.document)
    return Response(content, reply.status, headers, "application/json")
