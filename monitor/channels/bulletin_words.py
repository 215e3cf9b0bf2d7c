"""What subscribers of status pages read, in English and Russian."""

WORDS = {
    "en": {
        "confirm": "Confirm your subscription to {title}",
        "confirm.text": (
            "Somebody, perhaps you, asked that this address be told of incidents and planned work "
            "on “{title}”.\n\nOpen this to confirm:\n{link}\n\nIf it was not you, do nothing: "
            "nothing more will be sent."
        ),
        "planned": "Planned work: {name}",
        "concerns": "Concerns: {names}",
        "page": "The page: {url}",
        "unsubscribe": "No more of these letters: {link}",
        "investigating": "Investigating",
        "identified": "Identified",
        "monitoring": "Monitoring",
        "resolved": "Resolved",
    },
    "ru": {
        "confirm": "Подтвердите подписку: {title}",
        "confirm.text": (
            "Кто-то, возможно вы, попросил сообщать на этот адрес о происшествиях и плановых "
            "работах на странице «{title}».\n\nЧтобы подтвердить, откройте:\n{link}\n\nЕсли это "
            "были не вы, ничего не делайте: больше писем не будет."
        ),
        "planned": "Плановые работы: {name}",
        "concerns": "Затронуто: {names}",
        "page": "Страница: {url}",
        "unsubscribe": "Отказаться от этих писем: {link}",
        "investigating": "Выясняем",
        "identified": "Причина найдена",
        "monitoring": "Наблюдаем",
        "resolved": "Решено",
    },
}
