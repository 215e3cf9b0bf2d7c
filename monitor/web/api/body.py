"""What comes in: JSON within limits, its keys known, everything that is wrong told at once."""

import difflib
import math
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
import trio
from starlette.requests import ClientDisconnect, Request

from monitor.web.api.operation import Body, Query
from monitor.web.api.problems import Refusal, Wrong, unfit

BODY_LIMIT = 1024 * 1024
"""Bytes of a body."""
BODY_S = 10.0
"""How long a sender may take for a body."""
DEPTH = 20
"""How deep tables and lists may lie in each other."""


async def read_bytes(request: Request) -> bytes:
    """Return the whole body.

    Raises:
        Refusal: it is too large, or does not come.
    """
    kept = bytearray()
    try:
        with trio.fail_after(BODY_S):
            async with aclosing(request.stream()) as stream:
                async for chunk in stream:
                    kept += chunk
                    if len(kept) > BODY_LIMIT:
                        raise Refusal(413, f"the body is larger than {BODY_LIMIT} bytes; send less")
    except trio.TooSlowError:
        raise Refusal(408, f"the body did not come within {BODY_S:g} s; send it again") from None
    except ClientDisconnect:
        raise Refusal(400, "the sender has gone") from None  # nobody reads it
    return bytes(kept)


def expect_type(request: Request, wanted: str) -> None:
    """Refuse a body of another type: what a form of a foreign page can send is none of ours."""
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != wanted:
        raise Refusal(
            415,
            f"the body is {found or 'of no type'}; send Content-Type: {wanted}",
            headers={"Accept-Post": wanted},
        )


def read_json(raw: bytes) -> Any:
    """Read a JSON document.

    Raises:
        Refusal: it is none, or lies too deep.
    """
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, f"the body is not JSON: {error}") from None
    except RecursionError:
        raise _too_deep() from None
    if _depth(found) > DEPTH:
        raise _too_deep()
    return found


def _too_deep() -> Refusal:
    return Refusal(400, f"the body has tables or lists more than {DEPTH} deep")


def _depth(value: Any) -> int:
    """Return how deep it lies; level by level, so that nothing can overflow."""
    depth, level = 0, [value]
    while level and depth <= DEPTH:
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not any(isinstance(one, dict | list) for one in level):
            break
        depth, level = depth + 1, inner
    return depth


def read_keys(body: Body, given: Any) -> dict[str, Any]:
    """Return what an object holds, each key read.

    Raises:
        Refusal: with everything that is wrong.
    """
    if not isinstance(given, dict):
        raise Refusal(422, "the body is not an object; send {...}")
    found, wrong = {}, []
    for name, value in given.items():
        key = body.keys.get(name)
        if key is None:
            wrong.append(Wrong(_shown(name), unknown(name, body.keys)))
            continue
        try:
            found[name] = key.read(value)
        except ValueError as error:
            wrong.append(Wrong(name, str(error)))
    wrong += [Wrong(name, "is missing") for name in body.required if name not in given]
    if wrong:
        raise unfit(wrong)
    return found


def _shown(name: str) -> str:
    return name if len(name) <= 100 else name[:97] + "..."


def unknown(name: str, known: Iterable[str]) -> str:
    """Say that a name is not known, and which was probably meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name[:100], names, n=1)
    guess = f", did you mean {close[0]}" if close else ""
    there_are = f"there are: {', '.join(names)}" if names else "there are none"
    return f"is not known here{guess}; {there_are}"


def read_query(known: Mapping[str, Query], request: Request) -> dict[str, Any]:
    """Return the parameters of the query, each read; those that are not there by their defaults.

    Raises:
        Refusal: with everything that is wrong.
    """
    found = {name: () if one.several else one.default for name, one in known.items()}
    wrong = []
    for name in dict.fromkeys(request.query_params.keys()):
        texts = request.query_params.getlist(name)
        one = known.get(name)
        if one is None:
            wrong.append(Wrong(_shown(name), unknown(name, known)))
        elif len(texts) > 1 and not one.several:
            wrong.append(Wrong(name, "is given more than once; decide for one"))
        else:
            try:
                values = tuple(dict.fromkeys(map(one.read, texts)))
            except ValueError as error:
                wrong.append(Wrong(name, str(error)))
            else:
                found[name] = values if one.several else values[0]
    if wrong:
        raise unfit(wrong, 400)
    return found


# --- values --------------------------------------------------------------------------------------


def seconds(value: Any) -> float:
    """Read a length of time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shorten(value)} is not a number of seconds")
    if not math.isfinite(value) or abs(value) > 1e11:
        raise ValueError(f"{shorten(value)} is out of range")
    return float(value)


def shorten(value: Any) -> str:
    """Show a value that is wrong, or the beginning of it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
