"""What is refused of the options of looks, in Russian."""

OF_LOGINS: dict[str, str] = {
    "is given in the target too; leave one away": "есть и в цели; оставьте одно",
    "means nothing with tls={tls}; write tls=require": (
        "не имеет смысла при tls={tls}; напишите tls=require"
    ),
    "is missing; a password needs a user": "не указано; к паролю нужно имя",
    "is missing; MQTT knows no password without a user": (
        "не указано; в MQTT нет пароля без имени"
    ),
    "is missing; a mailbox belongs to somebody who logs in": (
        "не указано; ящик есть только у того, кто входит"
    ),
    "is missing; a login needs a user and a password": "не указано; для входа нужны имя и пароль",
    "is missing; a token is written as option token": "не указано; токен задаётся параметром token",
    "is one way to log in too many; use one": "способов войти слишком много; оставьте один",
    "contradicts the {other}; keep one of them": "противоречит другому ({other}); оставьте одно",
    "has a user with a colon, which basic authentication cannot send": (
        "в имени двоеточие, а простая аутентификация его не передаст"
    ),
    "contains a space, a line end or another sign that no token has": (
        "есть пробел, конец строки или другой знак, которого в токенах не бывает"
    ),
    "contradicts the user name in the target; keep one of them": (
        "противоречит имени в цели; оставьте одно"
    ),
    "is not given; say who asks for the token": "не указано, кто просит токен",
    "means nothing without the option oauth_token_url": (
        "не имеет смысла без параметра oauth_token_url"
    ),
    "never lets the password be sent without TLS; remove it, or set plaintext_login=true": (
        "при never пароль ушёл бы без TLS; уберите его или задайте plaintext_login=true"
    ),
    "contains the end of a line": "есть конец строки",
    "{value} is a date or time; write it in quotes": (
        "{value}: это дата или время; возьмите в кавычки"
    ),
    "{value} is not a text; write it in quotes": "{value}: это не текст; возьмите в кавычки",
    "{value} is not a list of days; write [21, 14, 7, 3, 1]": (
        "{value}: нужен список дней; напишите [21, 14, 7, 3, 1]"
    ),
    "{value} is not a list of steps; write [{{ after = '10m', channels = ['boss'] }}]": (
        "{value}: нужен список шагов; напишите [{{ after = '10m', channels = ['boss'] }}]"
    ),
    '{value} is not a list of texts; write ["a", "b"]': (
        '{value}: нужен список текстов; напишите ["a", "b"]'
    ),
    "{value} is not a table; write options = {{ method = 'HEAD' }}": (
        "{value}: нужна таблица; напишите options = {{ method = 'HEAD' }}"
    ),
    "{key} is not known; use title, tasks, tags, names": (
        "{key}: неизвестно; можно title, tasks, tags, names"
    ),
    '{value} has no unit; write it like "250ms", "30s" or "5m"': (
        '{value}: нет единицы; напишите, например, "250ms", "30s" или "5m"'
    ),
    "{name}: is not known here; there are: {known}": "{name}: здесь неизвестно; есть: {known}",
}

OF_TLS: dict[str, str] = {
    "{name} is no alert of TLS{guess}; there are: {known}": (
        "{name}: нет такого сообщения TLS{guess}; есть: {known}"
    ),
    "means nothing with {scheme}, where TLS comes first": (
        "не имеет смысла с {scheme}, где TLS начинается сразу"
    ),
    "{protocol} is not known{guess}; there are: {known}": (
        "{protocol}: неизвестно{guess}; есть: {known}"
    ),
    "{version} is older than min_version, {oldest}": "{version} старше, чем min_version, {oldest}",
    "means nothing with verify=false; leave one of them": (
        "не имеет смысла с verify=false; оставьте одно"
    ),
    "{text} is no list of protocols; write h2,http/1.1": (
        "{text}: это не список протоколов; напишите h2,http/1.1"
    ),
    "means nothing with tls=true; leave one of them": "не имеет смысла с tls=true; оставьте одно",
    "{text} is no SHA-256; write its 64 hexadecimal digits, with colons or without": (
        "{text}: это не SHA-256; напишите 64 шестнадцатеричные цифры, с двоеточиями или без"
    ),
    (
        "{text} is not a fingerprint; write SHA256: and 43 letters, as ssh-keygen -lf FILE shows "
        "them"
    ): "{text}: это не отпечаток; напишите SHA256: и 43 знака, как показывает ssh-keygen -lf FILE",
}

