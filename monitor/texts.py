"""The sentences of log events, in English and Russian, one beside the other."""

import reprlib
from collections.abc import Mapping
from typing import Any

from monitor.core.counting import filled

LANGUAGES = ("en", "ru")

_SENTENCES: dict[str, tuple[str, str]] = {
    "session.opened": (
        "{owner}: own database session opened",
        "{owner}: создана отдельная сессия БД для мониторинга",
    ),
    "session.closed": ("{owner}: database session closed", "{owner}: сессия БД закрыта"),
    "task.started": (
        'task {task} "{name}" is being watched: {target}',
        "задача {task} «{name}» наблюдается: {target}",
    ),
    "task.stopped": (
        'task {task} "{name}" is no longer watched',
        "задача {task} «{name}» больше не наблюдается",
    ),
    "task.looked": ("task {task} {status} {detail}", "задача {task} {status} {detail}"),
    "task.error": (
        'task {task} "{name}": our own error {errors} of {limit}: {error}',
        "задача {task} «{name}»: собственная ошибка {errors} из {limit}: {error}",
    ),
    "task.restarting": (
        'task {task} "{name}" ended by an error, attempt {attempt} starts at {retry_at}: {error}',
        "задача {task} «{name}» остановлена ошибкой, попытка {attempt} начнётся в {retry_at}: "
        "{error}",
    ),
    "task.restarted": (
        'task {task} "{name}" starts again, attempt {attempt}',
        "задача {task} «{name}» запускается снова, попытка {attempt}",
    ),
    "task.recovered": (
        'task {task} "{name}" has recovered: it has lived without error long enough',
        "задача {task} «{name}» восстановлена: она достаточно долго работает без ошибок",
    ),
    "task.failed": (
        'task {task} "{name}" FAILED: given up after {attempt:attempt|attempts}, resume it with '
        "`monitor task resume {task}`: {error}",
        "задача {task} «{name}» ОСТАНОВЛЕНА: исчерпаны {attempt} попыток, возобновить: "
        "`monitor task resume {task}`: {error}",
    ),
    "task.invalid": (
        'task {task} "{name}" can never work as it is, edit it: {error}',
        "задача {task} «{name}» неработоспособна, исправьте её: {error}",
    ),
    "task.stalled": (
        'task {task} "{name}" did not look in time ({late} late, {doing}) and is started again',
        "задача {task} «{name}» не проверялась вовремя (опоздание {late}, {doing}) и "
        "запускается снова",
    ),
    "task.unwatched": (
        "task {task} is due since {due_at} and nobody watches it; reconciling now",
        "задача {task} ждёт проверки с {due_at}, и никто её не наблюдает; сверяем список",
    ),
    "status.changed": (
        'task {task} "{name}": {before} -> {after} {reason} {detail}',
        "задача {task} «{name}»: {before} -> {after} {reason} {detail}",
    ),
    "config.applied": (
        "the configuration has been applied: {added:task|tasks} added, {changed} changed",
        "конфигурация применена: добавлено задач: {added}, изменено: {changed}",
    ),
    "config.refused": (
        "the configuration is wrong and changes nothing ({problems} problems, see "
        "`monitor config check`): {error}",
        "конфигурация неверна и ничего не меняет (ошибок: {problems}, см. "
        "`monitor config check`): {error}",
    ),
    "config.warning": ("{warning}", "{warning}"),
    "config.left_over": (
        'task "{name}" stands in no file any more and goes on; '
        "`monitor apply --prune` removes it with its history",
        "задача «{name}» больше не описана ни в одном файле и продолжает работать; "
        "`monitor apply --prune` удалит её вместе с историей",
    ),
    "gap.booked": (
        "task {task}: {slots:slot|slots} without a look from {from_at} to {until_at}: {reason}",
        "задача {task}: {slots} пропущенных проверок с {from_at} по {until_at}: {reason}",
    ),
    "alert.sent": (
        "{channel}: told of {key} (alerts in this message: {notices})",
        "{channel}: отправлено {key} (оповещений в сообщении: {notices})",
    ),
    "alert.failed": (
        "{channel}: {key} could not be sent: {error}",
        "{channel}: {key} не удалось отправить: {error}",
    ),
    "alert.dropped": (
        "{channel}: {key} is told nobody: {why}",
        "{channel}: {key} никому не отправлено: {why}",
    ),
    "letter.dead": (
        "status page {page}: letter {letter} was given up after {attempts:attempt|attempts}",
        "страница статуса {page}: письмо {letter} не доставлено, попыток: {attempts}",
    ),
    "deadman.failed": (
        "the dead man's switch could not be reached, and is tried again: {error}",
        "внешний сторож недоступен, попытки продолжаются: {error}",
    ),
    "deadman.back": (
        "the dead man's switch takes our pings again",
        "внешний сторож снова принимает наши сигналы",
    ),
    "deadman.silent": (
        "we are not well, so the dead man's switch is not pinged: {why}",
        "монитор нездоров, внешний сторож не получает сигналов: {why}",
    ),
    "deadman.well": (
        "we are well again, so the dead man's switch is pinged",
        "монитор снова здоров, внешний сторож получает сигналы",
    ),
    "drill.started": (
        "an exercise: a canary is made to fail",
        "учение: канарейка остановлена ошибкой нарочно",
    ),
    "drill.recovered": (
        "the canary recovered after {took} (no later than {limit} is well)",
        "канарейка восстановлена через {took} (хорошо, если не позже {limit})",
    ),
    "drill.missed": (
        "the canary was not recovered: {why}",
        "канарейка не восстановлена: {why}",
    ),
    "drill.started of a task": (
        'task {task} "{name}": an exercise, its child is made to fail',
        "задача {task} «{name}»: учение, она остановлена ошибкой нарочно",
    ),
    "drill.recovered of a task": (
        'task {task} "{name}" looks again, {took} after it was made to fail (no later than {limit} '
        "is well)",
        "задача {task} «{name}» снова проверяется, через {took} после учебной ошибки (хорошо, если "
        "не позже {limit})",
    ),
    "drill.missed of a task": (
        'task {task} "{name}" was made to fail and did not recover: {why}',
        "задача {task} «{name}» остановлена ошибкой нарочно и не восстановлена: {why}",
    ),
    "drill.refused": (
        "an exercise that was asked for is not carried out: {why}",
        "учение не проведено: {why}",
    ),
    "drill.cut_short": (
        "the exercise of {began_at} has no end: the monitor was stopped meanwhile",
        "учение {began_at} осталось без конца: монитор был остановлен",
    ),
    "system.error": (
        "{organ} ended by an error and starts again at {retry_at}: {error}",
        "{organ}: остановлено ошибкой, запускается снова в {retry_at}: {error}",
    ),
    "system.storm": (
        "{children} children failed within a minute; that is our fault, not theirs: {error}",
        "за минуту отказали {children} задач; причина в нас, а не в них: {error}",
    ),
    "database.lost": (
        "the database is away, looks go on and results wait in memory: {error}",
        "база данных недоступна, проверки продолжаются, результаты ждут в памяти: {error}",
    ),
    "database.back": (
        "the database is back after {away}, {waiting} waiting records are being written",
        "база данных снова доступна через {away}, записывается отложенных записей: {waiting}",
    ),
    "database.pooled": (
        "a pooler stands before the database ({sign}): our settings go with each transaction, and "
        "changes of tasks are seen by asking every second",
        "перед базой данных стоит пулер ({sign}): настройки передаются с каждой транзакцией, а "
        "изменения задач видны опросом раз в секунду",
    ),
    "database.noise": (
        "the database driver reported something nobody waited for: {error}",
        "драйвер базы данных сообщил об ошибке, которой никто не ждал: {error}",
    ),
    "record.refused": (
        "the database refused a record of task {task}, it is dropped: {error}",
        "база данных отвергла запись задачи {task}, она отброшена: {error}",
    ),
    "clock.jumped": (
        "the machine's clock stepped by {by} (suspended: {suspended})",
        "часы машины переведены на {by} (сон: {suspended})",
    ),
    "loop.lagged": (
        "our own loop stood still for {lag}; a failed look of that time is taken again",
        "наш цикл событий стоял {lag}; неудачные проверки этого времени повторяются",
    ),
    "loop.stuck": (
        "our own loop stands still since {stood}: nothing is looked at, nobody is told; it is in "
        "{where}",
        "наш цикл событий стоит уже {stood}: ничего не проверяется и никому не сообщается; он "
        "остановился в {where}",
    ),
    "loop.moves": (
        "our own loop moves again, after {stood}",
        "наш цикл событий снова движется, через {stood}",
    ),
    "uplink.lost": (
        "our own uplink is lost, no anchor answers; what fails now is not booked on targets: "
        "{error}",
        "наша собственная связь потеряна, ни один якорь не отвечает; сбои этого времени не "
        "приписываются целям: {error}",
    ),
    "uplink.back": (
        "our own uplink is back after {away}, {tasks:task looks|tasks look} again",
        "наша собственная связь восстановлена через {away}, задач проверяется снова: {tasks}",
    ),
    "uplink.unsure": (
        "the anchor {anchor} could not be asked, which says nothing about our uplink: {error}",
        "якорь {anchor} не удалось спросить, о нашей связи это ничего не говорит: {error}",
    ),
    "web.first_run": (
        "NOBODY CAN LOG IN YET: open {open} to create the first user",
        "ПОЛЬЗОВАТЕЛЕЙ ЕЩЁ НЕТ: откройте {open}, чтобы создать первого",
    ),
    "access.login": (
        "{user} has logged in from {address} ({via})",
        "{user}: вход с адреса {address} ({via})",
    ),
    "access.refused": (
        "a login from {address} was refused: wrong {how}",
        "отказано во входе с адреса {address}: неверно ({how})",
    ),
    "access.held": (
        "too many tries to log in from {address}; it has to wait",
        "слишком много попыток входа с адреса {address}; придётся подождать",
    ),
    "access.shut": (
        "second factors of {users} cannot be opened: access.secret_keys is missing, or another; "
        "recovery codes still let them in",
        "вторые факторы не открыть ({users}): access.secret_keys не задан или другой; коды "
        "восстановления действуют",
    ),
    "access.oidc": (
        "a login by the identity provider came to nothing: {error}",
        "вход через поставщика учётных записей не удался: {error}",
    ),
    "access.first_run": (
        "the first-run address was opened from {address}",
        "адрес первого входа открыт с {address}",
    ),
    "web.listening": (
        "listening for HTTP on {address}",
        "приём HTTP на {address}",
    ),
    "web.busy": (
        "{error}; the monitor watches, but NOBODY LISTENS: no ping can come in. Name another "
        "address with --listen, or none",
        "{error}; наблюдение идёт, но HTTP НЕ ПРИНИМАЕТСЯ, сигналы задач не придут. Задайте "
        "другой адрес через --listen или none",
    ),
    "web.error": (
        "a request to {path} could not be answered, which is a fault of ours: {error}",
        "запрос к {path} не обработан из-за нашей ошибки: {error}",
    ),
    "monitor.started": (
        "watching {tasks:task|tasks}, database {database}",
        "наблюдается задач: {tasks}, база данных {database}",
    ),
    "monitor.stopping": (
        "leaving in good order ({cause}), grace {grace}",
        "завершение работы ({cause}), отсрочка {grace}",
    ),
    "monitor.stopped": (
        "stopped: {open_sessions:session|sessions} open, {unwritten:record|records} unwritten",
        "остановлено: открытых сессий {open_sessions}, незаписанных записей {unwritten}",
    ),
    "signal.unneeded": (
        "{signal}: the configuration files are followed as they change, there is nothing to do",
        "{signal}: файлы конфигурации отслеживаются и без сигнала, делать нечего",
    ),
    "node.joined": ("process {node} on {host} has joined", "процесс {node} на {host} начал работу"),
    "log.dropped": (
        "{lines:line of this log is lost|lines of this log are lost}: nobody read it in time, or "
        "it could not be written",
        "потеряно строк этого журнала: {lines}; его не читали вовремя или запись не удалась",
    ),
    "flood": (
        "(more of this event in the same second is not shown)",
        "(остальные такие события этой секунды не показаны)",
    ),
    "log": ("{logger}: {message}", "{logger}: {message}"),
}


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def sentence(event: str, fields: Mapping[str, Any], lang: str) -> str:
    """Tell an event in a language; an event without a sentence is told by its fields.

    One printable line: a target's words must not forge lines of ours, nor steer a terminal.
    Never raises: a log line that fails would hide the very thing it should tell.
    """
    pair = _SENTENCES.get(event)
    if fields.get("task") is not None:
        pair = _SENTENCES.get(f"{event} of a task", pair)
    try:
        if pair is None:
            said = " ".join(f"{name}={value}" for name, value in fields.items())
        else:
            said = filled(pair[LANGUAGES.index(lang)], _Lenient(fields), lang).strip()
    except Exception:  # noqa: BLE001 (a log line never fails)
        said = reprlib.repr(dict(fields))  # survives values that cannot be printed
    if said.isprintable():
        return said
    return "".join(letter if letter.isprintable() else " " for letter in said)
