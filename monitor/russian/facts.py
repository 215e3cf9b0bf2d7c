"""What the facts are that conditions may ask about, in Russian."""

OF_THE_WEB: dict[str, str] = {
    "the status code of the last answer": "код последнего ответа",
    'a header of the answer, whatever the case of its name: `header["x-cache"]`': (
        'заголовок ответа, регистр имени не важен: `header["x-cache"]`'
    ),
    "the body of the answer, up to 1 MiB; `body.json.$` reads it as JSON": (
        "тело ответа, до 1 МиБ; `body.json.$` читает его как JSON"
    ),
    "the address after redirects, without credentials": (
        "адрес после перенаправлений, без имени и пароля"
    ),
    "how many redirects were followed": "сколько было перенаправлений",
    'the version of HTTP that was spoken: `"1.1"`, `"2"`': 'версия HTTP: `"1.1"`, `"2"`',
    "the status code of the handshake; 101 if the target has accepted it": (
        "код ответа на рукопожатие; 101, если цель его приняла"
    ),
    "a header of the handshake's answer, whatever the case of its name": (
        "заголовок ответа на рукопожатие, регистр имени не важен"
    ),
    "what the target has chosen of those offered, or nothing": (
        "что цель выбрала из предложенного, или ничего"
    ),
    "the last message waited for; `message.json.$` reads it as JSON": (
        "последнее дождавшееся сообщение; `message.json.$` читает его как JSON"
    ),
    "all messages waited for, as texts": "все полученные сообщения, текстами",
    "how long a pong took, with the option `ping=true`": (
        "сколько ждали pong, с параметром `ping=true`"
    ),
    "the code with which the target closed; 1006 if it went without one, or never opened": (
        "код, с которым цель закрыла соединение; 1006, если без кода или оно не открылось"
    ),
    (
        'what the service is doing: `"SERVING"`, `"NOT_SERVING"`, `"UNKNOWN"` ...; null if the '
        "call failed"
    ): (
        'что делает сервис: `"SERVING"`, `"NOT_SERVING"`, `"UNKNOWN"` ...; null, если вызов не '
        "удался"
    ),
    (
        'the status of the call: `"OK"`, or why nothing was said: `"NOT_FOUND"`, '
        '`"UNIMPLEMENTED"` ...'
    ): 'статус вызова: `"OK"` или почему ответа нет: `"NOT_FOUND"`, `"UNIMPLEMENTED"` ...',
    "what the server says of that": "что об этом говорит сервер",
}

OF_TLS: dict[str, str] = {
    "days until the certificate expires, with a fraction; negative when it has expired": (
        "дней до конца сертификата, с дробной частью; отрицательно, если он истёк"
    ),
    "the host names and addresses that the certificate is for": (
        "имена узлов и адреса, на которые выдан сертификат"
    ),
    "days until the first certificate expires of it and those that vouch for it": (
        "дней до конца первого, что истечёт, во всей цепочке"
    ),
    (
        "these certificates, the target's own first; each has `subject`, `issuer`, `days_left`, "
        "`fingerprint`, `signature_algorithm` and `self_signed`"
    ): (
        "сертификаты цепочки, сначала самой цели; у каждого есть `subject`, `issuer`, "
        "`days_left`, `fingerprint`, `signature_algorithm` и `self_signed`"
    ),
    "whom it is for, as in RFC 4514: `CN=example.com,O=Example`; often empty": (
        "кому он выдан, как в RFC 4514: `CN=example.com,O=Example`; часто пусто"
    ),
    "who has signed it, written the same way": "кем подписан, в том же виде",
    "its number, in hexadecimal digits": "его номер, шестнадцатеричными цифрами",
    "SHA-256 of the whole certificate, in 64 hexadecimal digits": (
        "SHA-256 всего сертификата, 64 шестнадцатеричные цифры"
    ),
    "when it begins to be valid, in UTC": "с какого времени действует, в UTC",
    "when it expires, such as `2027-03-01T12:00:00Z`": (
        "когда истекает, например `2027-03-01T12:00:00Z`"
    ),
    "`RSA`, `EC`, `Ed25519`, `Ed448` or `DSA`": "`RSA`, `EC`, `Ed25519`, `Ed448` или `DSA`",
    "the size of its key, such as 2048 or 256": "размер ключа, например 2048 или 256",
    "how it was signed, such as `ecdsa_with_sha256` or `rsa_with_sha1`": (
        "чем подписан, например `ecdsa_with_sha256` или `rsa_with_sha1`"
    ),
    "whether it vouches for itself, as nobody else does": "подписан ли он сам собой",
    'the version that was agreed on, such as `"TLSv1.3"`': (
        'согласованная версия, например `"TLSv1.3"`'
    ),
    'the cipher that was agreed on, such as `"TLS_AES_256_GCM_SHA384"`': (
        'согласованный шифр, например `"TLS_AES_256_GCM_SHA384"`'
    ),
    "the protocol that the target has chosen of those offered, or `null`": (
        "протокол, который цель выбрала из предложенных, или `null`"
    ),
    "the alert that came, with the option `expected_alert`": (
        "полученное сообщение TLS, с параметром `expected_alert`"
    ),
}

