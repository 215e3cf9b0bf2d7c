"""What looks at the web and at networks say of what they saw, in Russian."""

OF_HTTP: dict[str, str] = {
    "status {code:n} {phrase}": "код {code} {phrase}",
    "status {code:n}": "код {code}",
    " after {count:c}": " после {count:перенаправления|перенаправлений|перенаправлений}",
    "more than {count:c}": "больше {count:перенаправления|перенаправлений|перенаправлений}",
    "there was more": "прочитано не всё",
    "the body": "в теле ответа",
    "the first {size:n} KiB of the body": "в первых {size} КиБ тела ответа",
    ", which is packed as {packing}": " (сжато как {packing})",
    "without an answer": "без ответа",
    "in the middle of its headers": "посреди заголовков",
    "in the middle of the answer": "посреди ответа",
    "before its answer was complete": "до конца ответа",
    "sent more than {size} KiB of headers": "прислано больше {size} КиБ заголовков",
    "not a valid HTTP answer: {why}": "ответ не по протоколу HTTP: {why}",
    "not a valid HTTP/2 answer: {why}": "ответ не по протоколу HTTP/2: {why}",
    "the body is not valid {packing}: {why}": "тело ответа испорчено ({packing}): {why}",
    "the body is not valid {packing}: it ends too early": (
        "тело ответа испорчено ({packing}): обрывается слишком рано"
    ),
    "redirects to an address that is wrong: {why}": "перенаправляет на неверный адрес: {why}",
    "redirects to {scheme}:, which is not HTTP": "перенаправляет на {scheme}:, а это не HTTP",
    "it cannot be read": "прочесть его не удалось",
    "the target answers in HTTP/1, not in HTTP/2": "цель отвечает по HTTP/1, а не по HTTP/2",
    "the target takes no {what} ({why})": "цель не принимает {what} ({why})",
    "the target gave up the answer ({code})": "цель оборвала ответ ({code})",
    "a frame is too long": "слишком длинный кадр",
    "its status is no number": "код ответа не число",
    "no token from {address}: {why}": "не получен токен от {address}: {why}",
    "{answer}, but the body {why}": "{answer}, но тело ответа: {why}",
    "{answer}, but there is no access_token that could be sent": (
        "{answer}, но в нём нет access_token, который можно отправить"
    ),
    "{answer}, but its token is of the type {type}": "{answer}, но токен типа {type}",
    "{answer}, but its access_token {why}": "{answer}, но его access_token: {why}",
}

OF_WEBSOCKETS: dict[str, str] = {
    "the handshake went through": "рукопожатие прошло",
    "the handshake was refused with status {status}": "рукопожатие отклонено, код {status}",
    "pong after {time:n} ms": "pong через {time} мс",
    "received{cut}: {text}": "получено{cut}: {text}",
    " (the first {size:n} KiB)": " (первые {size} КиБ)",
    "not a valid WebSocket answer: {why}": "ответ не по протоколу WebSocket: {why}",
    "the target {what:k}": "цель: {what}",
    "closed with code {code:n}{why}": "соединение закрыто с кодом {code}{why}",
    "closed the connection": "соединение закрыто",
    "closed the connection unanswered": "соединение закрыто без ответа",
    "broke the connection: {why}": "соединение разорвано: {why}",
}

OF_PROXIES: dict[str, str] = {
    "the proxy {proxy:w}: {why}": "прокси {proxy}: {why}",
    "the proxy {proxy:w}: it refused with {status}": "прокси {proxy}: отказ, {status}",
    "it refused CONNECT with {status}": "отказ на CONNECT, {status}",
    "it went on talking after it had opened the tunnel": (
        "продолжает говорить и после открытия туннеля"
    ),
    "it failed": "не получилось",
    "it failed with number {number:n}": "ошибка с номером {number}",
    "it does not allow the connection": "соединение не разрешено",
    "it says: network is unreachable": "говорит: сеть недоступна",
    "it says: no route to host": "говорит: нет пути к узлу",
    "it says: connection refused": "говорит: в соединении отказано",
    "it says: the packet's time to live expired": "говорит: у пакета истёк TTL",
    "it does not know the command": "команда неизвестна",
    "it does not know this sort of address": "адреса такого вида неизвестны",
    "it does not speak SOCKS5": "не говорит по SOCKS5",
    "it broke off: {why}": "связь оборвана: {why}",
    "it refused the user or the password": "имя или пароль не приняты",
    "it wants a user and a password": "нужны имя и пароль",
    "it knows no passwords": "вход по паролю не поддерживается",
    "it closed the connection before it had answered": "соединение закрыто до ответа",
}