OF_HTTP: dict[str, str] = {
    "{name} is not the name of a cookie": "{name}: это не имя cookie",
    (
        "contains a semicolon, a control character, another letter than ASCII, or a space at an "
        "end; encode it as the server wants it"
    ): (
        "есть точка с запятой, управляющий символ, не ASCII или пробел с краю; закодируйте, как "
        "ждёт сервер"
    ),
    "{text} is not allowed; write codes like 200-299,301": (
        "{text}: так нельзя; напишите коды, например 200-299,301"
    ),
    "contradicts the option {other}; keep one": "противоречит параметру {other}; оставьте один",
    "contradicts the option cookies; keep one of them": (
        "противоречит параметру cookies; оставьте один"
    ),
    "says what the option body is, and there is none": ("говорит, что в параметре body, а его нет"),
    "contains half a letter": "есть половина буквы",
    "cannot be written as JSON: {why}": "не записывается в JSON: {why}",
    "is not JSON: {why}": "это не JSON: {why}",
    "is no such proxy; use http://HOST:PORT, https://, socks5:// or socks5h://": (
        "это не прокси; можно http://HOST:PORT, https://, socks5:// или socks5h://"
    ),
    "has a user or password of more than 255 bytes": "имя или пароль длиннее 255 байтов",
    "means nothing with this proxy, which looks up names itself": (
        "не имеет смысла с этим прокси: имена он ищет сам"
    ),
    "{name} is not the name of a header": "{name}: это не имя заголовка",
    "is set by the monitor itself; leave it out": "задаёт сам монитор; уберите",
    "is set by the monitor itself; see option subprotocol": (
        "задаёт сам монитор; см. параметр subprotocol"
    ),
    "contains a control character, or a space at an end; remove it": (
        "есть управляющий символ или пробел с краю; уберите его"
    ),
    "{method} is not allowed; use GET, HEAD, POST ...": (
        "{method}: так нельзя; можно GET, HEAD, POST ..."
    ),
    "{name} is not a name; use a-z, 0-9, and any of - _ .": (
        "{name}: это не имя; можно a-z, 0-9 и знаки - _ ."
    ),
    "has other letters than ASCII, or a space at an end; use a name with -bin": (
        "не только ASCII или пробел с краю; возьмите имя на -bin"
    ),
    "{name} is not the name of one": "{name}: это не имя подпротокола",
}

OF_NETWORKS: dict[str, str] = {
    "{path} is no path; write it like /dns-query": (
        "{path}: это не путь; напишите, например, /dns-query"
    ),
    "means nothing with transport={transport}; use tls or https": (
        "не имеет смысла при transport={transport}; можно tls или https"
    ),
    "{value} is not the value of a record of type {type}": (
        "{value}: это не значение записи типа {type}"
    ),
    "{code} is no response code{guess}; write NOERROR, NXDOMAIN ..., or any": (
        "{code}: нет такого кода ответа{guess}; напишите NOERROR, NXDOMAIN ... или any"
    ),
    "{time}s is out of range; use 10ms to 60s": "{time}s: вне пределов; можно от 10ms до 60s",
    "{time}s is out of range; use 0s to 10s": "{time}s: вне пределов; можно от 0s до 10s",
    "has {count} bytes; a datagram takes up to {limit}": (
        "байтов: {count}; в датаграмму входит не больше {limit}"
    ),
    "{address} is not an address in ASCII": "{address}: это не адрес из букв ASCII",
    "has {count} steps; write {limit} at most": "шагов: {count}; можно не больше {limit}",
    "does nothing; write expect, matches, send or starttls": (
        "ничего не делает; напишите expect, matches, send или starttls"
    ),
    "has both expect and matches; make two steps of it": (
        "есть и expect, и matches; сделайте два шага"
    ),
    "is too large: it has {count} steps, {limit} are allowed; repeat less often": (
        "слишком велико: шагов {count}, можно {limit}; повторяйте реже"
    ),
    (
        "{{{{{name}}}}} is caught in no step before; write (?P<{group}>...) into one of their "
        "patterns"
    ): (
        "{{{{{name}}}}} не поймано ни в одном шаге раньше; напишите (?P<{group}>...) в одном из их "
        "шаблонов"
    ),
    "{text} is not an escape; use \\r \\n \\t \\xHH, and \\\\ for a backslash": (
        "{text}: так не экранируют; можно \\r \\n \\t \\xHH, а сама косая черта \\\\"
    ),
    "stands beside send or expect; put them into steps": (
        "стоит рядом с send или expect; перенесите их в шаги"
    ),
    "begins TLS where there is TLS already": "начинает TLS там, где TLS уже есть",
}

