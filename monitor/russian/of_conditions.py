"""What is refused of conditions, in Russian: clauses, and the advice that stands behind them."""

from monitor.russian.looks import TYPES

OF_CLAUSES: dict[str, str] = {
    **{f"{{name}} is {english}": f"{{name}}: {russian}" for english, russian in TYPES.items()},
    "a minus sign stands only right before a number; there is no arithmetic": (
        "минус бывает только прямо перед числом; арифметики здесь нет"
    ),
    "{one}, but {other}": "{one}, а {other}",
    "{one}, and {operator} compares only numbers, durations and percentages": (
        "{one}, а {operator} сравнивает только числа, длительности и проценты"
    ),
    "a text contains only texts, but {other}": "текст содержит только тексты, а {other}",
    "matches searches a text": "matches ищет в тексте",
    "alone it is no condition": "само по себе это не условие",
    "it has no length": "длины у этого нет",
    "{word} goes through a list": "{word} перебирает список",
    "only texts and lists contain things": "содержать что-то могут только тексты и списки",
    "nothing of what the look found is compared here": (
        "здесь не сравнивается ничего из найденного проверкой"
    ),
    "{name} is not known here": "{name}: здесь такого нет",
    "{name} has no {part}": "у {name} нет {part}",
    "it has {parts}": "есть {parts}",
    "this is a condition, not a value to take": "это условие, а не значение, которое можно взять",
    "{text} is no escape": "{text}: так не экранируют",
    "a range stands only behind in": "диапазон бывает только после in",
    "{text} alone is neither true nor false": "{text}: само по себе не истинно и не ложно",
    "{flags} behind the pattern are no flags": "{flags} после шаблона: таких флагов нет",
    "{count} characters are too many for one condition, {limit} are allowed": (
        "для одного условия {count} символов слишком много, можно {limit}"
    ),
    "{sign} is no sign of this language": "{sign}: такого знака в этом языке нет",
    "{sign} means nothing here": "{sign}: здесь ничего не значит",
    "{word} is neither a number nor a duration": "{word}: не число и не длительность",
    "the text that begins here does not end": "текст, начатый здесь, не закончен",
    "the pattern that begins here does not end": "шаблон, начатый здесь, не закончен",
    "the condition is empty": "условие пусто",
    "{sign} is missing before {found}, {why}": "не хватает {sign}, {why}; стоит: {found}",
    "to close {word}(": "чтобы закрыть {word}(",
    "to close the bracket": "чтобы закрыть скобку",
    "parentheses group conditions, not values": "скобки объединяют условия, а не значения",
    "not cannot stand before {found}": "после not не может стоять {found}",
    "{value} is no name, so it cannot exist or be missing": (
        "{value}: это не имя, его нельзя проверить на наличие"
    ),
    "matches needs a pattern, found {found}": "для matches нужен шаблон, найдено: {found}",
    "'it' is known only inside any and all": "'it' известно только внутри any и all",
    "{word} is no value of this language": "{word}: такого значения в этом языке нет",
    "a name of more than {count} steps is too long to be read": (
        "имя больше чем из {count} частей слишком длинно"
    ),
    "$ stands only behind .json": "$ бывает только после .json",
    "a name is missing behind the dot, found {found}": "после точки нет имени, найдено: {found}",
    "{text} cannot stand in brackets": "{text} не может стоять в скобках",
    "a value is missing, found {found}": "не хватает значения, найдено: {found}",
    "there is no function {name}": "функции {name} нет",
    "{word} is no operator": "{word}: это не оператор",
    "{word} is written in small letters": "{word} пишется строчными буквами",
    "comparisons cannot be chained": "сравнения нельзя соединять в цепочку",
    "there is no parenthesis to close": "закрывать нечего: скобка не открыта",
    "an operator is missing before {found}": "не хватает оператора; стоит: {found}",
    "the condition should end before {found}": "условие должно закончиться, а дальше: {found}",
    "the end of the condition": "конец условия",
    "{what}, found {found}": "{what}, найдено: {found}",
    "a value is missing in {place}": "не хватает значения: {place}",
    "a range or a list": "диапазон или список",
    "the end of the range is missing": "нет конца диапазона",
    "more than {limit} levels within each other": "больше {limit} уровней друг в друге",
    "{number} is too large": "{number}: слишком велико",
    "nothing is in an empty list": "в пустом списке ничего не может быть",
    "behind in comes a range or a list, found {found}": (
        "после in нужен диапазон или список, найдено: {found}"
    ),
    "behind in comes a range or a list, found only {found}": (
        "после in нужен диапазон или список, найдено только {found}"
    ),
    "a range goes between two numbers, two durations or two percentages": (
        "диапазон бывает между двумя числами, двумя длительностями или двумя процентами"
    ),
    "the range ends before it begins": "диапазон кончается раньше, чем начинается",
    "[{name}] is how Gatus writes it": "[{name}]: так пишут в Gatus",
}

