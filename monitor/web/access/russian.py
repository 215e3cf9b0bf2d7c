"""The phrases of these pages in Russian, by their English."""

from monitor.web.access.russian_deeds import DEEDS, WAYS

RUSSIAN = {
    "Log in": "Войти",
    "Name": "Имя",
    "Password": "Пароль",
    "Name or password is wrong.": "Имя или пароль неверны.",
    "Too many tries. Wait a little, then try again.": (
        "Слишком много попыток. Подождите немного и попробуйте снова."
    ),
    "Forgotten? On the machine of the monitor, this gives you another:": (
        "Забыли? На машине, где работает монитор, новый задаёт команда:"
    ),
    "Come in": "Вход",
    "Nobody can log in yet": "Войти пока никто не может",
    "That is not it. Each start of the monitor makes another one.": (
        "Не подходит. При каждом запуске монитор создаёт новый адрес."
    ),
    "When the monitor starts it shows an address on its console and in its log, which lets you in. "
    "Open it, or paste it here.": (
        "При запуске монитор показывает в консоли и в журнале адрес для входа. "
        "Откройте его или вставьте сюда."
    ),
    "The address, or what stands behind first-run=": "Адрес или то, что стоит после first-run=",
    "Or add a user on the machine of the monitor:": (
        "Или добавьте пользователя на машине монитора:"
    ),
    "Second factor": "Второй фактор",
    "The code is wrong, or was used before.": "Код неверен или уже использован.",
    "The codes of your app cannot be checked: the key that they were set up with is missing here, "
    "or is another one (access.secret_keys). Type a recovery code, or have this done on the "
    "machine of the monitor:": (
        "Коды вашего приложения не проверить: ключа, с которым они заведены, здесь нет, или задан "
        "другой (access.secret_keys). Введите код восстановления или попросите выполнить на машине "
        "монитора:"
    ),
    "The six digits of your app, or a recovery code": (
        "Шесть цифр из приложения или код восстановления"
    ),
    "The first user": "Первый пользователь",
    "Choose a name and a password for yourself. You will be an admin, and the address that let you "
    "in is void from then on.": (
        "Придумайте имя и пароль. Вы станете администратором, а адрес, по которому вы вошли, "
        "перестанет действовать."
    ),
    "The same once more": "Ещё раз",
    "At least 12 characters; some words in a row are easy to remember.": (
        "Не меньше 12 символов; несколько слов подряд легко запомнить."
    ),
    "Create the user": "Создать пользователя",
    "Look around first": "Сначала осмотреться",
    "Go on": "Дальше",
    "Access": "Доступ",
    "Who changed what": "Кто что менял",
    "The new token": "Новый ключ",
    "Copy it now: it is not shown again, and nobody can look it up.": (
        "Скопируйте его сейчас: больше он показан не будет, и узнать его негде."
    ),
    "Users": "Пользователи",
    "Role": "Роль",
    "Logs in by": "Входит через",
    "Last login": "Последний вход",
    "Change": "Изменить",
    "password": "пароль",
    "second factor": "второй фактор",
    "provider": "поставщик учётных записей",
    "nothing": "ничего",
    "never": "никогда",
    "Log out": "Выйти",
    "Remove": "Удалить",
    "Add a user": "Добавить пользователя",
    "Add the user": "Добавить",
    "Without one they log in by a provider or a proxy only.": (
        "Без него вход только через поставщика учётных записей или прокси."
    ),
    "Tokens for programs": "Ключи для программ",
    "Belongs to": "Принадлежит",
    "Limits": "Ограничения",
    "Last used": "Использован",
    "Good until": "Действует до",
    "Revoke": "Отозвать",
    "read-only": "только чтение",
    "over": "истёк",
    "until revoked": "до отзыва",
    "There is none.": "Нет ни одного.",
    "Make a token": "Создать ключ",
    "Good for": "Действует",
    "Until it is revoked, if empty.": "Если пусто, до отзыва.",
    "nobody": "никому",
    "It may never do more than its owner, and ends with them.": (
        "Он не может больше, чем владелец, и исчезает вместе с ним."
    ),
    "Paths": "Пути",
    "What it may ask for, with all below; everything, if empty.": (
        "Что ему доступно, со всем вложенным; если пусто, всё."
    ),
    "For reading only": "Только для чтения",
    "Make it": "Создать",
    "Show all": "Показать всё",
    "When": "Когда",
    "Who": "Кто",
    "Did what": "Что сделано",
    "To what": "С чем",
    "Before and after": "Было и стало",
    "From where": "Откуда",
    "Older": "Раньше",
    "Nothing was changed.": "Ничего не менялось.",
    "The user has been added.": "Пользователь добавлен.",
    "disabled": "отключён",
    "Disable": "Отключить",
    "Enable": "Включить",
    "Take the second factor away": "Убрать второй фактор",
    "Set a password": "Задать пароль",
    "Set it": "Задать",
    "It ends all their sessions, and revokes their tokens.": (
        "Все сеансы пользователя завершатся, а его токены будут отозваны."
    ),
    "The user has been changed, and all sessions of theirs have ended.": (
        "Пользователь изменён, все его сеансы завершены."
    ),
    "The user has been removed.": "Пользователь удалён.",
    "The token has been revoked.": "Ключ отозван.",
    "nobody removes themselves; let another admin do it": (
        "себя удалить нельзя; пусть это сделает другой администратор"
    ),
    "Log in by the identity provider": "Войти через поставщика учётных записей",
    "Nobody was let in": "Вход не выполнен",
    "To the login": "К странице входа",
    "this login did not begin here, or took too long; again": (
        "этот вход начат не здесь или длился слишком долго; начните снова"
    ),
    "the identity provider cannot be asked now": "поставщик учётных записей сейчас недоступен",
    "Your account": "Ваша учётная запись",
    "viewer": "наблюдатель",
    "editor": "редактор",
    "admin": "администратор",
    "logged in {time}": "вход {time}",
    "The present password": "Нынешний пароль",
    "A new one": "Новый",
    "It ends all other sessions, and your tokens.": (
        "Остальные сеансы завершатся, ваши ключи перестанут действовать."
    ),
    "Change the password": "Сменить пароль",
    "A code of your app is asked for at each login.": (
        "При каждом входе спрашивается код из приложения."
    ),
    "recovery code is left.|recovery codes are left.": (
        "код восстановления остался.|кода восстановления осталось.|кодов восстановления осталось."
    ),
    "Take it away": "Убрать",
    "With it a stolen password alone opens nothing: an app on your telephone shows a new code "
    "every half minute.": (
        "С ним украденного пароля мало: приложение в телефоне каждые полминуты показывает новый "
        "код."
    ),
    "Set it up": "Настроить",
    "Where you are logged in": "Где вы вошли",
    "used {time}": "использован {time}",
    "this one": "этот",
    "Log out everywhere": "Выйти везде",
    "Let the app read this picture, or type the letters below it.": (
        "Покажите картинку приложению или введите буквы под ней."
    ),
    "The six digits that it shows now": "Шесть цифр, которые оно показывает",
    "Ask for it from now on": "Спрашивать его впредь",
    "Rather not": "Не нужно",
    "Recovery codes": "Коды восстановления",
    "Print them, or keep them where your telephone is not. Each opens once, instead of a code of "
    "the app. They are not shown again.": (
        "Распечатайте их или храните отдельно от телефона. Каждый подходит один раз вместо кода из "
        "приложения. Больше они показаны не будут."
    ),
    "I have them": "Сохранил(а)",
    "The password has been changed; all other sessions have ended.": (
        "Пароль изменён; остальные сеансы завершены."
    ),
    "The second factor has been taken away.": "Второй фактор убран.",
    "the present password is another one": "нынешний пароль другой",
    "the code is not the one of this secret; is the clock of the app right?": (
        "код не подходит; верно ли идут часы в приложении?"
    ),
    "you log in without a password of ours": "вы входите без нашего пароля",
    **DEEDS,
    **WAYS,
}
