"""Put notices into words: title and text of a message, in English and Russian.

Pure: the same notices in any order give the same message with the same key. Of each thread only the
last word is told, since it says when it began and how long it lasted. What targets and operators
wrote stays within its line.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import attrs

from monitor.channels import phrases
from monitor.channels.payload import lasted_s
from monitor.channels.phrases import OF, STILL_DOWN, Pair, Phrase, counted
from monitor.channels.severity import last_words, severity_of
from monitor.core.alerts.notices import Message, Notice, NoticeKind
from monitor.core.model import Status
from monitor.probes.explain import printable
from monitor.russian.refusals import in_russian
from monitor.texts import LANGUAGES

TITLE_LIMIT = 160
"""Letters: more is cut by most receivers, and by all phones."""
TOLD_ONE_BY_ONE = 30
"""Subjects of a digest that get lines of their own."""

_NAMES_IN_TITLE = 3
_NAMES_IN_TEXT = 20
_NAME_LIMIT = 80
_DETAIL_LIMIT = 500


def compose(notices: Iterable[Notice], lang: str = "en", *, late: bool = False) -> Message:
    """Make a message of one or several notices of one channel.

    Args:
        notices: at least one.
        lang: `en` or `ru`.
        late: whether it tells what is over already.
    """
    told = tuple(sorted(notices, key=lambda one: (one.at, one.is_good, one.key)))
    number = LANGUAGES.index(lang)
    words = sorted(last_words(told), key=lambda one: -severity_of(one))
    title = _title(words[0], number) if len(words) == 1 else _digest_title(words, number)
    lines = _lines(words[0], number) if len(words) == 1 else _digest_lines(words, number)
    if late:
        title = phrases.LATE[number] + title
        lines.insert(0, phrases.IS_LATE[number])
    return Message(
        key=message_key(told),
        notices=told,
        title=printable(title, TITLE_LIMIT),
        text="\n".join(lines),
        late=late,
        lang=lang,
    )


def one_by_one(message: Message) -> list[Message]:
    """Return a message for each thread, with its last word: for receivers that keep events."""
    words = last_words(message.notices)
    if len(words) == 1:
        return [attrs.evolve(message, notices=tuple(words))]
    return [compose([word], message.lang, late=message.late) for word in words]


def message_key(notices: Iterable[Notice]) -> str:
    """Name a message by what it tells, when, and to whom: the same at each attempt, for ever.

    Without the time a monitor that begins anew, with an empty database, would give the names of
    old messages to new ones, and receivers would throw these away.
    """
    told = "\n".join(
        sorted(f"{one.channel}\t{one.key}\t{int(one.at.timestamp())}" for one in notices)
    )
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def moment(at: datetime) -> str:
    """Write a moment as `2026-11-24 03:00:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float, lang: str = "en") -> str:
    """Write how long, in its two largest units: `2 h 5 min`."""
    left, number, parts = max(0, round(seconds)), LANGUAGES.index(lang), []
    for size, names in phrases.UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {names[number]}")
        if len(parts) == 2 or (parts and not count):
            break
    return " ".join(parts[:2]) or f"0 {phrases.UNITS[-1][1][number]}"


def label_of(notice: Notice, lang: str) -> str:
    """Return what is said in front of a name: DOWN, UP ..."""
    return _phrase(notice).label[LANGUAGES.index(lang)]


def _phrase(notice: Notice) -> Phrase:
    if notice.kind is NoticeKind.REMINDER and notice.status is Status.DOWN:
        return STILL_DOWN
    return OF[notice.kind]


def _subject(notice: Notice, number: int) -> str:
    return printable(notice.subject, _NAME_LIMIT) or phrases.NOBODY[number]


def _fill(pair: Pair, notice: Notice, number: int) -> str:
    # The pieces are put in at once: a name with braces in it is no template.
    return pair[number].format(
        subject=_subject(notice, number),
        since=moment(notice.since_at),
        ended=moment(notice.ended_at or notice.at),
        lasted=duration(lasted_s(notice), LANGUAGES[number]),
    )


def _title(notice: Notice, number: int) -> str:
    phrase = _phrase(notice)
    hidden = len(notice.affected)
    hides = phrases.HIDES[number].format(n=hidden) if hidden and not notice.is_good else ""
    suffix = _fill(phrase.suffix, notice, number)
    return f"{phrase.label[number]}: {_subject(notice, number)}{suffix}{hides}"


def _digest_title(words: Sequence[Notice], number: int) -> str:
    counts = Counter(map(_phrase, words))
    said = ", ".join(counted(phrase, count, number) for phrase, count in counts.items())
    names = _names([_subject(notice, number) for notice in words], _NAMES_IN_TITLE, number)
    return f"{said}: {names}"


def _names(names: Sequence[str], limit: int, number: int) -> str:
    shown = ", ".join(names[:limit])
    left = len(names) - limit
    return phrases.MORE[number].format(names=shown, n=left) if left > 0 else shown


def _lines(notice: Notice, number: int) -> list[str]:
    lines = [_fill(_phrase(notice).sentence, notice, number)]
    if detail := _detail(notice, number):
        lines.append(phrases.SAYS[number].format(detail=printable(detail, _DETAIL_LIMIT)))
    if target := printable(notice.target, _DETAIL_LIMIT):
        lines.append(phrases.TARGET[number].format(target=target))
    lines += _affected(notice, number)
    if notice.tags:
        tags = ", ".join(printable(tag, _NAME_LIMIT) for tag in notice.tags)
        lines.append(phrases.TAGS[number].format(tags=printable(tags)))
    return lines


def _detail(notice: Notice, number: int) -> str:
    """Return what a look said, in the language of the message as far as it is known there."""
    if LANGUAGES[number] != "ru":
        return notice.detail
    return in_russian(notice.detail) or notice.detail


def _affected(notice: Notice, number: int) -> list[str]:
    if not notice.affected:
        return []
    names = _names([printable(n, _NAME_LIMIT) for n in notice.affected], _NAMES_IN_TEXT, number)
    return [phrases.AFFECTED[number].format(n=len(notice.affected), names=names)]


def _digest_lines(words: Sequence[Notice], number: int) -> list[str]:
    lines = []
    for notice in words[:TOLD_ONE_BY_ONE]:
        sentence = _fill(_phrase(notice).sentence, notice, number)
        lines.append(f"* {_phrase(notice).label[number]}: {sentence}")
        if detail := _detail(notice, number):
            lines.append(f"  {phrases.SAYS[number].format(detail=printable(detail))}")
        lines += [f"  {line}" for line in _affected(notice, number)]
    if (left := len(words) - TOLD_ONE_BY_ONE) > 0:
        lines.append(phrases.AND_MORE[number].format(n=left))
    return lines
