"""What pages of ours send: fields, read within bounds. That they are ours the guard sees to."""

from contextlib import aclosing
from urllib.parse import parse_qsl

import trio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_S = 10.0
"""How long a sender may take."""


async def read_fields(request: Request, limit: int, most: int) -> list[tuple[str, str]]:
    """Return the fields of a form, in the order in which they were sent.

    Args:
        limit: how many bytes it may have.
        most: how many fields it may have.

    Raises:
        HTTPException: it is none, is too large, or does not come.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form is sent as application/x-www-form-urlencoded")
    body = await read_body(request, limit)
    try:
        return parse_qsl(body.decode("utf-8", "replace"), True, max_num_fields=most)
    except ValueError:
        raise HTTPException(413, f"the form has more than {most} fields") from None


async def read_body(request: Request, limit: int, passed_over: int = 0) -> bytes:
    """Return what was sent.

    Args:
        limit: how many bytes it may have.
        passed_over: how many more are read, and not kept, before it is refused for its size.

    Raises:
        HTTPException: 413, it is larger; or it does not come.
    """
    try:
        with trio.fail_after(BODY_S):
            return await _read(request, limit, passed_over)
    except trio.TooSlowError:
        raise HTTPException(408, f"the form did not come within {BODY_S:g} s; again") from None
    except ClientDisconnect:
        raise HTTPException(400, "nobody waits for an answer any more") from None


async def _read(request: Request, limit: int, passed_over: int) -> bytes:
    body, length = bytearray(), 0
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            length += len(chunk)
            if length <= limit:
                body += chunk
            elif length > limit + passed_over:
                break
    if length > limit:
        raise HTTPException(413, f"the form is larger than {limit} bytes; send less of it")
    return bytes(body)


def own_path(path: str) -> str:
    """Return a path of our own, or nothing: nobody sends a browser elsewhere through us."""
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if good and len(path) <= 2000 and "\\" not in path else ""
