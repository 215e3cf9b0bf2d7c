"""Phases in a chart of many looks: what stands on what, and how it is told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.glance import Bin, PhaseMeans, roughly
from monitor.core.model import Status
from monitor.web.pages.chart import HEIGHT, Chart, chart_of_bins
from monitor.web.pages.stacks import REST, with_phases
from monitor.web.stretches import edges_of
from tests.web.pages.conftest import House

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
EDGES = edges_of(NOW - timedelta(minutes=40), NOW)


def mean(took_s: float = 0.2, looks: int = 4, **phases: float) -> PhaseMeans:
    return PhaseMeans(looks=looks, took_s=took_s, phases=phases)


def drawn(means: Sequence[PhaseMeans], order: Sequence[str] = ()) -> Chart:
    """Draw stretches that follow each other; those without looks are empty."""
    bins = [
        [Bin(status=Status.UP, took_s=roughly(one.took_s), looks=one.looks, longest_s=one.took_s)]
        if one.looks
        else []
        for one in means
    ]
    edges = EDGES[: len(means) + 1]
    chart = chart_of_bins(bins, edges, [], [], edges[-1])
    return with_phases(chart, dict(zip(edges, means, strict=False)), order)


def boxes(chart: Chart, name: str) -> list[tuple[float, float, float]]:
    """Return where each box of a phase begins: from the left, from the top; and its height."""
    path = dict(chart.paths).get(name, "")
    found = re.findall(r"M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)", path)
    return [(float(left), float(top), float(height)) for left, top, height in found]


def test_phases_stand_on_each_other_and_the_rest_on_top_and_reach_the_mean() -> None:
    chart = drawn([mean(0.2, resolve=0.05, connect=0.1)], ["resolve", "connect"])
    [low], [middle], [high] = (boxes(chart, f"phase-{one}") for one in ("1", "2", "rest"))
    assert pytest.approx(HEIGHT, abs=0.2) == low[1] + low[2]
    assert pytest.approx(low[1], abs=0.2) == middle[1] + middle[2]
    assert pytest.approx(middle[1], abs=0.2) == high[1] + high[2]
    assert pytest.approx(chart.y(0.2), abs=0.3) == high[1]
    assert pytest.approx(2 * low[2], abs=0.3) == middle[2]


def test_they_are_named_in_the_order_of_looks_and_strangers_after_them_the_longest_first() -> None:
    means = [mean(b=0.01, a=0.01, odd=0.02), mean(b=0.01, late=0.09, a=0.01)]
    assert ["a", "b", "late", "odd", REST] == [
        name for name, _mean_s, _share in drawn(means, ["a", "b", "gone"]).phases
    ]


def test_what_the_legend_says_is_the_mean_of_all_looks_not_of_stretches() -> None:
    chart = drawn([mean(0.1, 1, connect=0.1), mean(0.4, 3, connect=0.2)])
    told = {name: (mean_s, share) for name, mean_s, share in chart.phases}
    assert pytest.approx((0.1 + 3 * 0.2) / 4) == told["connect"][0]
    assert pytest.approx(53.8) == told["connect"][1]
    assert pytest.approx(46.2) == told[REST][1]


def test_where_nobody_looked_nothing_stands_so_that_the_shade_of_the_gap_is_seen() -> None:
    means = [mean(connect=0.1) if not 10 < number < 20 else PhaseMeans() for number in range(40)]
    chart = drawn(means)
    width = 1000 / 40
    assert 31 == len(boxes(chart, "phase-1"))
    assert not any(
        11 * width <= left < 20 * width for left, _top, _height in boxes(chart, "phase-1")
    )


def test_looks_that_say_nothing_of_phases_are_all_rest() -> None:
    chart = drawn([mean(0.2), mean(0.2)])
    assert [(REST, 0.2, 100.0)] == list(chart.phases)
    assert 2 == len(boxes(chart, "phase-rest"))


def test_a_phase_has_a_number_where_it_is_tallest_if_there_is_room_for_it() -> None:
    chart = drawn([mean(0.1, connect=0.05, tls=0.001), mean(0.3, connect=0.2, tls=0.001)])
    [(text, x, y)] = chart.signs
    assert ("1", 75.0) == (text, x)
    [_first, (_left, top, height)] = boxes(chart, "phase-1")
    assert top < y < top + height


def test_the_band_makes_room_and_what_was_down_stands_before_the_phases() -> None:
    edges = EDGES[:2]
    bins = [
        Bin(status=Status.UP, took_s=0.2, looks=3, longest_s=0.2),
        Bin(status=Status.DOWN, took_s=9.0, looks=1, longest_s=9.0),
    ]
    plain = chart_of_bins([bins], edges, [], [], edges[-1])
    chart = with_phases(plain, {edges[0]: mean(0.2, 3, connect=0.1)}, [])
    names = [name for name, _path in chart.paths]
    assert "band" in dict(plain.paths)
    assert ["phase-1", "phase-rest", "bad b-down", "median on-phases"] == names


_MEANS = st.builds(
    PhaseMeans,
    looks=st.integers(0, 9),
    took_s=st.floats(0, 100),
    phases=st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 100), max_size=9),
)


@given(st.lists(_MEANS, min_size=1, max_size=30), st.lists(st.text(max_size=3), max_size=9))
def test_whatever_was_counted_can_be_drawn_within_the_picture(
    means: list[PhaseMeans], order: list[str]
) -> None:
    chart = drawn(means, order)
    assert 7 >= len(chart.phases)
    for name, _path in chart.paths:
        for _left, top, height in boxes(chart, name):
            assert -0.2 <= top <= top + height <= HEIGHT + 0.2


@pytest.mark.parametrize("lang", ["en", "ru"])
async def test_the_page_of_a_task_shows_them_only_when_asked_and_keeps_showing_them(
    house: House, lang: str
) -> None:
    browser = house.browser(accept_language=lang)
    path = f"/tasks/{house.id('docs')}"
    assert "phases=1" not in (await browser.get(path)).text, "these looks show theirs already"
    without = await browser.get(f"{path}?range=6h")
    [link] = [one for one in without.document.links if one == "?range=6h&phases=1"]
    answer = await browser.get(path + link)
    said = (
        "Mean of each phase, from below:" if lang == "en" else "Среднее каждой фазы, снизу вверх:"
    )
    assert said in answer.said
    assert said not in without.said
    for number, name in enumerate(("resolve", "connect", "tls", "first byte", "body"), 1):
        assert re.search(rf"{number} {name} \d", answer.said), name
    [picture] = [
        one
        for one in answer.document.every("svg")
        if "aria-label" in one and "plot" in one["class"]
    ]
    assert "first byte" in picture["aria-label"]
    assert {"?range=6h", "?range=24h&phases=1"} <= set(answer.document.links)


async def test_a_task_whose_looks_have_no_phases_is_not_offered_any(house: House) -> None:
    tables = house.scene.store.tables
    docs = house.id("docs")
    for key, look in tables.looks.items():
        if look.task_id == docs:
            tables.looks[key] = evolve(look, result=evolve(look.result, timings={}))
    browser = house.browser()
    assert "phases=1" not in (await browser.get(f"/tasks/{docs}?range=6h")).text
    asked = await browser.get(f"/tasks/{docs}?range=6h&phases=1")
    assert "the rest" in asked.said
