"""Which badge stands for what of a page."""

from monitor.core.statuspage.days import added, percent
from monitor.core.statuspage.standing import Condition
from monitor.web.pages.moments import Moments
from monitor.web.status import drawing
from monitor.web.status.view import Row, View
from monitor.web.status.words import PublicWords

FIGURES = ("status", "uptime", "latency")
SPANS = (90, 30, 7, 1)
"""Days that an uptime may be of."""
_WHOLE = 0.99
"""Above it a badge does not speak of the coverage; the page does."""


def make_badge(
    view: View,
    row: Row | None,
    figure: str,
    said: PublicWords,
    label: str = "",
    days: int = SPANS[0],
) -> str | None:
    """Return a badge of a page, or of a task on it; None if the page does not show that."""
    label = label.strip() or (view.page.title if row is None else row.name)
    rows = view.rows if row is None else [row]
    if figure == "status":
        condition = view.overall.sign if row is None else row.condition
        word, colour = said(f"status.{condition}"), drawing.COLOURS[condition]
        return drawing.badge(label, word, colour, condition)
    if figure == "latency" and not view.page.latency:
        return None
    value = _uptime(rows, days, said) if figure == "uptime" else _latency(rows, view, said)
    if value is None:
        calm = Condition.UNWATCHED
        return drawing.badge(label, said("no figures"), drawing.COLOURS[calm], calm)
    return drawing.badge(label, value, drawing.PLAIN)


def _uptime(rows: list[Row], days: int, said: PublicWords) -> str | None:
    total = added(day for one in rows for day in one.days[-days:])
    if total.uptime is None or total.coverage is None:
        return None
    value = f"{percent(total.uptime)} %"
    if total.coverage < _WHOLE:
        value = said(
            "{uptime} % of {coverage} % observed",
            uptime=percent(total.uptime),
            coverage=percent(total.coverage),
        )
    return f"{value} ({days} {said('d')})"


def _latency(rows: list[Row], view: View, said: PublicWords) -> str | None:
    """Return the middle one of what was seen last of each task."""
    seen = sorted(
        one.strip.last_s for one in rows if one.strip is not None and one.strip.last_s is not None
    )
    if not seen:
        return None
    return Moments(said, view.now).took(seen[len(seen) // 2]).replace("\N{NO-BREAK SPACE}", " ")
