"""What is printed when tasks are added and changed, in Russian by its English."""

OF_TASKS = {
    'task {id} "{name}" added': "задача {id} «{name}» добавлена",
    'task {id} "{name}" edited': "задача {id} «{name}» изменена",
    'task {id} "{name}" removed, with all that was known of it': (
        "задача {id} «{name}» удалена вместе с историей"
    ),
    'task {id} "{name}" paused': "задача {id} «{name}» на паузе",
    'task {id} "{name}" is paused already': "задача {id} «{name}» уже на паузе",
    'task {id} "{name}" resumed': "задача {id} «{name}» возобновлена",
    'task {id} "{name}" is not paused and did not fail; nothing to resume': (
        "задача {id} «{name}» не на паузе и не остановлена; возобновлять нечего"
    ),
    "next: {command}": "далее: {command}",
    "it waits for pings; end the job with: {command}": (
        "ожидаются сигналы; завершайте задание командой: {command}"
    ),
    "this address takes for granted that the monitor listens at {address}, as it does unless told "
    "otherwise; set access.url to have the right one here": (
        "здесь принято, что монитор слушает на {address}, как по умолчанию; чтобы адрес был верен, "
        "задайте access.url"
    ),
    "by these settings the monitor listens nowhere, so this is only the end of the address; set "
    "access.url to have all of it here": (
        "по этим настройкам монитор нигде не слушает, поэтому это лишь конец адреса; чтобы видеть "
        "его целиком, задайте access.url"
    ),
}
