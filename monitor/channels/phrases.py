"""What is said of each kind of notice, in English and Russian, one beside the other."""

import attrs

from monitor.core.alerts.notices import NoticeKind
from monitor.core.counting import plural
from monitor.texts import LANGUAGES

Pair = tuple[str, str]


@attrs.frozen
class Phrase:
    """How a kind of notice is told."""

    label: Pair
    """In front of a name."""
    sentence: Pair
    """The first line of the text: `subject`, `since`, `ended` and `lasted` are put in."""
    count: tuple[tuple[str, str], tuple[str, str, str]]
    """Of so many: English for one and many, Russian for 1, 2 and 5."""
    suffix: Pair = ("", "")
    """Behind a name in a title."""


OF = {
    NoticeKind.DOWN: Phrase(
        ("DOWN", "НЕ РАБОТАЕТ"),
        ("{subject} is down since {since}.", "{subject} не работает с {since}."),
        (
            ("{n} task is down", "{n} tasks are down"),
            ("{n} задача не работает", "{n} задачи не работают", "{n} задач не работают"),
        ),
    ),
    NoticeKind.UP: Phrase(
        ("UP", "СНОВА РАБОТАЕТ"),
        (
            "{subject} is up again since {ended}. It was down for {lasted}, since {since}.",
            "{subject} снова работает с {ended}. Не работало {lasted}, с {since}.",
        ),
        (
            ("{n} task is up again", "{n} tasks are up again"),
            ("{n} задача снова работает", "{n} задачи снова работают", "{n} задач снова работают"),
        ),
        (" (was down for {lasted})", " (не работало {lasted})"),
    ),
    NoticeKind.DEGRADED: Phrase(
        ("DEGRADED", "РАБОТАЕТ ХУЖЕ"),
        ("{subject} is degraded since {since}.", "{subject} работает хуже с {since}."),
        (
            ("{n} task is degraded", "{n} tasks are degraded"),
            ("{n} задача работает хуже", "{n} задачи работают хуже", "{n} задач работают хуже"),
        ),
    ),
    NoticeKind.IMPROVED: Phrase(
        ("OK AGAIN", "СНОВА В НОРМЕ"),
        (
            "{subject} is no longer degraded since {ended}. It lasted {lasted}, since {since}.",
            "{subject} снова в норме с {ended}. Ухудшение длилось {lasted}, с {since}.",
        ),
        (
            ("{n} task is no longer degraded", "{n} tasks are no longer degraded"),
            ("{n} задача снова в норме", "{n} задачи снова в норме", "{n} задач снова в норме"),
        ),
        (" (was degraded for {lasted})", " (ухудшение длилось {lasted})"),
    ),
    NoticeKind.UNKNOWN: Phrase(
        ("UNKNOWN", "НЕИЗВЕСТНО"),
        (
            "We cannot tell how {subject} is since {since}. This is our own trouble.",
            "Состояние {subject} неизвестно с {since}. Причина в самом мониторе.",
        ),
        (
            ("{n} task is unknown", "{n} tasks are unknown"),
            (
                "состояние {n} задачи неизвестно",
                "состояние {n} задач неизвестно",
                "состояние {n} задач неизвестно",
            ),
        ),
    ),
    NoticeKind.KNOWN: Phrase(
        ("KNOWN AGAIN", "СНОВА ИЗВЕСТНО"),
        (
            "{subject} can be looked at again since {ended}, after {lasted}.",
            "{subject} снова проверяется с {ended}, перерыв {lasted}.",
        ),
        (
            ("{n} task can be looked at again", "{n} tasks can be looked at again"),
            (
                "{n} задача снова проверяется",
                "{n} задачи снова проверяются",
                "{n} задач снова проверяются",
            ),
        ),
    ),
    NoticeKind.FLAPPING: Phrase(
        ("FLAPPING", "НЕСТАБИЛЬНО"),
        (
            "{subject} keeps changing between up and down since {since}.",
            "{subject} то работает, то нет с {since}.",
        ),
        (
            ("{n} task is flapping", "{n} tasks are flapping"),
            ("{n} задача нестабильна", "{n} задачи нестабильны", "{n} задач нестабильны"),
        ),
    ),
    NoticeKind.STEADY: Phrase(
        ("STEADY AGAIN", "СНОВА СТАБИЛЬНО"),
        (
            "{subject} is steady again since {ended}. It flapped for {lasted}, since {since}.",
            "{subject} снова стабильно с {ended}. Нестабильность длилась {lasted}, с {since}.",
        ),
        (
            ("{n} task is steady again", "{n} tasks are steady again"),
            (
                "{n} задача снова стабильна",
                "{n} задачи снова стабильны",
                "{n} задач снова стабильны",
            ),
        ),
    ),
    NoticeKind.REMINDER: Phrase(
        ("STILL NOT WELL", "ВСЁ ЕЩЁ НЕ В ПОРЯДКЕ"),
        (
            "{subject} is not well since {since}, for {lasted} now.",
            "{subject} не в порядке с {since}, уже {lasted}.",
        ),
        (
            ("{n} task is still not well", "{n} tasks are still not well"),
            (
                "{n} задача всё ещё не в порядке",
                "{n} задачи всё ещё не в порядке",
                "{n} задач всё ещё не в порядке",
            ),
        ),
        (" (for {lasted})", " (уже {lasted})"),
    ),
    NoticeKind.ESCALATION: Phrase(
        ("ESCALATION", "ЭСКАЛАЦИЯ"),
        (
            "{subject} is not well since {since}, for {lasted} now, and nobody has taken it.",
            "{subject} не в порядке с {since}, уже {lasted}, и никто этим не занялся.",
        ),
        (
            ("{n} task is escalated", "{n} tasks are escalated"),
            ("{n} задача эскалирована", "{n} задачи эскалированы", "{n} задач эскалировано"),
        ),
        (" (for {lasted})", " (уже {lasted})"),
    ),
    NoticeKind.EXPIRY: Phrase(
        ("EXPIRES SOON", "СКОРО ИСТЕКАЕТ"),
        ("{subject}: something runs out.", "{subject}: скоро истекает срок."),
        (
            ("{n} task has something that runs out", "{n} tasks have something that runs out"),
            (
                "скоро истекает срок у {n} задачи",
                "скоро истекает срок у {n} задач",
                "скоро истекает срок у {n} задач",
            ),
        ),
    ),
    NoticeKind.SYSTEM: Phrase(
        ("MONITOR IN TROUBLE", "СБОЙ МОНИТОРА"),
        (
            "The monitor itself is in trouble since {since}: {subject}.",
            "Сбой самого монитора с {since}: {subject}.",
        ),
        (
            ("the monitor has {n} trouble", "the monitor has {n} troubles"),
            ("{n} сбой монитора", "{n} сбоя монитора", "{n} сбоев монитора"),
        ),
    ),
    NoticeKind.SYSTEM_OVER: Phrase(
        ("MONITOR WELL AGAIN", "МОНИТОР В ПОРЯДКЕ"),
        (
            "The monitor's trouble is over since {ended}, after {lasted}: {subject}.",
            "Сбой монитора устранён в {ended}, он длился {lasted}: {subject}.",
        ),
        (
            ("{n} trouble of the monitor is over", "{n} troubles of the monitor are over"),
            (
                "{n} сбой монитора устранён",
                "{n} сбоя монитора устранены",
                "{n} сбоев монитора устранено",
            ),
        ),
        (" (after {lasted})", " (через {lasted})"),
    ),
    NoticeKind.TRIAL: Phrase(
        ("TRIAL", "ПРОБА"),
        (
            "Somebody tries this channel. Nothing is wrong.",
            "Кто-то проверяет этот канал. Ничего не случилось.",
        ),
        (
            ("{n} trial", "{n} trials"),
            ("{n} проба", "{n} пробы", "{n} проб"),
        ),
    ),
}

