"""Pages: what they show, how all stands, and what cannot be written."""

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Lifecycle, Recovery, State, Status, Task, WatchedTask
from monitor.core.statuspage.making import InvalidPage, ink_on, make_page, new_post, section_of
from monitor.core.statuspage.standing import Condition, Overall, condition_of, overall
from monitor.core.statuspage.values import PostState, Section, StatusPage, stories_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def watched(name: str, status: Status = Status.UP, number: int = 1, **more: Any) -> WatchedTask:
    task = Task(id=number, name=name, target="tcp://x:1", created_at=NOW, **more)
    return WatchedTask(task=task, state=State(task_id=number, status=status))


FLEET = [
    watched("web", number=1, tags=("prod",)),
    watched("api", number=2, tags=("prod",)),
    watched("db", number=3, tags=("inner",)),
]


def test_a_task_stands_in_the_first_section_that_chooses_it_and_others_nowhere() -> None:
    page = StatusPage(
        slug="a",
        title="A",
        sections=(
            Section(title="first", tasks=("web", "api"), names={"web": "Shop"}),
            Section(title="second", tags=("prod",)),
        ),
    )
    [(first, shown), (_, rest)] = page.chosen(FLEET)
    assert ["Shop", "api"] == [first.shown(one.task) for one in shown]
    assert [] == rest


def test_a_section_that_names_nothing_shows_nothing() -> None:
    assert not Section(title="oops").chooses(FLEET[0].task)
    with pytest.raises(InvalidPage, match=r"write tasks = \['\*'\]"):
        make_page(slug="a", title="A", sections=(Section(title="oops"),))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"slug": ""}, "slug"),
        ({"slug": "A"}, "slug"),
        ({"slug": "a/b"}, "slug"),
        ({"slug": "a-"}, "slug"),
        ({"slug": "a\n"}, "slug"),
        ({"title": ""}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"footer": "\x1b[2J"}, "footer"),
        ({"accent": "red"}, "accent"),
        ({"accent": "#12345g"}, "accent"),
        ({"theme": "pink"}, "theme"),
        ({"language": "de"}, "language"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://anna:pw@example.com"}, "link"),
        ({"link": "https://[::1"}, "link"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPage) as caught:
        make_page(**{"slug": "shop", "title": "Shop", **fields})
    assert field == caught.value.field


def test_a_section_is_read_or_refused() -> None:
    written = {"title": "A", "tasks": ["a"], "tags": ["b"], "names": {"a": "Shown"}}
    expected = Section(title="A", tasks=("a",), tags=("b",), names={"a": "Shown"})
    assert expected == section_of(written)
    for wrong in ({"task": ["a"]}, {"tasks": "a"}, {"tasks": [1]}, {"names": ["a"]}, {"title": 1}):
        with pytest.raises(InvalidPage):
            section_of(wrong)


def test_our_own_trouble_is_never_told_as_the_targets() -> None:
    failed = attrs.evolve(FLEET[0], recovery=Recovery(lifecycle=Lifecycle.FAILED))
    down = watched("a", Status.DOWN)
    assert Condition.UNKNOWN is condition_of(failed)
    assert Condition.UNKNOWN is condition_of(watched("a", Status.UNREACHABLE))
    assert Condition.OUT is condition_of(down)
    assert Condition.WORK is condition_of(down, in_work=True)
    assert Condition.UNWATCHED is condition_of(watched("a", paused=True), in_work=True)
    assert Condition.UNKNOWN is condition_of(down, blind=True)
    assert Condition.UNWATCHED is condition_of(watched("a", paused=True), blind=True)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], Overall.NOTHING),
        (["paused"], Overall.NOTHING),
        (["up", "paused"], Overall.WELL),
        (["up", "maintenance"], Overall.WORK),
        (["unknown", "up", "maintenance"], Overall.UNSURE),
        (["unknown", "paused"], Overall.BLIND),
        (["degraded", "unknown"], Overall.IMPAIRED),
        (["down", "up", "degraded"], Overall.PARTLY_OUT),
        (["down", "paused"], Overall.OUT),
    ],
)
def test_all_in_one_is_the_worst_that_is_true(conditions: list[str], expected: Overall) -> None:
    assert expected is overall([Condition(one) for one in conditions])


def test_posts_make_stories() -> None:
    first = new_post([], "a", at=NOW, state="investigating", title="Slow", text=" we look \n")
    later = NOW.replace(hour=13)
    second = new_post([first], "a", at=later, state="resolved", text="done", story=first.story)
    other = new_post([first], "a", at=NOW.replace(hour=14), state="monitoring", title="B", text="x")
    [newest, oldest] = stories_of([first, second, other])
    assert ("Slow", False, PostState.RESOLVED) == (oldest.title, oldest.is_open, oldest.state)
    assert (second, first) == oldest.posts
    assert ("B", True, NOW) == (newest.title, newest.is_open, oldest.began_at)
    assert "we look" == first.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"state": "fixed"}, "state"),
        ({"text": " \n"}, "text"),
        ({"title": ""}, "title"),
        ({"story": "nobody's"}, "story"),
        ({"text": "\x07"}, "text"),
    ],
)
def test_what_is_wrong_with_a_post_is_named(fields: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"state": "identified", "text": "x", "title": "T"}
    with pytest.raises(InvalidPage) as caught:
        new_post([], "a", at=NOW, **{**good, **fields})
    assert field == caught.value.field


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(part * by for part, by in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_what_is_written_on_a_colour_can_be_read(colour: str) -> None:
    dark, light = sorted([_luminance(colour), _luminance(ink_on(colour))])
    assert (light + 0.05) / (dark + 0.05) >= 4.5