OF_SERVERS: dict[str, str] = {
    "has the scheme {scheme}:; write tcp://HOST:PORT": "схема {scheme}:; напишите tcp://HOST:PORT",
    "means nothing without the option host": "не имеет смысла без параметра host",
    "{path} is not the full path of a socket": "{path}: это не полный путь к сокету",
    "{text} is not allowed; use system, user or a full path": (
        "{text}: так нельзя; можно system, user или полный путь"
    ),
    "cannot be combined with round_trip; use two tasks": (
        "не сочетается с round_trip; сделайте две задачи"
    ),
    "contains + or #, which cannot be published under": "есть + или #, под ними отправлять нельзя",
    "is longer than MQTT allows": "длиннее, чем допускает MQTT",
    "is missing; a consumer belongs to a stream": "не указано; получатель принадлежит потоку",
    "is not the beginning of a subject, such as _INBOX.": ("это не начало темы, например _INBOX."),
    "{name} is not a name; no spaces . * > /": "{name}: это не имя; без пробелов и знаков . * > /",
    "is empty; write a command, such as PING": "пусто; напишите команду, например PING",
    "cannot be read: {why}": "не читается: {why}",
    "is empty; write a statement, such as SELECT 1": "пусто; напишите запрос, например SELECT 1",
    "is missing; {name} wants it": "не указано, а {name} его требует",
}

OF_OTHER_TASKS: dict[str, str] = {
    "has {count} steps; write 1 to {limit}": "шагов: {count}; можно от 1 до {limit}",
    "{name} is taken by a step before it": "{name}: имя занято шагом раньше",
    "{{{{{name}}}}} is captured by no step before it": (
        "{{{{{name}}}}} не взято ни одним шагом раньше"
    ),
    "what a target said may not reach a command of this machine": (
        "сказанное целью не должно попадать в команды этой машины"
    ),
    "is no name; use letters, digits and _": "это не имя; можно буквы, цифры и _",
    "is not set; name the tasks that belong to it": "не указано; назовите задачи группы",
    "{text} is not known; write worst, 2 or 50%": "{text}: неизвестно; напишите worst, 2 или 50%",
    "{text} is out of range; all members together count {total}": (
        "{text}: вне пределов; все задачи вместе дают {total}"
    ),
    "{text} is out of range; use 1% to 100%": "{text}: вне пределов; можно от 1% до 100%",
    "names the group itself; leave it out": "группа названа сама в себе; уберите её",
    "names {name} twice; once is enough": "{name} названо дважды; хватит одного раза",
    "is no member{guess}": "такой задачи в группе нет{guess}",
    "must be 16 to 128 letters, digits, _ or -, and hard to guess": (
        "нужно от 16 до 128 букв, цифр, _ или -, и чтобы нельзя было угадать"
    ),
    "is too short; use 1s or more": "слишком мало; можно от 1s",
    "says the same as cron; use one of them": "говорит то же, что cron; оставьте одно",
    "{cron} has not five fields; write it like '0 3 * * *'": (
        "{cron}: нужно пять полей; напишите, например, '0 3 * * *'"
    ),
    "{cron} has a wrong {part}": "{cron}: ошибка в поле {part}",
    "{cron} is never due": "{cron}: такое время никогда не наступит",
    "{zone} is not known here; write it like Europe/Berlin": (
        "{zone}: здесь неизвестно; напишите, например, Europe/Berlin"
    ),
    "is not set, so no ping can come; set one": "не указано, и сигнал прийти не может; задайте",
}

OF_OPTIONS: dict[str, str] = {
    **OF_LOGINS,
    **OF_TLS,
    **OF_HTTP,
    **OF_NETWORKS,
    **OF_SERVERS,
    **OF_OTHER_TASKS,
}
