"""What looks at this machine, at programs and at other tasks say of what they saw, in Russian."""

OF_CONTAINERS: dict[str, str] = {
    "running": "работает",
    "paused": "на паузе",
    "restarting": "перезапускается",
    "exited": "завершился",
    "dead": "мёртв",
    "removing": "удаляется",
    "created, but never started": "создан, но ни разу не запущен",
    " for {time:t}": " уже {time}",
    " for lack of memory": " из-за нехватки памяти",
    "{time:t} ago": "{time} назад",
    "healthy": "здоров",
    "its health check has not passed yet": "проверка здоровья ещё не прошла",
    "{detail}, its health check has not passed yet": "{detail}, проверка здоровья ещё не прошла",
    "running, but unhealthy{times}{said}": "работает, но нездоров{times}{said}",
    ", failed {count:n} times in a row": ", неудач подряд: {count}",
    "{word:k} with {code:k}{ago}{error}": "{word}, {code}{ago}{error}",
    "restarting{times}, ended with {code}{ago}{error}": (
        "перезапускается{times}, последний раз завершился: {code}{ago}{error}"
    ),
    "an unknown exit code": "код завершения неизвестен",
    "exit code {code:n}": "код завершения {code}",
    "no such container": "нет такого контейнера",
    "the container engine answered {why}": "служба контейнеров ответила: {why}",
    "status {code:n}: {why}": "код {code}: {why}",
    "the container engine at {path:w} gave no answer in time": (
        "служба контейнеров ({path}) вовремя не ответила"
    ),
    "the container engine at {path:w} cannot be asked: {why}": (
        "службу контейнеров ({path}) спросить не удалось: {why}"
    ),
    "the answer {why:k}; is it an engine's?": "ответ: {why}; это служба контейнеров?",
    "has no state of a container": "в нём нет состояния контейнера",
    "start the engine": "запустите службу контейнеров",
    (
        "start the engine, or say where its socket is with the option socket (Podman's is "
        "/run/podman/podman.sock)"
    ): (
        "запустите службу контейнеров или укажите её сокет параметром socket (у Podman это "
        "/run/podman/podman.sock)"
    ),
    "let the monitor's user into the group of the socket": (
        "добавьте пользователя монитора в группу сокета"
    ),
}

OF_UNITS: dict[str, str] = {
    "active": "активен",
    "inactive": "неактивен",
    "failed": "сбой",
    "activating": "запускается",
    "deactivating": "останавливается",
    "reloading": "перечитывает настройки",
    "result {result:w}": "результат {result}",
    "{unit:w} is masked": "{unit} замаскирован (masked)",
    "{unit:w} cannot be loaded ({why})": "{unit} не загружается ({why})",
    "systemd has no unit {name}: {why}": "юнита {name} у systemd нет: {why}",
    "systemd does not answer at {path:w}: {why}; was this machine started by it?": (
        "systemd не отвечает ({path}): {why}; он ли запускал эту машину?"
    ),
    "systemd may not be asked at {path:w}: {why}": (
        "спрашивать systemd ({path}) не разрешено: {why}"
    ),
    "what answers for systemd on the bus is not systemd": "за systemd на шине отвечает не systemd",
    "the bus at {path:w} gave no answer in time": "шина {path} вовремя не ответила",
    "the bus at {path:w} {what:k}": "шина {path}: {what}",
    "does not speak D-Bus": "не говорит по D-Bus",
    "refuses to talk: {why}": "отказывается говорить: {why}",
    "does not let user {user:n} in: {why}": "не пускает пользователя {user}: {why}",
    "sent more than {size:n} KiB": "прислано больше {size} КиБ",
    "start the bus": "запустите шину",
    "let the monitor's user use the socket": "дайте пользователю монитора доступ к сокету",
    (
        "install dbus and start it, or say where the bus is with the option bus; in a container, "
        "mount that socket"
    ): (
        "установите и запустите dbus или укажите шину параметром bus; в контейнере смонтируйте "
        "этот сокет"
    ),
}

OF_PROGRAMS: dict[str, str] = {
    "exit code {code:n}, no output": "код завершения {code}, вывода нет",
    "exit code {code:n}, which means nothing": "код завершения {code} ничего не значит",
    "the plugin does not know": "плагин не знает",
    "ended by {signal}": "завершён сигналом {signal}",
    "signal {number:n}": "номер {number}",
    "{program} cannot be run: {why}": "{program}: запустить не удалось: {why}",
    "{name:w} is content": "{name} довольна",
    "an assertion failed": "не выполнено утверждение (assert)",
    "{name:w} returned a {type:w}; return None, True, False, a text or a Result": (
        "{name} вернула {type}; верните None, True, False, текст или Result"
    ),
    "all {count:n} threads for functions that are not async were busy": (
        "все потоки для обычных функций ({count}) были заняты"
    ),
    "{who} called sys.exit()": "{who}: вызван sys.exit()",
    "module {name:w}": "модуль {name}",
    "the plugin {name:w}": "плагин {name}",
    "the plugin for {scheme:w} ({name})": "плагин для {scheme} ({name})",
}

OF_TASKS_TOGETHER: dict[str, str] = {
    "it contains itself: {circle}": "содержит саму себя: {circle}",
    "none of them counts": "ни одна не в счёт",
    "{count:k} well": "всё хорошо: {count}",
    "step {number:n} of {count:n}": "шаг {number} из {count}",
    "left out": "пропущен",
    "what was captured makes no valid step: {why}": (
        "из захваченного не выходит верного шага: {why}"
    ),
    "there is no task {names}; add it, or take it out of the members": (
        "нет задачи {names}; добавьте её или уберите из состава группы"
    ),
}

OF_THIS_PROGRAM: dict[str, str] = {
    "pid {pid:n}, up {time:w}, loop turned in {lag:n} ms, {used:n} of {limit:n} files open": (
        "pid {pid}, работает {time}, оборот цикла {lag} мс, открыто файлов {used} из {limit}"
    ),
    "{why}; raise the limit (ulimit -n) or run fewer tasks": (
        "{why}; поднимите предел (ulimit -n) или уменьшите число задач"
    ),
    "looks may not go to {address}{carried}: {why}": "проверять {address}{carried} нельзя: {why}",
    ", which carries {ip:w},": " (внутри {ip})",
    "it tells the secrets of cloud machines": "он выдаёт секреты облачных машин",
    "it is the address of no host": "это адрес не узла",
    "it is private, and targets.private is deny": "он частный, а targets.private = deny",
    "it is private and not in targets.allow": "он частный, и его нет в targets.allow",
    "it is link-local; set targets.allow if it is meant": (
        "он link-local; задайте targets.allow, если это намеренно"
    ),
    "its pings cannot be read: {why}": "не удалось прочесть его сигналы: {why}",
    "our own absences cannot be read: {why}": "не удалось прочесть, когда не было нас самих: {why}",
    "not believed, {why}: {detail}": "не верим, {why}: {detail}",
}

OF_MACHINES: dict[str, str] = {
    **OF_CONTAINERS,
    **OF_UNITS,
    **OF_PROGRAMS,
    **OF_TASKS_TOGETHER,
    **OF_THIS_PROGRAM,
}
