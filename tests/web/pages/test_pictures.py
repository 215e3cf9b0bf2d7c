"""Bars, lines and charts: what stands where in them. And the order of the list."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from monitor.core.glance import Bin, Glance, Recent, percentiles, roughly, spread
from monitor.core.model import (
    Gap,
    GapReason,
    Lifecycle,
    Look,
    Recovery,
    Result,
    State,
    Status,
    Task,
    WatchedTask,
)
from monitor.web.pages import strip as strip_room
from monitor.web.pages.board import SORTS, Wish, make_board, take_pulse
from monitor.web.pages.chart import (
    HEIGHT,
    chart_of_bins,
    chart_of_looks,
    phase_path,
)
from monitor.web.pages.frame import TEMPLATES
from monitor.web.pages.strip import SLOTS, first_slot_at, make_strip
from monitor.web.pages.words import Words
from monitor.web.stretches import edges_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(slots_ago: float) -> datetime:
    return NOW - timedelta(minutes=slots_ago)


def task(number: int = 1, name: str = "", **fields: Any) -> Task:
    spec = {"target": "https://example.com", "created_at": NOW, **fields}
    return Task(id=number, name=name or f"task {number}", **spec)


def state(status: Status = Status.UP, since_at: datetime | None = None, number: int = 1) -> State:
    return State(task_id=number, status=status, since_at=since_at, last_slot_at=NOW)


def gap(from_ago: float, until_ago: float) -> Gap:
    return Gap(
        task_id=1,
        from_at=at(from_ago),
        until_at=at(until_ago),
        reason=GapReason.PAUSED,
        slots=int(from_ago - until_ago),
    )


# --- bars ---------------------------------------------------------------------------------------


def test_each_slot_has_its_place_and_the_newest_is_the_last() -> None:
    looks = [Glance(at(ago), Status.UP, 0.1) for ago in range(SLOTS)][::-1]
    strip = make_strip(task(), state(), Recent(looks), NOW)
    assert {"up": SLOTS} == strip.counts
    assert [("up", f"M0 14h{SLOTS * 3 - 1}")] == strip.marks, "one line, of ninety dashes"
    [_none, (_, path)] = make_strip(task(), state(), Recent(looks[-1:]), NOW).marks
    assert f"M{(SLOTS - 1) * 3} 14h2" == path


def test_a_slot_shows_the_worst_of_its_looks() -> None:
    looks = [
        Glance(at(0.4), Status.UP, 0.1),
        Glance(at(0.2), Status.DOWN, 0.1),
        Glance(at(0), Status.UP, 0.1),
    ]
    assert {"down": 1} == make_strip(task(), state(), Recent(looks), NOW).counts


def test_the_worse_the_taller_so_that_colour_is_not_all() -> None:
    middles = {}
    for status in (Status.UP, Status.DEGRADED, Status.DOWN):
        strip = make_strip(task(), state(), Recent([Glance(NOW, status, 0.1)]), NOW)
        middles[status] = float(dict(strip.marks)[status].split()[1].partition("h")[0])
    assert (
        middles[Status.UP]
        > middles[Status.DEGRADED]
        > middles[Status.DOWN]
        == strip_room.HEIGHT / 2
    )


def test_what_we_do_not_know_is_broken_in_two() -> None:
    strip = make_strip(task(), state(), Recent([Glance(NOW, Status.UNKNOWN, 0.1)]), NOW)
    assert "M267 7h2M267 17h2" == dict(strip.marks)["unknown"]


def test_a_mark_is_as_thick_in_the_style_as_it_is_drawn_tall() -> None:
    style = (TEMPLATES.parent / "static" / "components.css").read_text()
    told = dict(re.findall(r"\.b-(\w+) \{[^}]*stroke-width: (\d+)", style))
    for status in (*Status, "gap", "none"):
        top = strip_room._TOPS.get(status, strip_room._LOW)
        halves = status in strip_room._BROKEN
        tall = strip_room.HEIGHT - top
        height = (tall - 4) // 2 if halves else tall
        assert height == int(told.get(status, 8)), status


def test_a_gap_covers_its_slots_and_a_look_in_it_wins() -> None:
    recent = Recent([Glance(at(3), Status.UP, 0.1)], [gap(5, 1)])
    assert {"gap": 3, "up": 1} == make_strip(task(), state(), recent, NOW).counts


def test_when_nobody_looks_any_more_the_bars_move_on_all_the_same() -> None:
    later = NOW + timedelta(minutes=10)
    looks = [Glance(NOW, Status.UP, 0.1)]
    strip = make_strip(task(), state(), Recent(looks), later)
    [path] = [path for name, path in strip.marks if name == "up"]
    assert path.startswith(f"M{(SLOTS - 1 - 10) * 3} ")
    assert later - timedelta(minutes=SLOTS - 1) == first_slot_at(task(), state(), later)


def test_the_line_of_latency_is_broken_where_nothing_is_known() -> None:
    looks = [Glance(at(ago), Status.UP, 0.1) for ago in (20, 19, 5, 4)]
    assert 2 == make_strip(task(), state(), Recent(looks), NOW).spark.count("M")
    down = [Glance(at(ago), Status.DOWN, 3.0) for ago in (2, 1)]
    assert "" == make_strip(task(), state(), Recent(down), NOW).spark


# --- charts -------------------------------------------------------------------------------------


def look(ago: float, took_s: float = 0.1, status: Status = Status.UP) -> Look:
    result = Result(
        status=status, duration_s=took_s, timings={"connect": took_s / 4, "tls": took_s / 2}
    )
    return Look(task_id=1, slot_at=at(ago), looked_at=at(ago), result=result)


def test_phases_stand_on_each_other_and_reach_what_the_look_took() -> None:
    chart = chart_of_looks([look(5)], [], [], at(10), NOW, 60.0)
    paths = dict(chart.paths)
    heights = [
        float(path.partition("v")[2].partition("h")[0])
        for name, path in paths.items()
        if name.startswith("phase")
    ]
    assert 3 == len(heights), "two phases, and the rest"
    assert pytest.approx(HEIGHT * 0.1 / chart.top_s, abs=0.2) == sum(heights)
    assert [("connect", 0.025, 25.0), ("tls", 0.05, 50.0)] == list(chart.phases)


def test_a_look_that_failed_is_no_latency() -> None:
    chart = chart_of_looks([look(5), look(4, 3.0, Status.DOWN)], [], [], at(10), NOW, 60.0)
    assert (0.1, 1) == (chart.percentiles[100], chart.failed)
    assert "bad b-down" in dict(chart.paths)


def test_one_peak_does_not_flatten_all_others() -> None:
    chart = chart_of_looks(
        [*(look(ago) for ago in range(50, 1, -1)), look(1, 9.0)], [], [], at(60), NOW, 60.0
    )
    assert chart.top_s < 1
    assert 0 == chart.y(9.0)


def test_a_gap_is_shaded_where_it_lies_and_only_within_the_picture() -> None:
    chart = chart_of_looks([look(1)], [gap(20, 5), gap(90, 80)], [], at(10), NOW, 60.0)
    [shade] = chart.shades
    assert (0.0, 50.0, "paused") == (shade.x, shade.width, shade.reason)


def counted(*values: float, status: Status = Status.UP) -> list[Bin]:
    return [Bin(status=status, took_s=roughly(s), looks=1, longest_s=s) for s in values]


def test_many_looks_become_a_median_and_a_band() -> None:
    edges = edges_of(at(200), NOW)
    stretches = [counted(*(0.1 + ago % 7 / 100 for ago in range(20))) for _ in edges[1:]]
    stretches[-1] += counted(3.0, status=Status.DOWN)
    chart = chart_of_bins(stretches, edges, [], [], NOW)
    assert ["bad b-down", "band", "longest", "median"] == [name for name, _path in chart.paths]
    assert (2001, 1) == (chart.looks, chart.failed)
    assert (21, 1) == (chart.columns[-1].looks, chart.columns[-1].failed)
    assert max(len(path) for _name, path in chart.paths) < 6000


def test_where_nobody_looked_the_line_is_broken() -> None:
    edges = edges_of(at(200), NOW)
    stretches = [counted(0.1) if not 40 < number < 60 else [] for number in range(len(edges) - 1)]
    chart = chart_of_bins(stretches, edges, [], [], NOW)
    assert 2 == dict(chart.paths)["median"].count("M")
    assert len(edges) - 1 - 19 == len(chart.columns)


@given(st.floats(1, 200 * 86400), st.floats(0, 10**6))
def test_stretches_keep_their_edges_while_time_goes_on(length_s: float, later_s: float) -> None:
    now = NOW + timedelta(seconds=later_s)
    edges = edges_of(now - timedelta(seconds=length_s), now)
    [width] = {round((end - begin).total_seconds(), 3) for begin, end in pairwise(edges)}
    assert edges[0] <= now - timedelta(seconds=length_s) < edges[1]
    assert edges[-2] < now <= edges[-1]
    assert len(edges) <= 122
    if length_s < 120 * 86400:
        assert pytest.approx(0, abs=1e-3) == edges[0].timestamp() % width


def test_percentiles_of_what_was_counted_are_those_of_single_looks_to_two_digits() -> None:
    values = [0.01 * number for number in range(1, 202)]
    bins = counted(*values) + counted(9.0, status=Status.DOWN)
    for one, exact in percentiles(values).items():
        assert pytest.approx(exact, rel=0.05) == spread(bins)[one]
    assert values[-1] == spread(bins)[100], "the longest is exact"
    assert {} == spread(counted(9.0, status=Status.DOWN))


@given(st.lists(st.floats(0, 100), max_size=40))
def test_percentiles_are_values_that_occur_and_only_grow(values: list[float]) -> None:
    found = percentiles(values)
    assert bool(values) is bool(found)
    assert list(found.values()) == sorted(found.values())
    assert all(one in values for one in found.values())


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 10), max_size=9), st.floats(0, 20))
def test_the_phases_of_a_look_stay_within_their_line(
    timings: dict[str, float], total_s: float
) -> None:
    for number, start, length in phase_path(timings, total_s):
        assert 1 <= number <= 6
        assert 0 <= start <= 100
        assert 0 <= length <= 100.1 - start


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.sampled_from(Status), st.floats(0, 1000)), max_size=30
    ),
    st.floats(0.01, 100),
)
def test_whatever_was_seen_can_be_drawn(
    looks: list[tuple[float, Status, float]], minutes: float
) -> None:
    glances = sorted((Glance(at(ago), one, s) for ago, one, s in looks), key=lambda g: g.slot_at)
    edges = edges_of(at(minutes), NOW)
    bins = [one for _ago, status, s in looks for one in counted(s, status=status)]
    chart_of_bins([bins] * (len(edges) - 1), edges, [gap(minutes, minutes / 2)], [], NOW)
    seen = [look(ago, took_s, status) for ago, status, took_s in looks]
    chart_of_looks(seen, [], [], at(minutes), NOW, 0.1)
    make_strip(task(), state(), Recent(glances, [gap(minutes, 0)]), NOW)


# --- the list -----------------------------------------------------------------------------------


def watched(number: int, status: Status, minutes: float = 60, **fields: Any) -> WatchedTask:
    return WatchedTask(task=task(number, **fields), state=state(status, at(minutes), number))


def test_what_is_in_trouble_comes_first_the_newest_of_it_before_the_rest() -> None:
    fleet = [
        watched(1, Status.UP),
        watched(2, Status.DOWN, 60),
        watched(3, Status.DEGRADED),
        watched(4, Status.DOWN, 5),
        watched(5, Status.PENDING),
        WatchedTask(
            task=task(6),
            state=state(Status.UP, NOW, 6),
            recovery=Recovery(lifecycle=Lifecycle.FAILED, changed_at=NOW),
        ),
    ]
    board = make_board(fleet, Wish())
    assert [4, 2, 6, 3, 5, 1] == [line.watched.task.id for line in board.lines]


def test_a_search_takes_all_its_words_from_name_target_and_tags() -> None:
    fleet = [
        watched(1, Status.UP, name="Shop front", tags=("prod",)),
        watched(2, Status.DOWN, name="shop back", tags=("test",)),
    ]
    board = make_board(fleet, Wish(words="SHOP prod"))
    assert ([1], {Status.UP: 1}) == ([line.watched.task.id for line in board.lines], board.counts)


def test_counts_by_status_do_not_depend_on_the_status_that_was_chosen() -> None:
    fleet = [watched(1, Status.UP), watched(2, Status.DOWN)]
    board = make_board(fleet, Wish(statuses=(Status.DOWN,)))
    assert (1, {Status.UP: 1, Status.DOWN: 1}) == (board.found, board.counts)


def test_a_page_beyond_the_last_one_is_the_last_one() -> None:
    fleet = [watched(number, Status.UP) for number in range(1, 121)]
    board = make_board(fleet, Wish(page=99))
    assert (3, 20, 3) == (board.wish.page, len(board.lines), board.pages)


@given(
    st.builds(
        Wish,
        words=st.text(min_size=0, max_size=20).map(str.strip),
        statuses=st.lists(st.sampled_from(Status), unique=True, max_size=3).map(tuple),
        tag=st.text(max_size=5),
        sort=st.sampled_from(SORTS),
        page=st.integers(1, 99),
        size=st.sampled_from((50, 100, 200)),
    )
)
def test_a_wish_and_its_address_are_the_same(wish: Wish) -> None:
    assert wish == Wish.read(QueryParams(wish.url(page=wish.page).partition("?")[2]))


def test_nonsense_in_an_address_is_passed_over() -> None:
    query = "status=what&page=-1&size=7&sort=me&q=%00%ff&tag=%3Cscript%3E"
    wish = Wish.read(QueryParams(query))
    assert ((), 1, 50, "trouble") == (wish.statuses, wish.page, wish.size, wish.sort)
    assert [] == list(make_board([watched(1, Status.UP)], wish).lines)


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ([], "Nothing is watched yet"),
        ([Status.UP], "The one task is up"),
        ([Status.UP] * 3, "All 3 up"),
        ([Status.UP, Status.PENDING], "1 of 2 up, nothing is wrong"),
        ([Status.UP, Status.DEGRADED], "1 of 2 degraded"),
        ([Status.DOWN, Status.DEGRADED, Status.UP], "1 of 3 down"),
        ([Status.UNKNOWN, Status.UP], "1 of 2 cannot be looked at"),
    ],
)
def test_one_sentence_says_how_all_is(statuses: list[Status], sentence: str) -> None:
    fleet = [watched(number, one) for number, one in enumerate(statuses, 1)]
    assert sentence == take_pulse(fleet).sentence(Words())


def test_since_when_is_that_of_the_worst_that_lasts_longest() -> None:
    fleet = [
        watched(1, Status.DOWN, 12),
        watched(2, Status.DOWN, 3),
        watched(3, Status.DEGRADED, 99),
    ]
    assert at(12) == take_pulse(fleet).bad_since
    assert take_pulse([watched(1, Status.UP)]).bad_since is None
