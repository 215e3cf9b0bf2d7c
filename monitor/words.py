"""What is printed for people, in English and Russian; sentences of log events are in `texts`."""

from typing import Any

import attrs

from monitor.core.counting import filled
from monitor.russian.declared import DECLARED
from monitor.words_simulated import SIMULATED
from monitor.words_tasks import OF_TASKS

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
    "monitor {version} runs as process {pid} on {host} since {since}, "
    "{sessions:session|sessions} open": (
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
    "more than {count:task|tasks}: single looks are not shown here, changes of status are": (
        "задач больше {count}: отдельные проверки здесь не показываются, только смены статуса"
    ),
    # history
    "look": "проверка",
    "change": "смена",
    "gap": "пропуск",
    "{slots:slot|slots} without a look: {reason}": "пропущено проверок: {slots} ({reason})",
    # status of alerts
    "silence {id} until {until}": "тишина {id} до {until}",
    "maintenance {name} until {until}": "обслуживание {name} до {until}",
    "acknowledged by {who}": "подтвердил(а) {who}",
    "alerts that wait: {count}": "ожидают отправки оповещений: {count}",
    "alerts that could not be delivered: {count}; {command}": (
        "не удалось доставить оповещений: {count}; {command}"
    ),
    # channel
    "where": "куда",
    "for": "для",
    "waiting": "ожидают",
    "dead letters": "не доставлены",
    "last sent": "последняя отправка",
    "newest error": "последняя ошибка",
    "own trouble": "сбои монитора",
    "named by": "указан в задачах",
    "hours": "часы",
    "quiet hours": "тихие часы",
    "waits for company": "ждёт попутных",
    "messages at most": "сообщений не более",
    "{burst} in {interval}, then digests": "{burst} за {interval}, дальше сводки",
    "from a file": "из файла",
    'channel "{name}" added': "канал «{name}» добавлен",
    'channel "{name}" edited': "канал «{name}» изменён",
    'channel "{name}" removed': "канал «{name}» удалён",
    "no channel is a default one: only tasks that name a channel tell anybody": (
        "канала по умолчанию нет: оповещают только задачи, в которых канал указан"
    ),
    "there are no channels; add one with: {command}": "каналов нет; добавить: {command}",
    "alerts that waited for it and are told nobody: {count}": (
        "ожидавших его оповещений, которые никто не получит: {count}"
    ),
    'delivered to {where} in {took}: "{title}"': "доставлено на {where} за {took}: «{title}»",
    "not delivered to {where} after {took}: {why}": (
        "не доставлено на {where} через {took}: {why}"
    ),
    "trying again cannot help; something has to be changed": (
        "повторять бесполезно; нужно что-то изменить"
    ),
    "at this hour a running monitor would hold alerts back": (
        "в этот час работающий монитор придержал бы оповещения"
    ),
    "channel": "канал",
    "key": "ключ",
    "about": "о чём",
    "attempts made": "попыток",
    "send them again with: {command}": "отправить снова: {command}",
    "no alert is undelivered for good": "недоставленных оповещений нет",
    "alerts to be sent again: {count}": "будет отправлено снова: {count}",
    "alerts whose channel is no more: {count}": "оповещений, чьего канала больше нет: {count}",
    "no monitor is running; they wait until one does": ("монитор не запущен; они ждут его запуска"),
    # user, token
    "Nobody can log in yet. Open this to create the first user:": (
        "Войти пока никто не может. Откройте, чтобы создать первого пользователя:"
    ),
    "role": "роль",
    "viewer": "наблюдатель",
    "editor": "редактор",
    "admin": "администратор",
    "second factor": "второй фактор",
    "last login": "последний вход",
    "{role}, disabled": "{role}, отключён",
    "who": "кто",
    "by way of": "как",
    "to what": "над чем",
    "before and after": "было и стало",
    "nothing was changed": "ничего не меняли",
    "no": "нет",
    "new password: ": "новый пароль: ",
    "the same once more: ": "ещё раз: ",
    'user "{name}" added: {role}': "пользователь «{name}» добавлен: {role}",
    'user "{name}" changed, now {role}': "пользователь «{name}» изменён, теперь {role}",
    'user "{name}" removed': "пользователь «{name}» удалён",
    'user "{name}" has another password; all sessions have ended': (
        "пользователю «{name}» задан другой пароль; все его сеансы завершены"
    ),
    "there are no users; add one with: {command}": "пользователей нет; добавить: {command}",
    "user": "пользователь",
    "limits": "ограничения",
    "last used": "последнее использование",
    "good until": "действует до",
    "read-only": "только чтение",
    'token "{name}": {role}; it is not shown again': (
        "ключ «{name}»: {role}; больше он показан не будет"
    ),
    'token "{name}" revoked': "ключ «{name}» отозван",
    "there are no tokens; make one with: {command}": "ключей нет; создать: {command}",
    # silence, maintenance
    "tag {tag}": "метка {tag}",
    "everything": "всё",
    "until": "до",
    "from": "с",
    "by": "кто",
    "note": "заметка",
    "when": "когда",
    "rule": "правило",
    "over": "закончилось",
    "tasks now": "задачи сейчас",
    "silence {id} until {until}: {what} ({count:task|tasks} now)": (
        "тишина {id} до {until}: {what} (задач сейчас: {count})"
    ),
    "silence {id} removed: {what}": "тишина {id} снята: {what}",
    "nothing is silenced": "ничто не заглушено",
    'maintenance "{name}" added: {what} ({count:task|tasks} now)': (
        "обслуживание «{name}» добавлено: {what} (задач сейчас: {count})"
    ),
    'maintenance "{name}" removed': "обслуживание «{name}» удалено",
    "no work is announced": "обслуживание не запланировано",
    "open until {at}": "идёт до {at}",
    "next from {begin} until {end}": "следующее с {begin} до {end}",
    "cannot be read by this version": "эта версия не может его прочесть",
    # ack, incidents
    'task {id} "{name}": incident {number} is yours until it is over': (
        "задача {id} «{name}»: инцидент {number} ваш до его окончания"
    ),
    'task {id} "{name}": incident {number} is yours until {until}': (
        "задача {id} «{name}»: инцидент {number} ваш до {until}"
    ),
    'task {id} "{name}": written on incident {number}': (
        "задача {id} «{name}»: записано к инциденту {number}"
    ),
    'task {id} "{name}": incident {number} is given back': (
        "задача {id} «{name}»: инцидент {number} возвращён"
    ),
    'task {id} "{name}": incident {number} is not acknowledged; nothing to undo': (
        "задача {id} «{name}»: инцидент {number} не подтверждён; отменять нечего"
    ),
    "task": "задача",
    "opened": "начало",
    "lasted": "длился",
    "closed": "конец",
    "acknowledged": "подтвердил(а)",
    "told": "сообщено",
    "open": "открыт",
    "{who} until {at}": "{who} до {at}",
    "sent": "отправлено",
    "dropped": "отброшено",
    "dead": "не доставлено",
    "there are no incidents": "инцидентов нет",
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
    "{rows:row|rows} of {tasks:task|tasks} written to {file}": (
        "записано строк: {rows}, задач: {tasks}, файл {file}"
    ),
    "{rows:row|rows} of {tasks:task|tasks} restored from {file}": (
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
    "{looks:look|looks}, {recorded:record|records} written, {sessions:session|sessions} open, "
    "database {database}": (
        "проверок: {looks}, записей: {recorded}, открытых сессий: {sessions}, база {database}"
    ),
    # doctor
    "all is well: {tasks:task|tasks}, each accounted for, in {database}": (
        "всё в порядке: задач {tasks}, за каждую есть отчёт, база {database}"
    ),
    "the file is too large to be checked here; `monitor db check` reads all of it": (
        "файл слишком велик для проверки здесь; `monitor db check` прочтёт его весь"
    ),
    # drill
    "the canary recovered: {detail}": "канарейка восстановлена: {detail}",
    "the canary did not recover: {detail}": "канарейка не восстановлена: {detail}",
    'task {id} "{name}" recovered: {detail}': "задача {id} «{name}» восстановлена: {detail}",
    'task {id} "{name}" did not recover: {detail}': (
        "задача {id} «{name}» не восстановлена: {detail}"
    ),
    "its database session of {before} was closed, the present one opened at {after}": (
        "сессия БД от {before} закрыта, нынешняя открыта в {after}"
    ),
    "began": "начало",
    "whose": "кто",
    "ending": "исход",
    "a canary": "канарейка",
    "recovered": "восстановлена",
    "late": "с опозданием",
    "missed": "не восстановлена",
    "refused": "отклонено",
    "cut short": "прервано",
    "under way": "идёт",
    "recovery was not exercised yet; do it with: {command}": (
        "учений ещё не было; провести: {command}"
    ),
    "no exercises are planned; plan them with the setting drill.every": (
        "учения не запланированы; запланировать: настройка drill.every"
    ),
    "the first planned exercise comes a minute after the start of the monitor": (
        "первое учение по плану пройдёт через минуту после запуска монитора"
    ),
    "! the next exercise was due at {at} ({distance}) and did not come": (
        "! следующее учение ожидалось в {at} ({distance}) и не состоялось"
    ),
    "the next exercise is due at {at} ({distance})": ("следующее учение: {at} ({distance})"),
    **OF_TASKS,
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
    "{tasks:task|tasks} written to {file}": "записано задач: {tasks}, файл {file}",
    "{tasks:task|tasks}, nothing is wrong": "задач: {tasks}, ошибок нет",
    # status-page
    "slug": "адрес",
    "title": "название",
    "description": "описание",
    "accent": "цвет",
    "theme": "оформление",
    "language": "язык",
    "link": "ссылка",
    "footer": "подпись",
    "latency": "время ответа",
    "targets": "адреса целей",
    "indexed": "в поиске",
    "from_file": "из файла",
    "status page {slug} added": "страница статуса {slug} добавлена",
    "status page {slug} changed": "страница статуса {slug} изменена",
    "everybody may read status page {slug}": "страницу статуса {slug} могут читать все",
    "readers of status page {slug} need the password": (
        "читателям страницы статуса {slug} нужен пароль"
    ),
    "protected": "с паролем",
    "status page {slug} has no subscribers": "у страницы статуса {slug} нет подписчиков",
    "{address} is told nothing more of {slug}": "{address}: больше ничего о {slug}",
    "not confirmed": "не подтверждено",
    "confirmed": "подтверждено",
    "status page {slug} has no logo": "у страницы статуса {slug} нет логотипа",
    "status page {slug} has a logo, {width} x {height} pixels": (
        "у страницы статуса {slug} есть логотип, {width} x {height} точек"
    ),
    "status page {slug} removed": "страница статуса {slug} удалена",
    "it shows {count:task|tasks}, at /status/{slug}": (
        "показано задач: {count}, адрес /status/{slug}"
    ),
    "there are no status pages": "страниц статуса нет",
    "no task now": "сейчас ни одной задачи",
    "investigating": "выясняем",
    "identified": "причина найдена",
    "monitoring": "наблюдаем",
    "resolved": "решено",
    'written on {slug}: "{title}", story {story}': (
        "записано на {slug}: «{title}», происшествие {story}"
    ),
    "story {story} removed": "происшествие {story} удалено",
    "pages: {pages}, files: {files}, written to {directory}": (
        "записано страниц: {pages}, файлов: {files}, папка {directory}"
    ),
    # test
    "ok": "верно",
    "FAILED": "НЕВЕРНО",
    "{length} in {took} s": "{length} за {took} с",
    "expected": "ожидалось",
    "{passed} passed, {failed} failed, in {took} s": (
        "верно: {passed}, неверно: {failed}, за {took} с"
    ),
    **SIMULATED,
}


@attrs.frozen
class Words:
    """Speak a language; a phrase without translation is said in English."""

    lang: str = "en"

    def __call__(self, phrase: str, **fields: Any) -> str:
        """Say a phrase with its fields filled in."""
        said = phrase
        if self.lang == "ru":
            said = _RUSSIAN.get(phrase) or DECLARED.get(phrase, phrase)
        return filled(said, fields, self.lang) if fields else said