OF_ADVICE: dict[str, str] = {
    "did you mean {name}?": "может быть, {name}?",
    "write it.{name} for a member of the element": ("для части элемента напишите it.{name}"),
    "write a name, such as body.json.$.token, or NAME matches /text(group)/": (
        "напишите имя, например body.json.$.token, или NAME matches /text(group)/"
    ),
    "there are i (ignore case), m (^ and $ at lines) and s (. also for line ends)": (
        "есть i (без учёта регистра), m (^ и $ у строк) и s (. и для концов строк)"
    ),
    "make several of it": "разбейте на несколько",
    "write something like status == 200": "напишите, например, status == 200",
    "leave them out here": "уберите их здесь",
    "write it before the condition": "напишите его перед условием",
    "write it between slashes, /{pattern}/": "напишите его между косыми чертами, /{pattern}/",
    "write it between slashes, as in body matches /ok|ready/i": (
        "напишите его между косыми чертами, например body matches /ok|ready/i"
    ),
    "there are any, all and len": "есть any, all и len",
    "compare it, as in {text} > 0": "сравните, например {text} > 0",
    "close it with {sign}": "закройте знаком {sign}",
    "join two conditions by and": "соедините два условия через and",
    "join two conditions by and or or": "соедините два условия через and или or",
    "write a name such as status, latency or body": (
        "напишите имя, например status, latency или body"
    ),
    "{word} is a word of the language, and a value is missing before it": (
        "{word}: слово языка, перед ним не хватает значения"
    ),
    "write numbers like 200 or 0.5, durations like 250ms, 30s or 1h30m, and 5%": (
        "пишите числа, например 200 или 0.5, длительности, например 250ms, 30s или 1h30m, и 5%"
    ),
    "write a range like 200..299 or a list like [200, 204]": (
        "напишите диапазон, например 200..299, или список, например [200, 204]"
    ),
    "docs/conditions.md has a table of both languages": (
        "таблица обоих языков есть в docs/conditions.md"
    ),
    "only fixed values can stand here": "здесь бывают только готовые значения",
    "write its unit, as in {one}ms or {other}s": (
        "напишите единицу, например {one}ms или {other}s"
    ),
    "leave out the unit": "уберите единицу",
    "write {value} without quotes": "напишите {value} без кавычек",
    "latency, with a unit, as in latency < 300ms": "latency с единицей: latency < 300ms",
    "body, or body.json.$ for a part of it": "body или body.json.$ для его части",
    "nothing: a target that cannot be connected to is DOWN anyway": (
        "ничего: если подключиться нельзя, цель и так DOWN"
    ),
    "certificate.days_left, as in certificate.days_left > 14": (
        "certificate.days_left: certificate.days_left > 14"
    ),
    "domain.days_left, as in domain.days_left > 30": "domain.days_left: domain.days_left > 30",
    "write x matches /ok/i to ignore case": "напишите x matches /ok/i без учёта регистра",
    "write contains, or exists": "напишите contains или exists",
    "write matches, as in x matches /ok/": "напишите matches: x matches /ok/",
    "write in, as in status in 200..299": "напишите in: status in 200..299",
    'write body contains "x", or body matches /^x.*y$/': (
        'напишите body contains "x" или body matches /^x.*y$/'
    ),
    'write "{text}" if you mean the text': 'напишите "{text}", если нужен текст',
    'write [0], [-1], [*] or ["x"]': 'напишите [0], [-1], [*] или ["x"]',
}

OF_CONDITIONS: dict[str, str] = {**OF_CLAUSES, **OF_ADVICE}
