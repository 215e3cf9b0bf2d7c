"""What the families of channels say of themselves and of their options, in Russian."""

FAMILIES: dict[str, str] = {
    "Post messages as JSON to a web server of your own.": (
        "Отправлять сообщения в JSON на ваш веб-сервер."
    ),
    "Send mail through an SMTP server.": "Отправлять почту через сервер SMTP.",
    "Give alerts to Prometheus Alertmanager, and resolve them.": (
        "Передавать оповещения в Prometheus Alertmanager и закрывать их."
    ),
    "Trigger and resolve incidents at PagerDuty.": "Открывать и закрывать инциденты в PagerDuty.",
    "Open and close alerts at Opsgenie.": "Открывать и закрывать оповещения в Opsgenie.",
    "Push to phones through an ntfy server.": "Слать уведомления на телефоны через сервер ntfy.",
    "Push to phones through a Gotify server.": (
        "Слать уведомления на телефоны через сервер Gotify."
    ),
    "Write into a Telegram chat as a bot.": "Писать в чат Telegram от имени бота.",
    "Write into a Matrix room.": "Писать в комнату Matrix.",
    "Write into a Slack channel.": "Писать в канал Slack.",
    "Write into a Discord channel.": "Писать в канал Discord.",
    "Write into a Microsoft Teams channel.": "Писать в канал Microsoft Teams.",
    "Send through Apprise, which knows more than two hundred services.": (
        "Отправлять через Apprise, который знает больше двухсот служб."
    ),
}

CHANNEL_OPTIONS: dict[str, str] = {
    "the language of its messages, en or ru; the monitor's if nothing is said": (
        "язык сообщений, en или ru; если не указан, язык монитора"
    ),
    "a template of the title, instead of our own wording": "шаблон заголовка вместо нашего",
    "a template of the text, instead of our own wording": "шаблон текста вместо нашего",
    "POST, PUT or PATCH": "POST, PUT или PATCH",
    "sent as `Authorization: Bearer ...`": "отправляется как `Authorization: Bearer ...`",
    "signs each message": "подписывает каждое сообщение",
    "a template of the whole body, instead of our own JSON": (
        "шаблон всего тела вместо нашего JSON"
    ),
    "what such a body is": "что за тело получается (Content-Type)",
    "who gets it, if the address does not say; several by ,": (
        "кому, если этого нет в адресе; нескольких через запятую"
    ),
    "from whom it is, if the address does not say; else the user, if it is one": (
        "от кого, если этого нет в адресе; иначе имя для входа, если это адрес"
    ),
    "the name in front of that": "имя перед этим адресом",
    "where answers shall go": "куда отвечать",
    "who logs in, if the address does not say": "имя для входа, если его нет в адресе",
    "the password, if the address does not say": "пароль, если его нет в адресе",
    "auto (where it is offered, and required with a user), required, never": (
        "auto (если предлагается; с именем для входа обязательно), required или never"
    ),
    "a template of the HTML part; what is put in is escaped": (
        "шаблон части в HTML; подставляемое экранируется"
    ),
    "what tells several monitors apart that share one receiver": (
        "чем различаются мониторы с общим получателем"
    ),
    "more labels, for Alertmanager's routes": "дополнительные метки для маршрутов Alertmanager",
    "how long an alert stands that nobody ends or repeats": (
        "сколько держится оповещение, которое никто не закрыл и не повторил"
    ),
    "who logs in (basic), if the address does not say": (
        "имя для входа (basic), если его нет в адресе"
    ),
    "where the service is, if not where it usually is: a proxy, a copy": (
        "где находится служба, если не там, где обычно: прокси, копия"
    ),
    "where the account is": "где находится учётная запись",
    "P1 to P5; by how bad it is if nothing is said": (
        "от P1 до P5; если не указано, по тяжести события"
    ),
    "names of the teams that are told": "названия команд, которым сообщать",
    "an access token, instead of user and password": "токен доступа вместо имени и пароля",
    "0 to 10; by how bad it is if 0": "от 0 до 10; при 0 по тяжести события",
    "the number of a topic in a group that has them": "номер темы в группе, где они есть",
    "whether good news come without a sound": "присылать ли хорошие новости без звука",
    "put in front of bad news: `<!channel>`, `<@U012AB3CD>`": (
        "что ставить перед плохими новостями: `<!channel>`, `<@U012AB3CD>`"
    ),
    "the number of a thread in the channel": "номер ветки в канале",
}
