"""Find the Russian of sentences that have their values in them already.

A table has Russian by English; `{name}` stands for a value, which may be a sentence of the table
itself. `{name:k}` stands only for what is in the table itself, `{name:n}` for a number, `{name:t}`
for a length of time, `{name:u}` for a name in capitals, `{name:w}` for one word, `{name:q}` for a
quoted text, and `{name:c}` for so many of something; these may want other forms in Russian, which
are written `{name:строки|строк|строк}`. What begins with a space is said behind a value.
"""

import re
from collections.abc import Mapping, Sequence
from string import Formatter

import attrs

from monitor.core.counting import filled

_GUESS = ", did you mean "
_MARKS = {"; ": "; ", ": ": ": ", _GUESS: ", может быть, "}
"""What parts sentences; of a guess only the words before it are ours."""
_LISTS = {", ": ", ", " or ": " или ", " nor ": ", "}
"""What parts lists, all of which must be ours."""

_ANYTHING = re.compile(r"(?s:.*)")
_FIELD = re.compile(r"(option )?[\w.-]{1,80}", re.ASCII)
_COUNT = re.compile(r"([\d,]{1,40}) (\w[\w ]{0,40})", re.ASCII)
_KINDS = {
    "n": re.compile(r"-?[\d.,]{1,40}"),
    "t": re.compile(r"(\d[\d.]*(ms|[smhdw])){1,7}"),
    "u": re.compile(r"[A-Z_]{1,80}|\d{1,10}"),
    "w": re.compile(r"\S{1,200}"),
    "q": re.compile(r"(?s:(['\"])(\\.|(?!\1).)*\1)"),
    "c": re.compile(r"[\d,]{1,40} \w{1,40}"),
}
"""What may stand in gaps that say so."""
_DEEPEST = 6
"""How many sentences may stand within each other."""
_LONGEST_LIST = 20


class _Number(int):
    """A number that stands in a sentence as so many of something."""

    said = ""

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return self.said or str(int(self))


@attrs.frozen
class _Template:
    """A sentence with gaps for values."""

    texts: tuple[str, ...]
    """What stands before, between and behind the gaps."""
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    russian: str

    @property
    def text(self) -> str:
        """What it says without values."""
        return "".join(self.texts)

    @property
    def word(self) -> str | None:
        """The word it begins with; None if a value may be part of it."""
        word, space, _rest = self.texts[0].partition(" ")
        return word if space else None

    def values(self, sentence: str) -> Sequence[str] | None:
        """Return what stands in the gaps; None if it is another sentence.

        Of gaps beside each other the first takes all. It takes no more time than the sentence is
        long, whatever somebody has written into it.
        """
        first, last = self.texts[0], self.texts[-1]
        if not self.names:
            return [] if sentence == first else None
        if len(sentence) < len(first) + len(last):
            return None
        if not (sentence.startswith(first) and sentence.endswith(last)):
            return None
        found, at, end = [], len(first), len(sentence) - len(last)
        for number in range(len(self.names)):
            stop = self._stop(number, sentence, at, end)
            if stop < 0:
                return None
            found.append(sentence[at:stop])
            at = stop + len(self.texts[number + 1])
        fits = (
            kind not in _KINDS or _KINDS[kind].fullmatch(value)
            for kind, value in zip(self.kinds, found, strict=True)
        )
        return found if all(fits) else None

    def _stop(self, number: int, sentence: str, at: int, end: int) -> int:
        """Return where the value of a gap ends that begins at `at`; negative if it does not fit."""
        if number and not self.texts[number]:
            return at  # beside the one before
        if self.kinds[number] != "c":
            until = next((text for text in self.texts[number + 1 : -1] if text), None)
            return end if until is None else sentence.find(until, at, end)
        count = _KINDS["c"].match(sentence, at, end)
        if count is None or not sentence.startswith(self.texts[number + 1], count.end()):
            return -1
        return count.end() if number + 1 < len(self.names) or count.end() == end else -1


def _template(english: str, russian: str) -> _Template:
    texts, names, kinds = [""], [], []
    for text, name, kind, _ in Formatter().parse(english):
        texts[-1] += text
        if name is not None:
            names.append(name)
            kinds.append(kind or "")
            texts.append("")
    return _Template(tuple(texts), tuple(names), tuple(kinds), russian)


