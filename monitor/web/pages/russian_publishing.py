"""What pages say of status pages, in Russian; see `words`."""

PUBLISHING = {
    "Status pages": "Страницы статуса",
    "Nothing is published": "Ничего не опубликовано",
    "page is published|pages are published": (
        "страница опубликована|страницы опубликованы|страниц опубликовано"
    ),
    "incident is open|incidents are open": (
        "происшествие открыто|происшествия открыты|происшествий открыто"
    ),
    "task shown|tasks shown": "задача показана|задачи показаны|задач показано",
    "The page is there, for everybody to read.": "Страница опубликована, её могут читать все.",
    "The page has been changed; everybody sees it within seconds.": (
        "Страница изменена; через несколько секунд это увидят все."
    ),
    "The page has been removed, with what was written on it.": (
        "Страница удалена вместе с записями на ней."
    ),
    "It is written; everybody sees it within ten seconds.": (
        "Записано; в течение десяти секунд это увидят все."
    ),
    "What was written about it has been removed.": "Записи об этом удалены.",
    "A status page tells everybody how things are, without login.": (
        "Страница статуса показывает состояние всем, без входа."
    ),
    "investigating": "выясняем",
    "identified": "причина найдена",
    "monitoring": "наблюдаем",
    "resolved": "решено",
    "Write about an incident": "Написать о происшествии",
    "About": "О чём",
    "a new incident": "новое происшествие",
    "What a new incident is called": "Как назвать новое происшествие",
    "How far you are": "На каком вы этапе",
    "What is known": "Что известно",
    "Publish it": "Опубликовать",
    "Badges and widget": "Значки и виджет",
    "Change it": "Изменить",
    "Make a page": "Создать страницу",
    "Change {slug}": "Изменить {slug}",
    "Address: /status/…": "Адрес: /status/…",
    "Title": "Название",
    "Sections": "Разделы",
    "Shown names": "Отображаемые имена",
    "A line each: a heading, =, then names (* stands for anything) and tags (# before them).": (
        "По одному на строке: заголовок, =, затем имена (* — что угодно) и метки (с # впереди)."
    ),
    'What has = , or # in it stands in "quotes".': (
        'То, в чём есть = , или #, пишется в "кавычках".'
    ),
    "A line each: the name of a task, =, and what the public reads.": (
        "По одному на строке: имя задачи, = и то, что увидят читатели."
    ),
    "The sections of this page cannot be written in lines; change them over the API.": (
        "Разделы этой страницы нельзя записать строками; измените их через API."
    ),
    "Description": "Описание",
    "What stands at its foot": "Что стоит внизу",
    "Where its title leads": "Куда ведёт название",
    "Host name of its own": "Собственное имя узла",
    "Password for readers": "Пароль для читателей",
    "It has one; empty: it stays.": "Пароль есть; пусто — останется прежним.",
    "At least 12 characters; empty: everybody reads it.": (
        "Не короче 12 знаков; пусто — читать могут все."
    ),
    "Everybody may read it from now on": "Отныне читать могут все",
    "with a password": "с паролем",
    "Nobody can subscribe: its file sets neither mail nor webhooks.": (
        "Подписаться нельзя: в файле страницы нет ни mail, ни webhooks."
    ),
    "Nobody can subscribe: it has no mail server, and webhooks may not.": (
        "Подписаться нельзя: почтовый сервер не указан, а подписка вебхуков не разрешена."
    ),
    "Let readers subscribe": "Разрешить подписку",
    (
        "Nobody can subscribe: links in letters need the setting access.url, or a host name of the "
        "page."
    ): (
        "Подписаться нельзя: для ссылок в письмах нужна настройка access.url или собственное имя "
        "узла страницы."
    ),
    "Readers can subscribe by mail and by webhook.": (
        "Читатели могут подписаться по почте и вебхуком."
    ),
    "Readers can subscribe by webhook.": "Читатели могут подписаться вебхуком.",
    "Readers can subscribe by mail.": "Читатели могут подписаться по почте.",
    "Letters are sent by": "Письма отправляет",
    "Mail server for letters to subscribers": "Почтовый сервер для писем подписчикам",
    (
        "The address of a mail channel without recipients; from= is the sender. Empty: nobody is "
        "told by mail."
    ): (
        "Адрес почтового канала без получателей; from= — отправитель. Пусто — по почте никому не "
        "сообщается."
    ),
    (
        "Its user, password and sender are not shown. Left as it is, it stays; to change it, write "
        "the whole address."
    ): (
        "Пользователь, пароль и отправитель не показаны. Если не трогать, всё останется прежним; "
        "чтобы изменить, напишите адрес целиком."
    ),
    "Logo": "Логотип",
    "Logo of {title}": "Логотип: {title}",
    "{title} has no logo": "{title}: логотипа нет",
    "It stands beside the title and in the tab of browsers.": (
        "Стоит рядом с названием и на вкладке браузера."
    ),
    "{width} x {height} pixels": "{width} x {height} пикселей",
    "{count:byte|bytes}": "{count:байт|байта|байт}",
    "Set another": "Поставить другой",
    "Set a logo": "Поставить логотип",
    "Set it": "Поставить",
    "Picture": "Картинка",
    (
        "PNG, JPEG or WebP; at most {kib} KiB, each side {shortest} to {longest} pixels. No SVG: "
        "it can hold scripts."
    ): (
        "PNG, JPEG или WebP; не больше {kib} КиБ, стороны от {shortest} до {longest} пикселей. Не "
        "SVG: в нём могут быть скрипты."
    ),
    "The page has this logo now; everybody sees it within seconds.": (
        "Логотип поставлен; через несколько секунд это увидят все."
    ),
    "The logo has been taken away.": "Логотип убран.",
    "Subscribers": "Подписчики",
    "Subscribers of {title}": "Подписчики: {title}",
    "subscriber is told|subscribers are told": (
        "подписчик получает сообщения|подписчика получают сообщения|подписчиков получают сообщения"
    ),
    "has not confirmed|have not confirmed": (
        "не подтвердил подписку|не подтвердили подписку|не подтвердили подписку"
    ),
    "Search addresses": "Поиск по адресам",
    "by mail": "по почте",
    "by webhook": "вебхуком",
    "confirmed {time}": "подтверждено {time}",
    "not confirmed; asked {time}": "не подтверждено; спросили {time}",
    "Nothing more is told there. Only the owner of the address can subscribe it again.": (
        "Туда больше ничего не сообщается. Снова подписаться может только владелец адреса."
    ),
    "Yes, remove it": "Да, удалить",
    "Nobody has subscribed.": "Никто не подписан.",
    "No address has {words} in it.": "Нет адресов, в которых есть {words}.",
    "There are no more.": "Больше никого нет.",
    "To the first": "К первым",
    "The subscriber has been forgotten, with letters on their way there.": (
        "Подписчик забыт вместе с письмами, которые были в пути."
    ),
    "Webhooks may subscribe": "Разрешить подписку вебхуков",
    "Colour of its head": "Цвет шапки",
    "the reader's": "язык читателя",
    "Response times are shown": "Показывать время ответа",
    "Addresses are shown, without passwords": "Показывать адреса целей, без паролей",
    "Search engines may list it": "Разрешить поисковым системам",
}
