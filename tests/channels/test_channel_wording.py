"""Wording: what people read, in both languages, whatever has happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.phrases import OF, counted
from monitor.channels.samples import samples
from monitor.channels.wording import (
    TITLE_LIMIT,
    TOLD_ONE_BY_ONE,
    compose,
    duration,
    message_key,
)
from monitor.core.alerts.notices import Notice, NoticeKind
from monitor.core.model import Status
from monitor.texts import LANGUAGES
from tests.channels.receivers import AT, notice


def test_an_outage_is_told_with_what_it_says_and_whom_it_hides() -> None:
    router = notice(subject="router", affected=("shop", "search"), tags=("prod", "lan"))
    told = compose([router])
    assert "DOWN: router (hides 2 more)" == told.title
    assert [
        "router is down since 2026-11-24 03:00:05 UTC.",
        "It says: status 500 Internal Server Error",
        "Target: https://shop.example/health",
        "Cannot be seen because of it (2): shop, search",
        "Tags: prod, lan",
    ] == told.text.splitlines()


def test_its_end_tells_how_long_it_lasted() -> None:
    told = compose([notice(NoticeKind.UP, detail="")])
    assert "UP: shop-7 (was down for 1 min 20 s)" == told.title
    assert (
        "shop-7 is up again since 2026-11-24 03:01:25 UTC. It was down for 1 min 20 s, "
        "since 2026-11-24 03:00:05 UTC." == told.text.splitlines()[0]
    )


def test_the_same_is_told_in_russian() -> None:
    down = compose([notice(affected=("a",))], "ru")
    up = compose([notice(NoticeKind.UP)], "ru")
    assert "НЕ РАБОТАЕТ: shop-7 (скрывает ещё 1)" == down.title
    assert down.text.startswith("shop-7 не работает с 2026-11-24 03:00:05 UTC.\nСообщение: ")
    assert "СНОВА РАБОТАЕТ: shop-7 (не работало 1 мин 20 с)" == up.title


def test_a_reminder_says_for_how_long_and_of_what() -> None:
    two_hours = AT + timedelta(hours=2, minutes=5, seconds=7)
    down = compose([notice(NoticeKind.REMINDER, at=two_hours)])
    degraded = compose([notice(NoticeKind.REMINDER, at=two_hours, status=Status.DEGRADED)])
    assert "STILL DOWN: shop-7 (for 2 h 5 min)" == down.title
    assert "STILL NOT WELL: shop-7 (for 2 h 5 min)" == degraded.title


def test_many_outages_are_one_digest() -> None:
    told = compose([notice(task=number) for number in range(1, 6)])
    assert "5 tasks are down: shop-1, shop-2, shop-3 and 2 more" == told.title
    assert 5 == told.text.count("is down since")
    assert "5 задач не работают: shop-1, shop-2, shop-3 и ещё 2" == (
        compose(told.notices, "ru").title
    )


def test_a_digest_of_different_things_counts_them_the_worst_first() -> None:
    told = compose([notice(NoticeKind.UP, 1), notice(task=2), notice(task=3)])
    assert "2 tasks are down, 1 task is up again: shop-2, shop-3, shop-1" == told.title


def test_beginning_and_end_of_one_outage_are_told_as_its_end() -> None:
    told = compose([notice(NoticeKind.UP), notice()], late=True)
    assert "[late] UP: shop-7 (was down for 1 min 20 s)" == told.title
    assert "This comes late: it is over already." == told.text.splitlines()[0]
    assert [NoticeKind.DOWN, NoticeKind.UP] == [one.kind for one in told.notices]
    assert told.late


def test_a_large_digest_names_some_and_counts_the_rest() -> None:
    told = compose([notice(task=number) for number in range(500)])
    assert told.title.startswith("500 tasks are down: ")
    assert "... and 470 more" == told.text.splitlines()[-1]
    assert TOLD_ONE_BY_ONE == told.text.count("is down since")


def test_the_key_of_a_message_is_the_same_for_the_same_and_differs_by_channel() -> None:
    both = [notice(), notice(task=8)]
    assert compose(both).key == compose(both[::-1], "ru", late=True).key
    assert message_key(both[:1]) != message_key([attrs.evolve(both[0], channel="pager")])
    later = attrs.evolve(both[0], at=AT + timedelta(days=30))
    assert message_key(both[:1]) != message_key([later]), "of a database that began anew"
    assert "e0cfd7733ed5f3f72a836772acd3504f" == compose([notice()]).key, "for ever"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 задача не работает"),
        (2, "2 задачи не работают"),
        (5, "5 задач не работают"),
        (11, "11 задач не работают"),
        (12, "12 задач не работают"),
        (21, "21 задача не работает"),
        (111, "111 задач не работают"),
        (103, "103 задачи не работают"),
    ],
)
def test_russian_counts_are_right(number: int, said: str) -> None:
    assert said == counted(OF[NoticeKind.DOWN], number, LANGUAGES.index("ru"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (3600, "1 h"),
        (3605, "1 h"),
        (7500, "2 h 5 min"),
        (90061, "1 d 1 h"),
        (-5, "0 s"),
    ],
)
def test_durations_are_told_in_two_units(seconds: float, said: str) -> None:
    assert said == duration(seconds)


def test_every_kind_has_its_words() -> None:
    assert set(NoticeKind) == set(OF)
    titles = {compose(one.notices, lang).title for one in samples() for lang in LANGUAGES}
    assert 2 * len(samples()) == len(titles)


def test_braces_in_names_are_no_template() -> None:
    told = compose([notice(subject="{since}{0.__class__}", detail="{lasted}")])
    assert "DOWN: {since}{0.__class__}" == told.title
    assert "It says: {lasted}" in told.text


moments = st.integers(946_684_800, 4_102_444_800).map(lambda at: datetime.fromtimestamp(at, UTC))
notices = st.builds(
    Notice,
    key=st.builds("{}/{}/{}".format, st.integers(1, 5), st.integers(1, 3), st.text(max_size=5)),
    channel=st.just("ops"),
    kind=st.sampled_from(NoticeKind),
    at=moments,
    since_at=moments,
    ended_at=st.none() | moments,
    subject=st.text(max_size=120),
    target=st.text(max_size=50),
    status=st.sampled_from(Status),
    detail=st.text(max_size=600),
    tags=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    affected=st.lists(st.text(max_size=9), max_size=30).map(tuple),
)


@given(
    st.lists(notices, min_size=1, max_size=40, unique_by=lambda one: one.key),
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.randoms(),
)
def test_whatever_is_told_is_one_printable_title_and_bounded_lines(
    told: list[Notice], lang: str, late: bool, dice: object
) -> None:
    first = compose(told, lang, late=late)
    dice.shuffle(told)  # type: ignore[attr-defined]
    assert first == compose(told, lang, late=late), "in any order"
    assert first.title
    assert first.title.isprintable()
    assert len(first.title) <= TITLE_LIMIT
    assert all(line.isprintable() for line in first.text.split("\n"))
    assert len(first.text) < 64 * 1024
    assert sorted(one.key for one in told) == sorted(one.key for one in first.notices)
