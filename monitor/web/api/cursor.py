"""Pages of lists: `limit`, and `cursor`, which says behind what the next page begins."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from monitor.web.api.operation import Query, Reply
from monitor.web.api.problems import Wrong, unfit

LIMIT = 100
MOST = 500

T = TypeVar("T")


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MOST):
        raise ValueError(f"{text!r} is out of range; use 1 to {MOST}")
    return int(text)


PAGING = {
    "limit": Query(
        _limit,
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
        default=LIMIT,
    ),
    "cursor": Query(str, "Where to go on: `next` of the page before.", {"type": "string"}),
}


def encoded(place: Sequence[Any]) -> str:
    """Write where a page ended."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decoded(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """Read where the page before ended; None if there was none.

    Raises:
        Refusal: it is none of ours.
    """
    if cursor is None:
        return None
    wrong = unfit([Wrong("cursor", "is none of ours; take `next` of the page before")], 400)
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        place: tuple[Any, ...] = msgspec.json.decode(raw, type=tuple[types])  # type: ignore[valid-type]
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError):
        raise wrong from None
    for one in place:
        if isinstance(one, datetime) and one.tzinfo is None:
            raise wrong
        if isinstance(one, int) and not 0 <= one < 2**63:
            raise wrong
    return tuple(place)


def page_reply(
    found: Sequence[T], limit: int, form: Callable[[T], Any], place: Callable[[T], Sequence[Any]]
) -> Reply:
    """Answer with a page; `found` has one thing more if there is a next one."""
    shown = found[:limit]
    more = encoded(place(shown[-1])) if len(found) > limit else None
    return Reply(document={"items": [form(one) for one in shown], "next": more})
