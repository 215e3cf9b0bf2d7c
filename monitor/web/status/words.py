"""What status pages say, in English and Russian; what stands on all pages, `pages.words` says."""

import attrs

from monitor.web.pages.words import Words

RUSSIAN = {
    "status.up": "Работает",
    "status.degraded": "Работает с перебоями",
    "status.down": "Не работает",
    "status.unknown": "Нет сведений",
    "status.maintenance": "Плановые работы",
    "status.paused": "Не наблюдается",
    "overall.nothing": "Пока ничего не наблюдается",
    "overall.well": "Все системы работают",
    "overall.work": "Идут плановые работы",
    "overall.unsure": "О части систем сейчас нет сведений",
    "overall.blind": "Сейчас мы не можем узнать состояние систем",
    "overall.impaired": "Часть систем работает с перебоями",
    "overall.partly out": "Часть систем не работает",
    "overall.out": "Системы не работают",
    "state.investigating": "Выясняем",
    "state.identified": "Причина найдена",
    "state.monitoring": "Наблюдаем",
    "state.resolved": "Решено",
    "{uptime} % of {coverage} % observed": "{uptime} % из {coverage} % наблюдений",
    "{uptime} % up": "{uptime} % доступности",
    "not observed yet": "наблюдений пока нет",
    "90 days ago": "90 дней назад",
    "Today": "Сегодня",
    "day with trouble|days with trouble": "день со сбоями|дня со сбоями|дней со сбоями",
    "down {time}": "не работало {time}",
    "degraded {time}": "перебои {time}",
    "Open incidents": "Текущие происшествия",
    "Planned work": "Плановые работы",
    "Work under way": "Идут работы",
    "The last 14 days": "Последние 14 дней",
    "No incidents.": "Происшествий не было.",
    "{name} was down": "{name}: не работало",
    "{name} is down": "{name}: не работает",
    "since {at}": "с {at}",
    "for {time}": "{time}",
    "Concerns": "Затронуто",
    "As of {at}": "По состоянию на {at}",
    "The monitor cannot read its history now; this is the state of {at}.": (
        "История сейчас недоступна; показано состояние на {at}."
    ),
    "Nothing is shown here yet.": "Здесь пока ничего не показано.",
    "times are UTC, days too": "время и дни — по UTC",
    "Feed": "Лента",
    "response": "ответ",
    "uptime": "доступность",
    "latency": "время ответа",
    "no figures": "нет данных",
    "The taller a bar, the worse the day; a short one: nobody looked. What was not observed counts "
    "neither as up nor as down.": (
        "Чем выше черта, тем хуже день; короткая — никто не наблюдал. Время без наблюдений не "
        "считается ни работой, ни простоем."
    ),
    "Status": "Состояние",
    "Subscribe": "Подписаться",
    "You are told of incidents, of how they go on and end, and of planned work.": (
        "Вам сообщат о происшествиях, их ходе и завершении и о плановых работах."
    ),
    "Mail address": "Адрес почты",
    "Webhook": "Вебхук",
    "This is no mail address; write it like name@example.com.": (
        "Это не почтовый адрес; он пишется так: name@example.com."
    ),
    "This host has no public address, and messages are sent to no other.": (
        "У этого хоста нет публичного адреса, а на другие сообщения не отправляются."
    ),
    "This is no address of a webhook; write it like https://example.com/hook.": (
        "Это не адрес вебхука; он пишется так: https://example.com/hook."
    ),
    "No more subscriptions are taken just now. Try again in an hour.": (
        "Сейчас подписки не принимаются. Попробуйте через час."
    ),
    "Almost done": "Почти готово",
    "If this address is not subscribed yet, it is asked now: open the link that is sent there.": (
        "Если этот адрес ещё не подписан, туда отправлен запрос: откройте ссылку из него."
    ),
    "Nothing comes? Then it is subscribed already, or was asked within the last hour.": (
        "Ничего не пришло? Значит, адрес уже подписан или запрос отправлен в течение часа."
    ),
    "Confirm the subscription": "Подтвердите подписку",
    "Confirm it": "Подтвердить",
    "Unsubscribe": "Отписаться",
    "No more of these letters": "Больше не присылать",
    "You are subscribed": "Вы подписаны",
    "Each message has a link that ends it.": "В каждом сообщении есть ссылка для отписки.",
    "Messages are signed with this secret. It is shown only here:": (
        "Сообщения подписаны этим секретом. Он показан только здесь:"
    ),
    "You are not subscribed": "Вы не подписаны",
    "The address has been forgotten.": "Адрес удалён.",
    "This link is not known": "Ссылка неизвестна",
    "It may be too old, or the subscription has ended.": (
        "Возможно, она устарела или подписка завершена."
    ),
    "To the page": "К странице",
    "This page has a password": "У этой страницы есть пароль",
    "The password is wrong.": "Пароль неверен.",
    "Show the page": "Показать страницу",
}
"""What is said, by the phrase in English."""

ENGLISH = {
    "status.up": "Operational",
    "status.degraded": "Degraded",
    "status.down": "Down",
    "status.unknown": "Not known",
    "status.maintenance": "Planned work",
    "status.paused": "Not watched",
    "overall.nothing": "Nothing is watched yet",
    "overall.well": "All systems operational",
    "overall.work": "Planned work is under way",
    "overall.unsure": "Of some systems we cannot tell now",
    "overall.blind": "We cannot tell how our systems are now",
    "overall.impaired": "Some systems are degraded",
    "overall.partly out": "Some systems are down",
    "overall.out": "All systems are down",
    "state.investigating": "Investigating",
    "state.identified": "Identified",
    "state.monitoring": "Monitoring",
    "state.resolved": "Resolved",
}
"""Keys that are no English."""

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


@attrs.frozen
class PublicWords(Words):
    """Speak a language to the public."""

    def _said(self, phrase: str) -> str:
        if self.lang == "ru" and phrase in RUSSIAN:
            return RUSSIAN[phrase]
        if phrase in ENGLISH:
            return ENGLISH[phrase]
        return super()._said(phrase)
