"""Views as HTML, feeds and JSON. Needs no request, so that pages can be exported too."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from monitor.core.statuspage.days import Sum, percent
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.making import ink_on
from monitor.core.statuspage.values import StatusPage
from monitor.web.pages.frame import TEMPLATES
from monitor.web.pages.moments import Moments
from monitor.web.pages.words import Words
from monitor.web.status.drawing import HEIGHT, make_bars
from monitor.web.status.view import View
from monitor.web.status.words import MONTHS, PublicWords

_OWN = Path(str(files(__package__).joinpath("templates")))
STYLES = ("tokens.css", "base.css", "components.css", "status.css")


@attrs.frozen
class Places:
    """Where things lie that a page refers to."""

    static: Callable[[str], str]
    """The path of one of our styles."""
    page: str
    """The path of the page."""
    below: str
    """What stands before what hangs below the page, such as `feed.atom`."""
    languages: Mapping[str, str]
    """The path of the page in each language."""
    logo: Callable[[Logo], str]
    """The path of its logo."""
    subscribe: str = ""
    """Where readers subscribe; empty: they cannot."""


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader([_OWN, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(make_bars=make_bars, percent=percent, bars_height=HEIGHT)
    return made


@attrs.define(eq=False)
class Writer:
    """Writes pages."""

    _environment: Environment = attrs.field(factory=_environment, init=False)

    def page(self, view: View, lang: str, places: Places, *, stale: bool = False) -> str:
        """Return a page as HTML; `stale`: the database could not be asked, it is an older view."""
        return self._write("status/page.html", view, lang, places, stale=stale)

    def widget(self, view: View, lang: str, places: Places) -> str:
        """Return the small page that other sites may show in a frame."""
        return self._write("status/widget.html", view, lang, places, stale=False)

    def locked(self, page: StatusPage, lang: str, places: Places, wrong: str) -> str:
        """Return the form that asks for a password; `wrong`: `wrong`, `wait` or nothing."""
        template = self._environment.get_template("status/locked.html")
        return template.render(
            t=PublicWords(lang), lang=lang, page=page, places=places, wrong=wrong
        )

    def reader(self, page: StatusPage, lang: str, places: Places, **said: Any) -> str:
        """Return a small page for who subscribes or ends that."""
        template = self._environment.get_template("status/reader.html")
        return template.render(t=PublicWords(lang), lang=lang, page=page, places=places, **said)

    def _write(self, template: str, view: View, lang: str, places: Places, *, stale: bool) -> str:
        said = PublicWords(lang)
        return self._environment.get_template(template).render(
            t=said,
            m=Moments(said, view.now),
            lang=lang,
            view=view,
            page=view.page,
            places=places,
            stale=stale,
            figure=lambda total: figure(total, said),
            day_name=lambda day: day_name(day, lang),
            when=lambda moment: when(moment, lang),
            span=lambda begin, end: span(begin, end, lang),
            paragraphs=paragraphs,
        )


def figure(total: Sum, said: Words) -> str:
    """Say the uptime of a time, with its coverage."""
    if total.uptime is None or total.coverage is None:
        return said("not observed yet")
    uptime, coverage = percent(total.uptime), percent(total.coverage)
    if coverage == "100":
        return said("{uptime} % up", uptime=uptime)
    return said("{uptime} % of {coverage} % observed", uptime=uptime, coverage=coverage)


def day_name(day: date, lang: str) -> str:
    return f"{day.day} {MONTHS[lang].split()[day.month - 1]} {day.year}"


def when(moment: datetime, lang: str) -> Markup:
    """Write a moment to the minute."""
    at = moment.astimezone(UTC)
    said = f"{day_name(at.date(), lang)}, {at:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(_iso(moment), said)


def span(begin: datetime, end: datetime, lang: str) -> Markup:
    """Write from when until when something was, or is."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    if begin.date() != end.date():
        return Markup("{} – {}").format(when(begin, lang), when(end, lang))
    times = '{}, <time datetime="{}">{}</time> – <time datetime="{}">{} UTC</time>'
    return Markup(times).format(
        day_name(begin.date(), lang), _iso(begin), f"{begin:%H:%M}", _iso(end), f"{end:%H:%M}"
    )


def paragraphs(text: str) -> Markup:
    """Return a text with its paragraphs and lines, and nothing else of what stands in it."""
    parts = [one for one in text.split("\n\n") if one.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(one.strip().split("\n"))) for one in parts
    )


def style(page: StatusPage) -> str:
    """Return the style of one page: its colour."""
    if not page.accent:
        return ""
    return (
        "@layer pages { .accented { "
        f"--band: {page.accent}; --band-ink: {ink_on(page.accent)};"
        " } }\n"
    )


# --- for programs --------------------------------------------------------------------------------


