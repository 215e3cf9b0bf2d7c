"""What looks of all kinds say of what they saw, of certificates and of jobs, in Russian."""

OF_SYSTEMS: dict[str, str] = {
    "connection refused": "в соединении отказано",
    "connection reset by peer": "соединение разорвано другой стороной",
    "connection timed out": "соединение не установлено вовремя",
    "network is unreachable": "сеть недоступна",
    "no route to host": "нет пути к узлу",
    "broken pipe": "соединение разорвано",
    "permission denied": "доступ запрещён",
    "operation not permitted": "действие не разрешено",
    "no such file or directory": "нет такого файла",
    "too many open files": "открыто слишком много файлов",
}
"""Errors of the operating system, as they are written in lower case."""

OF_CONNECTIONS: dict[str, str] = {
    "our own database did not answer within {time} s": (
        "наша собственная база данных не ответила за {time} с"
    ),
    "no answer within {time} s, in phase {phase}": "нет ответа за {time} с, фаза {phase}",
    "not looked at while {names} is down": "не проверяется, пока не работает {names}",
    "{host} has no IPv{version} address": "у {host} нет адреса IPv{version}",
    "the name {name} does not exist or has no address": ("имени {name} нет или у него нет адреса"),
    "our resolver gave no answer for {name} in time": (
        "наш сервер имён вовремя не ответил про {name}"
    ),
    "our resolver could not look up {name}: {why}": ("наш сервер имён не смог найти {name}: {why}"),
    "the name server {server} gave no answer for {name} in time": (
        "сервер имён {server} вовремя не ответил про {name}"
    ),
    "the name server did not answer: {why}": "сервер имён не ответил: {why}",
    "{question}: the name has no such record": "{question}: у имени нет такой записи",
    "{question}: the name server said {code}{more}": (
        "{question}: сервер имён ответил {code}{more}"
    ),
    "{question}: {value} is not among the answers: {found}": (
        "{question}: {value} нет среди ответов: {found}"
    ),
    "the connection was closed {when:k}": "соединение закрыто {when}",
    "the target closed the connection {when:k}": "цель закрыла соединение {when}",
    "{answer}, wanted {status}": "{answer}, а ожидалось {status}",
    "{answer}, but {text} is not in {where}{packed}": "{answer}, но {where}{packed} нет {text}",
    "the target does not offer {what}": "цель не предлагает {what}",
    "the server does not offer TLS": "сервер не предлагает TLS",
    "not a Redis server": "это не сервер Redis",
    "not a PostgreSQL server": "это не сервер PostgreSQL",
    "not a MySQL server": "это не сервер MySQL",
    "not a NATS server": "это не сервер NATS",
    "not an SSH server": "это не сервер SSH",
    "not an MQTT broker": "это не брокер MQTT",
    "not an AMQP broker": "это не брокер AMQP",
    "{text} did not come; the answer was {found}": "{text} не пришло; ответ был {found}",
    "the engine has no container {name}": "контейнера {name} нет",
    "systemd has no unit {name}": "юнита {name} у systemd нет",
    "{name} is not registered{below}": "{name} не зарегистрирован{below}",
    "{name} returned False": "{name} вернула False",
}

OF_CERTIFICATES: dict[str, str] = {
    "the certificate is signed by an unknown authority": "сертификат подписан неизвестным центром",
    "the certificate is not valid yet": "сертификат ещё не действует",
    "the certificate has expired": "сертификат истёк",
    "the certificate is self-signed": "сертификат подписан сам собой",
    "the certificate was revoked": "сертификат отозван",
    "the certificate is for another name": "сертификат на другое имя",
    "the certificate is for another address": "сертификат на другой адрес",
    "the certificate cannot be read": "сертификат не читается",
    "{protocol}, certificate valid for {days:n} more days": (
        "{protocol}, сертификату осталось дней: {days}"
    ),
    "{certificate}, but that of {subject} for {days:n}": (
        "{certificate}, а сертификату {subject} {days}"
    ),
    "the target let us in, without the alert {alert}": "цель пустила нас, без сообщения {alert}",
    "the target refused us with the alert {alert}": "цель отказала нам сообщением {alert}",
    "the target refused us with the alert {alert}, not with {wanted}": (
        "цель отказала нам сообщением {alert}, а не {wanted}"
    ),
    "cannot use the TLS files: {file}{why}": "файлы TLS не годятся: {file}{why}",
    (
        "this machine knows no certificate authorities; install its ca-certificates package, or "
        "set SSL_CERT_FILE"
    ): (
        "эта машина не знает удостоверяющих центров; установите пакет ca-certificates или задайте "
        "SSL_CERT_FILE"
    ),
    "{file:w} does not tell whether the certificate was revoked: {why}; put a new list there": (
        "{file} не говорит, отозван ли сертификат: {why}; положите туда новый список"
    ),
    "the certificate is not valid: {details}": "сертификат недействителен: {details}",
    "the certificate has expired {days} days ago": "сертификат истёк, дней назад: {days}",
    "the certificate is not for {names}, only for {found}": (
        "сертификат не на {names}, а только на {found}"
    ),
    "the certificate is another one: {fingerprint}": "сертификат другой: {fingerprint}",
    "the connection was closed during TLS": "соединение закрыто во время TLS",
    "the target does not speak TLS": "цель не говорит по TLS",
    "TLS failed: {why}": "TLS не удался: {why}",
}

OF_PINGS: dict[str, str] = {
    "no ping yet": "сигналов ещё не было",
    "last ping {at}{took}": "последний сигнал {at}{took}",
    " after a run of {time:t}": " после запуска длиной {time}",
    "{last}, the next one is due {due}": "{last}, следующий ожидается {due}",
    "{last}; late, due since {due}, missing from {over} on": (
        "{last}; опаздывает, ожидается с {due}, пропал с {over}"
    ),
    "no ping came: it was due {due}, and has been missing since {over}; {last}": (
        "сигнал не пришёл: ожидался {due}, пропал с {over}; {last}"
    ),
    "running since {at}, until {over} at most; {last}": "работает с {at}, не дольше {over}; {last}",
    "the run that started {at} takes too long, since {over}; {last}": (
        "запуск с {at} идёт слишком долго, с {over}; {last}"
    ),
    "the job failed {at}{took}{said}": "задание не удалось {at}{took}{said}",
    "the job failed with exit code {code:n} {at}{took}{said}": (
        "задание не удалось с кодом {code} {at}{took}{said}"
    ),
    (
        "no ping came in time, but we were not there ourselves from {from_} to {until}; missing "
        "from {over} on; {last}"
    ): (
        "сигнал вовремя не пришёл, но нас самих не было с {from_} до {until}; пропал с {over}; "
        "{last}"
    ),
}

OF_JUDGEMENTS: dict[str, str] = {
    "it should not be well, but it is": "должно быть плохо, а всё хорошо",
    "it is not well, as it should be": "плохо, как и должно быть",
    "nothing has moved for {time}": "ничего не двигалось {time}",
}

OF_LOOKS: dict[str, str] = {
    **OF_SYSTEMS,
    **OF_CONNECTIONS,
    **OF_CERTIFICATES,
    **OF_PINGS,
    **OF_JUDGEMENTS,
}
