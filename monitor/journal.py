"""Structured log events on stderr: text for people, or one JSON object a line.

Every line has an event name (`task.error`) and fields; the sentence for people comes from
`monitor.texts`, in the language of the process. Telling never waits for whoever reads it, and no
password of a URL is told.
"""

import json
import logging
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from monitor.core.describe import describe, without_password
from monitor.scribe import Scribe
from monitor.texts import sentence

_log = logging.getLogger("monitor")
_root = logging.getLogger()

LEVELS = {
    "task.error": logging.WARNING,
    "task.restarting": logging.WARNING,
    "task.failed": logging.ERROR,
    "task.invalid": logging.ERROR,
    "task.stalled": logging.ERROR,
    "alert.failed": logging.WARNING,
    "system.storm": logging.ERROR,
    "system.error": logging.ERROR,
    "drill.missed": logging.ERROR,
    "drill.refused": logging.WARNING,
    "drill.cut_short": logging.WARNING,
    "letter.dead": logging.WARNING,
    "deadman.failed": logging.WARNING,
    "deadman.silent": logging.ERROR,
    "database.lost": logging.ERROR,
    "database.noise": logging.WARNING,
    "uplink.lost": logging.ERROR,
    "uplink.unsure": logging.WARNING,
    "record.refused": logging.ERROR,
    "web.busy": logging.WARNING,
    "web.error": logging.ERROR,
    "web.first_run": logging.WARNING,
    "access.refused": logging.WARNING,
    "access.held": logging.WARNING,
    "access.oidc": logging.WARNING,
    "access.shut": logging.WARNING,
    "config.refused": logging.ERROR,
    "config.warning": logging.WARNING,
    "config.left_over": logging.WARNING,
    "gap.booked": logging.WARNING,
    "clock.jumped": logging.WARNING,
    "loop.lagged": logging.WARNING,
    "loop.stuck": logging.ERROR,
    "loop.moves": logging.WARNING,
    "log.dropped": logging.WARNING,
    "session.opened": logging.DEBUG,
    "session.closed": logging.DEBUG,
    "task.started": logging.DEBUG,
    "task.stopped": logging.DEBUG,
    "task.looked": logging.DEBUG,
}
"""Events not named here are told at INFO."""


FLOOD = 100
"""Lines of one event in one second; ten thousand at once would hold the loop and tell no more."""

LAST_LINES_S = 1.0
"""How long the last lines may take to be written; nobody may be reading."""


def tell(event: str, **fields: Any) -> None:
    """Write one event with its fields, texts without the passwords of URLs in them.

    None fields are left out. Never waits and never raises.
    """
    level = LEVELS.get(event, logging.INFO)
    if not _log.isEnabledFor(level):
        return
    kept = {name: _shown(value) for name, value in fields.items() if value is not None}
    _log.log(level, event, extra={"event": event, "fields": kept})


def _shown(value: Any) -> Any:
    return without_password(value) if isinstance(value, str) else value


def say(text: str) -> None:
    """Write a line that is no event to stderr, behind all that was told before.

    Waits for whoever reads it only if nothing was set up.
    """
    for handler in _ours():
        handler.say(text)
        return
    if sys.stderr is not None:  # print would take stdout then
        print(text, file=sys.stderr)  # noqa: T201 (there is nobody to leave it to)


def _parts(record: logging.LogRecord) -> tuple[str, Mapping[str, Any]]:
    fields = getattr(record, "fields", {})
    event = getattr(record, "event", None)
    if event is not None:
        return event, fields
    message = without_password(record.getMessage())
    fields = {"logger": record.name, "message": message, **fields}
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
        event = getattr(record, "event", "log")
        second = int(record.created)
        if second != self._second:
            self._second, self._lines = second, Counter()
        self._lines[event] += 1
        if self._lines[event] == FLOOD:
            record.fields = {**getattr(record, "fields", {}), "more": True}
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
            line += "\n" + without_password(self.formatException(record.exc_info))
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = _parts(record)
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        line = {"at": at, "level": record.levelname.lower(), "event": event, **fields}
        return json.dumps(line, ensure_ascii=False, default=str)


class JournalHandler(logging.Handler):
    """Make a line of each record, in the thread that logs it, and leave it to a scribe.

    Args:
        stream: where the lines go.
        formatter: makes them.
        levels: those that the root logger and ours had before.
    """

    def __init__(
        self, stream: TextIO, formatter: logging.Formatter, levels: tuple[int, int]
    ) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.addFilter(FloodFilter())
        self.levels = levels
        self._scribe = Scribe(stream, self._notice)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 (whatever a foreign record holds)
            message = f"a record that cannot be written: {describe(error)}"
            line = self._line("log", record.levelno, logger=record.name, message=message)
        self._scribe.put(line)

    def say(self, text: str) -> None:
        """Write a line as it is."""
        self.acquire()
        try:
            self._scribe.put(text)
        finally:
            self.release()

    def close(self) -> None:
        """Write what waits, for at most LAST_LINES_S; also called by `logging` at exit.

        Who has just begun to tell something comes before the last line or after the thread.
        """
        self.acquire()
        try:
            self._scribe.finish(LAST_LINES_S)
        finally:
            self.release()
        super().close()

    def _notice(self, lost: int) -> str:
        return self._line("log.dropped", LEVELS["log.dropped"], lines=lost)

    def _line(self, event: str, level: int, **fields: Any) -> str:
        extra = {"event": event, "fields": fields}
        return self.format(_log.makeRecord(_log.name, level, "", 0, event, (), None, extra=extra))


def set_up(log_format: str = "text", lang: str = "en", level: int = logging.INFO) -> None:
    """Send all events, and the interpreter's warnings, to stderr; replaces a former set-up.

    The handlers of others stay. A process that ends by itself writes all lines before; one that is
    to end by `os._exit` must call `take_down` first. Without a stderr nothing is told.
    """
    if sys.stderr is None:
        return
    former = _ours()
    levels = former[0].levels if former else (_root.level, _log.level)
    formatter = JsonFormatter() if log_format == "json" else TextFormatter(lang)
    _root.addHandler(JournalHandler(sys.stderr, formatter, levels))
    _remove(former)  # only now, so that no line of another thread falls in between
    _root.setLevel(logging.WARNING)
    _log.setLevel(level)
    logging.captureWarnings(True)


def take_down() -> None:
    """Undo `set_up`, if it was called: write what waits, and leave logging as it was before.

    Takes no longer than LAST_LINES_S; what is not written by then is lost.
    """
    if former := _ours():
        _remove(former)
        for logger, level in zip((_root, _log), former[0].levels, strict=True):
            logger.setLevel(level)
        logging.captureWarnings(False)


def _ours() -> list[JournalHandler]:
    return [handler for handler in _root.handlers if isinstance(handler, JournalHandler)]


def _remove(handlers: list[JournalHandler]) -> None:
    for handler in handlers:
        _root.removeHandler(handler)
        handler.close()
