"""The phrases of these pages in Russian, by their English."""

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
}
