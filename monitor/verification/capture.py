"""Everything that was logged while the run lasted: all loggers, all levels, warnings too."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import attrs

from monitor.journal import TextFormatter

FAULT = (
    "concurrent operations are not permitted",
    "provisioning a new connection",
    "another operation is in progress",
    "is already in progress and this would cause an unexpected state change",
    "session is in 'prepared' state",
    "manually started transaction",
    "reconnect until invalid transaction is rolled back",
)
"""The known faces of one fault: a session with several users at once."""

LEAKS = (
    "garbage collector is trying to clean up",
    "exception was never retrieved",
    "was destroyed but it is pending",
    "was never awaited",
    "attached to a different loop",
    "unclosed",
)
"""What drivers and interpreter say of a connection or task that nobody closed."""

BROKEN = ("connection is closed", "connection was closed", "Traceback (most recent call last)")
"""What follows from either, and from much else."""

_KEPT = 20_000
_LEVELS = {
    "": logging.DEBUG,
    "monitor": logging.DEBUG,
    "sqlalchemy": logging.DEBUG,
    "sqlalchemy.engine": logging.INFO,  # below it are rows of data, not events
}


@attrs.frozen(kw_only=True)
class Line:
    """One log line."""

    step: str
    level: int
    event: str | None
    fields: Mapping[str, Any]
    text: str
    suspicious: str | None = None
    """The pattern it contains; a line of level ERROR is suspicious by itself."""


class Capture(logging.Handler):
    """Keep our own lines and whatever looks wrong; count the rest."""

    def __init__(self, lang: str) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(TextFormatter(lang))
        self.step = ""
        self.lines: list[Line] = []
        self.searched: Counter[str] = Counter()
        """Step -> lines looked at, kept or not."""
        self.loggers: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._keep(record)
        except Exception:  # noqa: BLE001 - logging must never end what it tells about
            self.handleError(record)

    def _keep(self, record: logging.LogRecord) -> None:
        self.searched[self.step] += 1
        self.loggers.add(record.name.partition(".")[0])
        event = getattr(record, "event", None)
        ours = event is not None
        text = self.format(record) if ours or record.exc_info else record.getMessage()
        suspicious = next((p for p in (*FAULT, *LEAKS, *BROKEN) if p in text), None)
        if suspicious is None and record.levelno >= logging.ERROR:
            suspicious = record.levelname
        if suspicious is None and (not ours or len(self.lines) >= _KEPT):
            return
        line = Line(
            step=self.step,
            level=record.levelno,
            event=event,
            fields=getattr(record, "fields", {}),
            text=text if ours else self.format(record),
            suspicious=suspicious,
        )
        self.lines.append(line)

    def of(self, step: str, *events: str) -> list[Line]:
        """Return the kept lines of a step, of these events or of all."""
        return [
            line
            for line in self.lines
            if line.step == step and (not events or line.event in events)
        ]

    def suspicious(self, *steps: str) -> list[Line]:
        """Return what looks wrong in these steps."""
        return [line for line in self.lines if line.step in steps and line.suspicious]


@contextmanager
def open_capture(lang: str) -> Iterator[Capture]:
    """Capture all logging for the time of the block; nobody else sees it meanwhile.

    Everything is as before afterwards.
    """
    capture = Capture(lang)
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in _LEVELS}
    handlers = list(root.handlers)
    logging.captureWarnings(True)
    for handler in handlers:
        root.removeHandler(handler)
    root.addHandler(capture)
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield capture
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        root.removeHandler(capture)
        for handler in handlers:
            root.addHandler(handler)
        logging.captureWarnings(False)