OF_NAMES: dict[str, str] = {
    "{question}: the name server has not validated the answer (no AD)": (
        "{question}: сервер имён не проверил подлинность ответа (нет AD)"
    ),
    "{question}: {code:w}, no such record": "{question}: {code}, такой записи нет",
    "{records} and {count:n} more": "{records} и ещё {count}",
    "there are none": "их нет",
    "not an answer to the question that was asked": "это ответ не на заданный вопрос",
    "not a valid DNS answer: {why}": "ответ не по протоколу DNS: {why}",
    "not a valid DNS answer: it is too long": "ответ не по протоколу DNS: слишком длинный",
    "the name server answered with status {code:n}": "сервер имён ответил кодом {code}",
    "the name server answered with {found}, not with {wanted}": (
        "сервер имён ответил {found}, а не {wanted}"
    ),
    "no content type": "без типа содержимого",
    "the name server {server:w} could not look up {name:w}: {why}": (
        "сервер имён {server} не смог найти {name}: {why}"
    ),
    "it says {code:w}": "ответ {code}",
    "all {count:n} lookup threads were busy, so {name} waited in vain": (
        "все потоки для поиска имён ({count}) были заняты, {name} так и не дождалось"
    ),
    "this machine has no name server set: {why}": "на этой машине не задан сервер имён: {why}",
}

OF_DOMAINS: dict[str, str] = {
    "registered": "зарегистрирован",
    "registered with {registrar}": "зарегистрирован у {registrar}",
    " until {day:w}, {left:k}{asked}": " до {day}, {left}{asked}",
    "for {days:n} more days": "осталось дней: {days}",
    "expired {days:n} days ago": "истёк, дней назад: {days}",
    "asked {time:t} ago": "спрошено {time} назад",
    "the registry does not say until when": "до какого числа, реестр не говорит",
    "the registry does not say until when{asked}": "до какого числа, реестр не говорит{asked}",
    "if it lies below a registered one, give that one": (
        "если это имя внутри зарегистрированного, укажите то"
    ),
    "the registry answered status {status:n}{mark}{why}": (
        "реестр ответил кодом {status}{mark}{why}"
    ),
    "the registry's answer {why}": "ответ реестра: {why}",
    "the registry's answer is not about {name}": "ответ реестра не про {name}",
    "it redirects to an address with a user's name": (
        "перенаправляет на адрес с именем пользователя"
    ),
    "it redirects to an address that is wrong: {why}": "перенаправляет на неверный адрес: {why}",
    "the registry was asked too often; it will be asked again in {time}": (
        "реестр спрашивали слишком часто; снова спросим через {time}"
    ),
    "the registry gave no answer in time, in phase {phase}": (
        "реестр вовремя не ответил, фаза {phase}"
    ),
    "the registry of .{ending:w} offers no RDAP, so it cannot be asked": (
        "у реестра .{ending} нет RDAP, спросить его нельзя"
    ),
    "the registry": "реестр",
    "the list of registries": "список реестров",
    "the list of registries has a wrong address: {why}": "в списке реестров неверный адрес: {why}",
    "the list of registries cannot be had: status {status:n}": (
        "список реестров получить не удалось: код {status}"
    ),
    "the list of registries {why}": "список реестров: {why}",
    "has no services": "в нём нет services",
    "{what} at {host:w} cannot be asked: {why}": "{what} ({host}): спросить не удалось: {why}",
    "{what} cannot be asked: more than {count:n} redirects": (
        "{what}: спросить не удалось: перенаправлений больше {count}"
    ),
}

