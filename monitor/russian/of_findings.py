"""What is said of conditions that do not hold, in Russian."""

from monitor.russian.looks import TYPES

OF_VALUES: dict[str, str] = {
    **TYPES,
    **{one.removeprefix("a "): TYPES[one] for one in TYPES if one.startswith("a ")},
    "the {type:k} {value}": "{type} {value}",
    "a list of {count:c}": "список из {count:элемента|элементов|элементов}",
    "a table of {count:c}": "таблица из {count:поля|полей|полей}",
    "a number of about {count:c}": "число примерно из {count:цифры|цифр|цифр}",
    "{count:c} starting with {text}": "{count}, в начале {text}",
    'at character {at:n}: "{before}{shown}{after}"': 'на символе {at}: "{before}{shown}{after}"',
    "found a Python {type}, which conditions cannot read": (
        "найден объект Python {type}, такое условия не читают"
    ),
}

OF_MISMATCHES: dict[str, str] = {
    "found {value}": "найдено: {value}",
    "found {value}, not {types:k}": "найдено: {value}; ожидалось: {types}",
    "found {value}, which is neither less nor more": (
        "найдено: {value}; больше или меньше это не бывает"
    ),
    "found {one} and {other}, which cannot be compared": (
        "найдено: {one} и {other}; это не сравнить"
    ),
    "found nan, which is no number": "найдено nan, а это не число",
    "a text contains only texts, {mismatch}": "текст содержит только тексты, {mismatch}",
    "not found in {text}": "не найдено в {text}",
    "found among {count:c} {list}": "найдено среди {count:элемента|элементов|элементов} {list}",
    "not among {count:c} {list}": "нет среди {count:элемента|элементов|элементов} {list}",
    "the list is empty": "список пуст",
    "no match in {text}": "не подходит: {text}",
    "none of {count:c}": "не подошёл ни один из {count:элемента|элементов|элементов}",
    "{before}in [{index:n}], {failure}": "{before}в [{index}]: {failure}",
    "in [{index:n}], {failure}": "в [{index}]: {failure}",
    "there is no {fact}, the look found {facts}": "{fact}: такого нет, проверка нашла: {facts}",
    "there is no {where} {name}, there are {names}": "{where}: нет {name}, есть: {names}",
    "{where} is {what}, and only a text can be read as JSON": (
        "{where}: {what}, а как JSON читается только текст"
    ),
    "{where} is {what}, so it has no {part}": "{where}: {what}, поэтому {part} в нём нет",
    "neither {alternatives:k}": "не подошло ни одно: {alternatives}",
    "and {count:k}": "и ещё {count}",
    "found {value}, which has no length": "найдено: {value}; длины у этого нет",
    "{where} has no {part}, it has {parts}": "{where}: нет {part}, есть {parts}",
    "{where} is {what}, so it has no [{index}]": "{where}: {what}, поэтому [{index}] в нём нет",
    "{where} is {what}, so it has no [*]": "{where}: {what}, поэтому [*] в нём нет",
}

OF_LIMITS: dict[str, str] = {
    "not decided, other tasks would wait: {why}": (
        "не решено, ждать пришлось бы другим задачам: {why}"
    ),
    "what the look found is nested too deeply": "в найденном проверкой слишком много вложений",
    "what the look found cannot be read ({error})": "найденное проверкой не читается ({error})",
    "too many elements to look at all of them": "элементов слишком много, чтобы смотреть все",
    "a pattern of {steps:c} is too large for {count:c}": (
        "шаблон из {steps:шага|шагов|шагов} слишком велик для {count:символа|символов|символов}"
    ),
    "{what}: too much to search": "{what}: искать пришлось бы слишком долго",
    "{what}: nothing matches": "{what}: ничего не подходит",
    "{what}: found {count:c}, too many": "{what}: найдено {count}, это слишком много",
}

