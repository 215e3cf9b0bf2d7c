"""Where calls come in: each is read and checked, carried out, and answered."""

from collections.abc import Callable
from datetime import datetime

import attrs
import msgspec
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.api.body import expect_type, read_bytes, read_json, read_keys, read_query
from monitor.web.api.call import Call
from monitor.web.api.operation import Operation, Reply
from monitor.web.api.problems import answer, refusal_of
from monitor.web.api.tags import read_if_match
from monitor.web.desk import Desk
from monitor.web.problem import HEADERS
from monitor.web.routing import Endpoint, who_asks


@attrs.frozen(kw_only=True)
class Counter:
    """Where calls come in."""

    now: Callable[[], datetime]
    desk: Desk

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
            operation_id=operation.id,
            who=who_asks(request),
            now=self.now(),
            desk=self.desk,
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