OF_PACKETS: dict[str, str] = {
    "{received} of {sent:c} came back": "ответов {received} на {sent}",
    "none": "нет",
    "after {least:n} to {most:n} ms": "через {least}-{most} мс",
    "{count:n} came back changed or cut": "изменённых или обрезанных ответов: {count}",
    (
        "{count:c} {time:n} s apart do not fit into the {left:n} s that the look may take; ask for "
        "fewer, or raise its timeout"
    ): (
        "{count} через {time} с не умещаются в {left} с, отведённые на проверку; просите меньше "
        "или увеличьте timeout"
    ),
    "an echo of {size:n} bytes cannot be sent in one piece{why}": (
        "эхо-запрос в {size} байт не отправить одним пакетом{why}"
    ),
    "no echo could be sent to {address:w}": "не удалось отправить эхо-запрос на {address}",
    "something went wrong on the way": "что-то случилось по пути",
    "the way there takes {size:n} bytes, headers included": (
        "по пути туда проходит {size} байт вместе с заголовками"
    ),
    "ICMP type {type:n}, code {code:n}": "ICMP, тип {type}, код {code}",
    "{who} says that {what:k}": "{who} сообщает: {what}",
    "somebody on the way": "кто-то по пути",
    "the network cannot be reached": "сеть недоступна",
    "the host cannot be reached": "узел недоступен",
    "the host knows no ICMP": "узел не знает ICMP",
    "the port cannot be reached": "порт недоступен",
    "the echo is too large to go on in one piece": "пакет слишком велик, чтобы идти дальше целиком",
    "the network may not be reached from here": "доступ к сети отсюда запрещён",
    "the host may not be reached from here": "доступ к узлу отсюда запрещён",
    "the way is closed by a rule": "путь закрыт правилом",
    "the time to live was used up on the way": "по пути истёк TTL",
    "the pieces did not all arrive": "дошли не все фрагменты",
    "there is no route": "нет маршрута",
    "the source address is not welcome": "адрес отправителя не принимают",
    "the route is closed": "маршрут закрыт",
    (
        "this machine lets the monitor send no ICMP; as root, set net.ipv4.ping_group_range = 0 "
        "2147483647 by sysctl (it is for IPv6 too), or give the monitor CAP_NET_RAW"
    ): (
        "эта машина не даёт монитору отправлять ICMP; задайте от имени root через sysctl "
        "net.ipv4.ping_group_range = 0 2147483647 (это и для IPv6) или дайте монитору CAP_NET_RAW"
    ),
}

OF_TIME: dict[str, str] = {
    "the server {what:k} (kiss code {code})": "сервер {what} (kiss-код {code})",
    "denies us access": "не пускает нас",
    "is asked too often; use a longer interval": (
        "считает, что его спрашивают слишком часто; увеличьте интервал"
    ),
    "has not yet set its clock": "ещё не выставил свои часы",
    "is just setting its clock": "как раз выставляет свои часы",
    "refuses": "отказывает",
    "the server's clock is not set: leap {leap:n}, stratum {stratum:n}": (
        "часы сервера не выставлены: leap {leap}, stratum {stratum}"
    ),
    (
        "stratum {stratum:n} ({reference}), its clock is {offset} {where} ours, root dispersion "
        "{dispersion}"
    ): ("stratum {stratum} ({reference}), часы {where} на {offset}, root dispersion {dispersion}"),
    "ahead of": "спешат",
    "behind": "отстают",
    "{time:n} ms": "{time} мс",
    "{time:n} s": "{time} с",
}

