"""What is refused of status pages and of people, and why a page cannot be shown, in Russian."""

OF_STATUS_PAGES: dict[str, str] = {
    "has a title, lists of tasks and tags, and names = {{ 'task' = 'shown' }}": (
        "бывают название, списки задач и меток и names = {{ 'task' = 'shown' }}"
    ),
    "{slug} cannot stand in an address; use a-z, 0-9 and - inside, at most 63": (
        "{slug}: в адресе так нельзя; можно a-z, 0-9 и - внутри, не больше 63"
    ),
    (
        "{host} is no host name; write it like status.example.com, without port, in small letters "
        "(other letters as xn--...)"
    ): (
        "{host}: это не имя узла; напишите, например, status.example.com, без порта, строчными "
        "буквами (другие буквы как xn--...)"
    ),
    (
        "the host name {host} belongs to the status page {holder}; choose another for {slug}"
    ): "имя узла {host} занято страницей статуса {holder}; выберите другое для {slug}",
    "is no address of a mail server; write mailtos://...": (
        "это не адрес почтового сервера; напишите mailtos://..."
    ),
    "{language} is not known; use en or ru, or nothing": (
        "{language}: неизвестно; можно en, ru или ничего"
    ),
    "{colour} is no colour; write it like #1d5c99": (
        "{colour}: это не цвет; напишите, например, #1d5c99"
    ),
    "there are {count}; at most {limit}": "их {count}; можно не больше {limit}",
    "{title} names neither tasks nor tags; to show all, write tasks = ['*']": (
        "{title}: не названы ни задачи, ни метки; чтобы показать все, напишите tasks = ['*']"
    ),
    "is no address of the web; write it like https://example.com": (
        "это не веб-адрес; напишите, например, https://example.com"
    ),
    "is missing; choose a picture": "не выбран; выберите картинку",
    "has {count} bytes; at most {limit} are kept": "байтов: {count}; можно не больше {limit}",
    "is SVG, which can hold scripts; make a PNG of it": (
        "это SVG, в котором могут быть скрипты; сделайте из него PNG"
    ),
    "is neither PNG nor JPEG nor WebP, or not all of it": (
        "это не PNG, не JPEG и не WebP или файл не весь"
    ),
    "is {width} x {height} pixels; each side may have {shortest} to {longest} of them": (
        "пикселей {width} x {height}; сторона может быть от {shortest} до {longest}"
    ),
    "the page has no such subscriber; `monitor status-page subscribers` lists all": (
        "такого подписчика у страницы нет; всех покажет `monitor status-page subscribers`"
    ),
    "{row} is not TASK=SHOWN": "{row}: нужно ЗАДАЧА=НАЗВАНИЕ",
    "{row} names neither tasks nor tags": "{row}: не названы ни задачи, ни метки",
    "is empty; say what is known": "пусто; напишите, что известно",
    "there is no story {story} on this page": "происшествия {story} на этой странице нет",
    "is missing; a new story has one": "не указано; у нового происшествия оно есть",
    "is missing; no incident is open on this page, and a new one has one": (
        "не указано; открытых происшествий на странице нет, а у нового оно есть"
    ),
    "is missing; {count} incidents are open: {names}": (
        "не указано; открытых происшествий {count}: {names}"
    ),
    "there is no status page {slug}{guess}": "нет страницы статуса {slug}{guess}",
    "status page {slug} exists already; edit it, or choose another": (
        "страница статуса {slug} уже есть; измените её или выберите другой адрес"
    ),
    (
        "{what} {name} came from a configuration file; change it there and `monitor apply` the "
        "file, with --prune if it is gone there"
    ): (
        "{name} из файла настроек; измените там и выполните `monitor apply` с этим файлом, а если "
        "там этого уже нет, добавьте --prune"
    ),
    "{id} begins {count} ids; write more of it": "с {id} начинается {count} id; напишите больше",
}

OF_PEOPLE: dict[str, str] = {
    "the token {name} gives no more than it has: {paths}": (
        "ключ {name} не даёт больше, чем есть у него самого: {paths}"
    ),
    "the token {name} gives for no longer than it is good itself, until {moment}": (
        "ключ {name} не даёт на срок дольше своего, до {moment}"
    ),
    "the password has {count:c}; use {shortest} or more, such as four words": (
        "в пароле {count}; нужно {shortest} или больше, например четыре слова"
    ),
    "the password has {count} characters; use at most {longest}": (
        "в пароле символов: {count}; можно не больше {longest}"
    ),
    "the password contains a control character; leave it out": (
        "в пароле управляющий символ; уберите его"
    ),
    "the password follows a simple pattern; use some words that do not": (
        "пароль слишком прост; возьмите несколько несвязанных слов"
    ),
    "the password is among those that are tried first; choose another": (
        "такой пароль пробуют одним из первых; выберите другой"
    ),
    "the two passwords differ; type the same twice": (
        "пароли различаются; введите один и тот же дважды"
    ),
    "nobody disables themselves; let another admin do it": (
        "себя отключить нельзя; пусть это сделает другой администратор"
    ),
    "the first user must be an admin": "первый пользователь должен быть администратором",
    "there are users already; log in as one of them": (
        "пользователи уже есть; войдите как один из них"
    ),
    "user {name} exists already; choose another name": (
        "пользователь {name} уже есть; выберите другое имя"
    ),
    "token {name} exists already; choose another name": (
        "ключ {name} уже есть; выберите другое имя"
    ),
    "{name} is the last admin; make somebody else one first": (
        "{name}: последний администратор; сначала назначьте другого"
    ),
    "the name of the {what} {why}": "имя ({what}): {why}",
    "it would be over already; choose a later end": ("срок уже прошёл бы; выберите конец позже"),
    "{owner} is {role}; a token of his cannot be {other}": (
        "{owner}: {role}; его ключ не может быть {other}"
    ),
    "{path} is no path; write it like /api/v1/tasks": (
        "{path}: это не путь; напишите, например, /api/v1/tasks"
    ),
    "there is no role {word}; use one of {known}": "роли {word} нет; можно {known}",
    "there is no such user any more": "такого пользователя больше нет",
    "{name} has no role here": "у {name} здесь нет роли",
    "{name} has just been removed": "{name} только что удалён",
    "{name} is disabled": "{name} отключён",
    "the code is wrong, or was used before": "код неверен или уже использован",
}

