"""Ask for JSON over HTTP, on a connection that is open already."""

from datetime import UTC, datetime
from typing import Any

import attrs
import trio

from monitor.assertions.jsontext import NotJson, read_json
from monitor.core.probing import Trace
from monitor.probes.content import BODY_LIMIT, Body, text_of
from monitor.probes.exchange import Exchange, Head
from monitor.probes.explain import printable
from monitor.probes.request import Request


@attrs.frozen
class Answer:
    """What was answered, whatever its status."""

    status: int
    headers: dict[str, str]
    found: dict[str, Any]
    """The JSON object of the body; empty if there is none."""
    wrong: str
    """Why the body is no JSON object, as the end of a sentence; empty if it is one."""


async def ask_json(stream: trio.abc.Stream, request: Request, trace: Trace) -> Answer:
    """Send a request without a body and read the answer, in phases `first_byte` and `body`.

    Raises:
        TargetDown: the connection broke, or what was said is not HTTP.
    """
    exchange = Exchange(stream)
    with trace.enter("first_byte"):
        head = await exchange.ask(request.encoded)
    with trace.enter("body"):
        return read_answer(head, await exchange.content(head))


def read_answer(head: Head, body: Body) -> Answer:
    """Read a body, and say what is wrong with it if it is no JSON object."""
    found: Any = None
    if body.cut:
        wrong = f"is longer than {BODY_LIMIT // 1024} KiB"
    else:
        try:
            found = read_json(text_of(body.data, head.headers.get("content-type", "")))
            wrong = "" if isinstance(found, dict) else "is not a JSON object"
        except NotJson as error:
            wrong = printable(str(error))
    return Answer(head.status, head.headers, found if isinstance(found, dict) else {}, wrong)


# What strangers put into JSON need not be of the type it should be.


def table_in(found: Any, name: str) -> dict[str, Any]:
    """Return the table of that name; an empty one if there is none."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, dict) else {}


def list_in(found: Any, name: str, limit: int = 100) -> list[Any]:
    """Return the list of that name, cut at `limit`; an empty one if there is none."""
    value = found.get(name) if isinstance(found, dict) else None
    return value[:limit] if isinstance(value, list) else []


def text_in(found: Any, name: str) -> str:
    """Return the text of that name as one line that may be shown; empty if there is none."""
    value = found.get(name) if isinstance(found, dict) else None
    return printable(value) if isinstance(value, str) else ""


def number_in(found: Any, name: str) -> int | None:
    """Return the whole number of that name, if there is one."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment_in(found: Any, name: str) -> datetime | None:
    """Return the moment of that name (RFC 3339), if there is one; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text_in(found, name))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