OF_NETWORKS: dict[str, str] = {
    "what was received": "что получено",
    "what a group of that name in a script's pattern has caught": (
        "что поймала группа с этим именем в шаблоне сценария"
    ),
    "the last datagram that was received; there is none if the target was silent": (
        "последняя полученная датаграмма; её нет, если цель молчала"
    ),
    "the records of the type asked for, as texts": "записи запрошенного типа, текстами",
    'the response code, such as `"NOERROR"` or `"NXDOMAIN"`': (
        'код ответа, например `"NOERROR"` или `"NXDOMAIN"`'
    ),
    "the shortest time to live of these records": "наименьшее время жизни (TTL) этих записей",
    "of TXT records the texts themselves, without quotes and in one piece": (
        "сами тексты записей TXT, без кавычек и целиком"
    ),
    (
        "all of the answer, the aliases (CNAME) that led to it too; each record has `name`, "
        "`type`, `ttl` and `value`"
    ): (
        "весь ответ вместе с псевдонимами (CNAME), которые к нему привели; у каждой записи есть "
        "`name`, `type`, `ttl` и `value`"
    ),
    "the records of the authority section": "записи раздела authority",
    "those of the additional section": "записи раздела additional",
    'the flags of the answer, such as `"AA"`, `"RA"` and `"AD"`': (
        'флаги ответа, например `"AA"`, `"RA"` и `"AD"`'
    ),
    "the serial number of the zone, where the answer or its authority has a SOA record": (
        "серийный номер зоны, если в ответе или в authority есть запись SOA"
    ),
    "how many echoes did not come back: `loss < 5%`": "сколько запросов потеряно: `loss < 5%`",
    "how long the fastest echo was under way": "время самого быстрого ответа",
    "how long an echo was under way on average: `rtt.avg < 50ms`": (
        "среднее время ответа: `rtt.avg < 50ms`"
    ),
    "how long the slowest echo was under way": "время самого медленного ответа",
    "by how much the time of one echo differs from that of the next, on average": (
        "на сколько в среднем различается время соседних ответов"
    ),
    "how many echoes were asked for": "сколько запросов отправлено",
    "how many came back": "сколько ответов получено",
    "how many servers away from a reference clock, from 1": (
        "сколько серверов до эталонных часов, начиная с 1"
    ),
    "how far its clock is ahead of ours, negative when behind: `offset in -50ms..50ms`": (
        "на сколько его часы спешат относительно наших, отрицательно, если отстают: "
        "`offset in -50ms..50ms`"
    ),
    "how long question and answer were under way": "сколько шли вопрос и ответ",
    "how wrong it may be, by its own estimate (root dispersion)": (
        "на сколько он может ошибаться по своей оценке (root dispersion)"
    ),
    "how far the reference clock is away from it": "задержка от него до эталонных часов",
    'whom it follows: `"GPS"`, `"PPS"`, or an address': (
        'по чему он сверяется: `"GPS"`, `"PPS"` или адрес'
    ),
    'a leap second that is due: `"none"`, `"insert"` or `"delete"`': (
        'ожидаемая секунда координации: `"none"`, `"insert"` или `"delete"`'
    ),
    'how the server introduces itself, `"SSH-2.0-OpenSSH_9.2p1"`': (
        'как представляется сервер, `"SSH-2.0-OpenSSH_9.2p1"`'
    ),
    "what it calls itself, as the banner has it behind the version": (
        "как он себя называет: что стоит в приветствии после версии"
    ),
    'the fingerprint of its host key, `"SHA256:..."`': 'отпечаток ключа сервера, `"SHA256:..."`',
    'the type of its host key, such as `"ssh-ed25519"`': (
        'тип ключа сервера, например `"ssh-ed25519"`'
    ),
    "the key exchanges that it knows": "известные ему обмены ключами",
    "the signatures that it can give": "подписи, которые он умеет ставить",
    "the ciphers that it knows": "известные ему шифры",
    "the message authentication codes that it knows": "известные ему коды проверки подлинности",
    "the compressions that it knows": "известные ему сжатия",
    "days until the registration ends, with a fraction; negative when it has ended": (
        "дней до конца регистрации, с дробной частью; отрицательно, если она закончилась"
    ),
    "when it ends, such as `2027-08-13T04:00:00Z`": (
        "когда она закончится, например `2027-08-13T04:00:00Z`"
    ),
    "with whom it was registered; empty if not said": (
        "у кого зарегистрирован; пусто, если не сказано"
    ),
    'what may happen to it, such as `"client transfer prohibited"`': (
        'состояния домена, например `"client transfer prohibited"`'
    ),
    "the name servers that the registry points to": "серверы DNS, на которые указывает реестр",
}

