"""What looks at message brokers say of what they saw, in Russian."""

OF_MQTT: dict[str, str] = {
    "an MQTT broker": "MQTT",
    "the broker accepted the session": "брокер принял сеанс",
    "a message came back after {time:n} ms": "сообщение вернулось через {time} мс",
    "the broker ended the session": "брокер закончил сеанс",
    "{about}the broker {what:k} (code {code:n})": "{about}брокер {what} (код {code})",
    "for this subscription, ": "на эту подписку ",
    "for this message, ": "на это сообщение ",
    "does not speak this version of MQTT": "не говорит на этой версии MQTT",
    "does not accept the client identifier": "не принимает идентификатор клиента",
    "is not available": "недоступен",
    "does not know this user and password": "не знает такого имени и пароля",
    "says that this client is not authorized": "говорит, что у клиента нет прав",
    "gives no reason": "отказывает без объяснений",
    "is busy": "занят",
    "has banned this client": "заблокировал этого клиента",
    "is shutting down": "завершает работу",
    "wants another way to log in": "требует другого способа входа",
    "let another client take over the session": "отдал сеанс другому клиенту",
    "does not accept the topic filter": "не принимает фильтр тем",
    "does not accept the topic": "не принимает тему",
    "says that a quota is exceeded": "говорит, что превышена квота",
    "does not support this QoS": "не поддерживает этот QoS",
    "says to use another server": "советует другой сервер",
    "says that it has moved": "говорит, что переехал",
    "says that there are too many connections": "говорит, что соединений слишком много",
}

OF_AMQP: dict[str, str] = {
    "an AMQP broker": "AMQP",
    "{count:c} in {place:w}": "{count} в {place}",
    "{product} {version} let us in{more}": "{product} {version}: вход выполнен{more}",
    "NATS {version} let us in{more}": "NATS {version}: вход выполнен{more}",
    "another message came back than the one that was sent": (
        "вернулось не то сообщение, что отправляли"
    ),
    "the broker offers no login by {way:w}, only by {ways}": (
        "брокер не предлагает входа через {way}, только через {ways}"
    ),
    "the broker accepts no messages now: {why}": "брокер сейчас не принимает сообщений: {why}",
    "the broker speaks another version of AMQP": "брокер говорит на другой версии AMQP",
}

OF_NATS: dict[str, str] = {
    "{count:n} pending for {consumer:w}": "ждут отправки для {consumer}: {count}",
    "nobody answers for JetStream here: not enabled, or no permission": (
        "за JetStream здесь никто не отвечает: выключен или нет прав"
    ),
    "JetStream says: {why} ({code})": "JetStream отвечает: {why} ({code})",
    "not a valid answer of JetStream": "ответ не по протоколу JetStream",
    "not a valid answer of a NATS server": "ответ не по протоколу NATS",
    "the server requires TLS, but tls=never is set": "сервер требует TLS, а задано tls=never",
    "cannot use {file}: {why}": "файл {file} не годится: {why}",
    "its nkey seed is damaged": "его nkey seed повреждён",
    "its nkey seed cannot be read": "его nkey seed не читается",
    "it has no NATS user JWT and nkey seed": "в нём нет NATS user JWT и nkey seed",
    "the server's answer is not a JSON object": "ответ сервера не объект JSON",
    "the server's answer {why}": "ответ сервера: {why}",
    "the server sent a message of more than 1 MiB": "сервер прислал сообщение больше 1 МиБ",
}

OF_BROKERS: dict[str, str] = {**OF_MQTT, **OF_AMQP, **OF_NATS}
