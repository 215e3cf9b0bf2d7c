"""Versions of what can be edited: `ETag` and `If-Match`, so that nobody overwrites unseen changes.

A tag stands for what an operator can change of a thing, not for how it stands: a task that goes
down keeps its tag. Without If-Match an edit takes what is there, whatever it is.

What is tagged may hold secrets, so that nobody shall find them by trying: tags are made with a key
that only this process has, and differ after a restart.
"""

import hashlib
import re
import secrets
from typing import Any

import msgspec
from starlette.requests import Request

from monitor.web.api.problems import Refusal

_KEY = secrets.token_bytes(32)
_TAG = re.compile(r'(?:W/)?"[^"\x00-\x20\x7f]*"')


def tag_of(value: Any) -> str:
    """Return the tag of a plain document."""
    raw = msgspec.json.encode(value, order="sorted")
    return f'"{hashlib.blake2b(raw, digest_size=10, key=_KEY).hexdigest()}"'


def read_if_match(request: Request) -> tuple[str, ...] | None:
    """Return the tags that the sender names; None if he takes any.

    Raises:
        Refusal: what is written there are no tags.
    """
    lines = request.headers.getlist("if-match")
    if not lines:
        return None
    text = ",".join(lines).strip()
    if text == "*":
        return None
    tags = [one.strip() for one in text.split(",")]
    if not all(_TAG.fullmatch(one) for one in tags):
        raise Refusal(400, 'If-Match: write the ETag as it came, with its quotes: "..."')
    return tuple(one for one in tags if not one.startswith("W/"))


def expect_match(wanted: tuple[str, ...] | None, tag: str) -> None:
    """Refuse to change what the sender has not seen.

    Raises:
        Refusal: it is of another version.
    """
    if wanted is not None and tag not in wanted:
        raise Refusal(
            412,
            "it has been changed meanwhile; get it again, and decide anew",
            headers={"ETag": tag},
        )