OF_SERVERS: dict[str, str] = {
    (
        "the rows of the answer, at most 100 and 1 MiB, each a table by names of columns: "
        "`rows[0].n`; intervals are durations"
    ): (
        "строки ответа, не больше 100 и 1 МиБ, каждая таблицей по именам столбцов: `rows[0].n`; "
        "интервалы становятся длительностями"
    ),
    "the version as the server writes it": "версия, как её пишет сервер",
    "whether the server is a standby; PostgreSQL 14 and later say so": (
        "резервный ли это сервер; сообщает PostgreSQL 14 и новее"
    ),
    (
        "what the command answered: a text, a number, a list (`answer[0]`) or null; a number that "
        "Redis keeps as a text is read by `answer.json.$`"
    ): (
        "что ответила команда: текст, число, список (`answer[0]`) или null; число, которое Redis "
        "хранит как текст, читает `answer.json.$`"
    ),
    (
        "what INFO says, with the option `info=true`: `info.used_memory`, `info.role`, "
        "`info.slave0.lag`"
    ): (
        "что говорит INFO, с параметром `info=true`: `info.used_memory`, `info.role`, "
        "`info.slave0.lag`"
    ),
    "how long a message of our own took, with the option `round_trip=true`": (
        "сколько шло наше сообщение, с параметром `round_trip=true`"
    ),
    "the message that was received, with the option `topic`": (
        "полученное сообщение, с параметром `topic`"
    ),
    "the topic it was published under": "тема, в которой оно отправлено",
    "whether the broker had kept it from earlier": "хранил ли его брокер с прежних времён",
    "messages ready in the queue of the option `queue`; delivered ones do not count": (
        "готовых сообщений в очереди из параметра `queue`; доставленные не считаются"
    ),
    "consumers of that queue": "получателей у этой очереди",
    'what the broker calls itself, such as `"RabbitMQ"`': (
        'как называет себя брокер, например `"RabbitMQ"`'
    ),
    "its version": "его версия",
    "messages in the stream of the option `stream`": "сообщений в потоке из параметра `stream`",
    "what they take": "сколько места они занимают",
    "consumers of the stream": "получателей у потока",
    "messages that the consumer of the option `consumer` has not been sent yet": (
        "сообщений, ещё не отправленных получателю из параметра `consumer`"
    ),
    "messages it was sent and has not acknowledged": "отправленных ему и не подтверждённых",
    "messages it was sent again": "отправленных ему повторно",
    "the server's version": "версия сервера",
    "the code of the last reply, that to QUIT aside: 220, 250, 550 ...": (
        "код последнего ответа, не считая ответа на QUIT: 220, 250, 550 ..."
    ),
    "what the target says first": "что цель говорит первым делом",
    "what it can do, as texts in upper case, as said last before the login": (
        "что она умеет, заглавными буквами, как сказано перед входом"
    ),
    "how many messages there are": "сколько всего писем",
    "how many of them no client has heard of": "о скольких из них ещё не знает ни один клиент",
    "how many of them were not read": "сколько из них не прочитано",
    "how many bytes they have together": "сколько в них байтов вместе",
}

