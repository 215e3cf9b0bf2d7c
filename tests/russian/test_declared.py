"""Every kind of look and every family of channels explains itself in Russian, too."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.assertions import COMMON, Type
from monitor.channels import families
from monitor.channels.family import Family
from monitor.probes import kinds
from monitor.probes.described import Option, declared_options
from monitor.probes.kind import Kind
from monitor.russian.declared import DECLARED
from monitor.web.pages.words import Words as WordsOfPages
from monitor.words import Words


def everything() -> list[Kind | Family]:
    return [*kinds(), *families()]


def options() -> Iterator[Option]:
    for one in everything():
        yield from declared_options(one.options)


def texts() -> set[str]:
    found = {one.summary for one in everything()}
    for option in options():
        found |= {option.says, option.kind.replace("`", "")}
    for names in (COMMON, *(kind.facts for kind in kinds())):
        found |= {name.says for name in names.known}
    return found | set(Type)


def test_kinds_channels_options_and_facts_are_explained_in_russian() -> None:
    assert 250 < len(texts())
    assert set() == texts() - DECLARED.keys()


def test_no_russian_is_left_of_what_is_gone() -> None:
    assert set() == DECLARED.keys() - texts()


def test_names_in_backticks_are_the_same_in_both_languages() -> None:
    def names(text: str) -> list[str]:
        return sorted(text.split("`")[1::2])

    assert [] == [one for one, russian in DECLARED.items() if names(one) != names(russian)]


def test_pages_and_commands_say_it() -> None:
    said = "выполнить запрос"
    english = next(kind.summary for kind in kinds() if kind.name == "postgresql")
    assert said in Words("ru")(english)
    assert said in WordsOfPages("ru")(english)
    assert english == Words("en")(english) == WordsOfPages("en")(english)