@attrs.frozen
class Sentences:
    """Find the Russian of sentences with values."""

    plain: Mapping[str, str]
    several: Sequence[_Template]
    """Sentences of several clauses."""
    single: Mapping[str | None, Sequence[_Template]]
    """Others by the word they begin with; by None those that begin with a value."""
    endings: Sequence[_Template]
    """What is said behind a value."""
    clauses: Sequence[_Template]
    """What is said behind one word."""
    counts: Mapping[str, str]

    @classmethod
    def of(
        cls, table: Mapping[str, str], counts: Mapping[str, str], clauses: Mapping[str, str]
    ) -> "Sentences":
        """Make ready what is in a table.

        Args:
            counts: what can be counted, such as `{"row|rows": "строка|строки|строк"}`.
            clauses: what is said of a thing that is named by one word before it.
        """
        made = [_template(english, russian) for english, russian in table.items()]
        # Where two fit, that one is meant which says more itself.
        rest = sorted((one for one in made if one.names), key=lambda one: -len(one.text))
        single = [one for one in rest if "; " not in one.text]
        words = {one.word for one in single}
        return cls(
            plain={one.texts[0]: one.russian.format() for one in made if not one.names},
            several=[one for one in rest if "; " in one.text],
            single={
                word: [one for one in single if one.word in (word, None)] for word in words | {None}
            },
            endings=[one for one in made if one.texts[0].startswith(" ")],
            clauses=[_template(f" {one}", f": {russian}") for one, russian in clauses.items()],
            counts={
                noun: russian for english, russian in counts.items() for noun in english.split("|")
            },
        )

    def said(self, sentence: str) -> str | None:
        """Return a sentence in Russian; None if nothing of it is known.

        Of `field: sentence` and of clauses that a semicolon parts each is looked up by itself.
        """
        found = _Reading(self).said(sentence, _DEEPEST)
        return None if found is None else str(found)


