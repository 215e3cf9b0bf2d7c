"""Tells what happens, and the first time also why it matters, out of the events of the log.

It hears what the log hears, in whatever thread, and writes lines for people; it never waits.
"""

import logging
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import attrs

from monitor.core.describe import clean
from monitor.core.model import Status
from monitor.core.units import format_duration
from monitor.demo.inbox import Letter
from monitor.demo.phrases import is_phrase, phrase
from monitor.demo.story import PAGE, Actor
from monitor.signs import colourful, status_cell
from monitor.texts import sentence
from monitor.words import Words

_INDENT = " " * 9
_WIDTH = 90
_DIM, _BRIGHT = "2", "1"
_MARKS = {
    "task.error": ("!", "35"),
    "task.restarting": ("↻", "33"),
    "task.restarted": ("↻", "33"),
    "task.recovered": ("✓", "32"),
    "task.failed": ("✗", "31"),
}
_OWN_LINES = ("web.listening", "web.first_run", "monitor.started", "monitor.stopping")


class Narrator(logging.Handler):
    """Tells a demonstration.

    Args:
        say: writes a line; called in whatever thread something happens in.
        actors: what is watched.
        lang: `en` or `ru`.
        command: what to type for `monitor status` on the same database.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        actors: Sequence[Actor],
        lang: str,
        command: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(logging.INFO)
        self._say, self._lang, self._command, self._now = say, lang, command, now
        self._parts = {actor.spec.name: actor.part for actor in actors}
        self._tokens = [actor.spec.options["token"] for actor in actors if actor.part == "silent"]
        self._width = max((len(name) for name in self._parts), default=0)
        self._words = Words(lang)
        self._begun_s = time.monotonic()
        self._explained: set[str] = set()
        self._address = ""
        self.counts: Counter[str] = Counter()
        """How often each event was heard."""

    # --- the beginning and the end ---------------------------------------------------------------

    def open(self) -> None:
        """Say what this is."""
        self._say(self._styled(phrase("hello", self._lang), _BRIGHT))
        self._say("")
        self._say(phrase("watched", self._lang))
        for name, part in self._parts.items():
            self._say(f"  {name.ljust(self._width)}  {phrase(part, self._lang)}")
        self._say("")

    def close_with(self, figures: Mapping[str, float], letters: int) -> None:
        """Say what was seen."""
        said = phrase(
            "goodbye",
            self._lang,
            looks=int(figures["looks"]),
            errors=self.counts["task.error"],
            restarts=self.counts["task.restarted"],
            letters=letters,
        )
        self._say("")
        self._say(said)
        self._say(phrase("next", self._lang) + " monitor run https://example.com")

    def _links(self) -> None:
        if self._address:
            self._link("status page", f"http://{self._address}/status/{PAGE.slug}")
            self._link("metrics", f"http://{self._address}/metrics")
            for token in self._tokens:
                self._link("let the job report", f"curl http://{self._address}/ping/{token}")
        self._link("terminal", self._command)
        self._say("")

    def _link(self, name: str, text: str) -> None:
        self._say(f"  {phrase(name, self._lang)}: {text}")

    # --- what happens ----------------------------------------------------------------------------

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of one event, if it is worth it; never raises."""
        with suppress(Exception):
            event = getattr(record, "event", "log")
            fields = getattr(record, "fields", {})
            self.counts[event] += 1
            if event in _OWN_LINES:
                self._frame(event, fields)
            elif event == "status.changed":
                self._status(fields)
            elif event in _MARKS:
                self._life(event, fields)
            elif record.levelno >= logging.ERROR:
                self._line("!", "31", sentence(event, fields, self._lang))

    def take(self, letter: Letter) -> None:
        """Tell of an alert that the inbox has taken; never raises."""
        with suppress(Exception):
            first = letter.message.notices[0].kind
            self._line("✉", "36", phrase("letter", self._lang, title=letter.message.title))
            named = f"letter {first}"
            self._explain(named if is_phrase(f"why {named}") else "letter")

    def _frame(self, event: str, fields: Mapping[str, Any]) -> None:
        if event == "web.listening":
            self._address = fields["address"]
        elif event == "web.first_run":
            self._link("dashboard", fields["open"])
        elif event == "monitor.started":
            self._begun_s = time.monotonic()
            self._links()
        else:
            self._say("")
            self._say(phrase("leaving", self._lang))

    def _status(self, fields: Mapping[str, Any]) -> None:
        name, before, after = fields["name"], fields["before"], Status(fields["after"])
        cell = status_cell(after, self._words)
        detail = clean(str(fields.get("detail", "")))
        shown = self._styled(cell.text.ljust(14), cell.style)
        self._say(f"{self._clock()}  {name.ljust(self._width)}  {shown} {detail}".rstrip())
        if after is Status.UP:
            self._explain("up" if before == Status.PENDING else "up again")
        elif after is Status.DOWN:
            self._explain("silent" if self._parts.get(name) == "silent" else "down")
        elif after is Status.DEGRADED:
            self._explain(self._parts.get(name, ""))

    def _life(self, event: str, fields: Mapping[str, Any]) -> None:
        if event == "task.error" and fields["errors"] > 1:
            return  # it has been said
        wait = ""
        if event == "task.restarting":
            left_s = (datetime.fromisoformat(fields["retry_at"]) - self._now()).total_seconds()
            wait = format_duration(max(1, round(left_s)))
        said = phrase(event, self._lang, **{"error": "", "attempt": "", **fields, "wait": wait})
        mark, style = _MARKS[event]
        self._line(mark, style, f"{fields['name']}: {clean(said)}")
        self._explain(event)

    # --- lines -----------------------------------------------------------------------------------

    def _line(self, mark: str, style: str, text: str) -> None:
        self._say(f"{self._clock()}  {self._styled(mark, style)} {clean(text)}")

    def _explain(self, name: str) -> None:
        """Say why it matters, once."""
        if name in self._explained or not is_phrase(f"why {name}"):
            return
        self._explained.add(name)
        for line in textwrap.wrap(phrase(f"why {name}", self._lang), _WIDTH):
            self._say(_INDENT + self._styled(line, _DIM))

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._begun_s), 60)
        return f"{minutes:3}:{seconds:02}"

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if style and colourful() else text


@attrs.frozen
class Hearing:
    """A narrator in the place of the log, for the time of a block."""

    narrator: Narrator
    log_too: bool = False
    """Whether the log is written to stderr all the same."""

    def __enter__(self) -> Narrator:
        logger = logging.getLogger("monitor")
        logger.addHandler(self.narrator)
        logger.propagate = self.log_too
        return self.narrator

    def __exit__(self, *_exc: object) -> None:
        logger = logging.getLogger("monitor")
        logger.propagate = True
        logger.removeHandler(self.narrator)
