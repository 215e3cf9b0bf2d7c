"""Regular expressions in time linear to the text: RE2's, whatever a hostile body looks like.

Linear is not yet quick: with a counted repetition such as `[ab]*a[ab]{200}c` RE2 needs up to
7 ns for each step of the pattern and each character of the text (measured, 1.4 s for 1 MiB). So
the size of a pattern is limited here, and the product of the two in `seen`.
"""

import functools
import re
from typing import Protocol

import attrs
import re2  # type: ignore[import-untyped]

from monitor.assertions.errors import ConditionError
from monitor.assertions.tokens import Token

SIZE = 2000
"""Steps that a pattern may have when compiled; `error|fatal|panic` has 20, `.{100}` has 800."""

_FLAGS = "ims"
_LINEAR = "so that patterns run in linear time"
_NEEDLESS = "and not needed: patterns run in linear time"
_POSSESSIVE = ("++", "*+", "?+")
_UNSUPPORTED = {
    "(?=": f"look-ahead is not supported, {_LINEAR}",
    "(?!": f"look-ahead is not supported, {_LINEAR}",
    "(?<": f"look-behind is not supported, {_LINEAR}",
    "(?(": f"conditional groups are not supported, {_LINEAR}",
    "(?>": f"atomic groups are not supported, {_NEEDLESS}",
    "(?#": "comments are not supported",
    "\\Z": "\\Z is not supported, write \\z",
    **dict.fromkeys(_POSSESSIVE, f"possessive repetition is not supported, {_NEEDLESS}"),
}
_BACK_REFERENCE = re.compile(r"\\[1-9kg]")


class Engine(Protocol):
    """What we use of a compiled pattern of re2."""

    def search(self, text: bytes) -> "Found | None": ...


class Found(Protocol):
    """A place where a pattern matched, in bytes."""

    def span(self) -> tuple[int, int]: ...


@attrs.frozen
class Pattern:
    """A pattern, ready to search texts in UTF-8."""

    engine: Engine
    size: int
    """Steps; with the length of a text, this is what a search may cost."""

    def search(self, data: bytes) -> tuple[int, int] | None:
        """Return where it matches first, as positions in the bytes."""
        found = self.engine.search(data)
        return None if found is None else found.span()


def ordered_flags(text: str, token: Token) -> str:
    """Return the flags of a pattern in their one order.

    Raises:
        ConditionError: one is unknown or there twice.
    """
    for flag in token.flags:
        if flag not in _FLAGS or token.flags.count(flag) > 1:
            raise ConditionError(
                text,
                token.column,
                f"{token.flags!r} behind the pattern are no flags",
                "there are i (ignore case), m (^ and $ at lines) and s (. also for line ends)",
            )
    return "".join(flag for flag in _FLAGS if flag in token.flags)


def compile_pattern(pattern: str, flags: str, text: str, column: int) -> Pattern:
    """Make a pattern that stands in `text` at `column`.

    Raises:
        ConditionError: it cannot be read, or has what a linear search cannot do.
    """
    try:
        return _compiled(pattern, flags)
    except _Refused as refused:
        at = pattern.find(refused.part) if refused.part else -1
        # Each slash before the place was written with a backslash.
        shift = 1 + at + pattern[:at].count("/") if at >= 0 else 0
        raise ConditionError(text, column + shift, str(refused), refused.hint) from None


class _Refused(Exception):
    def __init__(self, message: str, part: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.part = part
        self.hint = hint


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str, flags: str) -> Pattern:
    if not pattern:
        raise _Refused("an empty pattern matches everything")
    options = re2.Options()
    options.log_errors = False  # to standard error, by itself
    options.never_capture = True  # nobody asks for groups, and they cost up to 100 times more
    prefix = f"(?{flags})" if flags else ""
    try:
        source = (prefix + pattern).encode()
    except UnicodeEncodeError:
        raise _Refused("the pattern contains half of a surrogate pair") from None
    try:
        engine = re2.compile(source, options)
    except re2.error as error:
        raise _explained(pattern, prefix, error) from None
    size: int = engine.programsize
    if size > SIZE:
        raise _Refused(
            f"the pattern is too large: it has {size:,} steps, {SIZE:,} are allowed",
            hint="repeat less often: .{100} alone has 800 steps, .* has 10",
        )
    return Pattern(engine, size)


def _explained(pattern: str, prefix: str, error: Exception) -> _Refused:
    raw = error.args[0] if error.args else b""
    said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    kind, _colon, part = said.partition(": ")
    part = part.removeprefix(prefix)
    if part == "(?P" and "(?P=" in pattern:
        part = "(?P="
    if part == "(?P=" or _BACK_REFERENCE.fullmatch(part):
        return _Refused(f"back-references are not supported, {_LINEAR}", part)
    for start, message in _UNSUPPORTED.items():
        if part.startswith(start) or (start in _POSSESSIVE and start in part):
            return _Refused(message, part)
    shown = f" {part}" if part and part != pattern else ""
    return _Refused(f"the pattern cannot be read: {kind}{shown}", part)
