"""The claims of steps 1 to 3, and how what was seen of them is told: English, Russian."""

Both = tuple[str, str]

CALM: dict[str, tuple[Both, Both]] = {
    "completed": (
        ("the step could be carried to its end", "шаг доведён до конца"),
        ("{trouble}", "{trouble}"),
    ),
    # 1: three tasks at once
    "session.own": (
        (
            "{tasks:task has|tasks have each} opened a database session of its own",
            "каждая из {tasks} задач создала свою отдельную сессию БД",
        ),
        (
            "{openings} openings, {sessions} different AsyncSession objects",
            "открытий: {openings}, различных объектов AsyncSession: {sessions}",
        ),
    ),
    "session.registry": (
        (
            "the registry shows the sessions by task, here and in the database",
            "реестр показывает сессии по задачам, в процессе и в базе данных",
        ),
        (
            "{here} of {tasks} in the process, {stored} of {tasks} in the database",
            "в процессе {here} из {tasks}, в базе данных {stored} из {tasks}",
        ),
    ),
    "started.together": (
        ("all tasks were started at the same time", "все задачи запущены одновременно"),
        (
            "{started} of {tasks} had started before the first one looked for the second time",
            "{started} из {tasks} запущены до второй проверки первой из них",
        ),
    ),
    "session.closed": (
        ("all sessions are closed on stop", "сессии корректно закрываются при остановке"),
        (
            "{opened} told as opened, {closed} as closed, {left} left in the registry",
            "в логе открыто {opened}, закрыто {closed}, осталось в реестре {left}",
        ),
    ),
    "node.stopped": (
        (
            "the process says in the database that it stopped, with no session open",
            "процесс записал в базу данных, что остановлен и сессий нет",
        ),
        ("{sessions:session|sessions} in its last word", "сессий в последней записи: {sessions}"),
    ),
    "connections.none": (
        (
            "the database sees no connection of ours after the stop",
            "после остановки база данных не видит ни одного нашего соединения",
        ),
        ("{connections} left {trouble}", "осталось: {connections} {trouble}"),
    ),
    # 2: under load
    "load.sessions": (
        (
            "{tasks:task has|tasks have each} worked through one session of its own",
            "каждая из {tasks} задач работала через одну собственную сессию",
        ),
        (
            "{sessions} different AsyncSession objects",
            "различных объектов AsyncSession: {sessions}",
        ),
    ),
    "load.looks": (
        (
            "the database holds exactly the looks that the server saw",
            "в базе данных ровно те проверки, которые видел сервер",
        ),
        (
            "{asked:request|requests}, {recorded:result|results}; tasks that differ: {unequal}, "
            "that never looked: {silent}",
            "запросов {asked}, результатов {recorded}, расходятся задач: {unequal}, без проверок: "
            "{silent}",
        ),
    ),
    "load.slots": (
        (
            "every slot is one result or lies in a gap with a reason",
            "каждый слот - один результат или пропуск с причиной",
        ),
        (
            "{due:slot|slots}: {looked} looked at, {gaps} in gaps, {lost} lost, {doubled} doubled",
            "слотов {due}: проверено {looked}, в пропусках {gaps}, потеряно {lost}, удвоено "
            "{doubled}",
        ),
    ),
    "load.lateness": (
        ("looks start at their time", "проверки начинаются вовремя"),
        (
            "late by {p50_ms:.1f} ms (p50), {p99_ms:.1f} ms (p99), {most_ms:.1f} ms (most); the "
            "shortest interval is {shortest_s:.2f} s",
            "опоздание {p50_ms:.1f} мс (p50), {p99_ms:.1f} мс (p99), {most_ms:.1f} мс "
            "(наибольшее); кратчайший интервал {shortest_s:.2f} с",
        ),
    ),
    "load.no_fault": (
        (
            'no error "concurrent operations are not permitted", nor any other face of it',
            "ошибок «concurrent operations are not permitted» и других её видов не обнаружено",
        ),
        ("{faults} found", "найдено: {faults}"),
    ),
    # 3: the search
    "log.no_fault": (
        (
            "the log shows no session with several users at once",
            "в логах нет ошибок одновременного использования сессии",
        ),
        (
            "{found} in {lines:line|lines} of {loggers:logger|loggers}",
            "найдено {found} в {lines:строке|строках|строках}, логгеров: {loggers}",
        ),
    ),
    "log.no_leak": (
        (
            "the log shows no connection or task that nobody closed",
            "в логах нет незакрытых соединений и брошенных задач",
        ),
        ("{found} in {lines:line|lines}", "найдено {found} в {lines:строке|строках|строках}"),
    ),
    "log.no_error": (
        ("the log shows no error at all", "в логах нет никаких ошибок"),
        ("{found} in {lines:line|lines}", "найдено {found} в {lines:строке|строках|строках}"),
    ),
    "view.postgresql": (
        (
            "while running, no transaction of ours stood idle on the server",
            "во время работы ни одна наша транзакция не простаивала на сервере",
        ),
        (
            "{samples} samples, longest idle in transaction {longest_ms:.0f} ms, limit "
            "{limit_ms:.0f} ms {trouble}",
            "замеров {samples}, дольше всего idle in transaction {longest_ms:.0f} мс, предел "
            "{limit_ms:.0f} мс {trouble}",
        ),
    ),
    "view.sqlite": (
        (
            "while running, a stranger got the write lock at once",
            "во время работы посторонний сразу получал блокировку на запись",
        ),
        (
            "{samples} samples, longest wait {longest_ms:.0f} ms, limit {limit_ms:.0f} ms "
            "{trouble}",
            "замеров {samples}, дольше всего {longest_ms:.0f} мс, предел {limit_ms:.0f} мс "
            "{trouble}",
        ),
    ),
    "left.postgresql": (
        (
            "afterwards the server has no connection of ours",
            "после работы на сервере не осталось наших соединений",
        ),
        (
            "{connections} left of at most {most} {trouble}",
            "осталось {connections}, было не более {most} {trouble}",
        ),
    ),
    "left.sqlite": (
        (
            "afterwards nobody has the file open, its lock is free and its content is sound",
            "после работы файл никем не открыт, блокировка свободна, содержимое цело",
        ),
        ("{connections} still open {trouble}", "открыто: {connections} {trouble}"),
    ),
    "bridge.quiet": (
        (
            "the driver reported nothing unexpected, and no connection was thrown away",
            "драйвер не сообщил ничего неожиданного, ни одно соединение не выброшено",
        ),
        ("{noise} reports, {poisoned} thrown away", "сообщений {noise}, выброшено {poisoned}"),
    ),
}
