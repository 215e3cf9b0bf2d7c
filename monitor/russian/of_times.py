"""What is refused of silences, announced work and hours, in Russian."""

OF_CHOICES: dict[str, str] = {
    "no task has the tag {tag}; {there_are}": "ни у одной задачи нет метки {tag}; {there_are}",
    "no task has a tag": "ни у одной задачи нет меток",
    "there is no task {name}{guess}": "нет задачи {name}{guess}",
    "`monitor channel list` shows all": "все покажет `monitor channel list`",
    "`monitor maintenance list` shows all": "все покажет `monitor maintenance list`",
    "`monitor status-page list` shows all": "все покажет `monitor status-page list`",
    "`monitor task list` shows all": "все покажет `monitor task list`",
    "excludes an end (until); decide for one": "исключает конец (until); выберите одно",
    "{moment} lies in the past; write a later moment, or for how long": (
        "{moment} уже в прошлом; напишите время позже или на сколько"
    ),
    "maintenance {name} exists already; choose another name": (
        "обслуживание {name} уже есть; выберите другое имя"
    ),
    "window {name}: is over already; let it end later": (
        "обслуживание {name} уже закончилось; пусть оно кончится позже"
    ),
    "window {name}": "обслуживание {name}",
    "write it as in the IANA list, such as 'UTC' or 'Europe/Berlin'": (
        "напишите, как в списке IANA, например 'UTC' или 'Europe/Berlin'"
    ),
    "maintenance {name} exists already; remove it first, or choose another name": (
        "обслуживание {name} уже есть; сначала удалите его или выберите другое имя"
    ),
    "hours and quiet_hours are two ways to say the same; keep one of them": (
        "hours и quiet_hours говорят об одном и том же; оставьте одно"
    ),
}

OF_WINDOWS: dict[str, str] = {
    "{key}: {text} is no moment; write it like 2026-11-24T22:00": (
        "{key}: {text}: это не время; напишите, например, 2026-11-24T22:00"
    ),
    "{field}: the year {year} is out of range; use {lowest} to {highest}": (
        "{field}: год {year} вне пределов; можно от {lowest} до {highest}"
    ),
    "{field}: has {count} characters; at most {limit} are taken": (
        "{field}: символов {count}; можно не больше {limit}"
    ),
    "cron: an rrule says already when it comes; keep one": (
        "cron: когда оно бывает, уже сказано в rrule; оставьте одно"
    ),
    "start: is missing; say at which time the rrule comes, like '02:30'": (
        "start: не указано; скажите, в какое время, например '02:30'"
    ),
    "start: belongs to an rrule; a cron expression, or from, says it itself": (
        "start: нужно только к rrule; cron и from говорят это сами"
    ),
    "until: {moment} UTC is not later than from": "until: {moment} UTC не позже, чем from",
    "{key}: is missing; write from and until, or an rrule or a cron": (
        "{key}: не указано; напишите from и until либо rrule или cron"
    ),
    "duration: from and until say already how long it lasts; leave it out": (
        "duration: сколько оно длится, уже сказано в from и until; уберите"
    ),
    "duration: is missing; say how long each occurrence lasts, like 1h30m": (
        "duration: не указано; скажите, сколько оно длится каждый раз, например 1h30m"
    ),
    "duration: {found} is out of range; use 1s to {highest}": (
        "duration: {found}: вне пределов; можно от 1s до {highest}"
    ),
    "until: it never comes within these bounds; move or drop one of them": (
        "until: в этих пределах оно не наступит ни разу; сдвиньте или уберите один из них"
    ),
    "{name} is no time zone{guess}": "{name}: нет такого часового пояса{guess}",
    (
        "{text} has {count:c}; write five: minute, hour, day of the month, month, day of the week"
    ): "{text}: {count}; нужно пять: минута, час, день месяца, месяц, день недели",
    "{text} has no valid {part}": "{text}: ошибка в поле {part}",
    "{text} never comes; change its day or month": (
        "{text}: такое время никогда не наступит; измените день или месяц"
    ),
}

