"""What pages say in Russian, by their English: everything but the list and tasks."""

OF_THE_REST: dict[str, str] = {
    # --- incidents
    "incident {number}": "инцидент {number}",
    "down for {time}": "не работает уже {time}",
    "was down for {time}": "не работало {time}",
    "To the task": "К задаче",
    "How it went": "Как это было",
    "It lasted longer than is told here; `monitor explain` tells all of it.": (
        "Длилось дольше, чем рассказано здесь; всё расскажет `monitor explain`."
    ),
    "First bad look": "Первая плохая проверка",
    "Confirmed": "Подтверждено",
    "First good look": "Первая хорошая проверка",
    "Who has taken it": "Кто взял",
    "somebody": "кто-то",
    "until {at}": "до {at}",
    "Nobody yet.": "Пока никто.",
    "Give it back": "Вернуть",
    "What is being done": "Что делается",
    "For how long": "На сколько",
    "until it is over": "до окончания",
    "I take it": "Беру",
    "Cannot be reached meanwhile": "Тем временем недоступны",
    "Who was told": "Кому сообщено",
    "Nobody.": "Никому.",
    "incident is open|incidents are open": "инцидент открыт|инцидента открыты|инцидентов открыты",
    "No incident is open": "Открытых инцидентов нет",
    "Which": "Какие",
    "All": "Все",
    "open": "открытые",
    "Began": "Начало",
    "Lasted": "Длился",
    "Taken by": "Взял",
    "task {id}": "задача {id}",
    "nobody yet": "пока никто",
    "There are no incidents.": "Инцидентов нет.",
    "Pages of the list": "Страницы списка",
    "Older": "Старее",
    "that it is down": "что не работает",
    "that it is up again": "что снова работает",
    "that it is degraded": "что сбоит",
    "that it is no longer degraded": "что больше не сбоит",
    "that we cannot look": "что проверить нельзя",
    "that we can look again": "что снова можно проверить",
    "that it flaps": "что мигает",
    "that it flaps no more": "что больше не мигает",
    "reminder": "напоминание",
    "escalation": "эскалация",
    "what runs out soon": "что скоро истекает",
    "trouble of the monitor's own": "сбой самого монитора",
    "end of trouble of the monitor's own": "конец сбоя самого монитора",
    "trial": "проба",
    "waits since": "ждёт,",
    "sent": "отправлено",
    "not told, by a rule,": "не отправлено по правилу,",
    "could not be delivered,": "не доставлено,",
    # --- the tree
    "Every child has a parent in sight": "Каждая задача под присмотром",
    "child|children": "дочерняя задача|дочерние задачи|дочерних задач",
    "session of theirs open|sessions of theirs open": (
        "их сессия открыта|их сессии открыты|их сессий открыто"
    ),
    "The tree": "Дерево",
    "root nursery": "корневая группа",
    "process {pid} on {host}": "процесс {pid} на {host}",
    "waits to be started again": "ждёт перезапуска",
    "session open for {time}": "сессия открыта {time}",
    "courier": "курьер",
    "message sent|messages sent": "сообщение отправлено|сообщения отправлены|сообщений отправлено",
    "failure in a row|failures in a row": "неудача подряд|неудачи подряд|неудач подряд",
    "tries again {time}": "повтор {time}",
    "Tasks, each with its scope, its supervisor and a nursery of its own": (
        "Задачи: у каждой своя область отмены, свой надзиратель и своя группа"
    ),
    "cancel scope": "область отмены",
    "supervisor": "надзиратель",
    "nursery of this life": "группа этой жизни",
    "database session": "сессия БД",
    "Search names": "Искать по именам",
    "By step": "По занятию",
    "scope, supervisor, nursery, session": "область отмены, надзиратель, группа, сессия",
    "starts again {time}": "запуск {time}",
    "given up; resume it": "прекращено; возобновите",
    "edit it": "исправьте",
    "{share} % of the time it may take": "{share} % отведённого времени",
    "session {time}": "сессия {time}",
    "no session": "сессии нет",
    "life {number}": "жизнь {number}",
    "No child is like that.": "Таких задач нет.",
    "page {number} of {pages}": "страница {number} из {pages}",
    "{written} written, {waiting} waiting, {refused} refused": (
        "записано {written}, ждут {waiting}, отвергнуто {refused}"
    ),
    "audited {ago} ago: {late} late; {stalls} restarted so far": (
        "осмотр {ago} назад: опаздывают {late}; всего перезапущено {stalls}"
    ),
    "at worst {lag} late in the last second": "худшее опоздание за секунду {lag}",
    "{sent:message|messages} sent, {waiting:alert|alerts} waiting": (
        "сообщений отправлено {sent}, ждут {waiting}"
    ),
    "at revision {revision}": "ревизия {revision}",
    "no anchors are set": "якоря не заданы",
    "lost": "потеряна",
    "anchor|anchors": "якорь|якоря|якорей",
    "Proves that every task looked in time; restarts what did not.": (
        "Доказывает, что все проверки вовремя; перезапускает опоздавших."
    ),
    "Wakes each task at its moment.": "Будит каждую задачу в её миг.",
    "Lets a canary fall, to prove that recovery works.": (
        "Роняет канарейку, чтобы доказать, что восстановление работает."
    ),
    "Collects what Python left, at quiet moments.": "Убирает за Python в тихие мгновения.",
    "Hears at once what others changed in the database.": (
        "Сразу слышит, что другие изменили в базе."
    ),
    "Measures how late we are ourselves.": "Измеряет наше собственное опоздание.",
    "A courier for each channel; no channel holds up another.": (
        "Свой курьер каждому каналу; ни один не задерживает другого."
    ),
    "Says in the database that we live.": "Отмечает в базе, что мы живы.",
    "Writes what was seen, many looks in one transaction.": (
        "Записывает увиденное, много проверок одной транзакцией."
    ),
    "Starts and stops tasks as the database says.": "Запускает и останавливает задачи по базе.",
    "Asks the anchors whether our own way out is there.": "Спрашивает якоря, есть ли у нас связь.",
    "Serves this page.": "Отдаёт эту страницу.",
    "Tells somebody outside that we are well.": "Говорит внешнему сторожу, что мы в порядке.",
    "Reads the files again when they change.": "Перечитывает файлы, когда они меняются.",
    "Answers while our loop stands still.": "Отвечает, пока наш цикл стоит.",
    "Forgets old sessions of people, and what they changed long ago.": (
        "Забывает старые сессии людей и то, что они меняли давным-давно."
    ),
    "Brings news to the readers of status pages.": "Приносит новости читателям страниц статуса.",
    "Tells the service manager that we live.": "Говорит менеджеру служб, что мы живы.",
    "starting": "запуск",
    "waiting": "ждёт",
    "looking": "проверяет",
    "recording": "записывает",
    "in our care": "под надзором",
    "backing off": "выжидает",
    "given up on": "прекращено",
    "cannot work": "неработоспособна",
    # --- channels
    "There is no channel yet: nobody is told anything": (
        "Каналов ещё нет: никому ничего не сообщается"
    ),
    "channel is broken|channels are broken": "канал сломан|канала сломаны|каналов сломаны",
    "alert could not be delivered|alerts could not be delivered": (
        "оповещение не доставлено|оповещения не доставлены|оповещений не доставлены"
    ),
    "Every alert finds its way": "Все оповещения доходят",
    "No channel is a default one: only tasks that name a channel tell anybody.": (
        "Канала по умолчанию нет: сообщают только задачи, в которых канал указан."
    ),
    "{name}: not delivered after {took}: {why}": "{name}: не доставлено за {took}: {why}",
    "trying again cannot help; something has to be changed": (
        "повторять бесполезно; нужно что-то изменить"
    ),
    "{name}: delivered in {took}": "{name}: доставлено за {took}",
    "default": "по умолчанию",
    "own trouble": "сбои монитора",
    "Where": "Куда",
    "Hours": "Часы",
    "Quiet hours": "Тихие часы",
    "Last sent": "Последняя отправка",
    "never": "никогда",
    "Waiting": "Ждут",
    "Undelivered": "Не доставлено",
    "Failures in a row": "Неудач подряд",
    "Newest error": "Последняя ошибка",
    "Named by": "Указан в",
    "Send a test": "Отправить пробу",
    "Send the undelivered again": "Отправить недоставленное снова",
    "Remove": "Удалить",
    "What could not be delivered": "Что не удалось доставить",
    "Channel": "Канал",
    "Attempts": "Попыток",
    "Why": "Почему",
    "Send again": "Отправить снова",
    "Add a channel": "Добавить канал",
    "When it may send; always, if empty.": "Когда можно отправлять; если пусто — всегда.",
    "Its beginning says what it is: mailtos, slack, telegram, ntfy, webhook+https …": (
        "Начало говорит, что это: mailtos, slack, telegram, ntfy, webhook+https …"
    ),
    "Secrets are better written as ${NAME} or ${file:PATH}.": (
        "Секреты лучше писать как ${NAME} или ${file:PATH}."
    ),
    "Tasks that name no channel use it": "Его используют задачи без своего канала",
    "The monitor's own trouble goes there": "Туда идут сбои самого монитора",
    "Add it": "Добавить",
    # --- quiet times
    "everything": "всё",
    "task now|tasks now": "задача сейчас|задачи сейчас|задач сейчас",
    (
        "Names with commas between them, * and ? stand for anything; all tasks, if neither "
        "names nor tags are given."
    ): ("Имена через запятую, * и ? заменяют что угодно; если нет ни имён, ни меток — все задачи."),
    "silence holds|silences hold": "тишина действует|тишины действуют|тишин действуют",
    "work is under way|works are under way": (
        "обслуживание идёт|обслуживания идут|обслуживаний идут"
    ),
    "Nothing is silenced": "Ничто не заглушено",
    "Silences": "Тишина",
    "End it": "Снять",
    "Silence something": "Заглушить",
    "What is still down when it ends is told then.": (
        "О том, что не заработает до её конца, будет сообщено тогда."
    ),
    "Silence it": "Заглушить",
    "Announced work": "Объявленное обслуживание",
    "under way until {at}": "идёт до {at}",
    "The next times": "Ближайшие",
    "It is over.": "Закончилось.",
    "No work is announced.": "Обслуживание не объявлено.",
    "Announce work": "Объявить обслуживание",
    "Begins": "Начало",
    "Ends": "Конец",
    "or by a rule": "или по правилу",
    "at which time": "в какое время",
    "or as cron says": "или как в cron",
    "how long each time": "сколько каждый раз",
    "Whose clocks": "Чьи часы",
    (
        "Once: begins and ends. Again and again: a rule with its time and length, or cron "
        "with a length."
    ): (
        "Один раз: начало и конец. Снова и снова: правило с временем и длительностью или "
        "cron с длительностью."
    ),
    "Announce it": "Объявить",
    # --- drills
    "Recovery was never exercised": "Восстановление ещё не проверялось",
    "Recovery works": "Восстановление работает",
    "The last exercise does not tell": "Последнее учение ничего не говорит",
    "Recovery was late or did not come": "Восстановление опоздало или не пришло",
    "proven {time}": "доказано {time}",
    "only when asked; the setting drill.every lets it happen by itself": (
        "только по просьбе; настройка drill.every делает это само"
    ),
    "the next one {time}": "следующее {time}",
    "overdue": "просрочено",
    (
        "A canary is made to fail inside the running monitor, and its recovery is timed: "
        "more than {limit} is late. Recovery that is never used is not known to work."
    ): (
        "В работающем мониторе роняют канарейку и засекают её восстановление: больше {limit} "
        "— опоздание. О восстановлении, которым никогда не пользуются, не известно, работает "
        "ли оно."
    ),
    "Exercise now": "Провести учение",
    "Exercises": "Учения",
    "Whose child": "Чья",
    "Ended": "Исход",
    "Detail": "Подробности",
    "a canary": "канарейка",
    "There was none yet.": "Ещё не было.",
    "recovered": "восстановлена",
    "late": "опоздала",
    "did not recover": "не восстановлена",
    "not carried out": "не проводилось",
    "cut short": "прервано",
    "under way": "идёт",
    # --- about
    "The monitor that never silently stops": "Монитор, который не останавливается молча",
    "Figures": "Числа",
    "Settings": "Настройки",
    (
        "They are set in the file, in the environment or on the command line, and hold from "
        "the next start on."
    ): (
        "Они задаются в файле, в окружении или в командной строке и действуют со следующего "
        "запуска."
    ),
    "Elsewhere": "Ещё",
    "The wall, readable from afar": "На стену: видно издалека",
    "does every task look in time?": "все ли проверки вовремя?",
    "can it be asked and changed?": "можно ли спрашивать и менять?",
    "for Prometheus": "для Prometheus",
    "for programs": "для программ",
    "children": "дочерних задач",
    "open sessions": "открытых сессий",
    "looks since the start": "проверок с запуска",
    "records written": "записано",
    "records waiting": "ждут записи",
    "records refused": "отвергнуто базой",
    "tasks overdue": "опаздывают",
    "children restarted by the auditor": "перезапущено аудитором",
    "worst lag of the loop, seconds": "худшая задержка цикла, секунд",
    "our clock is ahead, seconds": "наши часы спешат, секунд",
    "outages of the database": "отказов базы данных",
    "outages of our uplink": "обрывов связи",
    "alerts waiting": "оповещений ждут",
    "messages sent": "сообщений отправлено",
    # --- reasons
    "our own error": "наша собственная ошибка",
    "the look could not tell": "проверка не дала ответа",
    "we were too slow": "мы не успели",
    "our uplink is lost": "наша связь потеряна",
    "our resolver does not answer": "наш резолвер не отвечает",
    "we were not there": "нас самих не было",
    "our network is away": "наша сеть недоступна",
    "not allowed here": "здесь не разрешено",
    "too few file descriptors": "не хватает дескрипторов",
    "can never work as it is": "так работать не может",
    "no monitor ran": "монитор не работал",
    "overrun": "не успела",
    "could not work": "не могла работать",
    "database away": "база недоступна",
    "asleep": "сон машины",
    "clock stepped": "часы переведены",
    "stalled": "зависла",
    "No monitor was running.": "Монитор не был запущен.",
    "The task was paused.": "Задача была на паузе.",
    "The look before took longer than the interval.": (
        "Предыдущая проверка длилась дольше интервала."
    ),
    "Our child had failed and waited for its restart; that says nothing of the target.": (
        "Наша дочерняя задача упала и ждала перезапуска; о цели это не говорит ничего."
    ),
    "Our child had failed too often and waited for an operator.": (
        "Наша дочерняя задача падала слишком часто и ждала оператора."
    ),
    "The task could not work as it was written.": "Задача не могла работать в таком виде.",
    "The database was away for so long that results had to be dropped.": (
        "База была недоступна так долго, что результаты пришлось отбросить."
    ),
    "The machine of the monitor was suspended.": "Машина монитора спала.",
    "The clock of the machine was set forward.": "Часы машины перевели вперёд.",
    "Our child stood still and was started again by the auditor.": (
        "Наша дочерняя задача зависла, аудитор запустил её снова."
    ),
    # --- mishaps
    "That cannot be done so": "Так сделать нельзя",
    "Log in first": "Сначала войдите",
    "That does not work here": "Здесь это не получится",
    "That took too long": "Это длилось слишком долго",
    "That cannot be read": "Это не читается",
    "That was too often": "Слишком часто",
    "That is not yours to do": "На это у вас нет прав",
    "There is nothing here": "Здесь ничего нет",
    "That cannot be done now": "Сейчас это сделать нельзя",
    "That is too much": "Это слишком много",
    "That was our fault": "Это наша ошибка",
    "The database cannot be asked now": "База данных сейчас недоступна",
    # --- the inbox of the demonstration
    "Inbox": "Ящик",
    "message taken|messages taken": "сообщение принято|сообщения принято|сообщений принято",
    "This is what a receiver of alerts gets; the demonstration has one of its own.": (
        "Это то, что получает приёмник оповещений; у демонстрации он свой."
    ),
    "channel {name}": "канал {name}",
    "Nothing has come yet.": "Пока ничего не пришло.",
    # --- what happens to a child of ours
    "our own code failed": "сбой нашего собственного кода",
    "ended, and will be started again": "завершена, будет запущена снова",
    "started again": "запущена снова",
    "cannot work as it is": "в таком виде работать не может",
    "did not look in time": "не проверила вовремя",
    # --- notes
    "Notes": "Заметки",
    "Nothing is written yet.": "Пока ничего не записано.",
    "What was seen, tried or learnt": "Что замечено, испробовано, выяснено",
    "Write it down": "Записать",
    "It is written down.": "Записано.",
}
