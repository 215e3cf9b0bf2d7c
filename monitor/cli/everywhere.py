"""The options of every command, and how values are read from a command line."""

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import Group, Parameter, Token

from monitor.cli.refusals import BadInput
from monitor.core.describe import without_password

if TYPE_CHECKING:
    from monitor.settings import Settings

_EVERYWHERE = Group("Everywhere, before or after the command", sort_key=100)


def _said(metavar: str | None, text: str) -> Parameter:
    return Parameter(group=_EVERYWHERE, metavar=metavar, help=text)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Everywhere:
    """What may be said to every command."""

    database: Annotated[
        str | None,
        _said(
            "URL",
            "sqlite:///path or postgresql://user:password@host/name "
            "[MONITOR_DATABASE_URL; default: monitor.db in the data directory].",
        ),
    ] = None
    data_dir: Annotated[
        str | None,
        _said("DIR", "Where our files lie [MONITOR_DATA_DIR; default: ./monitor-data]."),
    ] = None
    config: Annotated[
        str | None,
        _said("FILE", "Settings in TOML [MONITOR_CONFIG; default: ./monitor.toml if there]."),
    ] = None
    lang: Annotated[
        str | None, _said("en|ru", "The language of output and log [MONITOR_LANG; default: en].")
    ] = None
    json: Annotated[bool, _said(None, "Print one JSON document on stdout, nothing else.")] = False

    def settle(
        self,
        log_format: str | None = None,
        level: int | None = None,
        listen: str | None = None,
        health_listen: str | None = None,
    ) -> "Settings":
        """Gather the settings, say their warnings, and begin to log.

        Raises:
            SettingsError: a setting is wrong.
        """
        import logging

        from monitor import journal
        from monitor.settings import load_settings

        settings = load_settings(
            {
                "database": self.database,
                "data_dir": self.data_dir,
                "config": self.config,
                "lang": self.lang,
                "log_format": log_format,
                "listen": listen,
                "health.listen": health_listen,
            }
        )
        journal.set_up(settings.log_format, settings.lang, level or logging.WARNING)
        for warning in settings.warnings:
            journal.say(f"monitor: {warning}")
        return settings

    def command(self, words: str) -> str:
        """Write a command that the user may type next and that means the same database."""
        program = "python -m monitor" if sys.argv[0].endswith("__main__.py") else "monitor"
        said = {"--database": self.database, "--data-dir": self.data_dir, "--config": self.config}
        # A URL may hold a password; that is not repeated on a screen, and is wrong if masked.
        if self.database is not None and self.database != without_password(self.database):
            said["--database"] = "URL"
        flags = "".join(
            f" {flag} {shlex.quote(value)}" for flag, value in said.items() if value is not None
        )
        return f"{program} {words}{flags}"


NOTHING_SAID = Everywhere()

VALUE_FLAGS = ("--database", "--data-dir", "--config", "--lang")
"""Those of them that take a value."""
PLAIN_FLAGS = ("--json",)


# --- values --------------------------------------------------------------------------------------


def _reading(read: Callable[[str], Any]) -> Callable[[Any, Sequence[Token]], Any]:
    """Make a cyclopts converter; a ValueError becomes the sentence the user sees."""

    def convert(_type: Any, tokens: Sequence[Token]) -> Any:
        return read(tokens[0].value)

    return convert


def _duration(text: str) -> float:
    from monitor.core.units import parse_duration

    return parse_duration(text)


def _seconds(text: str) -> float:
    """Read a time to run: here, as the contract says, a bare number means seconds."""
    seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else _duration(text)
    if not 0 < seconds <= 100 * 366 * 86400:
        raise ValueError(f"{text!r} is out of range; use 1s to 100 years, or leave it out")
    return seconds


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _count(text: str) -> int:
    count = _whole(text)
    if not 1 <= count <= 1_000_000:
        raise ValueError(f"{text} is out of range; use 1 to 1000000")
    return count


def _moment(text: str) -> datetime:
    from monitor.core.units import parse_moment

    return parse_moment(text, datetime.now(UTC))


def _whole_path(text: str) -> Path:
    if not text:
        raise ValueError("is empty; name a file")
    return Path(text).expanduser()


Duration = Annotated[
    float | None, Parameter(converter=_reading(_duration), n_tokens=1, metavar="DURATION")
]
Seconds = Annotated[
    float | None, Parameter(converter=_reading(_seconds), n_tokens=1, metavar="SECONDS")
]
Whole = Annotated[int | None, Parameter(converter=_reading(_whole), n_tokens=1, metavar="N")]
Count = Annotated[int, Parameter(converter=_reading(_count), n_tokens=1, metavar="N")]
Moment = Annotated[
    datetime | None, Parameter(converter=_reading(_moment), n_tokens=1, metavar="MOMENT")
]
File = Annotated[Path, Parameter(converter=_reading(_whole_path), n_tokens=1)]
Options = Annotated[
    list[str] | None, Parameter(name=["--option", "-o"], metavar="KEY=VALUE", n_tokens=1)
]

Conditions = Annotated[list[str] | None, Parameter(metavar="CONDITION", n_tokens=1)]
Names = Annotated[list[str] | None, Parameter(metavar="NAME", n_tokens=1)]


def read_options(pairs: Sequence[str] | None) -> dict[str, str]:
    """Read `key=value` pairs.

    Raises:
        BadInput: one is no pair, or a key is given twice.
    """
    options: dict[str, str] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise BadInput(f"-o {pair!r} is not KEY=VALUE; write it like -o method=POST")
        if not _is_text(pair):
            raise BadInput(f"-o {key}: the value is not UTF-8 text")
        if key in options:
            raise BadInput(f"-o {key} is given more than once; decide for one value")
        options[key] = value
    return options


def _is_text(argument: str) -> bool:
    """Say whether an argument was UTF-8; bytes that are not arrive as lone surrogates."""
    return argument == argument.encode("utf-8", "replace").decode()
