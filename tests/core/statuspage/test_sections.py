"""Sections as lines: whatever stands in a name can be written, and is read as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.statuspage.values import Section
from monitor.operations.refusals import Unfit
from monitor.operations.sections import read_sections, written_sections

TEXT = st.text(alphabet='ab ,=#"*', min_size=1, max_size=8)
SECTIONS = st.lists(
    st.builds(
        Section,
        title=st.just("") | TEXT,
        tasks=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
        tags=st.lists(TEXT, max_size=2).map(tuple),
    ),
    max_size=3,
)


@given(SECTIONS, st.dictionaries(TEXT, TEXT.filter(str.strip), max_size=3))
def test_what_is_written_is_read_again(sections: list[Section], names: dict[str, str]) -> None:
    wanted = [
        Section(title=one.title, tasks=one.tasks, tags=one.tags, names=names) for one in sections
    ]
    written = written_sections(wanted)
    assert written is not None
    assert wanted == list(read_sections(*written))


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("Shop = web-*, api, #prod", Section(title="Shop", tasks=("web-*", "api"), tags=("prod",))),
        ('"A = B" = "web, old", x', Section(title="A = B", tasks=("web, old", "x"))),
        ('"#1" , # "a, tag"', Section(tasks=("#1",), tags=("a, tag",))),
        ('my "best" task', Section(tasks=('my "best" task',))),
        ('"say ""hi"", x"', Section(tasks=('say "hi", x',))),
    ],
)
def test_quotes_hold_together_what_signs_would_part(line: str, section: Section) -> None:
    assert (section,) == read_sections(line)


def test_names_hold_commas_without_quotes_and_equals_signs_with_them() -> None:
    [section] = read_sections("*", 'web = Shop, "old"\n"a = b" = A')
    assert {"web": 'Shop, "old"', "a = b": "A"} == section.names


def test_one_task_that_is_called_differently_in_two_sections_cannot_be_written() -> None:
    first, second = (Section(tasks=("a",), names={"a": shown}) for shown in ("X", "Y"))
    assert written_sections([first, second]) is None


def test_lines_without_a_name_are_refused() -> None:
    for text, renamed in (("Shop = ,", ""), ("*", "web"), ("*", "= x")):
        with pytest.raises(Unfit):
            read_sections(text, renamed)
