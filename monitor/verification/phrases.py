"""The sentences of the acceptance run, in English and Russian, one beside the other."""

from collections.abc import Mapping
from typing import Any

from monitor.core.counting import filled
from monitor.texts import LANGUAGES
from monitor.verification.claims import CALM, Both
from monitor.verification.fault_claims import BROKEN

CLAIMS = {**CALM, **BROKEN}

_TITLES: dict[str, Both] = {
    "together": ("Three tasks created at once", "Базовый тест: три задачи одновременно"),
    "load": ("Many tasks under load", "Стресс-тест: много задач с коротким интервалом"),
    "search": ("Log and database searched for errors", "Проверка логов и базы данных на ошибки"),
    "control": (
        "Control experiment: one shared session against one per task",
        "Контрольный опыт: одна общая сессия против сессии на задачу",
    ),
    "recovery": (
        "Task 7 fails, ends and recovers",
        "Задача 7 отказывает, останавливается и восстанавливается",
    ),
    "leaving": ("SIGTERM in the middle of load", "SIGTERM посреди нагрузки"),
}

_GOALS: dict[str, Both] = {
    "together": (
        "check that tasks created together each work through a session of their own, and that "
        "all sessions are closed on stop",
        "проверить, что созданные вместе задачи работают каждая через свою сессию и что при "
        "остановке все сессии закрываются",
    ),
    "load": (
        "recreate the conditions of the fault: many tasks working at the same time against "
        "healthy, slow, failing and flapping targets on this machine",
        "воспроизвести условия, при которых возникала ошибка: много задач работают одновременно "
        "с исправными, медленными, отказывающими и мигающими целями на этой машине",
    ),
    "search": (
        "make sure that the runs above left no error in the log (all loggers, all levels) and "
        "nothing in the database",
        "убедиться, что описанные выше запуски не оставили ошибок в логах (все логгеры, все "
        "уровни) и ничего не оставили в базе данных",
    ),
    "control": (
        "show that this load does provoke the fault when all tasks share one session, and does "
        "not when each has its own; without the first the second would prove nothing",
        "показать, что эта нагрузка вызывает ошибку, если все задачи делят одну сессию, и не "
        "вызывает, если у каждой своя; без первого второе ничего бы не доказывало",
    ),
    "recovery": (
        "make the probe of task 7 raise until the task ends, and follow its recovery; task 8 "
        "never heals and must be given up on loudly; the other six must not notice",
        "заставить проверку задачи 7 вызывать ошибки до остановки задачи и проследить "
        "восстановление; задача 8 не выздоравливает, и отказ от неё должен быть громким; "
        "остальные шесть не должны ничего заметить",
    ),
    "leaving": (
        "stop a real process by SIGTERM while it looks, and compare what it acknowledged with "
        "what is in the database",
        "остановить настоящий процесс сигналом SIGTERM во время проверок и сравнить то, что он "
        "подтвердил, с тем, что есть в базе данных",
    ),
}

_ROWS: dict[str, Both] = {
    "S1": (
        "each task has a database session of its own, and it is closed on stop",
        "у каждой задачи своя сессия БД, и при остановке она закрывается",
    ),
    "S2": (
        "many tasks work at once without conflict, and every look is recorded",
        "множество задач работает одновременно без конфликтов, и каждая проверка записана",
    ),
    "S3": (
        "neither the log nor the database shows an error of sessions",
        "ни в логах, ни в базе данных нет ошибок, связанных с сессиями",
    ),
    "S4": (
        'the error "concurrent operations are not permitted" appears with one shared session and '
        "does not with one session per task",
        "ошибка «concurrent operations are not permitted» возникает с одной общей сессией и не "
        "возникает, когда у каждой задачи своя",
    ),
    "S5": (
        "a session has one owner and is closed in every case",
        "у сессии один владелец, и она закрывается в любом случае",
    ),
    "S6": (
        "five errors of our own in a row end the task's child",
        "пять собственных ошибок подряд завершают дочернюю задачу",
    ),
    "S7": (
        "next_check moves on after every look, errors included; no slot is lost without a word",
        "next_check обновляется после каждой проверки, даже при ошибках; ни один слот не "
        "теряется молча",
    ),
    "S8": (
        "stopped tasks come back by themselves under the recovery policy",
        "остановленные задачи восстанавливаются сами согласно политике восстановления",
    ),
}

