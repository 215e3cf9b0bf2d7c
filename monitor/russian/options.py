"""What the options of looks mean, in Russian."""

OF_CONNECTIONS: dict[str, str] = {
    "whether a certificate must be valid": "должен ли сертификат быть действительным",
    "the name to ask for and to expect, if it is not the target's": (
        "какое имя запрашивать и ожидать, если не то, что в цели"
    ),
    "a PEM file of the authorities to trust, instead of this machine's": (
        "файл PEM с доверенными центрами сертификации вместо тех, что есть на этой машине"
    ),
    "a PEM file with the certificate to show, and perhaps its key": (
        "файл PEM с сертификатом клиента и, возможно, его ключом"
    ),
    "a PEM file with its key": "файл PEM с его ключом",
    "who logs in, if the target does not say": "имя для входа, если его нет в цели",
    "the password, if the target does not say": "пароль, если его нет в цели",
    "the version of IP to use": "версия IP",
    "the oldest version to accept, TLSv1 to TLSv1.3; TLSv1.2 if nothing is said": (
        "самая старая допустимая версия, от TLSv1 до TLSv1.3; если не указана, TLSv1.2"
    ),
    "the newest version to offer; all if not given": (
        "самая новая предлагаемая версия; если не указана, любая"
    ),
    "protocols to offer, the best first, such as h2,http/1.1": (
        "предлагаемые протоколы, лучший первым, например h2,http/1.1"
    ),
    (
        "a PEM file with the authority's list of revoked certificates, on which the target's own "
        "must not be"
    ): "файл PEM со списком отозванных сертификатов центра; сертификата цели в нём быть не должно",
    "auto (TLS if the target offers it), required, or never": (
        "auto (TLS, если цель его предлагает), required (обязательно) или never (никогда)"
    ),
    "whether the password may be sent without TLS": "можно ли передавать пароль без TLS",
    (
        "prefer (TLS if the server offers it, with any certificate), require (with a valid one), "
        "or never"
    ): (
        "prefer (TLS, если сервер его предлагает, с любым сертификатом), require (только с "
        "действительным) или never (никогда)"
    ),
    "the protocol in which TLS is asked for first: smtp, imap, pop3, ftp, nntp, sieve, ldap, xmpp, "
    "xmpp-server, postgresql or mysql": (
        "протокол, в котором сначала запрашивается TLS: smtp, imap, pop3, ftp, nntp, sieve, ldap, "
        "xmpp, xmpp-server, postgresql или mysql"
    ),
    "the protocol in which TLS is asked for: smtp, imap, pop3, ftp, nntp, sieve, ldap, xmpp, "
    "xmpp-server, postgresql or mysql": (
        "протокол, в котором запрашивается TLS: smtp, imap, pop3, ftp, nntp, sieve, ldap, xmpp, "
        "xmpp-server, postgresql или mysql"
    ),
    "whether TLS begins with the first byte": "начинается ли TLS с первого байта",
    "days that the certificate and those that vouch for it must still be valid, or DEGRADED": (
        "сколько ещё дней должны действовать сертификат и вся его цепочка; если меньше, то DEGRADED"
    ),
    "names that it must be for, with commas between them": (
        "имена, на которые он должен быть выдан, через запятую"
    ),
    "the SHA-256 that it must have; or several, with commas between them": (
        "каким должен быть его SHA-256; можно несколько, через запятую"
    ),
    (
        "the alert with which the target must refuse us, such as certificate_required; then it is "
        "DOWN if it lets us in"
    ): (
        "сообщение TLS, которым цель должна нам отказать, например certificate_required; если "
        "впустит, то DOWN"
    ),
    "the fingerprint it must have, `SHA256:...` as `ssh-keygen -l` shows it": (
        "каким должен быть отпечаток: `SHA256:...`, как показывает `ssh-keygen -l`"
    ),
    "which of the server's host keys to look at": "какой из ключей сервера смотреть",
}

