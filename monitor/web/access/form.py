"""What our pages send: a few short fields, read within bounds."""

from contextlib import aclosing
from urllib.parse import parse_qsl

import trio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_LIMIT = 16 * 1024
BODY_S = 10.0
FIELDS = 50


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; of a name that comes twice, the last.

    Raises:
        HTTPException: it is none, is too large, or does not come.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form is sent as application/x-www-form-urlencoded")
    body = bytearray()
    try:
        async with aclosing(request.stream()) as chunks:
            with trio.fail_after(BODY_S):
                async for chunk in chunks:
                    body += chunk
                    if len(body) > BODY_LIMIT:
                        raise HTTPException(413, f"the form is larger than {BODY_LIMIT} bytes")
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS
        )
    except trio.TooSlowError:
        raise HTTPException(408, f"the form did not come within {BODY_S:g} s") from None
    except ClientDisconnect:
        raise HTTPException(400, "nobody waits for an answer any more") from None
    except ValueError:
        raise HTTPException(413, f"the form has more than {FIELDS} fields") from None
    return dict(pairs)


def one_line(text: str, limit: int) -> str:
    """Return a text as it may be looked for: short, and without what no database takes."""
    return "".join(letter for letter in text[: 4 * limit] if letter.isprintable()).strip()[:limit]