_WORDS: dict[str, Both] = {
    "heading": (
        "Acceptance run of the monitor: results",
        "Результаты приёмочной проверки монитора",
    ),
    "date": ("Date of the run", "Дата тестирования"),
    "surroundings": ("Surroundings", "Окружение"),
    "scale": ("Scale of time", "Масштаб времени"),
    "scale.load": (
        "step {step}: {tasks:task|tasks} at intervals of {shortest:.2f}-{longest:.2f} s instead of "
        "10-30 s (1:{factor:.3g}), for {seconds:.0f} s",
        "шаг {step}: задач: {tasks}, интервалы {shortest:.2f}-{longest:.2f} с вместо 10-30 с "
        "(1:{factor:.3g}), в течение {seconds:.0f} с",
    ),
    "scale.leaving": (
        "step {step}: {tasks:task|tasks} at intervals of {shortest:.2f}-{longest:.2f} s "
        "(1:{factor:.3g}), until each has looked twice",
        "шаг {step}: задач: {tasks}, интервалы {shortest:.2f}-{longest:.2f} с (1:{factor:.3g}), "
        "пока каждая не проверится дважды",
    ),
    "scale.recovery": (
        "step 5: everything 1:{factor:.3g} of the product's defaults: interval {interval:.2f} s "
        "instead of 60 s (the siblings {calm} times that), first restart after {base:.2f} s "
        "instead of 60 s, a life is stable after {reset:.1f} s instead of 600 s; "
        "{attempts:attempt|attempts} instead of 10",
        "шаг 5: всё в масштабе 1:{factor:.3g} к значениям по умолчанию: интервал {interval:.2f} с "
        "вместо 60 с (у остальных задач в {calm} раза больше), первый перезапуск через "
        "{base:.2f} с вместо 60 с, жизнь считается стабильной через {reset:.1f} с вместо 600 с; "
        "попыток {attempts} вместо 10",
    ),
    "tests": ("Tests performed", "Выполненные тесты"),
    "goal": ("Goal", "Цель"),
    "results": ("Results", "Результаты"),
    "log": ("Log", "Логи"),
    "comparison": ("Comparison: before and after", "Сравнение: до и после исправления"),
    "comparison.none": (
        "The control experiment was not carried out; there is nothing to compare.",
        "Контрольный опыт не выполнен; сравнивать нечего.",
    ),
    "seen": ("What was seen", "Что наблюдалось"),
    "before": ("Before: one session for all tasks", "До: одна общая сессия на все задачи"),
    "after": ("After: one session per task", "После: своя сессия у каждой задачи"),
    "side.operations": ("operations tried", "операций выполнено"),
    "side.failed": ("operations failed", "операций с ошибкой"),
    "side.known": ("with a known face of the fault", "из них с известным видом ошибки"),
    "side.quoted": (
        'with "concurrent operations are not permitted"',
        "из них «concurrent operations are not permitted»",
    ),
    "side.looks": ("looks found in the database", "проверок найдено в базе данных"),
    "side.moved": (
        "tasks whose next_check moved on to the end",
        "задач, у которых next_check дошёл до конца",
    ),
    "side.usable": ("session works afterwards", "сессия работает после этого"),
    "of": ("{part} of {whole}", "{part} из {whole}"),
    "yes": ("yes", "да"),
    "no": ("no", "нет"),
    "faces": (
        "Errors seen with one shared session:",
        "Ошибки, возникшие с одной общей сессией:",
    ),
    "mechanisms": ("The mechanisms, row by row", "Проверка работы механизмов"),
    "row": ("Row", "Строка"),
    "claim": ("Claim", "Утверждение"),
    "findings": ("Findings", "Проверок"),
    "verdict": ("Verdict", "Итог"),
    "conclusions": ("Conclusions", "Выводы"),
    "confirmed": ("Confirmed: {claim}.", "Подтверждено: {claim}."),
    "refuted": ("NOT confirmed: {claim}: {failures}.", "НЕ подтверждено: {claim}: {failures}."),
    "unexamined": ("NOT examined: {claim}.", "НЕ проверено: {claim}."),
    "status": ("Status", "Статус"),
    "status.passed": (
        "CONFIRMED: all {total} findings passed",
        "ПОДТВЕРЖДЕНО: пройдены все проверки ({total})",
    ),
    "status.failed": (
        "NOT CONFIRMED: {failed} of {total} findings failed",
        "НЕ ПОДТВЕРЖДЕНО: не пройдено проверок: {failed} из {total}",
    ),
    "advice": ("What to do", "Рекомендации"),
    "advice.passed": (
        "This version works on this database. Run `monitor verify` again after an upgrade of "
        "program, Python or database.",
        "Эта версия работает на этой базе данных. Повторите `monitor verify` после обновления "
        "программы, Python или базы данных.",
    ),
    "advice.failed": (
        "Do not rely on this version on this database before the findings marked ❌ are "
        "explained; run again to see whether they stay.",
        "Не полагайтесь на эту версию на этой базе данных, пока не объяснены строки с ❌; "
        "повторите запуск, чтобы узнать, повторяются ли они.",
    ),
    "seconds": ("{seconds:.1f} s", "{seconds:.1f} с"),
    "passed": ("passed", "пройдено"),
    "failed": ("FAILED", "НЕ ПРОЙДЕНО"),
    "program": ("program", "программа"),
    "python": ("Python", "Python"),
    "database": ("database", "база данных"),
    "server": ("database server", "сервер БД"),
    "machine": ("machine", "машина"),
    "looks": ("{number:look|looks}", "проверок: {number}"),
    "operations": ("{number:operation|operations}", "операций: {number}"),
    "lines": ("{number:log line|log lines}", "строк лога: {number}"),
}