@attrs.define
class _Reading:
    """One sentence that is being read, with what was found of its parts."""

    table: Sentences
    found: dict[tuple[str, int], str | _Number | None] = attrs.Factory(dict)

    def said(self, sentence: str, depth: int) -> str | _Number | None:
        """Return what may be `depth` sentences within each other in Russian; None if unknown."""
        key = sentence, depth
        if key not in self.found:
            self.found[key] = self._said(sentence, depth)
        return self.found[key]

    def _said(self, sentence: str, depth: int) -> str | _Number | None:
        if (plain := self.table.plain.get(sentence)) is not None or not depth:
            return plain
        single = self.table.single
        by_word = single.get(sentence.partition(" ")[0], single[None])
        # Values may have semicolons, too, but most of these end a clause.
        return (
            self._counted(sentence)
            or self._filled(sentence, self.table.several, depth)
            or self._parted(sentence, ": ", depth, _FIELD)
            or self._parted(sentence, "; ", depth)
            or self._bracketed(sentence, depth, behind=True)
            or self._filled(sentence, by_word, depth)
            or self._parted(sentence, ": ", depth)
            or self._ended(sentence, depth)
            or self._listed(sentence, ", ", depth)
            or self._listed(sentence, " or ", depth)
            or self._listed(sentence, " nor ", depth)
            or self._parted(sentence, _GUESS, depth)
            or self._bracketed(sentence, depth, behind=False)
        )

    def _counted(self, sentence: str) -> _Number | None:
        found = _COUNT.fullmatch(sentence)
        if found is None or (forms := self.table.counts.get(found[2])) is None:
            return None
        number = _Number(found[1].replace(",", ""))
        number.said = filled(f"{{number:{forms}}}", {"number": int(number)}, "ru")
        return number

    def _filled(self, sentence: str, templates: Sequence[_Template], depth: int) -> str | None:
        for template in templates:
            values = template.values(sentence)
            if values is None:
                continue
            known = [self._value(value, depth - 1) for value in values]
            sure = all(
                kind not in ("k", "c") or one is not None
                for kind, one in zip(template.kinds, known, strict=True)
            )
            if sure:
                told = [
                    value if one is None else one for one, value in zip(known, values, strict=True)
                ]
                return filled(template.russian, dict(zip(template.names, told, strict=True)), "ru")
        return None

    def _value(self, value: str, depth: int) -> str | _Number | None:
        """Say a value, or what stands behind it; what is quoted stays as it is."""
        if _KINDS["q"].fullmatch(value):
            return None
        if (said := self.said(value, depth)) is not None:
            return said
        if value.isdecimal() and len(value) < 20:
            return _Number(value)
        for ending in self.table.endings if depth else ():
            at = value.find(ending.texts[0])
            if at >= 0 and (behind := self._filled(value[at:], [ending], depth)) is not None:
                before = self._value(value[:at], depth - 1)
                return f"{value[:at] if before is None else before}{behind}"
        head, mark, tail = value.rpartition(", ")
        if mark and depth and (last := self.said(tail, depth - 1)) is not None:
            before = self._value(head, depth - 1)
            return f"{head if before is None else before}, {last}"
        head, mark, tail = value.partition(": ")
        told = self._value(head, depth - 1) if mark and depth else None
        return None if told is None else f"{told}: {self.said(tail, depth - 1) or tail}"

    def _bracketed(self, sentence: str, depth: int, *, behind: bool) -> str | None:
        """Say what has brackets behind it, if that is known, or else what stands in them."""
        at = _opening(sentence)
        if at < 1:
            return None
        before, inside = sentence[:at], sentence[at + 2 : -1]
        said, more = self.said(before, depth - 1), self.said(inside, depth - 1)
        if (said if behind else more) is None or not (behind or " " in inside):
            return None
        return f"{said or before} ({more or inside})"

    def _listed(self, sentence: str, mark: str, depth: int) -> str | None:
        """Say a list of which all is known, but for figures, versions and the like."""
        parts = _parts(sentence, mark)
        if not 1 < len(parts) <= _LONGEST_LIST:
            return None
        said = [self.said(part, depth - 1) for part in parts]
        if not any(said) or any(
            one is None and (" " in part or part.isalpha())
            for one, part in zip(said, parts, strict=True)
        ):
            return None
        return _LISTS[mark].join(
            part if one is None else str(one) for one, part in zip(said, parts, strict=True)
        )

    def _parted(
        self, sentence: str, mark: str, depth: int, head: re.Pattern[str] = _ANYTHING
    ) -> str | None:
        one, found, other = sentence.partition(mark)
        if not found or not head.fullmatch(one):
            return None
        before, behind = self.said(one, depth - 1), self.said(other, depth - 1)
        if before is None and behind is None and mark != _GUESS:
            return None
        return f"{before or one}{_MARKS[mark]}{behind or other}"

    def _ended(self, sentence: str, depth: int) -> str | None:
        """Say a sentence with something behind it, if both are known."""
        for ending in self.table.endings:
            at = sentence.find(ending.texts[0])
            if at > 0 and (behind := self._filled(sentence[at:], [ending], depth)) is not None:
                before = self.said(sentence[:at], depth - 1)
                if before is not None:
                    return f"{before}{behind}"
        word, space, _rest = sentence.partition(" ")
        behind = self._filled(sentence[len(word) :], self.table.clauses, depth) if space else None
        return f"{word}{behind}" if behind is not None else None


def _opening(sentence: str) -> int:
    """Return where the brackets begin that a sentence ends with; below 1 if there are none."""
    if not sentence.endswith(")"):
        return -1
    depth = 0
    for at in range(len(sentence) - 1, 0, -1):
        depth += (sentence[at] == ")") - (sentence[at] == "(")
        if depth == 0:
            return at - 1 if sentence[at - 1] == " " else -1
    return sentence.find(" (")


def _parts(sentence: str, mark: str) -> list[str]:
    """Part a list, but not within brackets."""
    parts: list[str] = []
    open_ = 0
    for piece in sentence.split(mark):
        if open_ > 0:
            parts[-1] += mark + piece
        else:
            parts.append(piece)
        open_ += piece.count("(") - piece.count(")")
    return parts
