"""What is printed for people, in English and Russian; sentences of log events are in `texts`."""

from typing import Any

import attrs

_RUSSIAN = {
    # statuses
    "pending": "ожидание",
    "up": "работает",
    "degraded": "сбоит",
    "down": "не работает",
    "unknown": "неизвестно",
    "maintenance": "обслуживание",
    "unreachable": "недоступен",
    "paused": "на паузе",
    # headings
    "id": "id",
    "name": "имя",
    "status": "статус",
    "since": "с тех пор",
    "last look": "проверка",
    "next look": "следующая",
    "errors": "ошибки",
    "restarts": "перезапуски",
    "detail": "подробности",
    "target": "цель",
    "interval": "интервал",
    "at": "время",
    "what": "что",
    "took": "длилось",
    "phase": "фаза",
    "address": "адрес",
    "timeout": "тайм-аут",
    "attempts": "попыток до DOWN",
    "retry interval": "интервал повторов",
    "recovery confirmations": "подтверждений до UP",
    "options": "параметры",
    "ping": "адрес сигналов",
    "expect": "ожидается",
    "degraded unless": "сбоит, если не",
    "inverted": "обратный смысл",
    "yes": "да",
    "created": "создана",
    "consecutive errors": "собственных ошибок подряд",
    "recovery": "восстановление",
    "total": "всего",
    # status
    "in {time}": "через {time}",
    "{time} ago": "{time} назад",
    "now": "сейчас",
    "monitor {version} runs as process {pid} on {host} since {since}, {sessions} sessions open": (
        "монитор {version} работает: процесс {pid} на {host} с {since}, открытых сессий: {sessions}"
    ),
    "no monitor is running; what you see is what the last one saw": (
        "монитор не запущен; показано то, что видел последний"
    ),
    "start one with: {command}": "запустить: {command}",
    "there are no tasks; add one with: {command}": "задач нет; добавить: {command}",
    "attempt {attempts}, next at {at}": "попытка {attempts}, следующая в {at}",
    "attempt {attempts}": "попытка {attempts}",
    # looks
    "to be confirmed, look {streak}": "ждёт подтверждения, проверка {streak}",
    "more than {count} tasks: single looks are not shown here, changes of status are": (
        "задач больше {count}: отдельные проверки здесь не показываются, только смены статуса"
    ),
    # history
    "look": "проверка",
    "change": "смена",
    "gap": "пропуск",
    "{slots} slots without a look: {reason}": "пропущено проверок: {slots} ({reason})",
    # db
    "schema {schema}": "схема {schema}",
    "schema {schema}, this program works with {head}": (
        "схема {schema}, программа работает с {head}"
    ),
    "the database is empty": "база данных пуста",
    "the database has been brought from {before} to schema {head}": (
        "база данных переведена с {before} на схему {head}"
    ),
    "the database has schema {head} already": "база данных уже имеет схему {head}",
    "the database is in good order: schema {head}": "база данных в порядке: схема {head}",
    "{rows} rows of {tasks} tasks written to {file}": (
        "записано строк: {rows}, задач: {tasks}, файл {file}"
    ),
    "{rows} rows of {tasks} tasks restored from {file}": (
        "восстановлено строк: {rows}, задач: {tasks}, файл {file}"
    ),
    # run
    "The monitor is running and has nothing to watch yet.": (
        "Монитор работает, но наблюдать пока нечего."
    ),
    "Database: {database}": "База данных: {database}",
    "Type in another terminal; this one takes it up within two seconds:": (
        "Введите в другом терминале; здесь это подхватится за две секунды:"
    ),
    "Or stop this one (Ctrl-C) and name what to watch:": (
        "Или остановите (Ctrl-C) и назовите, что наблюдать:"
    ),
    "One look, nothing recorded:": "Одна проверка без записи:",
    "{looks} looks, {recorded} records written, {sessions} sessions open, database {database}": (
        "проверок: {looks}, записей: {recorded}, открытых сессий: {sessions}, база {database}"
    ),
    # task
    'task {id} "{name}" added': "задача {id} «{name}» добавлена",
    'task {id} "{name}" edited': "задача {id} «{name}» изменена",
    'task {id} "{name}" removed, with all that was known of it': (
        "задача {id} «{name}» удалена вместе с историей"
    ),
    'task {id} "{name}" paused': "задача {id} «{name}» на паузе",
    'task {id} "{name}" is paused already': "задача {id} «{name}» уже на паузе",
    'task {id} "{name}" resumed': "задача {id} «{name}» возобновлена",
    'task {id} "{name}" is not paused and did not fail; nothing to resume': (
        "задача {id} «{name}» не на паузе и не остановлена; возобновлять нечего"
    ),
    "next: {command}": "далее: {command}",
    "it waits for pings; end the job with: {command}": (
        "ожидаются сигналы; завершайте задание командой: {command}"
    ),
    # kinds
    "kind": "вид",
    "for example": "например",
    "option": "параметр",
    "may be": "значение",
    "default": "по умолчанию",
    "conditions may ask about": "условия могут спросить",
    "is": "тип",
    "expected, unless a condition asks about the same names:": (
        "ожидается, если условия не спрашивают о том же:"
    ),
    # apply, export, config
    "with its history": "вместе с историей",
    "{added} added, {changed} changed, {removed} removed, {unchanged} unchanged": (
        "добавлено: {added}, изменено: {changed}, удалено: {removed}, без изменений: {unchanged}"
    ),
    "would be: {added} added, {changed} changed, {removed} removed, {unchanged} unchanged": (
        "было бы добавлено: {added}, изменено: {changed}, удалено: {removed}, "
        "без изменений: {unchanged}"
    ),
    "in no file any more, --prune removes them: {names}": (
        "больше нет ни в одном файле, удалить можно через --prune: {names}"
    ),
    "{tasks} tasks written to {file}": "записано задач: {tasks}, файл {file}",
    "{tasks} tasks, nothing is wrong": "задач: {tasks}, ошибок нет",
}


@attrs.frozen
class Words:
    """Speak a language; a phrase without translation is said in English."""

    lang: str = "en"

    def __call__(self, phrase: str, **fields: Any) -> str:
        """Say a phrase with its fields filled in."""
        said = _RUSSIAN.get(phrase, phrase) if self.lang == "ru" else phrase
        return said.format(**fields) if fields else said
