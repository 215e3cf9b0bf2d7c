"""What our pages send: a few short fields."""

from starlette.requests import Request

from monitor.web.forms import read_fields

BODY_LIMIT = 16 * 1024
FIELDS = 50


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; of a name that comes twice, the last.

    Raises:
        HTTPException: it is none, is too large, or does not come.
    """
    return dict(await read_fields(request, BODY_LIMIT, FIELDS))


def one_line(text: str, limit: int) -> str:
    """Return a text as it may be looked for: short, and without what no database takes."""
    return "".join(letter for letter in text[: 4 * limit] if letter.isprintable()).strip()[:limit]
