"""The words of a condition: a text cut into tokens, each with its column."""

import re
from enum import StrEnum

import attrs

from monitor.assertions.errors import ConditionError
from monitor.assertions.escapes import unescape


class Sort(StrEnum):
    """What a token is; the text is how errors call it."""

    NAME = "a name"
    NUMBER = "a number"
    DURATION = "a duration"
    PERCENT = "a percentage"
    TEXT = "a text"
    REGEX = "a pattern"
    SIGN = "a sign"
    END = "the end"


@attrs.frozen
class Token:
    """A word, a number, a sign ..."""

    sort: Sort
    text: str
    """As written; of a text or a pattern what stands between the quotes, escapes undone."""
    column: int
    flags: str = ""
    """The letters behind a pattern."""

    @property
    def shown(self) -> str:
        """How errors quote it."""
        if self.sort is Sort.END:
            return "the end of the condition"
        return f"{self.sort} {self.text!r}" if self.sort is Sort.TEXT else repr(self.text)


_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"[^\W\d][\w-]*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DURATION = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?(?:ms|[smhdw]))+")
_NUMBERLIKE = re.compile(r"-?[0-9][\w%]*(?:\.[0-9]\w*)*")
_TEXT = re.compile(r""" "((?:[^"\\]|\\.)*)" | '((?:[^'\\]|\\.)*)' """, re.VERBOSE | re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/(\w*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGN = re.compile(r"==|!=|<=|>=|<|>|\.\.|[()\[\],.*$]")

_FOREIGN = {
    "===": "write ==",
    "!==": "write !=",
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
    "=~": "write matches, as in body matches /ok/",
    "!~": "write not matches, as in body not matches /error/",
    "&&": "write and",
    "||": "write or",
    "=": "write ==",
    "!": "write not",
    "&": "write and",
    "|": "write or",
    "~": "write matches, as in body matches /ok/",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "…": "write .. with two dots",
    "“": "write \" or '",
    "”": "write \" or '",
    "’": "write \" or '",
    "-": "a minus sign stands only right before a number; there is no arithmetic",
    "+": "there is no arithmetic",
    "{": "braces mean nothing here",
    "%": "a percent sign stands only right behind a number, as in 5%",
}
"""What other languages have, and what to write here; longer ones first."""


def is_name(text: str) -> bool:
    """Say whether a text can stand behind a dot as it is."""
    return _NAME.fullmatch(text) is not None


def tokens(text: str) -> list[Token]:
    """Cut a condition into tokens, the last of which is its end.

    Raises:
        ConditionError: something is no word of the language.
    """
    found: list[Token] = []
    at = 0
    while True:
        if space := _SPACE.match(text, at):
            at = space.end()
        if at == len(text):
            found.append(Token(Sort.END, "", at + 1))
            return found
        token, at = _next(text, at)
        found.append(token)


def _next(text: str, at: int) -> tuple[Token, int]:
    letter = text[at]
    if letter in "\"'":
        return _text(text, at)
    if letter == "/":
        return _regex(text, at)
    if number := _NUMBER.match(text, at):
        return _number(text, at, number)
    for sort, pattern in ((Sort.NAME, _NAME), (Sort.SIGN, _SIGN)):
        if word := pattern.match(text, at):
            wrong = next((sign for sign in _FOREIGN if text.startswith(sign, at)), None)
            if wrong is not None and len(wrong) > len(word[0]):
                break
            return Token(sort, word[0], at + 1), word.end()
    for sign, hint in _FOREIGN.items():
        if text.startswith(sign, at):
            raise ConditionError(text, at + 1, f"{sign!r} is no sign of this language", hint)
    raise ConditionError(text, at + 1, f"{letter!r} means nothing here")


def _number(text: str, at: int, number: re.Match[str]) -> tuple[Token, int]:
    end = number.end()
    if text[end : end + 1] == "%":
        return Token(Sort.PERCENT, number[0], at + 1), end + 1
    if not _continues(text, end):
        return Token(Sort.NUMBER, number[0], at + 1), end
    duration = _DURATION.match(text, at)
    if duration and not _continues(text, duration.end()):
        return Token(Sort.DURATION, duration[0], at + 1), duration.end()
    word = _NUMBERLIKE.match(text, at)
    assert word is not None
    if re.fullmatch(r"[1-5]xx", word[0], re.IGNORECASE):
        hint = f"write {word[0][0]}00..{word[0][0]}99"
    else:
        hint = "write numbers like 200 or 0.5, durations like 250ms, 30s or 1h30m, and 5%"
    raise ConditionError(text, at + 1, f"{word[0]!r} is neither a number nor a duration", hint)


def _continues(text: str, end: int) -> bool:
    following = text[end : end + 1]
    return following.isalnum() or following == "_"


def _text(text: str, at: int) -> tuple[Token, int]:
    found = _TEXT.match(text, at)
    if found is None:
        raise ConditionError(
            text, at + 1, "the text that begins here does not end", f"close it with {text[at]}"
        )
    start = at + 1
    inner = text[start : found.end() - 1]
    return Token(Sort.TEXT, unescape(inner, text, start + 1), at + 1), found.end()


def _regex(text: str, at: int) -> tuple[Token, int]:
    found = _REGEX.match(text, at)
    if found is None:
        raise ConditionError(
            text, at + 1, "the pattern that begins here does not end", "close it with /"
        )
    # Only the slash needs its backslash for us; every other escape belongs to the pattern.
    pattern = _ESCAPED.sub(lambda pair: "/" if pair[1] == "/" else pair[0], found[1])
    return Token(Sort.REGEX, pattern, at + 1, flags=found[2]), found.end()
