"""`expect`, `degraded` and `invert` applied to what a probe saw."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assertions import parse, verdict, with_defaults
from monitor.core.model import DETAIL_LIMIT, Reason, Result, Status


def result(status: Status = Status.UP, detail: str = "status 200 OK", **rest: Any) -> Result:
    facts = {"status": 200, "body": "all is well"}
    return Result(
        status=status,
        detail=detail,
        facts=facts,
        duration_s=0.5,
        timings={"connect": 0.1, "tls": 0.3},
        address="192.0.2.7",
        **rest,
    )


def judged(
    seen: Result,
    expect: Sequence[str] = (),
    degraded: Sequence[str] = (),
    *,
    invert: bool = False,
) -> tuple[Status, str]:
    ruled = verdict([*map(parse, expect)], [*map(parse, degraded)], invert, seen)
    return ruled.status, ruled.detail


def test_a_result_that_meets_all_conditions_stays_the_very_same() -> None:
    seen = result()
    assert seen is verdict([parse("status == 200")], [parse("latency < 1s")], False, seen)


def test_a_failed_expectation_is_down_and_says_what_was_found() -> None:
    assert (Status.DOWN, "status == 204: found 200 (status 200 OK)") == judged(
        result(), ["latency < 1s", "status == 204"]
    )


def test_a_failed_degraded_condition_is_degraded() -> None:
    assert (Status.DEGRADED, "latency < 300ms: found 500ms (status 200 OK)") == judged(
        result(), ["status == 200"], ["latency < 300ms"]
    )


def test_down_comes_before_degraded() -> None:
    assert (Status.DOWN, "status == 204: found 200 (status 200 OK)") == judged(
        result(), ["status == 204"], ["latency < 300ms"]
    )


def test_every_look_has_latency_phases_and_an_address() -> None:
    conditions = ["latency == 500ms", "phase.tls < 400ms", 'address == "192.0.2.7"']
    assert (Status.UP, "status 200 OK") == judged(result(), conditions)
    assert not verdict([parse("address exists")], [], False, Result(status=Status.UP)).detail.count(
        "192"
    )


def test_the_first_failures_are_told_and_the_rest_counted() -> None:
    conditions = [f"status == {code}" for code in range(5)]
    assert (
        Status.DOWN,
        "status == 0: found 200; status == 1: found 200; status == 2: found 200; "
        "and 2 more conditions (status 200 OK)",
    ) == judged(result(), conditions)


def test_a_look_that_died_stays_down_whatever_is_expected() -> None:
    died = result(Status.DOWN, "connection refused", phase="connect")
    assert died is verdict([parse("latency < 1s")], [parse("latency < 1ms")], False, died)


@pytest.mark.parametrize("invert", [False, True])
def test_unknown_is_never_touched(invert: bool) -> None:
    unknown = result(Status.UNKNOWN, "no descriptors", reason=Reason.DESCRIPTORS)
    assert unknown is verdict([parse("status == 5")], [parse("status == 5")], invert, unknown)


def test_inverted_a_dead_target_is_up() -> None:
    died = result(Status.DOWN, "connection refused", phase="connect")
    ruled = verdict([], [], True, died)
    assert (Status.UP, None) == (ruled.status, ruled.phase)
    assert "it is not well, as it should be (connection refused)" == ruled.detail


def test_inverted_a_target_that_is_well_is_down() -> None:
    assert (Status.DOWN, "it should not be well, but it is (status 200 OK)") == judged(
        result(), ["status == 200"], ["latency < 1ms"], invert=True
    )


def test_inverted_a_failed_expectation_is_up() -> None:
    assert (
        Status.UP,
        'it is not well, as it should be (body contains "secret": not found in "all is well" '
        "(status 200 OK))",
    ) == judged(result(), ['body contains "secret"'], invert=True)


def test_what_is_up_by_inversion_may_still_be_degraded() -> None:
    died = result(Status.DOWN, "refused", phase="connect")
    assert (
        Status.DEGRADED,
        "latency < 1ms: found 500ms (it is not well, as it should be (refused))",
    ) == judged(died, [], ["latency < 1ms"], invert=True)


def test_degraded_by_the_probe_stays_unless_an_expectation_fails() -> None:
    warning = result(Status.DEGRADED, "WARNING disk 91%")
    assert (Status.DEGRADED, "WARNING disk 91%") == judged(warning, ["latency < 1s"])
    assert (Status.DEGRADED, "WARNING disk 91%") == judged(warning, invert=True)
    assert (Status.DOWN, "latency < 1ms: found 500ms (WARNING disk 91%)") == judged(
        warning, ["latency < 1ms"]
    )


def test_a_detail_fits_what_is_stored_of_it() -> None:
    seen = result(detail="ü" * 2000)
    ruled = verdict([parse("status == 5")], [], False, seen)
    assert DETAIL_LIMIT - 3 <= len(ruled.detail.encode()) <= DETAIL_LIMIT


DEFAULTS = [parse("status in 200..299"), parse('body contains "well"')]


@pytest.mark.parametrize(
    ("own", "together"),
    [
        ([], ["status in 200..299", 'body contains "well"']),
        (["latency < 1s"], ["status in 200..299", 'body contains "well"', "latency < 1s"]),
        (["status == 503"], ['body contains "well"', "status == 503"]),
        (["not (latency > 1s and status == 503)"],
         ['body contains "well"', "not (latency > 1s and status == 503)"]),
        (["body.json.$.a == 1", "status == 503"], ["body.json.$.a == 1", "status == 503"]),
    ],
)  # fmt: skip
def test_a_default_gives_way_to_what_the_operator_asks_of_the_same_name(
    own: list[str], together: list[str]
) -> None:
    found = with_defaults([parse(text) for text in own], DEFAULTS)
    assert together == [condition.text for condition in found]


@given(
    st.sampled_from(Status),
    st.booleans(),
    st.lists(st.sampled_from(["status == 200", "status == 5", "nope == 1"]), max_size=3),
    st.lists(st.sampled_from(["status == 200", "status == 5", "nope == 1"]), max_size=3),
)
def test_only_claims_about_the_target_change_and_only_to_such(
    status: Status, invert: bool, expect: list[str], degraded: list[str]
) -> None:
    ruled, _detail = judged(result(status), expect, degraded, invert=invert)
    about_target = {Status.UP, Status.DEGRADED, Status.DOWN}
    assert ruled in about_target if status in about_target else ruled is status
