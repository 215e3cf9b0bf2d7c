"""What is refused of channels, in Russian."""

OF_ADDRESSES: dict[str, str] = {
    "has an unknown scheme {scheme}{guess}; there are: {known}, and those of Apprise ({install})": (
        "неизвестная схема {scheme}{guess}; есть: {known} и схемы Apprise ({install})"
    ),
    "has an @ behind its host; in a password write / as %2F, ? as %3F, # as %23": (
        "после узла стоит @; в пароле пишите / как %2F, ? как %3F, # как %23"
    ),
    "is not like {scheme}://{rest}; write it so": "нужно как {scheme}://{rest}; так и напишите",
    "is not like discord://ID/TOKEN, where ID is a number": (
        "нужно как discord://ID/TOKEN, где ID число"
    ),
    "is not like matrixs://TOKEN@HOST/!ROOM:SERVER; write it so": (
        "нужно как matrixs://TOKEN@HOST/!ROOM:SERVER; так и напишите"
    ),
    "is not like telegram://123456:TOKEN@CHAT; write it so": (
        "нужно как telegram://123456:TOKEN@CHAT; так и напишите"
    ),
    "has a part after '?'; leave it out": "есть часть после '?'; уберите её",
    "is not what Apprise wants behind {scheme}; see its documentation": (
        "после {scheme} Apprise ждёт другого; см. его документацию"
    ),
    "is for Apprise, which is not installed here; run: {install}": (
        "это для Apprise, а он здесь не установлен; выполните: {install}"
    ),
    "is given in the address too; keep one": "есть и в адресе; оставьте одно",
    "contradicts the user; keep one": "противоречит имени; оставьте одно",
    "has no token; write gotifys://HOST/APP_TOKEN": "нет токена; напишите gotifys://HOST/APP_TOKEN",
    "has a path; write recipients as ?to=ops@example.com": (
        "есть путь; получатели пишутся как ?to=ops@example.com"
    ),
    "has an unknown parameter {name}{guess}; there are: to, from, reply_to": (
        "неизвестный параметр {name}{guess}; есть: to, from, reply_to"
    ),
    "names no topic; write ntfys://ntfy.sh/TOPIC": (
        "не указана тема; напишите ntfys://ntfy.sh/TOPIC"
    ),
    "is no address of a web server; write https://HOST": (
        "это не адрес веб-сервера; напишите https://HOST"
    ),
    (
        "has a reference ${{...}}; these are not taken over HTTP; use the command line or a "
        "configuration file, or set web.allow_references"
    ): (
        "ссылки ${{...}} здесь не принимаются; сделайте это в командной строке или в файле либо "
        "включите web.allow_references"
    ),
    "name: channel {name} exists already; choose another name": (
        "name: канал {name} уже есть; выберите другое имя"
    ),
    "channel {name} has no such option": "у канала {name} нет такого параметра",
}

OF_MAIL: dict[str, str] = {
    "is too long for a mail address": "слишком длинно для почтового адреса",
    "names recipients; leave ?to= out, subscribers get the letters": (
        "указаны получатели; уберите ?to=, письма получают подписчики"
    ),
    "is no address of a mail server; write mailtos://HOST": (
        "это не адрес почтового сервера; напишите mailtos://HOST"
    ),
    "is no address of a webhook; write https://HOST/PATH": (
        "это не адрес для вебхука; напишите https://HOST/PATH"
    ),
    "is missing; write &from=monitor@example.com": (
        "не указано; допишите &from=monitor@example.com"
    ),
    "is missing; write ?to=ops@example.com": "не указано; допишите ?to=ops@example.com",
    "never would send the password in plain text; remove it": (
        "при never пароль ушёл бы открытым текстом; уберите"
    ),
    "{text} is no mail address; write name@example.com": (
        "{text}: это не почтовый адрес; напишите name@example.com"
    ),
    "has {count} recipients; write 1 to {limit}": "получателей: {count}; можно от 1 до {limit}",
}

OF_MESSAGES: dict[str, str] = {
    "is no label; use letters, digits, _": "это не метка; можно буквы, цифры и _",
    "contradicts the token or the user; keep one": "противоречит токену или имени; оставьте одно",
    "has no Base64 behind {prefix}; copy all of it, or leave that out": (
        "после {prefix} нет Base64; скопируйте целиком или уберите это"
    ),
    "makes no JSON ({why}); write texts with |tojson, or say content_type": (
        "не даёт JSON ({why}); пишите тексты с |tojson или задайте content_type"
    ),
    "is nested too deeply": "слишком много вложений",
    "fails for a message of kind {kind}: {why}": "не годится для сообщения вида {kind}: {why}",
    "{line}{name} begins with an underscore, which is ours": (
        "{line}{name} начинается с подчёркивания, это только для нас"
    ),
    "{line}a loop must not be recursive": "{line}цикл не должен быть рекурсивным",
    (
        "{line}{what} is not allowed here; a template may hold names, if, for, and the filters "
        "{filters}"
    ): "{line}{what} здесь нельзя; в шаблоне бывают имена, if, for и фильтры {filters}",
    "{one} is not known; use {known}": "{one}: неизвестно; можно {known}",
}

OF_CHANNELS: dict[str, str] = {**OF_ADDRESSES, **OF_MAIL, **OF_MESSAGES}
