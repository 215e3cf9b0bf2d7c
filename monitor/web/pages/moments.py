"""Times and durations on pages: UTC without scripts, the reader's zone with them."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import attrs
from markupsafe import Markup

from monitor.web.pages.words import Words

_ISO = re.compile(r"\b\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?Z")
_SOON_S = 0.5
"""What comes sooner comes now: it would be rounded to 0 s."""
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


@attrs.frozen
class Moments:
    """Write moments of one answer."""

    words: Words
    now: datetime

    def rough(self, seconds: float) -> str:
        """Write a duration in its two largest units: `3 h 12 min`."""
        left = max(0, round(seconds))
        parts: list[str] = []
        for unit, size in _UNITS:
            count, left = divmod(left, size)
            if count or (unit == "s" and not parts):
                parts.append(f"{count}\N{NO-BREAK SPACE}{self.words(unit)}")
            elif parts:
                break
        return "\N{NO-BREAK SPACE}".join(parts[:2])

    def length(self, seconds: float) -> str:
        """Write how long something is set to be: `250 ms`, `1 min`."""
        return self.rough(seconds) if seconds >= 1 else self.took(seconds)

    def took(self, seconds: float | None) -> str:
        """Write a short time the way people compare them: `12 ms`, `1.4 s`."""
        if seconds is None:
            return ""
        if seconds >= 1:
            return f"{seconds:.1f}\N{NO-BREAK SPACE}{self.words('s')}"
        digits = 0 if seconds >= 0.01 else 1
        return f"{1000 * seconds:.{digits}f}\N{NO-BREAK SPACE}{self.words('ms')}"

    def stamp(self, moment: datetime | None) -> str:
        """Write a moment as plain text, in UTC."""
        return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    def at(self, moment: datetime | None) -> Markup:
        """Write a moment: date and time."""
        return self._time(moment, "at", self.stamp(moment))

    def clock(self, moment: datetime | None) -> Markup:
        """Write the time of a moment, with its date only where that is another day than today."""
        if moment is None:
            return Markup("")
        same_day = moment.astimezone(UTC).date() == self.now.astimezone(UTC).date()
        said = moment.astimezone(UTC).strftime("%H:%M:%S UTC" if same_day else "%Y-%m-%d %H:%M UTC")
        return self._time(moment, "clock", said)

    def within(self, text: str) -> Markup:
        """Write a text of ours in which moments stand as ISO 8601; they become moments."""
        said, end = Markup(""), 0
        for found in _ISO.finditer(text):
            with suppress(ValueError):  # it was no moment after all, but words of a target
                moment = self.clock(datetime.fromisoformat(found[0]))
                said, end = said + text[end : found.start()] + moment, found.end()
        return said + text[end:]

    def ago(self, moment: datetime | None) -> Markup:
        """Say how long ago, or in how long, a moment is; scripts keep it true."""
        if moment is None:
            return Markup("")
        seconds = (self.now - moment).total_seconds()
        if seconds < 0:
            said = self.words("in {time}", time=self.rough(-seconds))
        else:
            said = self.words("{time} ago", time=self.rough(seconds))
        return self._time(moment, "ago", said)

    def due(self, moment: datetime | None) -> Markup:
        """Say in how long something comes; what should have come by now comes now."""
        if moment is None:
            return Markup("")
        left_s = (moment - self.now).total_seconds()
        said = self.words("in {time}", time=self.rough(left_s)) if left_s >= _SOON_S else ""
        return self._time(moment, "due", said or self.words("now"))

    def span(self, moment: datetime | None) -> Markup:
        """Say how much time lies between a moment and now; scripts keep it true."""
        if moment is None:
            return Markup("")
        return self._time(moment, "span", self.rough(abs((self.now - moment).total_seconds())))

    def _time(self, moment: datetime | None, how: str, said: str) -> Markup:
        if moment is None:
            return Markup("")
        iso = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        markup = '<time datetime="{}" data-as="{}" title="{}">{}</time>'
        return Markup(markup).format(iso, how, self.stamp(moment), said)