STILL_DOWN = Phrase(
    ("STILL DOWN", "ВСЁ ЕЩЁ НЕ РАБОТАЕТ"),
    (
        "{subject} is down since {since}, for {lasted} now.",
        "{subject} не работает с {since}, уже {lasted}.",
    ),
    (
        ("{n} task is still down", "{n} tasks are still down"),
        (
            "{n} задача всё ещё не работает",
            "{n} задачи всё ещё не работают",
            "{n} задач всё ещё не работают",
        ),
    ),
    (" (for {lasted})", " (уже {lasted})"),
)
"""A reminder of what is down: there are others."""

SAYS: Pair = ("It says: {detail}", "Сообщение: {detail}")
TARGET: Pair = ("Target: {target}", "Цель: {target}")
TAGS: Pair = ("Tags: {tags}", "Метки: {tags}")
AFFECTED: Pair = (
    "Cannot be seen because of it ({n}): {names}",
    "Из-за этого не видны ({n}): {names}",
)
HIDES: Pair = (" (hides {n} more)", " (скрывает ещё {n})")
MORE: Pair = ("{names} and {n} more", "{names} и ещё {n}")
AND_MORE: Pair = ("... and {n} more", "... и ещё {n}")
LATE: Pair = ("[late] ", "[с опозданием] ")
IS_LATE: Pair = (
    "This comes late: it is over already.",
    "Сообщение запоздало: это уже позади.",
)
NOBODY: Pair = ("the monitor", "монитор")
TEMPLATE_FAILED: Pair = (
    "(The channel's {name} failed, this is our own wording: {error})",
    "(Шаблон {name} этого канала не сработал, это наш текст: {error})",
)
UNITS = ((86_400, ("d", "д")), (3_600, ("h", "ч")), (60, ("min", "мин")), (1, ("s", "с")))


def counted(phrase: Phrase, number: int, lang: int) -> str:
    """Say how many, in right grammar."""
    forms = phrase.count[lang]
    return plural(number, forms, LANGUAGES[lang]).format(n=number)
