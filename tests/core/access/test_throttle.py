"""How long somebody has to wait who guesses."""

import pytest

from monitor.core.access import throttle
from monitor.core.access.throttle import OF_ADDRESS, OF_CODE, OF_NAME, Throttle, neighbourhood


@pytest.mark.parametrize(
    ("pace", "failures", "expected"),
    [
        (OF_ADDRESS, 0, 0),
        (OF_ADDRESS, 5, 0),
        (OF_ADDRESS, 6, 2),
        (OF_ADDRESS, 8, 8),
        (OF_ADDRESS, 14, 512),
        (OF_ADDRESS, 15, 900),
        (OF_ADDRESS, 10**9, 900),
        (OF_NAME, 10, 0),
        (OF_NAME, 10**9, 30),
        (OF_CODE, 6, 30),
        (OF_CODE, 10**9, 3600),
    ],
)
def test_waits_double_up_to_a_limit(pace: throttle.Pace, failures: int, expected: float) -> None:
    assert expected == pace.wait_s(failures)


def test_a_failure_is_forgotten_in_time_and_with_success() -> None:
    now = [0.0]
    counts = Throttle(OF_ADDRESS, lambda: now[0])
    for _ in range(6):
        counts.failed("a")
    assert (2.0, 0.0) == (counts.wait_s("a"), counts.wait_s("b"))
    now[0] = 1.5
    assert 0.5 == counts.wait_s("a")
    now[0] = 3600.0
    assert 0.0 == counts.wait_s("a")
    counts.failed("a")
    assert 0.0 == counts.wait_s("a")
    for _ in range(9):
        counts.failed("a")
    counts.succeeded("a")
    assert 0.0 == counts.wait_s("a")


def test_a_try_that_has_begun_counts_as_failed_until_it_succeeds() -> None:
    now = [0.0]
    counts = Throttle(OF_ADDRESS, lambda: now[0])
    assert [0.0] * 6 + [2.0] * 3 == [counts.begin("a") for _ in range(9)]
    now[0] = 2.0
    assert 0.0 == counts.begin("a")
    assert 4.0 == counts.begin("a")
    counts.succeeded("a")
    assert 0.0 == counts.begin("a")


def test_what_is_counted_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "REMEMBERED", 100)
    counts = Throttle(OF_ADDRESS, lambda: 0.0)
    for _ in range(6):
        counts.failed("the first")
    for number in range(99):
        counts.failed(str(number))
    assert 2.0 == counts.wait_s("the first")
    counts.failed("one more")
    assert 0.0 == counts.wait_s("the first")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::1", "2001:db8::/64"),
        ("a name", "a name"),
        ("", ""),
    ],
)
def test_a_customers_network_counts_as_one(address: str, expected: str) -> None:
    assert expected == neighbourhood(address)
