"""What is said in one line: errors, and texts from outside, made fit to be shown and stored."""

import re
from collections.abc import Mapping
from typing import Any

from monitor.core.model import DETAIL_LIMIT

HIDDEN = "***"

_USERINFO = re.compile(r"(://[^/?#:\s]*):[^/?#\n]*@")
"""User and password are parted by the first colon, and end at the last `@` of their part."""

_SECRET = (
    r"(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|private|account)[-_]?key|signature"
    r"|credentials?|authorization|cookie|(?<![a-z])(?:pass|pwd|sig|auth))"
)
"""How names of secrets end: `sslpassword`, `access_token`, `X-Amz-Signature`, `PGPASSWORD`."""

_SECRET_NAME = re.compile(_SECRET + r"\Z", re.IGNORECASE)
_PARAMETER = re.compile(rf"(?<![\w.%-])([\w.%-]*{_SECRET})=[^&#\s]+", re.IGNORECASE)
"""It begins only where a name begins, so that a long text is searched once."""


def without_password(text: str) -> str:
    """Return a target, a database's URL, or any text with such in it, fit to be shown.

    The password of each URL is replaced by `***`, as libraries and `git` do it, and so is the
    value of each parameter whose name says that it is a secret: `?sslpassword=...`,
    `&access_token=...`, `--password=...`. The user's name stays. The one place where this is
    decided; what it returns cannot be used as an address any more, unless nothing was replaced.
    """
    return _PARAMETER.sub(rf"\1={HIDDEN}", _USERINFO.sub(rf"\1:{HIDDEN}@", text))


def without_secrets(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task, fit to be shown; see `without_password`."""
    return {name: _shown_option(name, value) for name, value in options.items()}


def _shown_option(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        inner = without_secrets(value)
        return dict.fromkeys(inner, HIDDEN) if name == "cookies" else inner
    return without_password(value) if isinstance(value, str) else value


def shorten(text: str, limit: int = DETAIL_LIMIT) -> str:
    """Cut a text to `limit` bytes of UTF-8, marking the cut, and replace what no database takes."""
    clean = text.replace("\x00", "\ufffd")
    raw = clean.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode()
    return raw[: limit - 3].decode("utf-8", "ignore") + "\u2026"


def describe(error: BaseException) -> str:
    """Say what an error is, in one line that is never empty, and never raise while doing so.

    Many errors of drivers and of asyncio have no message at all; a group speaks for its first
    member. Libraries repeat addresses; passwords in them are not repeated.
    """
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    try:
        message = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (whatever a foreign __str__ does)
        message = "<message cannot be printed>"
    message = without_password(message) or "<no message>"
    return shorten(f"{type(error).__name__}: {message}", 500)


def clean(text: str) -> str:
    """Keep a text on one line, and terminals from obeying what a target sent."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
