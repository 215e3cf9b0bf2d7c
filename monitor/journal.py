"""Structured log events on stderr: text for people, or one JSON object a line.

Every line has an event name (`task.error`) and fields; the sentence for people comes from
`monitor.texts`, in the language of the process.
"""

import json
import logging
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.look import describe
from monitor.texts import sentence

_log = logging.getLogger("monitor")

LEVELS = {
    "task.error": logging.WARNING,
    "task.restarting": logging.WARNING,
    "task.failed": logging.ERROR,
    "task.invalid": logging.ERROR,
    "task.stalled": logging.ERROR,
    "system.storm": logging.ERROR,
    "system.error": logging.ERROR,
    "database.lost": logging.ERROR,
    "database.noise": logging.WARNING,
    "record.refused": logging.ERROR,
    "gap.booked": logging.WARNING,
    "clock.jumped": logging.WARNING,
    "loop.lagged": logging.WARNING,
    "session.opened": logging.DEBUG,
    "session.closed": logging.DEBUG,
    "task.started": logging.DEBUG,
    "task.stopped": logging.DEBUG,
    "task.looked": logging.DEBUG,
}
"""Events not named here are told at INFO."""


FLOOD = 100
"""Lines of one event in one second; ten thousand at once would hold the loop and tell no more."""


def tell(event: str, **fields: Any) -> None:
    """Write one event with its fields; None fields are left out."""
    level = LEVELS.get(event, logging.INFO)
    if not _log.isEnabledFor(level):
        return
    kept = {name: value for name, value in fields.items() if value is not None}
    _log.log(level, event, extra={"event": event, "fields": kept})


def _parts(record: logging.LogRecord) -> tuple[str, Mapping[str, Any]]:
    event = getattr(record, "event", None)
    if event is not None:
        return event, getattr(record, "fields", {})
    fields: dict[str, Any] = {"logger": record.name, "message": record.getMessage()}
    if record.exc_info and record.exc_info[1] is not None:
        fields["error"] = describe(record.exc_info[1])
    return "log", fields


class FloodFilter(logging.Filter):
    """Of one event let only the first lines of each second through, the last with `more=True`.

    Errors, and what is stored in the database, are not limited.
    """

    def __init__(self) -> None:
        super().__init__()
        self._second = 0
        self._lines: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR:
            return True
        event, fields = _parts(record)
        second = int(record.created)
        if second != self._second:
            self._second, self._lines = second, Counter()
        self._lines[event] += 1
        if self._lines[event] == FLOOD:
            record.fields = {**fields, "more": True}
        return self._lines[event] <= FLOOD


class TextFormatter(logging.Formatter):
    """`03:00:07 WARNING task.error  task 7 "shop": ...`, in the given language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def format(self, record: logging.LogRecord) -> str:
        event, fields = _parts(record)
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        line = f"{moment} {record.levelname:<7} {event:<16} {sentence(event, fields, self._lang)}"
        if fields.get("more"):
            line += " " + sentence("flood", {}, self._lang)
        if event == "log" and record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = _parts(record)
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        line = {"at": at, "level": record.levelname.lower(), "event": event, **fields}
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(log_format: str = "text", lang: str = "en", level: int = logging.INFO) -> None:
    """Send all events to stderr; replaces a former set-up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter(lang))
    root = logging.getLogger()
    handler.addFilter(FloodFilter())
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    _log.setLevel(level)
