"""A page as a folder of files that any web server can serve, or a browser open."""

from collections.abc import Iterator
from importlib.resources import files

import msgspec

from monitor.core.statuspage.hosts import address_of
from monitor.core.statuspage.logo import ENDINGS, Logo
from monitor.core.statuspage.readers import ways_of
from monitor.web.status import writing
from monitor.web.status.badges import FIGURES, make_badge
from monitor.web.status.view import View
from monitor.web.status.words import PublicWords
from monitor.web.status.writing import STYLES, Places, Writer

_PICTURES = ("eye.svg", "eye-down.svg")
_OTHER = {"en": "ru", "ru": "en"}


def _logo_name(logo: Logo) -> str:
    return f"logo.{ENDINGS[logo.media_type]}"


def statics() -> Iterator[tuple[str, bytes]]:
    """Yield the styles that all pages share: path and content."""
    folder = files("monitor.web.pages").joinpath("static")
    for name in (*STYLES, *_PICTURES):
        yield f"static/{name}", folder.joinpath(name).read_bytes()


def files_of(view: View, url: str, live: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield the files of a page: path and content.

    Args:
        url: where the folder will be found, for feeds; without it they say where the page is in
            it.
        live: where our own pages are found, to which readers are led who want to be told.
    """
    page, writer = view.page, Writer()
    first, found = page.language or "en", address_of(page, live)
    places = Places(
        static=lambda name: f"../static/{name}",
        page="index.html",
        below="",
        logo=_logo_name,
        subscribe=f"{found}/subscribe" if found and ways_of(page) else "",
        languages={first: "index.html", _OTHER[first]: f"index.{_OTHER[first]}.html"},
    )
    address = f"{url.rstrip('/')}/{page.slug}" if url else page.slug
    texts = {
        "index.html": writer.page(view, first, places),
        "widget.html": writer.widget(view, first, places),
        "style.css": writing.style(page),
        "feed.atom": writing.atom(view, first, address),
        "feed.rss": writing.rss(view, first, address),
    }
    if not page.language:
        texts[f"index.{_OTHER[first]}.html"] = writer.page(view, _OTHER[first], places)
    said = PublicWords(first)
    for figure in FIGURES:
        if (drawn := make_badge(view, None, figure, said)) is not None:
            texts[f"badge/{figure}.svg"] = drawn
        for row in view.rows:
            if (drawn := make_badge(view, row, figure, said)) is not None:
                texts[f"badge/{row.task_id}/{figure}.svg"] = drawn
    if view.logo is not None:
        yield f"{page.slug}/{_logo_name(view.logo)}", view.logo.data
    for name, text in texts.items():
        yield f"{page.slug}/{name}", text.encode()
    yield f"{page.slug}/summary.json", msgspec.json.encode(writing.summary(view, address))
