"""A file that a page of ours sends, read within bounds. That the page is ours the guard sees to."""

from io import BytesIO

from multipart import MultipartError, MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.web.forms import read_body

ENVELOPE = 8 * 1024
"""Bytes of a form around its file."""
FIELDS = 20
PASSED_OVER = 32 * 1024 * 1024
"""Bytes of a file that is too large which are read all the same: only a browser that has sent all
of it shows what we say of it."""


async def read_file(request: Request, field: str, limit: int) -> bytes:
    """Return the file of a form that was sent as `multipart/form-data`; empty if none was chosen.

    A file that is larger by no more than `ENVELOPE` may come too.

    Raises:
        HTTPException: 413, it is larger; or it is no such form, or does not come.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise HTTPException(415, "a file is sent as multipart/form-data")
    try:
        body = await read_body(request, limit + ENVELOPE, PASSED_OVER)
    except HTTPException as error:
        if error.status_code != 413:
            raise
        raise HTTPException(
            413, f"the file has more than {limit} bytes; choose a smaller one"
        ) from None
    try:
        parts = MultipartParser(
            BytesIO(body),
            boundary,
            len(body),
            strict=True,
            part_limit=FIELDS,
            memory_limit=len(body),
            spool_limit=len(body),  # nothing goes to the disk
        ).parts()
    except MultipartError:
        raise HTTPException(400, "the form is not whole; send it again") from None
    return next((part.raw for part in parts if part.name == field), b"")
