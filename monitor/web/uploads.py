"""A file that a page of ours sends, read within bounds. That the page is ours the guard sees to."""

from email.message import Message
from email.parser import BytesHeaderParser

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
    said = Message()
    said["Content-Type"] = request.headers.get("content-type", "")
    boundary = said.get_boundary()
    if said.get_content_type() != "multipart/form-data" or not boundary:
        raise HTTPException(415, "a file is sent as multipart/form-data")
    try:
        body = await read_body(request, limit + ENVELOPE, PASSED_OVER)
    except HTTPException as error:
        if error.status_code != 413:
            raise
        raise HTTPException(
            413, f"the file has more than {limit} bytes; choose a smaller one"
        ) from None
    return _part(body, boundary.encode("latin-1", "replace"), field)


def _part(body: bytes, boundary: bytes, field: str) -> bytes:
    """Return what stands in a field. The grammar is that of RFC 7578 and RFC 2046, 5.1.1."""
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, FIELDS + 1)
    if not parts or not parts[-1].startswith(b"--"):
        raise HTTPException(400, "the form is not whole; send it again")
    for part in parts[:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head.lstrip())
        if headers.get_param("name", header="content-disposition") == field:
            return data
    return b""
