"""Errors that a user can meet: each one sentence and an exit code, never a traceback."""

import re
from collections.abc import Iterator

from cyclopts import CycloptsError
from cyclopts.exceptions import (
    CoercionError,
    MissingArgumentError,
    RepeatArgumentError,
    UnusedCliTokensError,
)

from monitor.core.describe import without_password

INTERRUPTED = 130
"""What shells expect of a program ended by Ctrl-C."""


class BadInput(Exception):
    """What was typed cannot be done; the message is one sentence that says what to type."""


class CouldNotTell(Exception):
    """The question has no answer now; the message says why and what to do."""


def refusal(error: BaseException) -> tuple[str, int] | None:
    """Return the sentence and the exit code for an error; None if it is a bug of ours."""
    told = []
    for one in _leaves(error):
        known = _known(one)
        if known is None:
            return None
        told.append(known)
    return max(told, key=lambda known: known[1], default=None)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _known(error: BaseException) -> tuple[str, int] | None:
    if isinstance(error, KeyboardInterrupt):
        return "", INTERRUPTED
    if isinstance(error, BadInput):
        return _line(str(error)), 2
    if isinstance(error, CouldNotTell):
        return _line(str(error)), 3
    if isinstance(error, CycloptsError):
        return _line(_usage(error)), 2

    from monitor.config.source import BadConfig
    from monitor.core.access.changing import AccessRefused
    from monitor.core.alerts.notices import InvalidChannel
    from monitor.core.failures import DuplicateName, NoSuchTask, StoreError
    from monitor.core.probing import InvalidTask
    from monitor.operations.refusals import Unfit
    from monitor.settings import SettingsError

    if isinstance(error, Unfit | NoSuchTask | DuplicateName | InvalidChannel | AccessRefused):
        return _line(str(error)), 2
    if isinstance(error, SettingsError | BadConfig):
        return _several(str(error)), 2
    if isinstance(error, InvalidTask):
        return "\n  ".join((_line(str(error)), *error.place.splitlines())), 2
    if isinstance(error, StoreError):
        # Also what the database refused: a file that is none, or may not be written.
        where = "".join(f", {note}; is --database right?" for note in _notes(error))
        return _line(f"the database cannot be used: {error}{where}"), 3
    return None


def _notes(error: BaseException) -> list[str]:
    return list(dict.fromkeys(getattr(error, "__notes__", ())))


def _usage(error: CycloptsError) -> str:
    """Say in our words what is wrong with a command line."""
    name = "" if error.argument is None else error.argument.name
    option = name.startswith("-")
    if isinstance(error, CoercionError) and isinstance(error.__cause__, ValueError):
        keyword = error.token.keyword if error.token else None
        return f"{keyword or name}: {error.__cause__}"
    if isinstance(error, MissingArgumentError) and name:
        missing = f"{error.keyword or name} needs a value" if option else f"{name} is missing"
        chain = " ".join(error.command_chain or ())
        return f"{missing}; see `monitor {chain} --help`"
    if isinstance(error, RepeatArgumentError):
        return f"{name or error.token.keyword} is given more than once; decide for one"
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return f"{error.unused_tokens[0]!r} is one argument too many"
    text = re.sub(r"\. (Did you mean) ", r", did you mean ", str(error)).strip()
    text = re.sub(r"[.?] Available commands: (.*?)\.?$", r"; there are: \1", text)
    text = re.sub(r", \.+$", " and more; `--help` shows all", text)
    return text[:1].lower() + text[1:].removesuffix(".")


def _several(text: str) -> str:
    """Keep each sentence on a line of its own; indented lines belong to the one before."""
    lines = [
        f"  {_shown(line[2:])}" if line.startswith("  ") else _line(line)
        for line in text.splitlines()
    ]
    count = sum(not line.startswith(" ") for line in lines)
    return "\n".join(lines if count == 1 else [f"{count} things are wrong", *lines])


def _line(text: str) -> str:
    """Keep a sentence on one line, without passwords, and terminals from obeying it."""
    return _shown(" ".join(without_password(text).split()))


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
