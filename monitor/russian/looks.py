"""What the kinds of looks say of themselves and of their options, in Russian."""

SUMMARIES: dict[str, str] = {
    "Log in to RabbitMQ, and perhaps look at a queue or send a message.": (
        "Войти в RabbitMQ и, если нужно, посмотреть на очередь или отправить сообщение."
    ),
    "Ask a name server for the records of a name.": "Спросить у сервера DNS записи имени.",
    "Ask a container engine (Docker, Podman) how a container is.": (
        "Узнать у Docker или Podman, как дела у контейнера."
    ),
    "Ask a registry until when a domain is registered.": (
        "Узнать у реестра, до какого числа зарегистрирован домен."
    ),
    "Run a program (Nagios plugin API) and believe its exit code.": (
        "Запустить программу (как плагин Nagios) и поверить её коду завершения."
    ),
    "Take several looks in a row; later ones may use what earlier ones found.": (
        "Сделать несколько проверок подряд; следующие могут брать то, что нашли предыдущие."
    ),
    "Say how several tasks stand together.": "Сказать, как дела у нескольких задач вместе.",
    "Ask a gRPC server's health service whether a service is well.": (
        "Спросить у службы здоровья сервера gRPC, в порядке ли сервис."
    ),
    "Wait for a job to say that it is well.": (
        "Ждать, пока задание само сообщит, что с ним всё хорошо."
    ),
    "Ask a web server and look at status, body and certificate.": (
        "Запросить страницу и проверить код ответа, тело и сертификат."
    ),
    "Ask a host for echoes (ping).": "Проверить, отвечает ли узел на эхо-запросы (ping).",
    "Talk with an IMAP server; perhaps log in and count the messages of a mailbox.": (
        "Обратиться к серверу IMAP; если нужно, войти и сосчитать письма в ящике."
    ),
    "Log in to an MQTT broker, and perhaps publish or wait for a message.": (
        "Войти на брокер MQTT и, если нужно, отправить сообщение или дождаться его."
    ),
    "Log in to a MySQL or MariaDB server and run a query.": (
        "Войти на сервер MySQL или MariaDB и выполнить запрос."
    ),
    "Log in to a NATS server, and perhaps look at a JetStream stream.": (
        "Войти на сервер NATS и, если нужно, посмотреть на поток JetStream."
    ),
    "Ask a time server for the time, and whether it knows it.": (
        "Спросить у сервера времени, который час и уверен ли он в этом."
    ),
    "Talk with a POP3 server; perhaps log in and count the messages.": (
        "Обратиться к серверу POP3; если нужно, войти и сосчитать письма."
    ),
    "Log in to a PostgreSQL server and run a query.": (
        "Войти на сервер PostgreSQL и выполнить запрос."
    ),
    "Call a function of your own.": "Вызвать вашу собственную функцию.",
    "Log in to a Redis server and give it a command.": (
        "Войти на сервер Redis и выполнить команду."
    ),
    "Look at the monitor itself: does its loop turn, has it room for open files?": (
        "Проверить сам монитор: работает ли его цикл, хватает ли места для открытых файлов."
    ),
    "Talk with a mail server; perhaps log in, or ask whether it would take a message.": (
        "Обратиться к почтовому серверу; если нужно, войти или узнать, примет ли он письмо."
    ),
    "See an SSH server and its host key, without logging in.": (
        "Посмотреть на сервер SSH и его ключ, не входя на него."
    ),
    "Ask systemd how a unit of this machine is.": (
        "Узнать у systemd, как дела у юнита на этой машине."
    ),
    "Connect to a port, and perhaps exchange a few words.": (
        "Подключиться к порту и, если нужно, обменяться парой строк."
    ),
    "Make a TLS connection and look at the certificate.": (
        "Установить соединение TLS и проверить сертификат."
    ),
    "Send a datagram, and perhaps wait for the right answer.": (
        "Отправить датаграмму и, если нужно, дождаться верного ответа."
    ),
    "Open a WebSocket, and perhaps exchange messages.": (
        "Открыть WebSocket и, если нужно, обменяться сообщениями."
    ),
}

VALUES: dict[str, str] = {
    "duration": "длительность",
    "text": "текст",
    "list": "список",
    "table": "таблица",
    "whole number": "целое число",
    "true or false": "true или false",
    "text or list": "текст или список",
    "text or whole number": "текст или целое число",
    "text or table or list": "текст, таблица или список",
    "text or anything": "что угодно",
    "1.1 or 2 or auto": "1.1, 2 или auto",
    "4 or 6 or any": "4, 6 или any",
    "any or ecdsa or ed25519 or rsa": "any, ecdsa, ed25519 или rsa",
    "auto or never or required": "auto, never или required",
    "basic or post": "basic или post",
    "eu or us": "eu или us",
    "form or graphql or json or raw or xml": "form, graphql, json, raw или xml",
    "https or tcp or tls or udp": "https, tcp, tls или udp",
}
"""What an option may be."""

TYPES: dict[str, str] = {
    "null": "null",
    "true or false": "true или false",
    "a number": "число",
    "a duration": "длительность",
    "a percentage": "проценты",
    "a text": "текст",
    "a list": "список",
    "a table": "таблица",
    "anything": "что угодно",
}
"""What a fact may be."""
