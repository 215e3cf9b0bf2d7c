r"""Escapes in texts, the same as TOML has: `\n`, `\t`, `\"`, `\\`, `\u00e9` ..."""

import re

from monitor.assertions.errors import ConditionError

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_MEANINGS = {
    "\\": "\\",
    '"': '"',
    "'": "'",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
}


def unescape(inner: str, text: str, column: int) -> str:
    """Return what the inner part of a quoted text means; it stands in `text` at `column`.

    Raises:
        ConditionError: a backslash before something that is no escape.
    """
    if "\\" not in inner:
        return inner

    def replace(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) > 1:
            code = int(escape[1:], 16)
            if code <= 0x10FFFF:
                return chr(code)
        elif escape in _MEANINGS:
            return _MEANINGS[escape]
        raise ConditionError(
            text,
            column + found.start(),
            f"{found[0]!r} is no escape",
            r"write \\ for a backslash; there are \n \r \t \b \f \uXXXX \UXXXXXXXX",
        )

    return _ESCAPE.sub(replace, inner)


_SHORT = {meaning: letter for letter, meaning in _MEANINGS.items() if letter not in "\"'"}


def escape(text: str, quote: str) -> str:
    """Return a text as it stands between such quotes, all of it printable."""
    if text.isprintable() and "\\" not in text and quote not in text:
        return text
    return "".join(_escape(letter, quote) for letter in text)


def _escape(letter: str, quote: str) -> str:
    if letter in _SHORT:
        return "\\" + _SHORT[letter]
    if letter == quote:
        return "\\" + quote
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
