"""The claims of steps 4 to 6, where something is broken on purpose: English, Russian."""

from monitor.verification.claims import Both

BROKEN: dict[str, tuple[Both, Both]] = {
    # 4: the control experiment
    "control.before": (
        (
            "one session shared by all tasks shows the known error",
            "одна общая на все задачи сессия вызывает известную ошибку",
        ),
        (
            "{failed} of {operations} operations failed, {known} with a known face of it, {quoted} "
            'with "concurrent operations are not permitted"',
            "ошибок {failed} из {operations}, известного вида {known}, из них «concurrent "
            "operations are not permitted» {quoted}",
        ),
    ),
    "control.before_stands": (
        (
            "with it next_check of some tasks stands still",
            "с ней next_check части задач перестаёт обновляться",
        ),
        (
            "{stands} of {tasks} tasks stand still; session works afterwards: {usable}",
            "стоит у {stands} из {tasks} задач; сессия работает после этого: {usable}",
        ),
    ),
    "control.after": (
        (
            "the same load over one session per task shows no error",
            "та же нагрузка со своей сессией у каждой задачи ошибок не вызывает",
        ),
        (
            "{failed} of {operations} operations failed {first}",
            "ошибок {failed} из {operations} {first}",
        ),
    ),
    "control.after_moves": (
        (
            "with it every look is stored and every next_check moves on",
            "с ней каждая проверка сохранена и каждый next_check обновлён",
        ),
        (
            "{looks} of {operations:look|looks}, {moved} of {tasks:task|tasks}",
            "проверок {looks} из {operations}, задач {moved} из {tasks}",
        ),
    ),
    "control.nothing_left": (
        (
            "the experiment left no connection behind",
            "опыт не оставил за собой соединений",
        ),
        ("{connections} left {trouble}", "осталось: {connections} {trouble}"),
    ),
    "session.busy": (
        (
            "a stranger using a task's session gets SessionBusyError at once, and nothing breaks",
            "посторонний, использующий сессию задачи, сразу получает SessionBusyError, и ничего не "
            "ломается",
        ),
        (
            "refused: {refused}, after {waited_ms:.1f} ms; the owner goes on: {healthy}",
            "отказано: {refused}, через {waited_ms:.1f} мс; владелец работает дальше: {healthy}",
        ),
    ),
    # 5: task 7
    "policy.defaults": (
        (
            "the product's own recovery policy is 60 -> 120 -> 240 s, at most 10 attempts",
            "политика восстановления продукта: 60 -> 120 -> 240 с, не более 10 попыток",
        ),
        (
            "{delays} s up to {cap_s:.0f} s, {attempts:attempt|attempts}",
            "{delays} с, не более {cap_s:.0f} с, попыток {attempts}",
        ),
    ),
    "limit.default": (
        (
            "the product's own limit of errors in a row is 5",
            "предел ошибок подряд в продукте - 5",
        ),
        ("{limit}", "{limit}"),
    ),
    "errors.end_the_child": (
        (
            "{limit} own errors in a row are counted in the database and end task 7",
            "{limit} собственных ошибок подряд посчитаны в базе данных и завершают задачу 7",
        ),
        (
            "counted {counted}; ends of task 7 by an error in all: {ended}",
            "счётчик {counted}; всего завершений задачи 7 с ошибкой: {ended}",
        ),
    ),
    "next_check.moves": (
        (
            "next_check in the database moves on after each error",
            "next_check в базе данных обновляется после каждой ошибки",
        ),
        (
            "moved on after {moved} of {limit} errors: {moves} s",
            "обновлён после {moved} из {limit} ошибок: {moves} с",
        ),
    ),
    "recovery.delays": (
        (
            "restarts follow the policy (here instead of {real} s: {planned} s)",
            "перезапуски следуют политике (здесь вместо {real} с: {planned} с)",
        ),
        ("{seen} s", "{seen} с"),
    ),
    "recovery.stored": (
        ("every attempt is stored", "каждая попытка сохранена"),
        ("attempts stored: {stored}", "сохранены попытки: {stored}"),
    ),
    "recovery.healed": (
        (
            "once its probe is healed, task 7 works again",
            "после исправления проверки задача 7 снова работает",
        ),
        ("healed at attempt {attempt}", "исправлена к попытке {attempt}"),
    ),
    "recovery.reset": (
        (
            "after a stable life the counters are back at zero",
            "после стабильной работы счётчики обнулены",
        ),
        (
            "attempts {attempts}, errors {errors}, after {after_s:.1f} s",
            "попыток {attempts}, ошибок {errors}, через {after_s:.1f} с",
        ),
    ),
    "exhaustion.loud": (
        (
            "a task that never heals ends as failed, loudly",
            "задача, которая не выздоравливает, громко объявляется остановленной",
        ),
        (
            "{lifecycle} after {attempts:attempt|attempts}; log lines at level ERROR: {logged}, "
            "stored events: {stored}",
            "{lifecycle} после {attempts:попытки|попыток|попыток}, "
            "в логе на уровне ERROR: {logged}, сохранено: {stored}",
        ),
    ),
    "exhaustion.resumed": (
        (
            "one command brings it back within {within_s:.0f} s",
            "одна команда возвращает её за {within_s:.0f} с",
        ),
        (
            "looks again: {resumed}, after {took_s:.2f} s",
            "снова проверяется: {resumed}, через {took_s:.2f} с",
        ),
    ),
    "siblings.undisturbed": (
        (
            "{siblings:other task is|other tasks are} undisturbed",
            "остальные {siblings} задач не потревожены",
        ),
        (
            "{looked} of {due} slots looked at in time, {gaps:gap|gaps}, {starts:start|starts}",
            "проверено слотов {looked} из {due}, пропусков {gaps}, запусков {starts}",
        ),
    ),
    "ledger.whole": (
        (
            "every slot of all tasks is a result or lies in a gap with a reason",
            "каждый слот всех задач - результат или пропуск с причиной",
        ),
        (
            "{due:slot|slots}: {looked} looked at, {gaps} in gaps ({reasons}), {lost} lost",
            "слотов {due}: проверено {looked}, в пропусках {gaps} ({reasons}), потеряно {lost}",
        ),
    ),
    # 6: SIGTERM
    "leaving.exit": (
        (
            "the process leaves with exit code 0 within the grace",
            "процесс завершается с кодом 0 в пределах отсрочки",
        ),
        (
            "exit code {exit_code} after {took_s:.2f} s of {grace_s:.0f} s, looks in flight: "
            "{in_flight}",
            "код {exit_code} через {took_s:.2f} с из {grace_s:.0f} с, проверок в полёте: "
            "{in_flight}",
        ),
    ),
    "leaving.sessions": (
        (
            "all its sessions are closed, nothing is left unwritten",
            "все его сессии закрыты, всё записано",
        ),
        (
            "{opened} opened, {closed} closed, {unwritten:record|records} unwritten",
            "открыто {opened}, закрыто {closed}, незаписанных записей {unwritten}",
        ),
    ),
    "leaving.log": (
        ("its log shows no error", "в его логе нет ошибок"),
        (
            "{found} in {lines:line|lines} {first}",
            "найдено {found} в {lines:строке|строках|строках} {first}",
        ),
    ),
    "leaving.records": (
        (
            "every look it acknowledged, and every one the server saw, is in the database",
            "каждая подтверждённая проверка и каждая, которую видел сервер, есть в базе данных",
        ),
        (
            "{acknowledged} acknowledged, {missing} of them missing; {asked} requests, {recorded} "
            "results",
            "подтверждено {acknowledged}, из них нет {missing}; запросов {asked}, результатов "
            "{recorded}",
        ),
    ),
    "leaving.node": (
        (
            "it says in the database that it stopped, with no session open",
            "он записал в базу данных, что остановлен и сессий нет",
        ),
        ("{sessions:session|sessions} in its last word", "сессий в последней записи: {sessions}"),
    ),
    "leaving.connections": (
        (
            "the database sees no connection of that process",
            "база данных не видит соединений этого процесса",
        ),
        ("{connections} left {trouble}", "осталось: {connections} {trouble}"),
    ),
}
