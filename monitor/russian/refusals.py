"""Sentences that have their values in them already, such as those of errors, in Russian."""

import functools
import re
from collections.abc import Mapping, Sequence
from string import Formatter

import attrs

from monitor.russian.of_channels import OF_CHANNELS
from monitor.russian.of_conditions import OF_CONDITIONS
from monitor.russian.of_looks import OF_LOOKS
from monitor.russian.of_options import OF_OPTIONS
from monitor.russian.of_pages import OF_PAGES
from monitor.russian.of_targets import OF_TARGETS
from monitor.russian.of_tasks import OF_TASKS
from monitor.russian.of_times import OF_TIMES

REFUSALS: dict[str, str] = {
    **OF_LOOKS,
    **OF_PAGES,
    **OF_TIMES,
    **OF_CHANNELS,
    **OF_CONDITIONS,
    **OF_OPTIONS,
    **OF_TARGETS,
    **OF_TASKS,
}
"""Russian by English; `{name}` stands for a value, which may be a sentence of the table itself."""

_GUESS = ", did you mean "
_MARKS = {"; ": "; ", ": ": ": ", _GUESS: ", может быть, "}
"""What parts sentences; of a guess only the words before it are ours."""

_ANYTHING = re.compile(r"(?s:.*)")
_FIELD = re.compile(r"(option )?[\w.-]{1,80}", re.ASCII)
_DEEPEST = 3
"""How many sentences may stand within each other."""


@attrs.frozen
class _Template:
    """A sentence with gaps for values."""

    texts: tuple[str, ...]
    """What stands before, between and behind the gaps."""
    names: tuple[str, ...]
    russian: str

    @property
    def text(self) -> str:
        """What it says without values."""
        return "".join(self.texts)

    def values(self, sentence: str) -> Sequence[str] | None:
        """Return what stands in the gaps; None if it is another sentence.

        It takes no more time than the sentence is long, whatever somebody has written into it.
        """
        first, last = self.texts[0], self.texts[-1]
        if len(sentence) < len(first) + len(last):
            return None
        if not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        found, at, end = [], len(first), len(sentence) - len(last)
        for text in self.texts[1:-1]:
            next_at = sentence.find(text, at, end)
            if next_at < 0:
                return None
            found.append(sentence[at:next_at])
            at = next_at + len(text)
        return [*found, sentence[at:end]]


def _template(english: str, russian: str) -> _Template:
    texts, names = [""], []
    for text, name, _, _ in Formatter().parse(english):
        texts[-1] += text
        if name is not None:
            names.append(name)
            texts.append("")
    return _Template(tuple(texts), tuple(names), russian)


@attrs.frozen
class Sentences:
    """Find the Russian of sentences with values."""

    _plain: Mapping[str, str]
    _several: Sequence[_Template]
    """Sentences of several clauses."""
    _single: Sequence[_Template]

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Sentences":
        """Make ready what is in a table."""
        made = [_template(english, russian) for english, russian in table.items()]
        plain = {one.texts[0]: one.russian.format() for one in made if not one.names}
        # Where two fit, that one is meant which says more itself.
        filled = sorted((one for one in made if one.names), key=lambda one: -len(one.text))
        several = [one for one in filled if "; " in one.text]
        return cls(plain, several, [one for one in filled if "; " not in one.text])

    def said(self, sentence: str) -> str | None:
        """Return a sentence in Russian; None if nothing of it is known.

        Of `field: sentence` and of clauses that a semicolon parts each is looked up by itself.
        """
        return self._said(sentence, _DEEPEST)

    def _said(self, sentence: str, depth: int) -> str | None:
        if (plain := self._plain.get(sentence)) is not None or not depth:
            return plain
        # Values may have semicolons, too, but most of these end a clause.
        return (
            self._filled(sentence, self._several, depth)
            or self._parted(sentence, ": ", depth, _FIELD)
            or self._parted(sentence, "; ", depth)
            or self._filled(sentence, self._single, depth)
            or self._parted(sentence, ": ", depth)
            or self._parted(sentence, _GUESS, depth)
        )

    def _filled(self, sentence: str, templates: Sequence[_Template], depth: int) -> str | None:
        for template in templates:
            values = template.values(sentence)
            if values is not None:
                known = [self._said(value, depth - 1) for value in values]
                if not any(known) and not any(map(str.isalpha, template.text)):
                    continue
                told = [one or value for one, value in zip(known, values, strict=True)]
                return template.russian.format(**dict(zip(template.names, told, strict=True)))
        return None

    def _parted(
        self, sentence: str, mark: str, depth: int, head: re.Pattern[str] = _ANYTHING
    ) -> str | None:
        one, found, other = sentence.partition(mark)
        if not found or not head.fullmatch(one):
            return None
        before, behind = self._said(one, depth - 1), self._said(other, depth - 1)
        if before is None and behind is None and mark != _GUESS:
            return None
        return f"{before or one}{_MARKS[mark]}{behind or other}"


SENTENCES = Sentences.of(REFUSALS)


@functools.lru_cache(maxsize=2048)
def in_russian(sentence: str) -> str | None:
    """Return a sentence in Russian; None if nothing of it is known. Lists say the same often."""
    return SENTENCES.said(sentence)
