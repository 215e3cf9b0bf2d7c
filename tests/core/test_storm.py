"""A storm is many children failing within a minute, not one child failing often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.storm import Storm


@pytest.mark.parametrize(
    ("rages", "fallen", "children"),
    [
        (False, 4, 4),
        (True, 5, 5),
        (True, 5, 10),
        (False, 5, 11),
        (True, 6, 12),
        (False, 499, 1000),
        (True, 500, 1000),
        (True, 5, 0),
    ],
)
def test_it_takes_half_of_all_children_and_at_least_five(
    rages: bool, fallen: int, children: int
) -> None:
    storm = Storm()
    for child in range(fallen):
        storm.note(0.0, f"task {child}")
    assert rages is storm.rages(1.0, children)


def test_one_child_that_fails_often_makes_no_storm() -> None:
    storm = Storm()
    for moment in range(50):
        storm.note(float(moment), "task 7")
    assert False is storm.rages(50.0, 2)


def test_it_is_over_when_the_failures_lie_a_minute_back() -> None:
    storm = Storm()
    for child in range(5):
        storm.note(float(child), f"task {child}")
    assert True is storm.rages(59.9, 5)
    assert False is storm.rages(60.0, 5)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 15)), max_size=100), st.integers(0, 20))
def test_it_agrees_with_counting_the_last_minute(
    failures: list[tuple[float, int]], children: int
) -> None:
    storm, now_s = Storm(), 0.0
    noted: list[tuple[float, int]] = []
    for pause_s, child in failures:
        now_s += pause_s
        storm.note(now_s, str(child))
        noted.append((now_s, child))
        fallen = {one for moment, one in noted if moment > now_s - 60.0}
        enough = len(fallen) >= 5 and 2 * len(fallen) >= children
        assert enough is storm.rages(now_s, children)


def test_a_storm_begins_once_however_many_waves_it_has() -> None:
    storm, begun = Storm(), []
    for wave_s in (0.0, 60.0, 240.0, 800.0, 1500.0):
        for child in range(8):
            now_s = wave_s + child
            storm.note(now_s, f"task {child}")
            if storm.begins(now_s, 8):
                begun.append((now_s, storm.fallen(now_s)))
    assert [(4.0, 5), (1504.0, 5)] == begun