OF_JSON: dict[str, str] = {
    "is JSON nested too deeply to be read": "слишком много вложений в JSON",
    "is JSON with a number that is too long to be read": "в JSON слишком длинное число",
    "is not JSON: it is empty": "это не JSON: пусто",
    "is not JSON: {message} at line {line:n}, column {column:n}, {before}": (
        "это не JSON: {message}, строка {line}, символ {column}, {before}"
    ),
    "before {rest}": "перед {rest}",
    "where it ends": "в самом конце",
    "is not a JSON object": "это не объект JSON",
    "is longer than {limit} KiB": "длиннее {limit} КиБ",
    "is not JSON: it contains {what}, which is no value there": (
        "это не JSON: там {what}, а такого значения нет"
    ),
}

OF_PATTERNS: dict[str, str] = {
    "so that patterns run in linear time": "иначе шаблон мог бы работать слишком долго",
    "and not needed: patterns run in linear time": "и не нужно: шаблоны работают за линейное время",
    "look-ahead is not supported, {why}": "опережающая проверка не поддерживается, {why}",
    "look-behind is not supported, {why}": "ретроспективная проверка не поддерживается, {why}",
    "conditional groups are not supported, {why}": "условные группы не поддерживаются, {why}",
    "atomic groups are not supported, {why}": "атомарные группы не поддерживаются, {why}",
    "possessive repetition is not supported, {why}": (
        "ревнивые квантификаторы не поддерживаются, {why}"
    ),
    "back-references are not supported, {why}": "обратные ссылки не поддерживаются, {why}",
    "comments are not supported": "комментарии не поддерживаются",
    "\\Z is not supported, write \\z": "\\Z не поддерживается, пишите \\z",
    "the pattern cannot be read: {why}{part}": "шаблон не читается: {why}{part}",
    "an empty pattern matches everything": "пустой шаблон подходит ко всему",
    "the pattern contains half of a surrogate pair": "в шаблоне половина суррогатной пары",
    "repeat less often: .{{100}} alone has 800 steps, .* has 10": (
        "повторяйте реже: одно только .{{100}} занимает 800 шагов, а .* лишь 10"
    ),
    "there is no arithmetic": "арифметики здесь нет",
    "braces mean nothing here": "фигурные скобки здесь ничего не значат",
    "a percent sign stands only right behind a number, as in 5%": (
        "знак процента бывает только сразу после числа, как в 5%"
    ),
    "a name": "имя",
    "a pattern": "шаблон",
    "a sign": "знак",
    "the end": "конец",
    "to close the list": "чтобы закрыть список",
    "to close the parenthesis": "чтобы закрыть скобку",
    "as in {word}(body.json.$.items, it.price > 3)": (
        "как в {word}(body.json.$.items, it.price > 3)"
    ),
    "and a condition, as in {word}({path}, it > 3)": "и условие, как в {word}({path}, it > 3)",
    "as in len(body) > 0": "как в len(body) > 0",
    "the pattern is too large: it has {size:n} steps, {limit:n} are allowed": (
        "шаблон слишком велик: в нём шагов {size}, можно {limit}"
    ),
    "write matches, as in body matches /ok/": "напишите matches, например body matches /ok/",
    "write not matches, as in body not matches /error/": (
        "напишите not matches, например body not matches /error/"
    ),
    "write .. with two dots": "напишите .. с двумя точками",
    "write {name}{dot} if it is JSON": "напишите {name}{dot}, если это JSON",
    ("write \\\\ for a backslash; there are \\n \\r \\t \\b \\f \\uXXXX \\UXXXXXXXX"): (
        "обратную косую черту пишите как \\\\; есть \\n \\r \\t \\b \\f \\uXXXX \\UXXXXXXXX"
    ),
}

OF_FINDINGS: dict[str, str] = {
    **OF_VALUES,
    **OF_MISMATCHES,
    **OF_LIMITS,
    **OF_JSON,
    **OF_PATTERNS,
}
