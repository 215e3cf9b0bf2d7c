"""What is said of simulations, in Russian; see `words`."""

SIMULATED = {
    "nobody is told anything, since there is no channel; taking it that you are": (
        "каналов нет, и никто не получил бы оповещений; считаем, что их получаете вы"
    ),
    "as it is": "как есть",
    "as recorded": "события из истории",
    "outages by chance, seed {seed}": "случайные сбои, seed {seed}",
    "outages as written, and by chance, seed {seed}": "заданные и случайные сбои, seed {seed}",
    "outages as written": "заданные сбои",
    "{length} from {start}, tasks: {tasks}; {source}": (
        "{length} с {start}, задач: {tasks}; {source}"
    ),
    "really: {real} outages, {blips} blips (over within {blip}), {down} down in all": (
        "на самом деле: сбоев {real}, мгновенных {blips} (короче {blip}), всего не работало {down}"
    ),
    "pages": "тревоги",
    "· false alarms": "· ложные",
    "· at night ({hours})": "· ночью ({hours})",
    "· reminders": "· напоминания",
    "· escalations": "· эскалации",
    "all messages, with good news": "все сообщения, включая хорошие",
    "· late, as over already": "· запоздалые: всё уже прошло",
    "outages somebody heard of": "сбои, о которых узнали",
    "· by a page about a parent": "· по тревоге о родителе",
    "· as flapping": "· как мигание",
    "· held by a rule": "· задержаны правилом",
    "· missed": "· пропущены",
    "heard after, median": "узнали через, медиана",
    "· nine in ten within": "· девять из десяти за",
    "· worst": "· худший случай",
    "end told after, median": "о конце узнали через, медиана",
    "known and held back, in all": "известно, но задержано, всего",
    "pages to": "тревоги кому",
    "most pages about": "больше всего тревог о",
    "missed ({policy}): {task}, {at}, for {length}: {why}": (
        "пропущен ({policy}): {task}, {at}, длился {length}: {why}"
    ),
    "and {count} more, see --json": "и ещё {count}, см. --json",
    "With “{name}” you would have had {pages:page|pages} instead of {base}": (
        "С «{name}» тревог было бы {pages} вместо {base}"
    ),
    "With “{name}” you would have had {pages:page|pages}, as many as now": (
        "С «{name}» тревог было бы {pages}, столько же, сколько сейчас"
    ),
    " ({false} false alarms instead of {base})": " (ложных {false} вместо {base})",
    ", and heard of real outages {time} later": (
        ", а о настоящих сбоях вы узнали бы на {time} позже"
    ),
    ", and heard of real outages {time} sooner": (
        ", а о настоящих сбоях вы узнали бы на {time} раньше"
    ),
    ", and heard of real outages as soon as now": (
        ", а о настоящих сбоях вы узнали бы так же быстро, как сейчас"
    ),
    "; of {count} more you would never have heard": "; о скольких ещё вы не узнали бы: {count}",
    "; you would have heard of {count} more": "; о скольких ещё вы узнали бы: {count}",
    "the timeline is in {file}": "шкала времени: {file}",
    # the page
    "{length}, tasks: {tasks}, policies: {policies}": (
        "{length}, задач: {tasks}, политик: {policies}"
    ),
    "Side by side": "Бок о бок",
    "Pages a day": "Тревоги по дням",
    "What happened, and who was told": "Что происходило и кто об этом узнал",
    "Each real outage, and how soon somebody heard of it": (
        "Каждый настоящий сбой и как скоро о нём узнали"
    ),
    "How to read this": "Как это читать",
    "really": "на деле",
    "a blip": "мгновенный сбой",
    "believed to be down": "считалась неработающей",
    "a page": "тревога",
    "a false alarm: it was over when it came, or a blip": (
        "ложная тревога: всё уже прошло, или сбой был мгновенным"
    ),
    "never told": "не сказано",
    "nothing was longer than a blip": "ничего длиннее мгновенного сбоя не было",
    "the timeline can be scrolled sideways": "шкалу можно прокручивать вбок",
    "made by monitor simulate: the real engine on a clock that jumps": (
        "сделано командой monitor simulate: настоящий движок на часах, которые прыгают"
    ),
    "known already": "уже известно",
    "told as flapping": "как мигание",
    "its parent was told": "сказано о родителе",
    "held back": "задержан",
}
