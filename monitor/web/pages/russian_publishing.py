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
    "Webhooks may subscribe": "Разрешить подписку вебхуков",
    "Colour of its head": "Цвет шапки",
    "the reader's": "язык читателя",
    "Response times are shown": "Показывать время ответа",
    "Addresses are shown, without passwords": "Показывать адреса целей, без паролей",
    "Search engines may list it": "Разрешить поисковым системам",
}
