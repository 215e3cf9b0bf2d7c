"""What the monitor says of itself, of its exercises and of its messages, in Russian."""

OF_TROUBLE: dict[str, str] = {
    "{count:n} children failed together: {why}": "отказали сразу {count} задач: {why}",
    "late at once; nobody is restarted": "опоздали разом; никого не перезапускаем",
    "{count:k} to be written": "ждут записи: {count}",
    "{count:c} could not be judged meanwhile": "за это время не удалось судить: {count}",
    "{count:c} did not look in time{most}": "не проверены вовремя: {count}{most}",
    ", task {id:n} by {time:t} the latest": ", дольше всех задача {id}: {time}",
    "{count:c} in a row: {why}": "{count} подряд: {why}",
    "{time:t} late, while {doing:k}": "опоздание {time}, занятие: {doing}",
    "starting": "запуск",
    "waiting": "ожидание",
    "looking": "проверка",
    "recording": "запись",
    "resting": "отдых",
    "{count:n} wait for the database, {room:n} can be kept": (
        "базы данных ждут записи: {count}, поместится {room}"
    ),
    "{count:n} own errors in a row, the last one {error}": (
        "своих ошибок подряд: {count}, последняя {error}"
    ),
    "{who} tried to end the program": "{who}: попытка завершить программу",
    "our own error: {error}": "наша собственная ошибка: {error}",
    "a message will never be taken: {why}": "сообщение никогда не примут: {why}",
    "too many records wait for the database": "слишком много записей ждут базы данных",
    "our own loop stood still meanwhile": "наш цикл тем временем стоял",
    "our own uplink was lost meanwhile": "наш выход в сеть тем временем пропал",
    "the probe answered {status}, which nobody can see": (
        "проверка ответила {status}, такого увидеть нельзя"
    ),
    "nobody has audited for {time:t}": "проверки опозданий не было {time}",
    "nothing moved for {time:t}": "ничего не двигалось {time}",
    "nothing was recorded for {time:t}": "ничего не записано за {time}",
    "the tasks have not been read yet": "задачи ещё не прочитаны",
    "the monitor is leaving": "монитор завершает работу",
    "the monitor was restarted": "монитор перезапущен",
    "no longer watched": "больше не наблюдается",
    "the {what:k} runs out in {days:n} days": "{what}: до конца дней {days}",
    "certificate": "сертификат",
    "domain": "домен",
}

OF_EXERCISES: dict[str, str] = {
    "after {time:t}": "через {time}",
    "late: after {time:t}, not {limit:t}": "поздно: через {time}, а не {limit}",
    "not recovered within {time:t}": "без восстановления за {time}",
    "{who:k} was {trouble}": "{who}: {trouble}",
    "{who:k} recovered {how}": "{who}: восстановление {how}",
    "the canary": "канарейка",
    "the child of task {name:q}": "задача {name}",
    "made to fail, as an exercise": "уронили нарочно, это учение",
    "its database session was not closed and opened again": (
        "её сессия БД не закрыта и не открыта снова"
    ),
    "task {id:n} is not watched: it is paused, or not there": (
        "задача {id} не наблюдается: она на паузе или её нет"
    ),
    "task {name:q} is not being looked at ({why})": "задача {name} не проверяется ({why})",
    "task {name:q} was paused or removed meanwhile": (
        "задачу {name} тем временем остановили или удалили"
    ),
    "the monitor was stopped meanwhile": "монитор тем временем остановили",
}

OF_NOTICES: dict[str, str] = {
    "held: ": "придержано: ",
    "{held:k}it may be over soon": "{held}возможно, скоро пройдёт",
    "it was over before anybody had to be told ({why})": (
        "прошло прежде, чем пришлось сообщать ({why})"
    ),
    "over before anybody had to be told ({why})": "прошло прежде, чем пришлось сообщать ({why})",
    "over before it was told again": "прошло до повторного сообщения",
    "over, and the end was told": "прошло, и о конце сообщено",
    "nobody was told that it had begun": "о начале никому не сообщали",
    "it cannot be reached while {names} is down": "недоступно, пока не работает {names}",
    "maintenance {name:q}": "обслуживание {name}",
    "silence {id:n}{note}": "тишина {id}{note}",
    "outside the channel's hours": "не в часы канала",
    "channels are not known here": "каналы здесь неизвестны",
    "not taken within {time:n} s": "не принято за {time} с",
    "nobody took it within {time:n} s": "никто не принял за {time} с",
}

OF_OURSELVES: dict[str, str] = {**OF_TROUBLE, **OF_EXERCISES, **OF_NOTICES}
