"""What forms refuse is told in Russian, with what stands in the sentence."""

from __future__ import annotations

import ast
import errno
import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assertions import Type, parse
from monitor.assertions.errors import ConditionError
from monitor.core.probing import InvalidTask
from monitor.core.units import parse_duration
from monitor.operations.tasks import new_task
from monitor.probes.explain import errno_words
from monitor.russian.refusals import REFUSALS
from monitor.web.pages.words import Words
from tests.russian.sources import gaps, stripped, trees, unsaid, written

ROOMS = (
    "assertions",
    "channels",
    "core/alerts",
    "core/calendar",
    "core/names.py",
    "core/statuspage/hosts.py",
    "core/statuspage/logo.py",
    "core/statuspage/making.py",
    "core/tasks.py",
    "core/units.py",
    "core/access/changing.py",
    "core/access/passwords.py",
    "config/fields.py",
    "operations/bulk.py",
    "operations/channelspecs.py",
    "operations/people.py",
    "operations/sections.py",
    "operations/selecting.py",
    "operations/silences.py",
    "operations/statuspages.py",
    "probes",
    "references.py",
    "web/access/account.py",
    "web/access/guard.py",
    "web/access/people_page.py",
    "web/api/guarded.py",
    "web/desk.py",
    "web/forms.py",
    "web/pages",
    "web/uploads.py",
)
"""Where what people write into forms is judged."""

ERRORS = {
    "AccessRefused",
    "AccessTaken",
    "BadPassword",
    "BadReference",
    "ConditionError",
    "DuplicateName",
    "HTTPException",
    "InvalidChannel",
    "InvalidPage",
    "InvalidTask",
    "NotThere",
    "Taken",
    "Unfit",
    "ValueError",
    "Wrong",
    "error",
}
NOT_IN_FORMS = {
    "come in",
    "flapping thresholds \0 and \0 are in disorder; use 0 <= low <= high <= 100",
    "is no argon2id hash; `monitor hash-password` prints one",
    "each login would cost too much; `monitor hash-password` prints another",
    "it has no NATS user JWT and nkey seed",
    "it is not in the group",
    "its nkey seed cannot be read",
    "its nkey seed is damaged",
    "this is no argon2id hash; `monitor hash-password` prints one",
    "\0 occurrences cannot be listed; ask for 1 to \0",
    "\0 subscribers have that address; name one by its id",
}
"""Said to commands and programs only, or inside of another sentence."""
SAID_BY_OTHERS = {"exited", "removing"}
"""Words of Docker, which we repeat."""


def refused() -> set[str]:
    """Return the sentences of errors; their first argument may name a field."""
    found = set()
    for node in trees(*ROOMS):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ERRORS:
            for text in map(written, node.args):
                if text and " " in text and not text.startswith(("option ", "unset ")):
                    found.add(text)
    return found


KNOWN = {gaps(english) for english in REFUSALS}


def test_what_forms_refuse_is_said_in_russian() -> None:
    assert 300 < len(refused())
    assert [] == unsaid(refused() - NOT_IN_FORMS, REFUSALS)


def test_no_russian_is_left_of_sentences_that_are_gone() -> None:
    texts = {text for node in trees("") if (text := written(node)) is not None}
    of_types = {f"\0 is {one}" for one in Type} | set(Type) | {one[2:] for one in Type}
    of_systems = {errno_words(number) for number in errno.errorcode}
    every = texts | set(map(stripped, texts)) | of_types | of_systems | SAID_BY_OTHERS
    assert [] == sorted(KNOWN - every)


@pytest.mark.parametrize("english", REFUSALS)
def test_russian_has_no_other_values(english: str) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert names(REFUSALS[english]) <= names(english)


@pytest.mark.parametrize("english", [one for one in REFUSALS if "}{" in one.replace("}}", "")])
def test_values_beside_each_other_stay_together(english: str) -> None:
    for pair in re.findall(r"(?<!\{)\{\w+\}\{\w+\}", english):
        assert pair in REFUSALS[english]


def told(target: str, **fields: object) -> str:
    with pytest.raises(InvalidTask) as caught:
        new_task(target, name="shop", **fields)
    return Words("ru").sentence(caught.value.message)


def test_values_stand_where_they_belong() -> None:
    assert "порт '99999': вне пределов; от 1 до 65535" == told("tcp://shop:99999")
    with pytest.raises(ValueError, match="no unit") as caught:
        parse_duration("30")
    assert "'30': нет единицы; напишите, например, 250ms, 30s, 5m, 1h30m или 7d" == Words(
        "ru"
    ).sentence(str(caught.value))


def test_sentences_within_sentences_are_said_in_russian_too() -> None:
    said = told("htp://shop")
    assert said.startswith("неизвестный вид проверки 'htp', может быть, 'http'; есть: ")
    said = told("http://shop", options={"methd": "HEAD"})
    assert said.startswith("здесь неизвестно, может быть, 'method'; есть: body, ")


@pytest.mark.parametrize(
    ("condition", "russian"),
    [
        ("status == ", "не хватает значения, найдено: конец условия; "),
        ("status = 200", "'=': такого знака в этом языке нет; напишите =="),
        ("len(body", "не хватает ), чтобы закрыть len(; стоит: конец условия"),
        ("STATUS(body)", "функции 'STATUS' нет; есть any, all и len"),
    ],
)
def test_conditions_are_corrected_in_russian(condition: str, russian: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(condition)
    assert Words("ru").sentence(caught.value.sentence).startswith(russian)


@pytest.mark.parametrize(
    ("detail", "russian"),
    [
        ("127.0.0.1:9: connection refused", "127.0.0.1:9: в соединении отказано"),
        (
            "no answer within 10 s, in phase connect; the address was 192.0.2.1",
            "нет ответа за 10 с, фаза connect; the address was 192.0.2.1",
        ),
        (
            "the certificate has expired (certificate has expired)",
            "сертификат истёк (certificate has expired)",
        ),
        ("HTTP 500 (of the shop)", "HTTP 500 (of the shop)"),
        (
            "no ping yet, the next one is due 12:00",
            "сигналов ещё не было, следующий ожидается 12:00",
        ),
    ],
)
def test_what_a_look_saw_is_told_in_russian(detail: str, russian: str) -> None:
    assert russian == Words("ru").sentence(detail)


def test_what_is_not_known_stays_as_it_is() -> None:
    assert "the plugin had a bad day" == Words("ru").sentence("the plugin had a bad day")
    assert "is empty" == Words("en").sentence("is empty")


def test_a_field_before_a_sentence_stays_as_it_is() -> None:
    assert "url: пусто" == Words("ru").sentence("url: is empty")
    said = Words("ru").sentence("url: is not like slack://A/B/C; write it so")
    assert "url: нужно как slack://A/B/C; так и напишите" == said
    said = Words("ru").sentence("task: there is no task 'x'; `monitor task list` shows all")
    assert "task: нет задачи 'x'; все покажет `monitor task list`" == said


@given(st.text(alphabet="x;: {}0'", max_size=200))
def test_whatever_somebody_writes_can_be_told(text: str) -> None:
    sentence = f"{text!r} has no unit; write it like 250ms, 30s, 5m, 1h30m or 7d"
    assert f"{text!r}: нет единицы" in Words("ru").sentence(sentence)
    Words("ru").sentence(text)
