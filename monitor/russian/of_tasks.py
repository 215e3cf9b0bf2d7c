"""What is refused of a task's own fields, and of values that many forms have, in Russian."""

OF_VALUES: dict[str, str] = {
    "is empty": "пусто",
    "is missing": "не указано",
    "there are: {known}": "есть: {known}",
    "write {example}": "напишите {example}",
    "{text} has no unit; {how}": "{text}: нет единицы; {how}",
    "{text} has no unit; write it like 250ms, 30s or 5m": (
        "{text}: нет единицы; напишите, например, 250ms, 30s или 5m"
    ),
    "{text} is not a duration; {how}": "{text}: это не длительность; {how}",
    "write it like 250ms, 30s, 5m, 1h30m or 7d": "напишите, например, 250ms, 30s, 5m, 1h30m или 7d",
    "{text} is not a moment; write 2026-11-24T03:00:00Z, or an age like 2h": (
        "{text}: это не время; напишите 2026-11-24T03:00:00Z или давность, например 2h"
    ),
    "{text} lies outside the calendar": "{text}: такого времени в календаре нет",
    "{text} is not a whole number": "{text}: это не целое число",
    "{text} is neither true nor false": "{text}: нужно true или false",
    "{text} is not allowed; use {allowed}": "{text}: так нельзя; нужно {allowed}",
    "a whole number": "целое число",
    "a number": "число",
    "true or false": "true или false",
    "a table, NAME.KEY=VALUE": "таблица, NAME.KEY=VALUE",
    "a list": "список",
    "a text": "текст",
    "what is written there": "написанное там",
    "{text} begins or ends with a space; remove it": (
        "{text}: в начале или в конце пробел; уберите его"
    ),
    "has {count} characters; at most {limit} are allowed": (
        "символов: {count}; можно не больше {limit}"
    ),
    "has {count} characters; at most {limit} are kept": (
        "символов: {count}; сохраняется не больше {limit}"
    ),
    "has {count} characters; at most {limit} are read": (
        "символов: {count}; читается не больше {limit}"
    ),
    "{text} contains a control character; remove it": (
        "{text}: есть управляющий символ; уберите его"
    ),
    "contains a control character; remove it": "есть управляющий символ; уберите его",
    "contains a control character; write one line": (
        "есть управляющий символ; напишите одну строку"
    ),
    "{found} is out of range; use {lowest} to {highest}": (
        "{found}: вне пределов; можно от {lowest} до {highest}"
    ),
    "{found} is out of range; use {allowed}": "{found}: вне пределов; можно {allowed}",
    "{found} is out of range; use 1s to {highest}": (
        "{found}: вне пределов; можно от 1s до {highest}"
    ),
    "{found} is out of range; use 1 to {highest}": (
        "{found}: вне пределов; можно от 1 до {highest}"
    ),
    "{text} is not known; use {known}": "{text}: неизвестно; можно {known}",
    "the environment variable {name} is not set here": (
        "переменная окружения {name} здесь не задана"
    ),
    (
        "{text} is no reference; write ${{NAME}}, ${{NAME:-default}} or ${{file:PATH}}, or $${{ "
        "for the signs themselves"
    ): (
        "{text}: это не ссылка; напишите ${{NAME}}, ${{NAME:-default}} или ${{file:PATH}}, а сами "
        "знаки как $${{"
    ),
    "the file {path} is not UTF-8 text": "файл {path}: не текст в UTF-8",
    "the file {path} cannot be read: {why}": "файл {path} прочитать нельзя: {why}",
    "the file {path} is too large for a secret (over 64 KiB)": (
        "файл {path} слишком велик для секрета (больше 64 КиБ)"
    ),
}

OF_FIELDS: dict[str, str] = {
    "{text} is neither a condition in quotes nor a list of such": (
        "{text}: нужно условие в кавычках или список условий"
    ),
    "{text} is not a number that can be stored": "{text}: такое число не сохранить",
    "the step {step} has other keys than after and channels": (
        "в шаге {step} бывают только after и channels"
    ),
    "{name} would be read as an id; use a letter in it": (
        "{name}: такое имя прочтётся как номер; добавьте букву"
    ),
    "is empty; name what is told: down, degraded, unknown": (
        "пусто; назовите, о чём сообщать: down, degraded, unknown"
    ),
    "{name} cannot depend on itself": "{name}: задача не может зависеть от себя самой",
    "{count} is out of range; use 1 to 100": "{count}: вне пределов; можно от 1 до 100",
    "a step names no channel": "в шаге не указан канал",
    "{one} is nothing that is told; use {known}": "{one}: о таком не сообщают; можно {known}",
    "{name} is taken; choose another name": "{name}: имя занято; выберите другое",
    "a task of one of these names has just been added": (
        "задача с одним из этих имён только что добавлена"
    ),
    "task {name} exists already; choose another name, or use `task edit`": (
        "задача {name} уже есть; выберите другое имя или измените её"
    ),
    "{line} is no step; write it like 10m=boss": (
        "{line}: это не шаг; напишите, например, 10m=boss"
    ),
    "task {name} exists already; choose another name": (
        "задача {name} уже есть; выберите другое имя"
    ),
    "{scheme}: tasks are not made or changed {how}web.allow_commands": (
        "задачи {scheme}: {how}web.allow_commands"
    ),
    "has a reference ${{...}}; these are not taken {how}web.allow_references": (
        "ссылки ${{...}}: {how}web.allow_references"
    ),
    "over HTTP; use the command line or a configuration file, or set ": (
        "через веб не принимаются; сделайте это в командной строке или в файле либо включите "
    ),
    "has {stars} where a secret was hidden; write the secret itself": (
        "на месте скрытого секрета стоит {stars}; напишите сам секрет"
    ),
    "say which tags to add or to remove, or an interval": (
        "скажите, какие метки добавить или убрать, или интервал"
    ),
    "task {name} was changed meanwhile; send it again": (
        "задачу {name} тем временем изменили; отправьте ещё раз"
    ),
    "{count} tasks are too many to be changed at once here; choose fewer": (
        "задач {count}: здесь столько сразу не изменить; выберите меньше"
    ),
    "some of the tasks were removed meanwhile; send it again": (
        "некоторые из задач тем временем удалены; отправьте ещё раз"
    ),
    "is not known here{guess}; {there_are}": "здесь неизвестно{guess}; {there_are}",
    "this kind has none": "у этого вида их нет",
    "{scheme}: needs a running monitor to look at it; add it with `monitor task add`": (
        "{scheme}: проверить может только работающий монитор; добавьте задачу, и он проверит"
    ),
}

OF_TASKS: dict[str, str] = {**OF_VALUES, **OF_FIELDS}
