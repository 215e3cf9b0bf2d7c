"""What browsers send: read within bounds, and only from pages of our own."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from urllib.parse import parse_qsl, urlsplit

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse

from monitor.web.pages.frame import HEADERS, with_query

BODY_LIMIT = 256 * 1024
FIELDS_LIMIT = 2000
BODY_S = 10.0
_OWN = ("same-origin", "none")


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
    """Read what one of our own pages sent.

    Raises:
        HTTPException: another site sent it, or it is too large.
    """
    refuse_strangers(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "a form is sent as application/x-www-form-urlencoded")
    try:
        with trio.fail_after(BODY_S):
            body = await _read(request)
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_LIMIT
        )
    except trio.TooSlowError:
        raise HTTPException(408, f"the form did not come within {BODY_S:g} s; again") from None
    except ClientDisconnect:
        raise HTTPException(400, "nobody waits for an answer any more") from None
    except ValueError:
        raise HTTPException(413, f"the form has more than {FIELDS_LIMIT} fields") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Said(fields)


async def _read(request: Request) -> bytes:
    """Read a body within bounds. Raises HTTPException."""
    body = bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > BODY_LIMIT:
                raise HTTPException(
                    413, f"the form is larger than {BODY_LIMIT} bytes; send less of it"
                )
    return bytes(body)


def refuse_strangers(request: Request) -> None:
    """Refuse what a page of another site made a browser send, with our cookies.

    Raises:
        HTTPException: it was sent from elsewhere.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    strange = bool(site) and site not in _OWN
    if origin and not site:
        strange = urlsplit(origin).netloc != request.headers.get("host", "")
    if strange:
        raise HTTPException(403, "this was sent by a page of another site; open it here instead")


def back_to(said: Said, done: str, otherwise: str = "/") -> RedirectResponse:
    """Send a browser on after something was done, to the page that it came from."""
    path = own_path(said.text("next")) or otherwise
    path, _, query = path.partition("?")
    kept = [one for one in query.split("&") if one and not one.startswith("done=")]
    path = path + ("?" + "&".join(kept) if kept else "")
    return RedirectResponse(with_query(path, done=done), 303, headers=HEADERS)


def own_path(path: str) -> str:
    """Return a path of our own, or nothing: no form may send a browser to another host."""
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if good else ""
