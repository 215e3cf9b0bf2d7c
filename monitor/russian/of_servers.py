"""What looks at mail servers, databases and gRPC say of what they saw, in Russian."""

OF_MAIL_SERVERS: dict[str, str] = {
    "an empty greeting": "пустое приветствие",
    "logged in": "вход выполнен",
    "the login": "вход",
    "the user": "имя пользователя",
    "the greeting": "приветствие",
    "{what:k} was refused{mark}{why}": "{what}: отказано{mark}{why}",
    "{command:w} was refused{mark}{why}": "{command}: отказано{mark}{why}",
    "the target wants nobody: {why}": "цель никого не принимает: {why}",
    "the target hung up: {why}": "цель повесила трубку: {why}",
    "not a valid answer of an IMAP server": "ответ не по протоколу IMAP",
    "not a valid answer of a POP3 server": "ответ не по протоколу POP3",
    "not a valid answer of an SMTP server": "ответ не по протоколу SMTP",
    "the target allows no login here that the monitor knows": (
        "цель не разрешает здесь входа, который знает монитор"
    ),
    (
        "the password was not sent, because the target does not offer {what}; set "
        "starttls=required if it must, or plaintext_login=true"
    ): (
        "пароль не отправлен: цель не предлагает {what}; задайте starttls=required, если должна, "
        "или plaintext_login=true"
    ),
    "{mailbox} has {messages:c}, {unseen:c}": "{mailbox}: {messages}, {unseen}",
    "the target wants a login by {ways}, which the monitor does not know": (
        "цель требует входа через {ways}, а монитор его не знает"
    ),
    "the target offers no login": "цель не предлагает входа",
    "to the message it says {code:n} {words}": "на письмо отвечает {code} {words}",
}

OF_DATABASES: dict[str, str] = {
    "a MySQL server": "MySQL",
    "a PostgreSQL server": "PostgreSQL",
    "{product:w} {version:w} answered with {rows}": "{product} {version}, ответ: {rows}",
    "more than 1 MiB; {rows:c} kept": "больше 1 МиБ; оставлено: {rows}",
    "more than {rows:n} rows": "больше {rows} строк",
    "nothing": "ничего",
    "an empty text": "пустой текст",
    "the server began no transaction": "сервер не начал транзакцию",
    "the server's key cannot be used to encrypt the password": (
        "ключом сервера не зашифровать пароль"
    ),
    "the server wants a login by {way}, which the monitor does not know": (
        "сервер требует входа через {way}, а монитор его не знает"
    ),
    (
        "the server wants a login by {way}, which the monitor does not know; give it a user with a "
        "password"
    ): (
        "сервер требует входа через {way}, а монитор его не знает; дайте ему пользователя с паролем"
    ),
    (
        "the server wants the password in clear text, which is sent over TLS only; the server "
        "offers none, or tls=never is set"
    ): (
        "сервер требует пароль открытым текстом, а он отправляется только по TLS; сервер его не "
        "предлагает или задано tls=never"
    ),
    "the server wants a password for user {user}; none is given": (
        "сервер требует пароль пользователя {user}; он не указан"
    ),
    "not a valid answer of a MySQL server": "ответ не по протоколу MySQL",
    "the server's part of the SCRAM login is not valid": "сервер нарушает порядок входа SCRAM",
    "the server asks for {count:n} rounds of hashing, which is absurd": (
        "сервер требует {count} раундов хеширования, это нелепо"
    ),
    "the server does not know the password itself; is it the right one?": (
        "сервер сам не знает пароля; тот ли это сервер?"
    ),
    "the query is a LOAD DATA LOCAL, which has no rows": (
        "запрос LOAD DATA LOCAL не возвращает строк"
    ),
    "the query is a COPY, which has no rows": "запрос COPY не возвращает строк",
    "not a Redis server: it said {answer} instead of OK": (
        "это не сервер Redis: ответ {answer} вместо OK"
    ),
}

OF_GRPC: dict[str, str] = {
    "{about:k} is {state:u}": "{about}: {state}",
    "service {name:w}": "сервис {name}",
    "the server": "сервер",
    "gRPC status {status:w}{why}": "статус gRPC {status}{why}",
    "the answer is not one unpacked message": "ответ не одно несжатое сообщение",
    "a health service": "проверки здоровья gRPC",
    "no gRPC answer, but HTTP status {status}": "ответ не gRPC, а HTTP с кодом {status}",
    "no gRPC answer, but {found}": "ответ не gRPC, а {found}",
    "something else": "что-то другое",
    "the answer ended without a gRPC status": "ответ закончился без статуса gRPC",
    "the target gave up the call ({code})": "цель оборвала вызов ({code})",
    "the answer is too long for one about health": "ответ слишком длинный для ответа о здоровье",
}

OF_SERVERS: dict[str, str] = {**OF_MAIL_SERVERS, **OF_DATABASES, **OF_GRPC}
