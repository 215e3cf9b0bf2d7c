"""What the forms of the dashboard hold, and where a browser goes afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from monitor.operations.refusals import NotThere
from monitor.web.forms import own_path, read_fields
from monitor.web.pages.frame import HEADERS, with_query

BODY_LIMIT = 256 * 1024
FIELDS_LIMIT = 2000


@attrs.frozen
class Said:
    """The fields of a form."""

    fields: Mapping[str, Sequence[str]]

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str) -> str:
        """Return a field; empty if it was not sent."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def texts(self, name: str) -> list[str]:
        """Return a field that may be sent several times."""
        return [one.strip() for one in self.fields.get(name, ())]

    def ids(self, name: str) -> list[int]:
        """Return numbers; what is none is left out."""
        return [int(one) for one in self.texts(name) if one.isascii() and one.isdigit()]


async def read_form(request: Request) -> Said:
    """Return what one of our own pages sent. Raises HTTPException; see `read_fields`."""
    fields: dict[str, list[str]] = {}
    for name, value in await read_fields(request, BODY_LIMIT, FIELDS_LIMIT):
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Said(fields)


@contextmanager
def missing_is_404() -> Iterator[None]:
    """Answer 404 with what NotThere says, if something that was asked for does not exist."""
    try:
        yield
    except NotThere as error:
        raise HTTPException(404, str(error)) from error


def back_to(said: Said, done: str, otherwise: str = "/") -> RedirectResponse:
    """Send a browser on after something was done, to the page that it came from."""
    path = own_path(said.text("next")) or otherwise
    path, _, query = path.partition("?")
    kept = [one for one in query.split("&") if one and not one.startswith("done=")]
    path = path + ("?" + "&".join(kept) if kept else "")
    return RedirectResponse(with_query(path, done=done), 303, headers=HEADERS)