OF_REQUESTS: dict[str, str] = {
    "nobody waits for an answer any more": "ответа уже никто не ждёт",
    "{count} tasks cannot be {done} at once, at most {limit}; choose fewer": (
        "{count} задач сразу нельзя ({done}), можно не больше {limit}; выберите меньше"
    ),
    "the proxy must say in one header, once, who has logged in": (
        "прокси должен сообщить одним заголовком и один раз, кто вошёл"
    ),
    "the token {name} is for reading only": "ключ {name} только для чтения",
    "the token {name} is not for {path}": "ключ {name} не для {path}",
    "log in, or send a token (Authorization: Bearer)": (
        "войдите или передайте ключ (Authorization: Bearer)"
    ),
    "this address is not opened like that": "этот адрес так не открывают",
    "log in again": "войдите снова",
    "log in first": "сначала войдите",
    (
        "a token does not belong into an address, which ends up in logs; revoke it, and send the "
        "next one as Authorization: Bearer"
    ): (
        "ключу не место в адресе, который попадает в журналы; отзовите его и передавайте "
        "следующий как Authorization: Bearer"
    ),
    (
        "task {name} is paused, so there is no child of it to be made to fail; resume it first "
        "with `monitor task resume {id}`"
    ): (
        "задача {name} на паузе, и уронить у неё нечего; сначала продолжите её: `monitor task "
        "resume {id}`"
    ),
    (
        "task {name} is recovering from a failure of its own already ({state}: {why}); wait until "
        "it is back, or start it with `monitor task resume {id}`"
    ): (
        "задача {name} уже восстанавливается после своего сбоя ({state}: {why}); подождите или "
        "запустите её: `monitor task resume {id}`"
    ),
    "there is nothing here": "здесь ничего нет",
    "this is a fault of the monitor; its log says more": (
        "это ошибка самого монитора; подробности в его журнале"
    ),
    "this is no user of ours": "это не наш пользователь",
    "this is no secret of ours; begin anew": "это не наш секрет; начните снова",
    "log in by name and password for that": "для этого войдите по имени и паролю",
    "too many tries; wait a little": "слишком много попыток; подождите немного",
    "{name} is {role}; this takes the role {needed}": (
        "{name}: {role}; для этого нужна роль {needed}"
    ),
    "too many logins at once; try again": "слишком много входов сразу; попробуйте снова",
    "there is no such token any more": "такого ключа больше нет",
    (
        "this did not come from a page of ours; open it here, or use a token (Authorization: "
        "Bearer)"
    ): (
        "это пришло не с нашей страницы; откройте её здесь или возьмите токен (Authorization: "
        "Bearer)"
    ),
    "too many wrong passwords; wait a little": "слишком много неверных паролей; подождите немного",
    "way: is not offered by this page": "way: эта страница такого не предлагает",
    "too many requests at once": "слишком много запросов сразу",
    "the database is away": "база данных недоступна",
    "a form is sent as application/x-www-form-urlencoded": (
        "форма отправляется как application/x-www-form-urlencoded"
    ),
    "a file is sent as multipart/form-data": "файл отправляется как multipart/form-data",
    "the file has more than {limit} bytes; choose a smaller one": (
        "в файле больше {limit} байтов; выберите меньше"
    ),
    "the form is not whole; send it again": "форма пришла не вся; отправьте ещё раз",
    "the form did not come within {time} s; again": "форма не пришла за {time} с; ещё раз",
    "the form has more than {count} fields": "в форме больше {count} полей",
    "the form is larger than {limit} bytes; send less of it": (
        "форма больше {limit} байтов; отправьте меньше"
    ),
    "there is no such channel": "такого канала нет",
    "tasks name {name}; let them name another first": (
        "канал {name} назван в задачах; сначала укажите в них другой"
    ),
    "the form does not say what to do": "в форме не сказано, что сделать",
    "the name is not that of the task; nothing was removed": (
        "это имя не той задачи; ничего не удалено"
    ),
    "there is no such task": "такой задачи нет",
    "there is no such incident": "такого инцидента нет",
    "the incident is over; there is nothing to take": "инцидент закончился; брать нечего",
    "there is no such maintenance": "такого обслуживания нет",
    "there is no silence {number}; `monitor silence list` shows all": (
        "тишины {number} нет; все покажет `monitor silence list`"
    ),
    "there is no maintenance {name}{guess}": "нет обслуживания {name}{guess}",
    "there is no channel {name}{guess}": "нет канала {name}{guess}",
    "nobody can be let in here": "сюда никого нельзя впустить",
}

OF_PAGES: dict[str, str] = {**OF_STATUS_PAGES, **OF_PEOPLE, **OF_REQUESTS}