OF_NETWORKS: dict[str, str] = {
    "a value that must be among the answers": "значение, которое должно быть среди ответов",
    "response codes that are well, with commas between them, or any": (
        "хорошие коды ответа через запятую или any (любой)"
    ),
    "whether the name server must have validated the answer": (
        "должен ли сервер проверить подлинность ответа"
    ),
    "whether it shall ask others for what it does not know itself": (
        "спрашивать ли ему у других то, чего он не знает сам"
    ),
    "how to ask; tls is DNS over TLS, https DNS over HTTPS": (
        "как спрашивать; tls: DNS поверх TLS, https: DNS поверх HTTPS"
    ),
    "the path of DNS over HTTPS": "путь для DNS поверх HTTPS",
    "the largest datagram to accept, in bytes (EDNS)": (
        "самая большая принимаемая датаграмма, в байтах (EDNS)"
    ),
    "the base address of the RDAP server to ask, instead of IANA's word": (
        "адрес сервера RDAP, у которого спрашивать, вместо того, что назовёт IANA"
    ),
    "where the list of RDAP servers is": "где взять список серверов RDAP",
    "how long an answer is used again before the registry is asked": (
        "сколько времени пользоваться прежним ответом, не спрашивая реестр"
    ),
    (
        "whether the registry must say when the registration ends; some never do, and with false "
        "it is enough that there is one"
    ): (
        "должен ли реестр называть конец регистрации; некоторые его не называют, и с false "
        "достаточно, что регистрация есть"
    ),
    "how many echoes to ask for": "сколько эхо-запросов отправлять",
    "time from one echo to the next": "время от одного запроса до следующего",
    "how long an echo may take, or it is lost": "сколько ждать ответа, прежде чем считать потерей",
    "bytes in an echo, headers not counted": "байтов в запросе, не считая заголовков",
    "how many routers may be on the way (time to live)": (
        "сколько маршрутизаторов может быть на пути (TTL)"
    ),
    "whether an echo must go there in one piece": "запретить ли делить запрос на части",
    "text to send; \\r \\n \\t \\\\ \\xHH are understood": (
        "что отправить; понимаются \\r \\n \\t \\\\ \\xHH"
    ),
    "text that the first 1024 bytes of the answer must have": (
        "текст, который должен быть в первых 1024 байтах ответа"
    ),
    "what to hear and say in turn, instead of the two above": (
        "что по очереди слушать и говорить, вместо двух параметров выше"
    ),
    "text to send, else nothing in it; \\r \\n \\t \\\\ \\xHH are understood": (
        "что отправить, иначе датаграмма пуста; понимаются \\r \\n \\t \\\\ \\xHH"
    ),
    "text that a datagram of the answer must have": "текст, который должен быть в ответе",
    "how long to listen, then send again; without `expect` that was all": (
        "сколько слушать, прежде чем отправить снова; без `expect` на этом всё"
    ),
    "headers of the handshake": "заголовки рукопожатия",
    "the page that asks, such as https://example.com": (
        "от имени какой страницы спрашивать, например https://example.com"
    ),
    "subprotocols to offer, the best first, with commas between them": (
        "предлагаемые подпротоколы, лучший первым, через запятую"
    ),
    "whether to ping, and to wait for the pong": "отправить ли ping и дождаться pong",
    "a text message to send": "текстовое сообщение, которое отправить",
    "messages to wait for; one at least if something is sent": (
        "сколько сообщений ждать; хотя бы одно, если что-то отправлено"
    ),
    "metadata to send; values of names that end in -bin are base64": (
        "отправляемые метаданные; значения имён на -bin пишутся в base64"
    ),
    "how to introduce ourselves; our address if nothing is said": (
        "как представиться; если не указано, нашим адресом"
    ),
    "the sender of a message that is announced, but not sent": (
        "отправитель письма, которое объявляется, но не отправляется"
    ),
    "its recipient": "его получатель",
}

OF_HTTP: dict[str, str] = {
    "a bearer token to send": "токен для Authorization: Bearer",
    "where OAuth2 (client credentials) gives out tokens": (
        "где OAuth2 (client credentials) выдаёт токены"
    ),
    "who asks for a token there": "кто просит там токен",
    "the client's secret": "секрет клиента",
    "the scopes to ask for, parted by spaces": "запрашиваемые области (scope), через пробел",
    "the audience to ask for": "запрашиваемая аудитория (audience)",
    "how the client says who it is: in a header, or in the form": (
        "как клиент называет себя: в заголовке или в форме"
    ),
    "the request's method; if not given, GET, or POST with a body": (
        "метод запроса; если не указан, GET, а с телом POST"
    ),
    "headers to send": "отправляемые заголовки",
    "cookies to send": "отправляемые cookie",
    "the body to send": "отправляемое тело",
    (
        "what the body is: json, form and xml set the header Content-Type; a graphql query is sent "
        "as JSON"
    ): (
        "что за тело: json, form и xml задают заголовок Content-Type; запрос graphql отправляется "
        "как JSON"
    ),
    "a body of JSON, as a value or as text": "тело в JSON, значением или текстом",
    "fields of a form to send as the body": "поля формы, отправляемые как тело",
    "add a random parameter to the address, so that no cache answers": (
        "добавлять к адресу случайный параметр, чтобы не ответил кэш"
    ),
    "1.1, 2 (also without TLS), or auto: what the server prefers": (
        "1.1, 2 (и без TLS) или auto: что предпочтёт сервер"
    ),
    "HOST or HOST:PORT of a name server to ask instead of this machine's": (
        "сервер DNS, HOST или HOST:PORT, вместо того, что на этой машине"
    ),
    (
        "the proxy to go through: http://HOST:PORT, https://, socks5://, or socks5h:// to let it "
        "look up names; a user and a password may stand before the host"
    ): (
        "прокси, через который идти: http://HOST:PORT, https://, socks5:// или socks5h://, если "
        "имена ищет он; перед узлом можно указать имя и пароль"
    ),
    "status codes that are well, such as 200-299,301": (
        "хорошие коды ответа, например 200-299,301"
    ),
    "redirects to follow; 0 looks at the redirect itself": (
        "сколько раз следовать перенаправлению; 0: смотреть на само перенаправление"
    ),
    "text that the first MiB of the body must have": (
        "текст, который должен быть в первом МиБ тела"
    ),
}