def summary(view: View, url: str) -> dict[str, Any]:
    """Return a page as JSON has it."""
    return {
        "page": {"slug": view.page.slug, "title": view.page.title, "url": url},
        "at": _iso(view.now),
        "status": view.overall.sign,
        "overall": view.overall,
        "sections": [
            {
                "title": group.title,
                "components": [
                    {
                        "id": row.task_id,
                        "name": row.name,
                        "status": row.condition,
                        "uptime": row.total.uptime,
                        "coverage": row.total.coverage,
                    }
                    for row in group.rows
                ],
            }
            for group in view.groups
        ],
        "incidents": [
            {
                "id": story.id,
                "title": story.title,
                "state": story.state,
                "began_at": _iso(story.began_at),
                "posts": [
                    {"at": _iso(post.at), "state": post.state, "text": post.text}
                    for post in story.posts
                ],
            }
            for story in view.stories
        ],
        "outages": [
            {
                "id": one.id,
                "name": one.name,
                "opened_at": _iso(one.opened_at),
                "closed_at": None if one.closed_at is None else _iso(one.closed_at),
            }
            for one in view.outages
        ],
        "maintenance": [
            {
                "name": work.name,
                "begins_at": _iso(work.begins_at),
                "ends_at": _iso(work.ends_at),
                "under_way": work in view.under_way,
                "components": list(work.names),
            }
            for work in (*view.under_way, *view.coming)
        ],
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@attrs.frozen(kw_only=True)
class _Item:
    """What a feed has a line of."""

    own: str
    at: datetime
    title: str
    text: str


def _items(view: View, said: Words) -> list[_Item]:
    found = []
    for story in view.stories:
        posts = [f"{said('state.' + post.state)}: {post.text}" for post in story.posts]
        title = f"{said('state.' + story.state)}: {story.title}"
        found.append(
            _Item(own=story.id, at=story.posts[0].at, title=title, text="\n\n".join(posts))
        )
    moments = Moments(said, view.now)
    for one in view.outages:
        lasts = one.closed_at is None
        until = view.now if one.closed_at is None else one.closed_at
        phrase = "{name} is down" if lasts else "{name} was down"
        text = said("since {at}", at=moments.stamp(one.opened_at))
        if not lasts:
            spent = moments.rough((until - one.opened_at).total_seconds())
            text += ", " + said("for {time}", time=spent)
        found.append(
            _Item(
                own=f"outage-{one.id}",
                at=one.opened_at if lasts else until,
                title=said(phrase, name=one.name),
                text=text,
            )
        )
    return sorted(found, key=lambda one: one.at, reverse=True)


def atom(view: View, lang: str, url: str) -> str:
    """Return what happened as an Atom feed."""
    items, own = _items(view, PublicWords(lang)), _name_of(view, url)
    newest = max([one.at for one in items], default=view.now)
    entries = "".join(
        f"<entry><id>{_xml(f'{own}#{one.own}')}</id><title>{_xml(one.title)}</title>"
        f'<updated>{_iso(one.at)}</updated><link href="{_xml(f"{url}#{one.own}")}"/>'
        f'<content type="text">{_xml(one.text)}</content></entry>'
        for one in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}"><id>{_xml(own)}</id>'
        f"<title>{_xml(view.page.title)}</title><updated>{_iso(newest)}</updated>"
        f"<author><name>{_xml(view.page.title)}</name></author>"
        f'<link href="{_xml(url)}"/><link rel="self" href="{_xml(url)}/feed.atom"/>'
        f"{entries}</feed>\n"
    )


def _name_of(view: View, url: str) -> str:
    """Return what names a page's feed for ever: its address, or a name if nobody knows that."""
    return url if "://" in url else f"urn:monitor:status-page:{view.page.slug}"


def rss(view: View, lang: str, url: str) -> str:
    """Return what happened as an RSS feed."""
    own = _name_of(view, url)
    entries = "".join(
        f"<item><title>{_xml(one.title)}</title><link>{_xml(f'{url}#{one.own}')}</link>"
        f'<guid isPermaLink="false">{_xml(f"{own}#{one.own}")}</guid>'
        f"<pubDate>{format_datetime(one.at)}</pubDate>"
        f"<description>{_xml(one.text)}</description></item>"
        for one in _items(view, PublicWords(lang))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{_xml(view.page.title)}</title><link>{_xml(url)}</link>"
        f"<description>{_xml(view.page.description or view.page.title)}</description>"
        f"<language>{lang}</language>{entries}</channel></rss>\n"
    )


def _xml(text: str) -> str:
    """Escape a text; what XML does not know at all is replaced."""
    clean = (one if one >= " " or one in "\n\t" else "\N{REPLACEMENT CHARACTER}" for one in text)
    return escape("".join(clean))
