"""The place in a condition where the parser stands, and how deep."""

from collections.abc import Iterator
from contextlib import contextmanager

from monitor.assertions.errors import ConditionError
from monitor.assertions.tokens import Sort, Token, tokens

LENGTH = 1000
"""Characters of a condition. A longer one belongs into several, or into a function."""

DEPTH = 32
"""Parentheses, `not`, `any` and `all` within each other."""

WORDS = frozenset(
    {"and", "or", "not", "in", "contains", "matches", "exists", "true", "false", "null"}
    | {"any", "all", "len"}
)
"""Names that mean something by themselves; behind a dot they are names like any other."""

_SIGNS_AND_WORDS = (Sort.SIGN, Sort.NAME)


class Reader:
    """Walks over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LENGTH:
            raise ConditionError(
                text,
                LENGTH + 1,
                f"{len(text):,} characters are too many for one condition, {LENGTH:,} are allowed",
                "make several of it",
            )
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0
        self._quantified = 0
        if self.here.sort is Sort.END:
            raise self.error(
                self.here, "the condition is empty", "write something like status == 200"
            )

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._at]

    @property
    def ahead(self) -> Token:
        """The token after the next."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def inside_quantified(self) -> bool:
        """Whether `it` means something here."""
        return self._quantified > 0

    def next(self) -> Token:
        """Take the next token; at the end that is the end, again and again."""
        token = self.here
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def at(self, *words: str) -> bool:
        """Say whether one of these signs and words comes next."""
        return self.here.text in words and self.here.sort in _SIGNS_AND_WORDS

    def take(self, word: str) -> bool:
        """Take the next token if it is that sign or word."""
        found = self.at(word)
        if found:
            self.next()
        return found

    def expect(self, sign: str, why: str) -> None:
        """Take that sign, or raise ConditionError."""
        if not self.take(sign):
            raise self.error(self.here, f"{sign} is missing before {self.here.shown}, {why}")

    @contextmanager
    def deeper(self, start: Token) -> Iterator[None]:
        """Read something that stands within something else, and not too deep."""
        if self._depth == DEPTH:
            raise self.error(
                start, f"more than {DEPTH} levels within each other", "make several of it"
            )
        quantified = start.text in ("any", "all")
        self._depth += 1
        self._quantified += quantified
        yield
        self._depth -= 1
        self._quantified -= quantified

    def error(self, token: Token, message: str, hint: str = "") -> ConditionError:
        """Return the error for a token."""
        return ConditionError(self.text, token.column, message, hint)
