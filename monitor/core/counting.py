"""How many of something there are, in right grammar: `1 task`, `4,211 elements`."""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any


def counted(number: int, noun: str, several: str = "") -> str:
    """Return `1 element`, `4,211 elements`; `several` for a noun that wants more than an s."""
    return f"{number:,} {plural(number, (noun, several or noun + 's'), 'en')}"


def plural(number: int, forms: Sequence[str], lang: str) -> str:
    """Return the form that stands with a number: one of two in English, of three in Russian."""
    if lang != "ru" or len(forms) < 3:
        return forms[0 if number == 1 else 1]
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2]


def filled(phrase: str, fields: Mapping[str, Any], lang: str, numbered: Sequence[Any] = ()) -> str:
    """Fill a phrase in; `{tasks:task|tasks}` stands for `1 task`, `2 tasks` and so on.

    What is no number there (not known, say) stands with the last form.
    """
    if "|" not in phrase and not numbered:
        return phrase.format_map(fields)
    return _Counting(lang).vformat(phrase, numbered, fields)


class _Counting(Formatter):
    def __init__(self, lang: str) -> None:
        self._lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        forms = format_spec.split("|")
        if isinstance(value, int):
            return f"{int(value)} {plural(value, forms, self._lang)}"
        return f"{value} {forms[-1]}".lstrip()