OF_SSH: dict[str, str] = {
    "an SSH server": "SSH",
    "an SSH server without a name": "сервер SSH без имени",
    "the host key cannot be seen: {why}": "ключ узла не увидеть: {why}",
    "{software}, whose host key cannot be seen: {why}": "{software}, ключ узла не увидеть: {why}",
    "of {what:k} algorithms it knows {known}, and none of ours": (
        "алгоритмы ({what}) у сервера {known}, наших среди них нет"
    ),
    "key exchange": "обмен ключами",
    "host key": "ключ узла",
    "the host key is another one: found {found} ({type}), expected {expected}{hint}": (
        "ключ узла другой: найден {found} ({type}), ожидался {expected}{hint}"
    ),
    "option key_type chooses among several": "из нескольких выбирает параметр key_type",
    "the server speaks SSH {version}, not 2.0": "сервер говорит по SSH {version}, а не 2.0",
    "the server's half of the key exchange is none": (
        "свою половину обмена ключами сервер прислал негодной"
    ),
    "the server's host key is too large to be one": "ключ узла слишком велик, таких не бывает",
    "the server shows another key than the one that was agreed on": (
        "сервер показывает не тот ключ, о котором договорились"
    ),
    "the server cannot prove that the host key it shows is its own": (
        "сервер не может доказать, что показанный ключ его собственный"
    ),
    "the server's host key cannot be read": "ключ узла не читается",
    "the server ended the connection: {why}": "сервер закрыл соединение: {why}",
    "without a reason": "без объяснений",
    "not a valid answer of an SSH server: message {kind:n}": (
        "ответ не по протоколу SSH: сообщение {kind}"
    ),
}

OF_TALKS: dict[str, str] = {
    "connected to {address}{over}{more}": "подключение к {address}{over}{more}",
    " over {protocol:w}": " по {protocol}",
    "{count:c} went through": "пройдено: {count}",
    "{text:q} received": "получено {text}",
    "step {number:n}": "шаг {number}",
    "{step}{text} did not come; {what}": "{step}{text} не пришло; {what}",
    "the answer was {found}": "ответ был {found}",
    "the connection was closed unanswered": "соединение закрыто без ответа",
    "the target sent a line of more than {size:n} bytes": (
        "цель прислала строку длиннее {size} байт"
    ),
    "the target sent more than {size:n} MiB": "цель прислала больше {size} МиБ",
    "the target sent more than {size:n} KiB": "цель прислала больше {size} КиБ",
    "the target sent more than {size:n} KiB at once": "цель прислала больше {size} КиБ за раз",
    "the target sent more than {count:n} frames": "цель прислала больше {count} кадров",
    "the target sent an answer without an end": "цель прислала ответ без конца",
    "the target went on in plain text when TLS had to begin": (
        "цель продолжила открытым текстом, когда должен был начаться TLS"
    ),
    "not a valid answer of {what}": "ответ не по протоколу {what}",
    "not an LDAP server": "это не сервер LDAP",
    "not an XMPP server": "это не сервер XMPP",
    "STARTTLS was refused with the result {code:n}": "в STARTTLS отказано, код {code}",
    "STARTTLS was answered with {answer}": "ответ на STARTTLS: {answer}",
    "{what} was answered with {answer}": "{what}: ответ {answer}",
    (
        "{address} said nothing, neither yes nor no, which proves nothing with UDP; set expect to "
        "know more"
    ): (
        "{address} молчит: ни да, ни нет, а по UDP это ничего не доказывает; задайте expect, чтобы "
        "знать больше"
    ),
    "{address:w} answered, {text:q} received": "{address} отвечает, получено {text}",
    "{address:w} answered: {text}": "{address} отвечает: {text}",
    "no way out of this machine to {target}": "с этой машины нет выхода к {target}",
    "the socket {path:w} cannot be used: {why}": "сокет {path} недоступен: {why}",
}

OF_NETWORKS: dict[str, str] = {
    **OF_HTTP,
    **OF_WEBSOCKETS,
    **OF_PROXIES,
    **OF_NAMES,
    **OF_DOMAINS,
    **OF_PACKETS,
    **OF_TIME,
    **OF_SSH,
    **OF_TALKS,
}