OF_RULES: dict[str, str] = {
    (
        "INTERVAL={count} with FREQ={frequency} comes at other times each day; use an interval "
        "that divides the day, such as 2, 3, 4, 6, 8 or 12"
    ): (
        "INTERVAL={count} с FREQ={frequency} каждый день наступает в другое время; возьмите "
        "делитель суток, например 2, 3, 4, 6, 8 или 12"
    ),
    "a numbered weekday has no meaning with FREQ={frequency}{more}; leave the number out": (
        "день недели с номером не имеет смысла с FREQ={frequency}{more}; уберите номер"
    ),
    "{name}={found} is out of range; use {allowed}{more}": (
        "{name}={found}: вне пределов; можно {allowed}{more}"
    ),
    "{text} contains a control character; write one rule in one line": (
        "{text}: есть управляющий символ; одно правило пишется в одну строку"
    ),
    "{text} has no FREQ; begin with FREQ=DAILY or FREQ=WEEKLY": (
        "{text}: нет FREQ; начните с FREQ=DAILY или FREQ=WEEKLY"
    ),
    "{text} {reason}, and start {start} names no day; write it like '2026-11-24 02:30'": (
        "{text} {reason}, а в start {start} нет дня; напишите, например, '2026-11-24 02:30'"
    ),
    "{text} never comes; its parts exclude each other": (
        "{text}: не наступит никогда; части исключают друг друга"
    ),
    "{part} is no part of a rule; write it like FREQ=DAILY": (
        "{part}: это не часть правила; напишите, например, FREQ=DAILY"
    ),
    "{name} stands there twice; keep one": "{name} указано дважды; оставьте одно",
    "{name} is not known here{guess}": "{name}: здесь неизвестно{guess}",
    "{name}={found} is not known here{guess}": "{name}={found}: здесь неизвестно{guess}",
    "BYDAY={found} is no weekday; write it like MO, 1MO or -1FR": (
        "BYDAY={found}: это не день недели; напишите, например, MO, 1MO или -1FR"
    ),
    "UNTIL and COUNT both say when it ends; keep one": (
        "UNTIL и COUNT оба говорят, когда конец; оставьте одно"
    ),
    "UNTIL={found} is no day of {first} to {last}; write it like 20271231 or 20271231T230000Z": (
        "UNTIL={found}: это не день с {first} по {last}; напишите, например, 20271231 или "
        "20271231T230000Z"
    ),
    "{name} has no meaning with FREQ={frequency}; it goes with {allowed}": (
        "{name} не имеет смысла с FREQ={frequency}; подходит {allowed}"
    ),
    "BYSETPOS chooses among days only; leave one BYHOUR and one BYMINUTE": (
        "BYSETPOS выбирает только из дней; оставьте по одному BYHOUR и BYMINUTE"
    ),
    "start {start} is no time of day; write it like '02:30' or '2026-11-24 02:30'": (
        "start {start}: это не время суток; напишите, например, '02:30' или '2026-11-24 02:30'"
    ),
    "start {start} is out of range; use the years {first} to {last}": (
        "start {start}: вне пределов; можно годы с {first} по {last}"
    ),
}

OF_HOURS: dict[str, str] = {
    "{text} names no time zone; {how}": "{text}: не указан часовой пояс; {how}",
    "write it like 'mon-fri 09:00-18:00 Europe/Berlin' or '22:00-07:00 UTC'": (
        "напишите, например, 'mon-fri 09:00-18:00 Europe/Berlin' или '22:00-07:00 UTC'"
    ),
    "{text} names several time zones; name one in each of its parts": (
        "{text}: несколько часовых поясов; в каждой части укажите один"
    ),
    "{text} has no hours in {part}; {how}": "{text}: в {part} нет часов; {how}",
    "{hours} in {text} has no length; write 00:00-24:00 for a whole day": (
        "{hours} в {text} не имеет длины; сутки пишутся 00:00-24:00"
    ),
    "{hour}:{minute} in {text} is no time of day; use 00:00 to 24:00": (
        "{hour}:{minute} в {text}: это не время суток; можно от 00:00 до 24:00"
    ),
    "{name} in {text} is no day of the week; use {known}": (
        "{name} в {text}: это не день недели; можно {known}"
    ),
}

OF_TIMES: dict[str, str] = {**OF_CHOICES, **OF_WINDOWS, **OF_RULES, **OF_HOURS}
