"""What is refused of targets, in Russian."""

OF_ADDRESSES: dict[str, str] = {
    "has an unknown kind of look {scheme}{guess}; there are: {known}": (
        "неизвестный вид проверки {scheme}{guess}; есть: {known}"
    ),
    (
        "begins with no kind of look; write one in front, such as https://example.com or "
        "tcp://example.com:25"
    ): (
        "в начале нет вида проверки; напишите его, например https://example.com или "
        "tcp://example.com:25"
    ),
    (
        "begins with no kind of channel; write one in front, such as "
        "webhook+https://example.com/alerts or mailtos://mail.example.com"
    ): (
        "в начале нет вида канала; напишите его, например webhook+https://example.com/alerts или "
        "mailtos://mail.example.com"
    ),
    "has more than host and port; write {scheme}://{place}": (
        "здесь только узел и порт; напишите {scheme}://{place}"
    ),
    "has no // after {scheme}:; write {example}://HOST": (
        "после {scheme}: нет //; напишите {example}://HOST"
    ),
    "contains a space, a backslash or a control character; percent-encode it": (
        "есть пробел, обратная косая черта или управляющий символ; запишите его через %"
    ),
    "names no host": "не указан узел",
    "{host} is not a host name; use letters, digits, hyphens and dots": (
        "{host}: это не имя узла; можно буквы, цифры, дефисы и точки"
    ),
    "{host} is not a host name: {why}": "{host}: это не имя узла ({why})",
    "{zone} is not the name of a network interface": "{zone}: это не имя сетевого интерфейса",
    "has an IPv6 address without brackets; write [2001:db8::1]": (
        "адрес IPv6 без скобок; напишите [2001:db8::1]"
    ),
    "port {port} is out of range; use 1 to 65535": "порт {port}: вне пределов; от 1 до 65535",
    "has a host that cannot be read; an IPv6 address is written [2001:db8::1]": (
        "узел не читается; адрес IPv6 пишется [2001:db8::1]"
    ),
    "[{address}] is not an IPv6 address": "[{address}]: это не адрес IPv6",
    "has an IPv6 address without a closing bracket": "у адреса IPv6 нет закрывающей скобки",
    "names no port; write HOST:PORT": "не указан порт; напишите HOST:PORT",
    "has a part after '?'; write that as an option": "есть часть после '?'; задайте её параметром",
    "has a path of several parts; use one, and write / as %2F": (
        "путь из нескольких частей; нужна одна, а / пишется %2F"
    ),
    "has a path; write {scheme}://{place}": "есть путь; напишите {scheme}://{place}",
    "contains a zero byte or half a letter": "есть нулевой байт или половина буквы",
    "has a name longer than the 255 bytes that AMQP allows": (
        "имя длиннее 255 байтов, допустимых в AMQP"
    ),
    "has a port, which ICMP has not; write {host}": "у ICMP нет портов; напишите {host}",
    "has more than a host; write {host}": "здесь только узел; напишите {host}",
    "has a mailbox with other letters than ASCII; write it in modified UTF-7": (
        "в имени ящика не только ASCII; запишите его в изменённом UTF-7"
    ),
    "{name} is not the number of a database, such as 2": "{name}: это не номер базы, например 2",
    "is no address of a web server; write https://HOST/PATH": (
        "это не адрес веб-сервера; напишите https://HOST/PATH"
    ),
    "has a user; write the options oauth_client_id and _secret": (
        "указано имя; задайте параметры oauth_client_id и oauth_client_secret"
    ),
    "has a user; gRPC knows none, write the option metadata.authorization": (
        "указано имя, а в gRPC его нет; задайте параметр metadata.authorization"
    ),
    "{host} cannot be sent as the host's name": "{host}: так имя узла отправить нельзя",
}

OF_NAMES: dict[str, str] = {
    "has an unknown part {part}{guess}; use ?type=": (
        "неизвестная часть {part}{guess}; можно ?type="
    ),
    "asks for no name; write dns://RESOLVER/example.com?type=A": (
        "не указано имя; напишите dns://RESOLVER/example.com?type=A"
    ),
    "asks for {type}, which is no type of record; use A, MX ...": (
        "{type}: это не тип записи; можно A, MX ..."
    ),
    "has an unknown record type {type}{guess}": "неизвестный тип записи {type}{guess}",
    "has an unknown class {name}; use IN, CH or HS": (
        "неизвестный класс {name}; можно IN, CH или HS"
    ),
    "{name} is not the name of a container; write it like docker:web": (
        "{name}: это не имя контейнера; напишите, например, docker:web"
    ),
    "{name} is not the name of a unit; write it like systemd:nginx": (
        "{name}: это не имя юнита; напишите, например, systemd:nginx"
    ),
    "{name} is not a domain; write one like example.com": (
        "{name}: это не домен; напишите, например, example.com"
    ),
    "{address} does not begin with https://": "{address}: начинается не с https://",
    "has more than a scheme; write {scheme}: and -o members=NAME,NAME": (
        "нужно только {scheme}:, а задачи перечислите в параметре members"
    ),
    "has more than a scheme; write {scheme}:": "здесь лишнее; напишите {scheme}:",
    "has more than a scheme; write self:": "здесь лишнее; напишите self:",
    "has more than flow:; the looks stand in the option steps": (
        "нужно только flow:, а проверки перечислите в параметре steps"
    ),
    "names no command; write exec:/path/to/program arguments": (
        "не указана команда; напишите exec:/путь/к/программе аргументы"
    ),
    "cannot be split into words: {why}": "не делится на слова: {why}",
    "{program:w} does not exist": "{program}: такой программы нет",
    "{program} is not an executable file": "{program}: файл не исполняемый",
    "{program} is relative to no place; write the whole path": (
        "{program}: путь относителен неизвестно чего; напишите его целиком"
    ),
    "names no function: {name}; write python:package.module:function": (
        "не указана функция: {name}; напишите python:package.module:function"
    ),
    "module {module} has no function {name}{guess}": "в модуле {module} нет функции {name}{guess}",
    "module {module} cannot be imported: {why}": "модуль {module} не загружается: {why}",
    "{name} wants an argument without a name": "{name} требует аргумент без имени",
    "there is no module {module}, neither installed nor in {place}": (
        "модуля {module} нет ни среди установленных, ни в {place}"
    ),
    "has scheme {scheme}, which {plugins} both claim; uninstall one of them": (
        "схему {scheme} заняли сразу {plugins}; удалите один из них"
    ),
    "{plugin} is no monitor.probes.kind.Kind, but {type}": (
        "{plugin}: это {type}, а не monitor.probes.kind.Kind"
    ),
    "{plugin} does not serve that scheme: {schemes}": (
        "{plugin} не обслуживает эту схему: {schemes}"
    ),
    "{plugin} cannot be loaded: {why}": "{plugin} не загружается: {why}",
    "{plugin} cannot look at it: {why}": "{plugin} не может это проверить: {why}",
}

OF_TARGETS: dict[str, str] = {**OF_ADDRESSES, **OF_NAMES}