OF_SERVERS: dict[str, str] = {
    "a queue that must exist; conditions then know `messages`": (
        "очередь, которая должна существовать; тогда в условиях есть `messages`"
    ),
    "whether to send a message through a temporary queue of our own": (
        "отправлять ли сообщение через временную очередь"
    ),
    "wait for a message under this topic (+ and # stand for any)": (
        "ждать сообщения в этой теме (+ и # означают любую)"
    ),
    "whether a retained message will do, or only a new one": (
        "подойдёт ли сохранённое сообщение или только новое"
    ),
    "whether to publish a message of our own and wait for it": (
        "отправлять ли своё сообщение и ждать его возвращения"
    ),
    "how the topic of a round trip begins; the rest is random": (
        "начало темы своего сообщения; остальное случайно"
    ),
    "the quality of service of messages": "качество доставки сообщений (QoS)",
    "the version of MQTT: 3.1.1 or 5": "версия MQTT: 3.1.1 или 5",
    "who we are; a random name if not given": "кто мы; если не указано, случайное имя",
    "one statement; conditions ask about its `rows`": (
        "один запрос; условия спрашивают о его `rows`"
    ),
    (
        "whether to ask in a read-only transaction; without, the query is sent as it is, which "
        "consoles of poolers need"
    ): (
        "спрашивать ли в транзакции только для чтения; без неё запрос отправляется как есть, что "
        "нужно консолям пулеров"
    ),
    "a token to log in with, instead of a user": "токен для входа вместо имени",
    "a .creds file (JWT and nkey) to log in with, instead of a user": (
        "файл .creds (JWT и nkey) для входа вместо имени"
    ),
    "how the subjects of our own begin; the rest is random": (
        "начало наших собственных тем; остальное случайно"
    ),
    "a JetStream stream that must exist; conditions know `messages`": (
        "поток JetStream, который должен существовать; в условиях есть `messages`"
    ),
    "a consumer of it that must exist; conditions know `pending`": (
        "его получатель, который должен существовать; в условиях есть `pending`"
    ),
    "the JetStream domain, if it is another one": "домен JetStream, если он другой",
    "the command, in words as a shell reads them: LLEN 'my queue'": (
        "команда, по словам, как в оболочке: LLEN 'my queue'"
    ),
    "whether to ask for INFO too, so that conditions know `info`": (
        "запрашивать ли ещё INFO, чтобы в условиях был `info`"
    ),
}

OF_THIS_MACHINE: dict[str, str] = {
    "the engine's socket on this machine": "сокет Docker или Podman на этой машине",
    "an engine elsewhere, tcp://HOST:PORT, instead of the socket": (
        "Docker или Podman в другом месте, tcp://HOST:PORT, вместо сокета"
    ),
    "whether TLS is spoken with `host`": "говорить ли с `host` по TLS",
    "time between SIGTERM and SIGKILL at the deadline, at most 10s": (
        "время между SIGTERM и SIGKILL, когда срок вышел; не больше 10s"
    ),
    "`system`, `user` (the units of the monitor's own user), or the path of a bus's socket": (
        "`system`, `user` (юниты пользователя, под которым работает монитор) или путь к сокету шины"
    ),
    "whether the unit comes to an end, so that it may be inactive": (
        "завершается ли юнит сам, так что ему можно быть неактивным"
    ),
    "the looks, in their order": "проверки, по порядку",
    "the names of the tasks, a list or with commas between them": (
        "имена задач, списком или через запятую"
    ),
    "`worst`, how many members must be up, or which share of them, `50%`": (
        "`worst` (как у худшей), сколько задач должно работать или какая их доля, `50%`"
    ),
    "what members count by their names; 1 each, if not set": (
        "вес каждой задачи по имени; если не указан, 1"
    ),
    "the time between two pings; a day, if not set": (
        "время между двумя сигналами; если не указано, сутки"
    ),
    "when the job runs, such as `0 3 * * MON-FRI`, instead of a period": (
        "когда запускается задание, например `0 3 * * MON-FRI`, вместо периода"
    ),
    "the time zone of `cron`, such as `Europe/Berlin`": (
        "часовой пояс для `cron`, например `Europe/Berlin`"
    ),
    (
        "how late a ping may be; 20 % of the period but at least a minute and at most a day, if "
        "not set"
    ): ("на сколько может опоздать сигнал; если не указано, 20 % периода, но от минуты до суток"),
    "how long a run may take that said it starts; the grace, if not set": (
        "сколько может идти запуск, сообщивший о начале; если не указано, как допустимое опоздание"
    ),
    "the secret part of its address; made when the task is added": (
        "секретная часть адреса; создаётся вместе с задачей"
    ),
}

OPTIONS: dict[str, str] = {
    **OF_CONNECTIONS,
    **OF_NETWORKS,
    **OF_HTTP,
    **OF_SERVERS,
    **OF_THIS_MACHINE,
}
