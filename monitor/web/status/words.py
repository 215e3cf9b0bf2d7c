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
