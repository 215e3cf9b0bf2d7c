"""What the narrator says, in English and Russian, one beside the other."""

from typing import Any

from monitor.core.counting import filled
from monitor.texts import LANGUAGES

_PHRASES: dict[str, tuple[str, str]] = {
    # the beginning
    "hello": (
        "A demonstration: all of it on this machine, nothing of it is kept. Ctrl-C ends it.",
        "Демонстрация: всё на этой машине, ничего не сохраняется. Ctrl-C завершает её.",
    ),
    "watched": ("Watched, every second:", "Наблюдается, раз в секунду:"),
    "well": ("a shop that is well", "магазин, у которого всё хорошо"),
    "slow": ("a search that answers too slowly", "поиск, отвечающий слишком медленно"),
    "flapping": ("an interface that comes and goes", "интерфейс, который то есть, то нет"),
    "dead": ("a server that is gone", "сервер, которого больше нет"),
    "expiring": (
        "a certificate that runs out in five days",
        "сертификат, который истекает через пять дней",
    ),
    "silent": (
        "a nightly job that should report, and does not",
        "ночное задание, которое должно отчитываться и молчит",
    ),
    "crashing": (
        "a check of your own, with a bug in it",
        "ваша собственная проверка, в которой есть ошибка",
    ),
    "dashboard": ("dashboard", "панель"),
    "status page": ("status page", "страница статуса"),
    "metrics": ("metrics", "метрики"),
    "terminal": ("in another terminal", "в другом терминале"),
    "let the job report": ("let the job report", "пусть задание отчитается"),
    # what happens
    "task.error": ("our own code failed: {error}", "сбой в нашем коде: {error}"),
    "task.restarting": (
        "has been ended, and is started again in {wait}",
        "остановлена, перезапуск через {wait}",
    ),
    "task.restarted": ("starts again, attempt {attempt}", "запускается снова, попытка {attempt}"),
    "task.recovered": ("has recovered", "восстановлена"),
    "task.failed": ("has been given up on", "признана безнадёжной"),
    "letter": ("the inbox has taken: {title}", "ящик принял: {title}"),
    "leaving": (
        "Leaving in good order: looks in flight end, what they saw is written, alerts go out.",
        "Завершение по порядку: начатые проверки заканчиваются, увиденное записывается, "
        "оповещения уходят.",
    ),
    "goodbye": (
        "{looks:look|looks}, {errors:error|errors} of our own, {restarts:restart|restarts}, "
        "{letters:alert|alerts} taken. Nothing is left behind.",
        "Проверок: {looks}, собственных сбоев: {errors}, перезапусков: {restarts}, принято "
        "оповещений: {letters}. После демонстрации ничего не остаётся.",
    ),
    "next": ("Now with something of yours:", "А теперь с вашим адресом:"),
    # why it matters
    "why up": (
        "The first good look of a new task needs no other.",
        "Первой удачной проверке новой задачи подтверждение не нужно.",
    ),
    "why up again": (
        "Two good looks in a row. Whoever heard of the outage hears of its end.",
        "Две удачные проверки подряд. Кто узнал о сбое, узнает и о его конце.",
    ),
    "why down": (
        "Two looks in a row said so: one lost packet wakes nobody. It counts from the first.",
        "Так ответили две проверки подряд: потерянный пакет никого не разбудит. Отсчёт от первой.",
    ),
    "why slow": (
        "It answers, but breaks a condition of yours: latency < 300ms.",
        "Отвечает, но нарушает ваше условие: latency < 300ms.",
    ),
    "why expiring": (
        "It is valid still; you hear of it while there is time (days_left = 14).",
        "Он ещё действителен; вы узнаёте, пока есть время (days_left = 14).",
    ),
    "why silent": (
        "Nobody looked here: the job was to report by itself, and its time is over.",
        "Здесь никто не проверял: задание должно было отчитаться само, и его время вышло.",
    ),
    "why task.error": (
        "A fault of ours is never booked on the target: it is unknown, not down, and no outage.",
        "Наш сбой не приписывается цели: её состояние неизвестно, это не «не работает».",
    ),
    "why task.restarting": (
        "Three errors in a row end a task, and its supervisor brings it back after 2, 4, 8 s (60, "
        "120, 240 s in earnest). The others have nurseries and sessions of their own, and notice "
        "nothing.",
        "Три сбоя подряд завершают задачу, и её надзиратель возвращает её через 2, 4, 8 с "
        "(всерьёз: 60, 120, 240 с). У остальных свои ветви и сессии, они ничего не замечают.",
    ),
    "why task.recovered": (
        "It has lived without an error for long enough; its attempts are forgotten. A task never "
        "just stops.",
        "Она достаточно долго живёт без сбоев, её попытки забыты. Задача никогда не умолкает "
        "просто так.",
    ),
    "why letter": (
        "It was stored with the outage, in one transaction, and is sent until it is taken.",
        "Оно записано вместе со сбоем, одной транзакцией, и отправляется, пока не будет принято.",
    ),
    "why letter flapping": (
        "Up and down too often: told once, and then nothing until it is calm.",
        "Состояние меняется слишком часто: об этом сообщают один раз, а затем ждут затишья.",
    ),
    "why letter expiry": (
        "Also told without any outage: 21, 14, 7, 3 days and 1 day before.",
        "Сообщается и без сбоя: за 21, 14, 7, 3 дня и за 1 день.",
    ),
}


def phrase(name: str, lang: str, /, **fields: Any) -> str:
    """Say a phrase in a language."""
    return filled(_PHRASES[name][LANGUAGES.index(lang)], fields, lang)


def is_phrase(name: str) -> bool:
    """Say whether there is a phrase of that name."""
    return name in _PHRASES
