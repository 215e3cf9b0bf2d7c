"""What `explain` says, in English and Russian, one beside the other."""

SENTENCES: dict[str, tuple[str, str]] = {
    # where the replay begins
    "start.whole": (
        "replayed from the first look of the task on ({looks:look|looks}, the first at {first_at})",
        "воспроизведено с первой проверки задачи (проверок: {looks}, первая {first_at})",
    ),
    "start.limited": (
        "replayed from {first_at} on ({looks:look|looks}); that it was {status} before is taken "
        "from change {seq} of {changed_at}",
        "воспроизведено с {first_at} (проверок: {looks}); что до этого статус был «{status}», "
        "взято из смены {seq} от {changed_at}",
    ),
    "start.gone": (
        "the stored looks reach back to {first_at} only ({looks:look|looks}); that it was {status} "
        "before is taken from change {seq} of {changed_at}, and doubts of that time are not known",
        "сохранённые проверки есть только с {first_at} (проверок: {looks}); что до этого статус "
        "был «{status}», взято из смены {seq} от {changed_at}, а сомнения того времени неизвестны",
    ),
    "start.nothing": (
        "no look of this time is stored (any more): nothing can be replayed; by the stored changes "
        "it was {status}",
        "проверок за это время нет (или уже нет): воспроизводить нечего; по сохранённым сменам "
        "статус был «{status}»",
    ),
    "left_out": (
        "{count:older line is|older lines are} left out",
        "более старых строк опущено: {count}",
    ),
    # looks
    "looks.calm": (
        "{count:look|looks} until {until_at}: {status}",
        "проверок: {count}, до {until_at}: {status}",
    ),
    "looks.calm.one": ("one look: {status}{detail}", "одна проверка: {status}{detail}"),
    "looks.hidden": (
        "{count:look says|looks say} nothing of the target until {until_at}: "
        "{status}{reason}{detail}",
        "проверок: {count}, до {until_at}, о цели не говорят ничего: {status}{reason}{detail}",
    ),
    "looks.doubt": (
        "{count:more such look|more such looks} until {until_at}: {status}",
        "ещё таких проверок: {count}, до {until_at}: {status}",
    ),
    "looks.mixed": (
        "{count:look|looks} without news until {until_at}: {counts}",
        "проверок без новостей: {count}, до {until_at}: {counts}",
    ),
    "look.doubt": (
        "look: {status}{detail} - {streak} of {needed} in a row that are needed; still {believed}",
        "проверка: {status}{detail} - {streak} из {needed} нужных подряд; пока «{believed}»",
    ),
    "look.news": (
        "look: {status}{detail} - {streak} of {needed} in a row that are needed",
        "проверка: {status}{detail} - {streak} из {needed} нужных подряд",
    ),
    "look.agrees": ("look: {status}{detail}", "проверка: {status}{detail}"),
    "look.hidden": (
        "look: {status}{reason}{detail} - it says nothing of the target",
        "проверка: {status}{reason}{detail} - о цели это не говорит ничего",
    ),
    "change": (
        "changes from {before} to {after} (change {seq})",
        "смена с «{before}» на «{after}» (смена {seq})",
    ),
    "incident.opened": (
        "incident {number} is opened, since {opened_at}",
        "инцидент {number} открыт, считается с {opened_at}",
    ),
    "incident.closed": (
        "incident {number} is over, it lasted from {opened_at} until {closed_at}",
        "инцидент {number} закончился, длился с {opened_at} до {closed_at}",
    ),
    "flapping.begins": (
        "it flaps: the status changes too often to tell each change",
        "статус мигает: меняется слишком часто, чтобы сообщать о каждой смене",
    ),
    "flapping.ends": ("it flaps no more", "статус больше не мигает"),
    # where stored and replayed differ
    "settled.early": (
        "believed at look {streak} of {needed}: it was sure of itself, or the task was edited "
        "since",
        "принято на проверке {streak} из {needed}: она не требует подтверждений, или задачу с тех "
        "пор изменили",
    ),
    "settled.late": (
        "DIFFERS: by the task as it is now this look would have made it {expected}; it was decided "
        "under other settings, the task was edited since",
        "РАСХОЖДЕНИЕ: по нынешним настройкам эта проверка дала бы «{expected}»; решено при других "
        "настройках, задачу с тех пор изменили",
    ),
    "settled.before": (
        "believed at once: looks before the replay counted too, or it was sure of itself",
        "принято сразу: считались и проверки до начала воспроизведения, или она не требует "
        "подтверждений",
    ),
    "settled.lost": (
        "DIFFERS: replayed {expected}, stored {stored}; looks made while the database was away are "
        "lost, and counted too",
        "РАСХОЖДЕНИЕ: по правилам «{expected}», сохранено «{stored}»; проверки, сделанные без базы "
        "данных, потеряны, но учитывались",
    ),
    "settled.fault": (
        "DIFFERS: replayed {expected}, stored {stored}; no rule gives that: a fault of ours, or "
        "somebody changed the database",
        "РАСХОЖДЕНИЕ: по правилам «{expected}», сохранено «{stored}»; ни одно правило этого не "
        "даёт: ошибка монитора, или базу данных кто-то изменил",
    ),
    "missed.incident.gone": (
        "DIFFERS: incident {key} follows from this look and is not stored",
        "РАСХОЖДЕНИЕ: из этой проверки следует инцидент {key}, но он не сохранён",
    ),
    "missed.incident.other": (
        "DIFFERS: incident {key} is stored as {stored}, replayed as {replayed}",
        "РАСХОЖДЕНИЕ: инцидент {key} сохранён как {stored}, по правилам {replayed}",
    ),
    "missed.notice.gone": (
        "DIFFERS: by the settings of now {key} would be told to {replayed}, and was not: the task "
        "or the channels were edited since",
        "РАСХОЖДЕНИЕ: по нынешним настройкам {key} ушло бы в {replayed}, но не ушло: задачу или "
        "каналы с тех пор изменили",
    ),
    "missed.notice.extra": (
        "DIFFERS: {key} was told to {stored}; by the settings of now it would not be: the task was "
        "edited since",
        "РАСХОЖДЕНИЕ: {key} сообщено в {stored}; по нынешним настройкам не сообщалось бы: задачу с "
        "тех пор изменили",
    ),
    "differs.state": (
        "DIFFERS: what the replay ends with is not what is stored of the task: {fields}",
        "РАСХОЖДЕНИЕ: итог воспроизведения не совпадает с сохранённым состоянием: {fields}",
    ),
    # news that were told nobody
    "untold.first_good": (
        "nobody is told: it is the first good look of a new task",
        "никому не сообщается: это первая хорошая проверка новой задачи",
    ),
    "untold.not_on": (
        "nobody is told: the task's alerts are not on for {news}",
        "никому не сообщается: оповещения задачи не включены для «{news}»",
    ),
    "untold.no_channel": (
        "nobody is told: the task names no channel, and none is a default one",
        "никому не сообщается: задача не называет канала, и канала по умолчанию нет",
    ),
    "untold.flapping": (
        "nobody is told: it flaps, and that was told once",
        "никому не сообщается: статус мигает, об этом сообщено один раз",
    ),
    "untold.unreachable": (
        "nobody is told: it cannot be reached while what it depends on is down",
        "никому не сообщается: цель недоступна, пока не работает то, от чего она зависит",
    ),
    "untold.by_incident": (
        "nobody is told: the end of the incident tells it",
        "никому не сообщается: об этом говорит конец инцидента",
    ),
    "untold.not_begun": (
        "nobody is told: its beginning was not told either",
        "никому не сообщается: о начале тоже не сообщалось",
    ),
    # about us
    "gap": (
        "{slots:slot|slots} until {until_at} without a look: {reason}",
        "до {until_at} пропущено проверок: {slots} ({reason})",
    ),
    "event": ("{event}{detail}", "{event}{detail}"),
    "note": ("{by} notes{detail}", "{by} отмечает{detail}"),
    # notices
    "notice.told": (
        "{key} is to be told to {channel}",
        "{key} надо сообщить в {channel}",
    ),
    "notice.held": (
        "{key} to {channel} waits{until}, {rule}",
        "{key} в {channel} ждёт{until}, {rule}",
    ),
    "notice.failed": (
        "{key} to {channel}: attempt {attempt} failed{error}",
        "{key} в {channel}: попытка {attempt} не удалась{error}",
    ),
    "notice.sent": (
        "{key} sent to {channel} at attempt {attempts}{late}{company}, message {message}",
        "{key} отправлено в {channel}, попытка {attempts}{late}{company}, сообщение {message}",
    ),
    "notice.dead": (
        "{key} to {channel} is given up after {attempts:attempt|attempts}{error}; "
        "`monitor channel resend` tries again",
        "{key} в {channel}: отправка прекращена, попыток {attempts}{error}; "
        "`monitor channel resend` повторит",
    ),
    "notice.dropped": (
        "{key} to {channel} dropped: {rule}",
        "{key} в {channel} отброшено: {rule}",
    ),
    "notice.waits.retry": (
        "{key} to {channel} is not delivered yet, attempts so far: {attempts}{error}",
        "{key} в {channel} ещё не доставлено, попыток: {attempts}{error}",
    ),
    "notice.waits.held": (
        "{key} to {channel} still waits, {rule}",
        "{key} в {channel} всё ещё ждёт, {rule}",
    ),
    "notice.waits.ready": (
        "{key} to {channel} is not sent yet, though no stored rule holds it; does a monitor run?",
        "{key} в {channel} ещё не отправлено, хотя ни одно правило его не держит; монитор запущен?",
    ),
    "notice.attempts.unstored": (
        "{key} to {channel}: attempts that are not stored one by one: {count}",
        "{key} в {channel}: попыток, не сохранённых по отдельности: {count}",
    ),
    "notice.late.absent": (
        "{key} to {channel} waits until {until_at}: no monitor ran",
        "{key} в {channel} ждёт до {until_at}: монитор не работал",
    ),
    "notice.late.company": (
        "{key} to {channel} waits for company, {wait_s}, until {until_at}",
        "{key} в {channel} ждёт попутных, {wait_s}, до {until_at}",
    ),
    "notice.late.digest": (
        "{key} to {channel} waits for the next digest at {until_at}: the channel has sent "
        "{burst:message|messages} within {interval_s}",
        "{key} в {channel} ждёт следующей сводки в {until_at}: канал отправил сообщений {burst} за "
        "{interval_s}",
    ),
    "notice.late.failing": (
        "{key} to {channel} waits: the channel was failing{error}",
        "{key} в {channel} ждёт: канал не работал{error}",
    ),
    "notice.late.unexplained": (
        "DIFFERS: {key} to {channel} was first tried {waited_s} later, and no rule that is stored "
        "today says why; a silence or a maintenance that held it may have been removed since",
        "РАСХОЖДЕНИЕ: {key} в {channel} впервые отправлялось через {waited_s}, и ни одно из "
        "сохранённых правил этого не объясняет; тишину или обслуживание, державшее его, могли "
        "с тех пор убрать",
    ),
    "notice.other.held": (
        "DIFFERS: {key} to {channel} was tried, though by what is stored today it would wait, "
        "{rule}; that rule came later, or was changed",
        "РАСХОЖДЕНИЕ: {key} в {channel} отправлялось, хотя по сохранённому сегодня ждало бы, "
        "{rule}; это правило появилось позже или было изменено",
    ),
    "notice.other.dropped": (
        "DIFFERS: {key} to {channel} was tried, though by what is stored today it would be "
        "dropped: {rule}",
        "РАСХОЖДЕНИЕ: {key} в {channel} отправлялось, хотя по сохранённому сегодня было бы "
        "отброшено: {rule}",
    ),
    "notice.other.would_send": (
        "DIFFERS: by what is stored today it would be sent; the rule that dropped it is no longer "
        "stored",
        "РАСХОЖДЕНИЕ: по сохранённому сегодня оно было бы отправлено; правило, по которому оно "
        "отброшено, больше не хранится",
    ),
    "notice.other.would_hold": (
        "DIFFERS: by what is stored today it would wait, {rule}",
        "РАСХОЖДЕНИЕ: по сохранённому сегодня оно ждало бы, {rule}",
    ),
    "notice.other.would_drop": (
        "DIFFERS: by what is stored today it would be dropped for another reason: {rule}",
        "РАСХОЖДЕНИЕ: по сохранённому сегодня оно отброшено бы по другой причине: {rule}",
    ),
    "notice.other.channel": (
        "DIFFERS: there is such a channel today; it was added later",
        "РАСХОЖДЕНИЕ: сегодня такой канал есть; его добавили позже",
    ),
    # the answer
    "answer.believed": (
        "at this moment it was {status}{reason} since {since_at}{detail}",
        "в этот момент статус был «{status}»{reason} с {since_at}{detail}",
    ),
    "answer.paused": (
        "nobody was told anything: the task was paused",
        "никому ничего не сообщалось: задача была на паузе",
    ),
    "answer.gap": (
        "nobody was told anything: nobody looked until {until_at} ({reason})",
        "никому ничего не сообщалось: проверок не было до {until_at} ({reason})",
    ),
    "answer.not_running": (
        "nobody was told anything of the target: our own child for it is in state {lifecycle}"
        "{error}",
        "о цели никому ничего не сообщалось: наблюдение за ней в состоянии {lifecycle}{error}",
    ),
    "answer.not_known": (
        "what was believed at this moment cannot be replayed: no look before it is stored; by the "
        "stored changes it was {status}",
        "воспроизвести этот момент нельзя: проверок до него не сохранено; по сохранённым сменам "
        "статус был «{status}»",
    ),
    "silent.told": (
        "{key} to {channel}: {state}{why}",
        "{key} в {channel}: {state}{why}",
    ),
    "silent.doubt": (
        "nothing was told of it being {status} because only {streak} of {needed} looks in a row "
        "had said so",
        "о статусе «{status}» не сообщалось, потому что это показали только {streak} из {needed} "
        "проверок подряд",
    ),
    "silent.unreachable": (
        "nothing was told because it could not be reached{detail}",
        "не сообщалось, потому что цель была недоступна{detail}",
    ),
    "silent.unknown": (
        "nothing was told because a fault of ours is no news of the target, and the task's alerts "
        "are not on for unknown",
        "не сообщалось, потому что наша ошибка ничего не говорит о цели, а оповещения задачи не "
        "включены для «неизвестно»",
    ),
    "silent.well": (
        "nothing was told because nothing was wrong",
        "не сообщалось, потому что всё было в порядке",
    ),
    "silent.pending": (
        "nothing was told because nothing was known of the target yet",
        "не сообщалось, потому что о цели ещё ничего не было известно",
    ),
    "silent.not_on": (
        "nothing was told because the task's alerts are on for {on} only",
        "не сообщалось, потому что оповещения задачи включены только для: {on}",
    ),
    "silent.no_channel": (
        "nothing was told because the task names no channel, and none is a default one",
        "не сообщалось, потому что задача не называет канала, и канала по умолчанию нет",
    ),
    "silent.flapping": (
        "single changes were not told because it flaps since {since_at}",
        "об отдельных сменах не сообщалось, потому что статус мигает с {since_at}",
    ),
    "silent.not_stored": (
        "no notice of it is stored; by the settings of now there would be one: the task or the "
        "channels were edited since, or it is older than the alerts",
        "оповещение не сохранено, хотя по нынешним настройкам оно было бы: задачу или каналы с тех "
        "пор изменили, или это было до появления оповещений",
    ),
}