def _pick(pair: Both, lang: str) -> str:
    return pair[LANGUAGES.index(lang)]


def title(step: str, lang: str) -> str:
    """Name a step."""
    return _pick(_TITLES[step], lang)


def goal(step: str, lang: str) -> str:
    """Say what a step is for."""
    return _pick(_GOALS[step], lang)


def row_claim(row: str, lang: str) -> str:
    """Say what a row claims."""
    return _pick(_ROWS[row], lang)


def word(key: str, lang: str, **numbers: Any) -> str:
    """Return a word or sentence of the report itself."""
    text = _pick(_WORDS[key], lang) if key in _WORDS else key
    return filled(text, numbers, lang) if numbers else text


def counted(number: int, what: str, lang: str) -> str:
    """Say how many there are."""
    return word(what, lang, number=number)


def claim(key: str, seen: Mapping[str, Any], lang: str) -> str:
    """Say what was claimed."""
    return _told(CLAIMS[key][0], seen, lang)


def seen(key: str, numbers: Mapping[str, Any], lang: str) -> str:
    """Say what was seen, in numbers, whether that is good or bad."""
    return _told(CLAIMS[key][1], numbers, lang).strip(" ;,")


def _told(pair: Both, numbers: Mapping[str, Any], lang: str) -> str:
    """Fill a sentence in; a number that could not be had must not take the report with it."""
    shown = {
        name: word("yes" if value else "no", lang)
        if isinstance(value, bool)
        else "-"
        if value is None
        else value
        for name, value in numbers.items()
    }
    try:
        return filled(_pick(pair, lang), shown, lang)
    except (KeyError, ValueError):
        return ", ".join(f"{name}={value}" for name, value in shown.items())