OF_THIS_MACHINE: dict[str, str] = {
    "the exit code; -9 after signal 9": "код завершения; -9 после сигнала 9",
    "what the program printed": "что напечатала программа",
    "a measured value": "измеренное значение",
    'its unit, such as `"s"` or `"%"`': 'его единица, например `"s"` или `"%"`',
    'what the engine says, such as `"running"` or `"exited"`': (
        'что говорит Docker, например `"running"` или `"exited"`'
    ),
    'what the health check says: `"healthy"`, `"starting"`, `"unhealthy"`, or `"none"`': (
        'что говорит проверка здоровья: `"healthy"`, `"starting"`, `"unhealthy"` или `"none"`'
    ),
    "how it last ended; 0 if it has not": "код последнего завершения; 0, если не завершался",
    "whether it was last ended for lack of memory": (
        "завершён ли в последний раз из-за нехватки памяти"
    ),
    "how often the engine has restarted it by itself": "сколько раз Docker перезапустил его сам",
    "how long ago it was last started; absent if never": (
        "сколько времени прошло с запуска; нет, если не запускался"
    ),
    "the image it was made of, as it was written then": "из какого образа создан, как было указано",
    'what systemd calls ActiveState, such as `"active"` or `"failed"`': (
        'ActiveState из systemd, например `"active"` или `"failed"`'
    ),
    'what systemd calls SubState, such as `"running"` or `"auto-restart"`': (
        'SubState из systemd, например `"running"` или `"auto-restart"`'
    ),
    'what systemd calls LoadState, such as `"loaded"`': (
        'LoadState из systemd, например `"loaded"`'
    ),
    (
        'how it last ended: `"success"`, `"exit-code"`, `"oom-kill"` ...; not for targets, slices '
        "and devices"
    ): (
        'чем завершился в последний раз: `"success"`, `"exit-code"`, `"oom-kill"` ...; кроме '
        "target, slice и device"
    ),
    "how often systemd has restarted a service by itself": (
        "сколько раз systemd перезапустил службу сам"
    ),
    "how a service's main process last ended, 128 and more for a signal; absent before": (
        "код последнего завершения главного процесса службы, от 128 при сигнале; до того нет"
    ),
    "how long it is in that state; absent if always": (
        "сколько он в этом состоянии; нет, если всегда"
    ),
    "how long one turn of the event loop took": "сколько занял один оборот цикла событий",
    "the age of this process": "сколько работает этот процесс",
    "files and connections that are open": "сколько открыто файлов и соединений",
    "how many may be open": "сколько их может быть открыто",
    "the number of this process": "номер этого процесса",
    "how long the whole look took": "сколько длилась вся проверка",
    "how long one phase took: `phase.resolve`, `phase.connect`, `phase.tls` ...": (
        "сколько длилась одна фаза: `phase.resolve`, `phase.connect`, `phase.tls` ..."
    ),
    "the address that was really used": "адрес, который был использован на самом деле",
}

OF_OTHER_TASKS: dict[str, str] = {
    "whether a ping is due": "ожидается ли сигнал",
    "for how long it has been due": "сколько времени его уже ждут",
    "how long ago the last success was": "сколько времени прошло с последнего успеха",
    "how long the last run took, if it said that it started": (
        "сколько длился последний запуск, если он сообщил о начале"
    ),
    "whether a run has started since the last success": "начат ли запуск после последнего успеха",
    "what the last run ended with, if it said so": (
        "чем завершился последний запуск, если он это сообщил"
    ),
    "new, well, running, late, failed, missing, overlong or unheard": (
        "new, well, running, late, failed, missing, overlong или unheard"
    ),
    "how many members are up": "сколько задач работает",
    "how many are degraded": "сколько сбоит",
    "how many are down": "сколько не работает",
    "of how many it is not known, or which do not exist": "о скольких неизвестно или их нет",
    "how many count: all but the paused and those in maintenance": (
        "сколько учитывается: все, кроме стоящих на паузе и на обслуживании"
    ),
    "how many must be well, or how much they must weigh": (
        "сколько должно работать или какой вес набрать"
    ),
    "how long a step took": "сколько длился шаг",
    '`"up"`, `"degraded"`, `"down"` or `"left out"`': (
        '`"up"`, `"degraded"`, `"down"` или `"left out"`'
    ),
    "what was said of a step": "что сказано о шаге",
}

FACTS: dict[str, str] = {
    **OF_THE_WEB,
    **OF_TLS,
    **OF_NETWORKS,
    **OF_SERVERS,
    **OF_THIS_MACHINE,
    **OF_OTHER_TASKS,
}
