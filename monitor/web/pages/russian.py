"""What pages say in Russian, by their English: every page, the list, a task, its form."""

from monitor.web.pages.russian_more import OF_THE_REST
from monitor.web.pages.russian_publishing import PUBLISHING

OF_TASKS: dict[str, str] = {
    # --- what every page has
    "{time} ago": "{time} назад",
    "in {time}": "через {time}",
    "d": "д",
    "h": "ч",
    "min": "мин",
    "s": "с",
    "ms": "мс",
    "To the content": "К содержанию",
    "All tasks": "Все задачи",
    "Pages": "Страницы",
    "Tasks": "Задачи",
    "Incidents": "Инциденты",
    "Supervision": "Надзор",
    "Channels": "Каналы",
    "Quiet times": "Тишина",
    "Drills": "Учения",
    "About": "О мониторе",
    "Add a task": "Добавить задачу",
    (
        "The database has been away for {time}. Looks go on, and what they see is kept in "
        "memory; history cannot be shown and nothing can be changed until it is back."
    ): (
        "База данных недоступна уже {time}. Проверки продолжаются, их результаты хранятся в "
        "памяти; историю показать нельзя и изменить ничего нельзя, пока база не вернётся."
    ),
    "Language": "Язык",
    "Colours": "Цвета",
    "as the system": "как в системе",
    "light": "светлые",
    "dark": "тёмные",
    "times are UTC": "время в UTC",
    "Wall": "На стену",
    "Log out": "Выйти",
    # --- statuses
    "pending": "ожидание",
    "up": "работает",
    "degraded": "сбоит",
    "down": "не работает",
    "unknown": "неизвестно",
    "maintenance": "обслуживание",
    "unreachable": "недоступно",
    "paused": "на паузе",
    "gap": "пропуск",
    # --- how all is
    "The tasks are being read …": "Задачи читаются …",
    "Nothing is watched yet": "Пока ничего не наблюдается",
    "{number} of {total} up, nothing is wrong": "Работает {number} из {total}, всё в порядке",
    "All {total} are paused": "На паузе все {total}",
    "All {total} up": "Работают все {total}",
    "The one task is up": "Единственная задача работает",
    "{number} of {total} down": "Не работает {number} из {total}",
    "{number} of {total} cannot be looked at": "Нельзя проверить {number} из {total}",
    "{number} of {total} degraded": "Сбоит {number} из {total}",
    "{number} of {total} unreachable": "Недоступно {number} из {total}",
    "since {time}": "уже {time}",
    "The monitor is well": "Монитор в порядке",
    "The monitor is not well": "Монитор не в порядке",
    "oldest look {time}": "самая давняя проверка {time}",
    "every task looked in time": "все проверки вовремя",
    "task late|tasks late": "задача опаздывает|задачи опаздывают|задач опаздывают",
    "the database is away": "база данных недоступна",
    # --- the list
    "What shall be watched?": "Что наблюдать?",
    (
        "Write an address. The kind of look is recognised by how it begins; you can try it "
        "before it is kept."
    ): (
        "Введите адрес. Вид проверки определяется по его началу; до сохранения её можно "
        "попробовать."
    ),
    "Next": "Дальше",
    "Also": "Ещё",
    "Search": "Поиск",
    "Search names, targets, tags": "Искать по именам, целям, меткам",
    "Tag": "Метка",
    "every tag": "любая метка",
    "Group": "Группа",
    "every group": "любая группа",
    "Kind": "Вид",
    "every kind": "любой вид",
    "Order": "Порядок",
    "trouble first": "сначала проблемы",
    "by name": "по имени",
    "newest change first": "сначала недавние смены",
    "Show": "Показать",
    "By status": "По статусу",
    "Clear": "Сбросить",
    "Choose all of this page": "Выбрать все на странице",
    "Status": "Статус",
    "Last 90 slots": "Последние 90 проверок",
    "Latency": "Время ответа",
    "Last look": "Проверка",
    "Choose {name}": "Выбрать {name}",
    "flapping": "мигает",
    "No task is like that.": "Таких задач нет.",
    "Show all": "Показать все",
    "and all others found, {count}": "и всеми остальными найденными, {count}",
    "With the chosen ones": "С выбранными",
    "Look now": "Проверить сейчас",
    "Pause": "На паузу",
    "Resume": "Возобновить",
    "Silence for": "Тишина на",
    "How long": "На сколько",
    "Back": "Назад",
    "{first}–{last} of {found}": "{first}–{last} из {found}",
    "Onwards": "Вперёд",
    "a page": "на странице",
    "Keys": "Клавиши",
    "search": "поиск",
    "down and up the list": "вниз и вверх по списку",
    "open the task": "открыть задачу",
    "choose the task": "выбрать задачу",
    "these keys": "эти клавиши",
    "add a task": "добавить задачу",
    "Keys work, in this browser": "Клавиши действуют в этом браузере",
    "Close": "Закрыть",
    "and {count} more": "и ещё {count}",
    # --- a task
    "Task": "Задача",
    "for {time}": "уже {time}",
    "flapping for {time}": "мигает уже {time}",
    "silenced until {at}": "тишина до {at}",
    "maintenance {name} until {at}": "обслуживание {name} до {at}",
    "Restart": "Перезапуск",
    "given up": "прекращён",
    "attempt {attempts} of {limit}": "попытка {attempts} из {limit}",
    "Next look": "Следующая",
    "looking now": "идёт сейчас",
    "Interval": "Интервал",
    "To be confirmed": "Ждёт подтверждения",
    "look {streak} of {needed}": "проверка {streak} из {needed}",
    "Errors of ours in a row": "Собственных ошибок подряд",
    "Edit": "Изменить",
    "Copied": "Скопировано",
    "Copy as TOML": "Скопировать как TOML",
    "Where its pings go": "Куда слать сигналы",
    "End the job with: {command}": "Завершайте задание командой: {command}",
    "now": "сейчас",
    "Time shown": "Показанное время",
    "90 slots": "90 проверок",
    "Show phases": "Показать фазы",
    "Hide phases": "Скрыть фазы",
    "Mean of each phase, from below:": "Среднее каждой фазы, снизу вверх:",
    "the rest": "остальное",
    "No look of this time says how long its phases took.": (
        "Ни одна проверка за это время не говорит, сколько заняли её фазы."
    ),
    "Nothing was looked at in this time.": "За это время проверок не было.",
    "lasted {time}": "длился {time}",
    "open for {time}": "открыт уже {time}",
    "There was none.": "Не было ни одного.",
    "When nobody looked": "Когда проверок не было",
    "slot|slots": "проверка|проверки|проверок",
    "Every slot of the last seven days has its look.": "За последние семь дней пропусков нет.",
    "What was asked for": "Что задано",
    "Timeout": "Тайм-аут",
    "Down after": "Не работает после",
    "bad look|bad looks": "плохой проверки|плохих проверок|плохих проверок",
    "every {time}": "каждые {time}",
    "Up again after": "Снова работает после",
    "good look|good looks": "хорошей проверки|хороших проверок|хороших проверок",
    "Expected": "Ожидается",
    "Degraded unless": "Сбоит, если не",
    "Inverted": "Обратный смысл",
    "it is good news when it is down": "хорошо, когда не работает",
    "Told to": "Кому сообщать",
    "the default channels": "каналы по умолчанию",
    "Depends on": "Зависит от",
    "Needed by": "От неё зависят",
    "Members": "Участники",
    "Member of": "Входит в",
    "Made": "Создана",
    "from a file": "из файла",
    "Our own trouble with it": "Наши собственные сбои с ней",
    "Looks": "Проверки",
    "When": "Когда",
    "Took": "Длилась",
    "Phases": "Фазы",
    "What it saw": "Что увидела",
    "Address": "Адрес",
    "Newest": "Новые",
    "Older looks": "Более старые",
    "Nobody has looked yet.": "Проверок ещё не было.",
    "Latency: median {median}, 95th percentile {high}, {looks:look|looks}, {failed} of them down": (
        "Время ответа: медиана {median}, 95-й процентиль {high}, проверок {looks}, из них не "
        "работает {failed}"
    ),
    "look|looks": "проверка|проверки|проверок",
    "max": "макс.",
    # --- the form
    # --- many tasks
    "Tags, interval …": "Метки, интервал …",
    "Change {tasks}": "Изменить {tasks}",
    "task|tasks": "задачу|задачи|задач",
    "Nothing was changed.": "Ничего не изменено.",
    "Of {count:task|tasks} {refused} cannot have it:": "Не подходит для {refused} из {count}:",
    "and {count} others": "и ещё {count}",
    "and {count} others; choose fewer tasks to see them": (
        "и ещё {count}; выберите меньше задач, чтобы их увидеть"
    ),
    "Tags to add": "Добавить метки",
    "Tags to remove": "Убрать метки",
    "Words to choose them by, with commas between them.": "Слова для отбора, через запятую.",
    "Time between looks; if empty, it stays. Now:": (
        "Время между проверками; если пусто, останется прежним. Сейчас:"
    ),
    "Change them": "Изменить",
    "Leave them as they are": "Оставить как есть",
    "All of them are changed, or none.": "Изменятся все или ни одна.",
    "From configuration files: {count}; these will put back what they say when they are "
    "applied again.": (
        "Из файлов конфигурации: {count}; при следующем применении файлы вернут своё."
    ),
    "Edit {name}": "Изменить: {name}",
    "set; leave empty to keep it": "задано; пусто — оставить",
    "forget it": "забыть",
    "Target": "Цель",
    "An address; how it begins says how it is looked at.": (
        "Адрес; по его началу видно, как проверять."
    ),
    "Name": "Имя",
    "What it is called; the target, if empty.": "Как называется; если пусто — как цель.",
    "Time between looks.": "Время между проверками.",
    "Tags": "Метки",
    "Words to choose it by, with commas between them.": "Слова для отбора, через запятую.",
    "Who is told; the default channels, if empty.": (
        "Кому сообщать; если пусто — каналам по умолчанию."
    ),
    "There are: {names}.": "Есть: {names}.",
    "One condition a line; down if one does not hold. For example: {example}": (
        "По условию в строке; если одно не выполнено — не работает. Например: {example}"
    ),
    "Options of this kind of look": "Параметры этого вида проверки",
    "They depend on the target.": "Они зависят от цели.",
    "This kind has none.": "У этого вида их нет.",
    "How it is judged and told": "Как судить и сообщать",
    "How long a look may take.": "Сколько может длиться проверка.",
    "Down after so many bad looks": "Не работает после стольких плохих проверок",
    "In a row.": "Подряд.",
    "Time between those looks": "Время между этими проверками",
    "At most the interval.": "Не больше интервала.",
    "Up again after so many good looks": "Снова работает после стольких хороших проверок",
    "Tasks without which it cannot be reached, with commas between them.": (
        "Задачи, без которых цель недоступна, через запятую."
    ),
    "What is told": "О чём сообщать",
    "Of down, degraded and unknown.": "Из down, degraded и unknown.",
    "Told after": "Сообщать спустя",
    "What is over sooner is told to nobody.": "О том, что кончилось раньше, не сообщается.",
    "Told again after": "Напоминать спустя",
    "While it is still down; or never.": "Пока не заработает; или never.",
    "One condition a line.": "По условию в строке.",
    "Who else is told when it lasts": "Кому ещё, если затянулось",
    "One step a line, such as 10m=boss,phone": "По шагу в строке, например 10m=boss,phone",
    "It is good news when the target is down": "Хорошо, когда цель не работает",
    "Look now, keep nothing": "Проверить, ничего не сохраняя",
    "Save": "Сохранить",
    "Add and watch it": "Добавить и наблюдать",
    "in phase {phase}": "в фазе {phase}",
    "Nothing was looked at yet.": "Проверки ещё не было.",
    (
        "It came from a configuration file, which will put back what it says when it is "
        "applied again."
    ): ("Задача описана в файле конфигурации; при следующем применении файл вернёт своё."),
    "Kinds of looks": "Виды проверок",
    "Remove this task": "Удалить задачу",
    "All that is known of it goes with it: looks, incidents, gaps. To be sure, type its name.": (
        "Вместе с ней исчезнет всё, что о ней известно: проверки, инциденты, пропуски. Для "
        "уверенности введите её имя."
    ),
    "Remove it": "Удалить",
    # --- what was done
    "The task has been added.": "Задача добавлена.",
    "The task has been changed.": "Задача изменена.",
    "Paused: nobody looks until it is resumed, and the time is booked as a gap.": (
        "На паузе: проверок не будет до возобновления, это время записывается как пропуск."
    ),
    "Resumed.": "Возобновлено.",
    "A look has been asked for; it comes within two seconds.": (
        "Проверка запрошена и начнётся в течение двух секунд."
    ),
    "Removed, with all that was known of it.": "Удалено вместе с историей.",
    "Silenced: what is still down when the silence ends is told then.": (
        "Тишина: о том, что не заработает до её конца, будет сообщено тогда."
    ),
    "The silence has ended; what is still down is told at once.": (
        "Тишина снята; о том, что ещё не работает, сообщается сразу."
    ),
    "The incident is yours: no more reminders, no escalation; its end is still told.": (
        "Инцидент ваш: без напоминаний и эскалации; о его конце будет сообщено."
    ),
    "The incident has been given back.": "Инцидент возвращён.",
    "They are sent again now.": "Они отправляются снова.",
    "The work has been announced.": "Обслуживание объявлено.",
    "The work is no longer announced.": "Обслуживание отменено.",
    "A canary will fall within two seconds; how it recovered stands here soon.": (
        "Канарейка упадёт в течение двух секунд; как она восстановится, скоро будет видно здесь."
    ),
    "The channel has been added; try it with its button.": "Канал добавлен; проверьте его кнопкой.",
    "The channel has been removed.": "Канал удалён.",
    "Tasks changed: {0}.": "Изменено задач: {0}.",
    "Tasks changed: {0}; so already: {1}.": "Изменено задач: {0}; уже были такими: {1}.",
    "All of them were so already; nothing was changed.": (
        "Все уже были такими; ничего не изменено."
    ),
    "Nothing was chosen, so nothing was done.": "Ничего не выбрано, ничего не сделано.",
    # --- what went wrong
    "The monitor does not answer. What you see is not kept up to date.": (
        "Монитор не отвечает. То, что вы видите, не обновляется."
    ),
    "There are more gaps than can be shown: those before {at} are not shaded.": (
        "Пропусков больше, чем можно показать: те, что раньше {at}, не заштрихованы."
    ),
    "median": "медиана",
    "5th to 95th percentile": "от 5-го до 95-го перцентиля",
    "longest": "самая долгая",
    "how many of them down": "сколько из них не работает",
    "nobody looked:": "никто не проверял:",
    "{count} of them down": "из них не работает: {count}",
    "Pings": "Сигналы",
    "What it said": "Что сказано",
    "Run took": "Длился",
    "What it brought": "Что принёс",
    "From": "Откуда",
    "exit code {code}": "код выхода {code}",
    "a run starts": "запуск начат",
    "it went well": "прошло успешно",
    "it failed": "не удалось",
    "something to remember": "заметка",
}

RUSSIAN = OF_TASKS | OF_THE_REST | PUBLISHING
