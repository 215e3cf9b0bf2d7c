"""Pings of watched jobs: `/ping/<token>`, and `/start`, `/fail`, `/log` or an exit code behind it.

200 says that the ping is in the database. 202 says that the database is away and the ping waits for
it, in memory and in order; a sender need not send it again, and only the end of this process before
the database is back could lose it. 503 says that it was not taken. Nobody is to send twice what was
answered by 2xx, so nothing is doubled.

The token is all that is asked for. What is sent to one that nobody has is answered like any path
that does not exist, and no earlier and no later for one that is nearly right: tokens are found by
their digests.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import aclosing

import attrs
import trio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from monitor.core.pings import BODY_LIMIT, PingKind
from monitor.engine.around import Surroundings
from monitor.engine.pulse import NoRoom
from monitor.probes.heartbeat import token_of
from monitor.web.problem import HEADERS, not_found, problem
from monitor.web.routing import PUBLIC, Entry

BODY_READ_LIMIT = 1024 * 1024
"""Bytes that are read of a body of which the first BODY_LIMIT are kept."""
BODY_S = 10.0
"""How long a sender may take for a body."""
RID_LIMIT = 64
_AGAIN_S = 5

_KINDS = {
    "start": PingKind.START,
    "fail": PingKind.FAIL,
    "log": PingKind.LOG,
}


@attrs.define(eq=False)
class Pings:
    """The end of the monitor at which pings come in."""

    surroundings: Surroundings
    _ids: dict[bytes, list[int]] = attrs.field(factory=dict, init=False)
    """Digests of tokens -> the tasks that have them; a token may be that of several."""
    _revision: int = attrs.field(default=-1, init=False)

    def entries(self) -> Sequence[Entry]:
        methods = ("GET", "HEAD", "POST")
        return tuple(
            Entry(path=path, endpoint=self.take, needs=PUBLIC, methods=methods)
            for path in ("/ping/{token}", "/ping/{token}/{signal}")
        )

    async def take(self, request: Request) -> Response:
        """Take one ping."""
        ids = self._find(request.path_params["token"])
        if not ids:
            return not_found()
        try:
            kind, exit_code = read_signal(request.path_params.get("signal", "0"))
            rid = read_rid(request.query_params.getlist("rid"))
            with trio.fail_after(BODY_S):
                body = await _body(request)
        except ValueError as error:
            return problem(400, str(error))
        except TooLarge:
            return problem(413, f"the body is larger than {BODY_READ_LIMIT} bytes; send less of it")
        except trio.TooSlowError:
            return problem(408, f"the body did not come within {BODY_S:g} s; send it again")
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        source = request.client.host if request.client else ""
        written = True
        try:
            for task_id in ids:
                written &= await self.surroundings.pulse.take(
                    task_id, kind, exit_code=exit_code, rid=rid, body=body, source=source
                )
        except NoRoom as error:
            return problem(503, f"{error}; send it again", {"Retry-After": str(_AGAIN_S)})
        if written:
            return PlainTextResponse("OK\n", headers=HEADERS)
        return PlainTextResponse("OK, to be written when the database is back\n", 202, HEADERS)

    def _find(self, token: str) -> list[int]:
        if self._revision != self.surroundings.revision:
            self._revision = self.surroundings.revision
            self._ids = {}
            for task in self.surroundings.tasks:
                if (own := token_of(task)) is not None:
                    self._ids.setdefault(_digest(own), []).append(task.id)
        return self._ids.get(_digest(token), [])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def read_signal(text: str) -> tuple[PingKind, int | None]:
    """Read what stands behind the token; nothing is success, and so is exit code 0.

    Raises:
        ValueError: it is neither a word we know nor an exit code.
    """
    if text in _KINDS:
        return _KINDS[text], None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255):
        raise ValueError(
            "what stands behind the token is not known; use start, fail, log or an exit code "
            "from 0 to 255"
        )
    return (PingKind.FAIL if int(text) else PingKind.SUCCESS), int(text)


def read_rid(given: Iterable[str]) -> str | None:
    """Read what start and end of one run have in common.

    Raises:
        ValueError: it is given twice, or is nothing that can be stored.
    """
    rids = list(given)
    if not rids:
        return None
    (rid, *more) = rids
    good = 1 <= len(rid) <= RID_LIMIT and rid.isascii() and rid.isprintable()
    if more or not good:
        raise ValueError(
            f"rid must be given once and have 1 to {RID_LIMIT} letters, digits or signs, such as "
            "a UUID"
        )
    return rid


class TooLarge(Exception):
    """The body has more bytes than we are ready to read."""


async def _body(request: Request) -> str:
    """Read a body and return the beginning of it, whatever its encoding."""
    kept, read = bytearray(), 0
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            read += len(chunk)
            if read > BODY_READ_LIMIT:
                raise TooLarge
            kept += chunk[: BODY_LIMIT - len(kept)]
    return kept.decode("utf-8", "replace")
