"""The search finds what is in the log, and does not find what was never there."""

from __future__ import annotations

import logging
import warnings

import pytest

from monitor.journal import tell
from monitor.store.address import Address
from monitor.verification.capture import Capture, open_capture
from monitor.verification.outside import Left, View
from monitor.verification.trial import Observed
from tests.verification.conftest import Verifier, failed

QUIET = Observed(view=View(samples=3), left=Left(connections=0), still_open=(), noise=0, poisoned=0)


@pytest.fixture
def observed(verifier: Verifier) -> Verifier:
    verifier.bench.observed += [QUIET, QUIET]
    for step in ("together", "load"):
        verifier.bench.capture.step = step
        tell("session.opened", owner="task 1")
    return verifier


async def test_a_clean_log_and_a_quiet_database_pass(address: Address, observed: Verifier) -> None:
    step = await observed.carry_out("search", address)

    assert step.passed


@pytest.mark.parametrize(
    ("level", "text", "claim"),
    [
        (
            logging.DEBUG,
            "provisioning a new connection; concurrent operations are not permitted",
            "log.no_fault",
        ),
        (logging.WARNING, "another operation is in progress", "log.no_fault"),
        (
            logging.ERROR,
            "The garbage collector is trying to clean up non-checked-in connection",
            "log.no_leak",
        ),
        (logging.INFO, "Traceback (most recent call last): ...", "log.no_error"),
        (logging.ERROR, "something else went wrong", "log.no_error"),
    ],
)
async def test_an_error_in_any_logger_at_any_level_is_found(
    sqlite_address: Address, observed: Verifier, level: int, text: str, claim: str
) -> None:
    logging.getLogger("sqlalchemy.pool.impl").log(level, text)

    step = await observed.carry_out("search", sqlite_address)

    assert {claim} == failed(step)
    assert text in step.log[0]


async def test_an_error_of_the_experiment_that_must_fail_is_none(
    sqlite_address: Address, observed: Verifier
) -> None:
    observed.bench.capture.step = "control"
    logging.getLogger("sqlalchemy").error("another operation is in progress")

    assert (await observed.carry_out("search", sqlite_address)).passed


async def test_a_run_that_was_not_observed_to_its_end_does_not_pass(
    sqlite_address: Address, observed: Verifier
) -> None:
    observed.bench.observed.pop()

    step = await observed.carry_out("search", sqlite_address)

    assert {"view.sqlite", "left.sqlite", "bridge.quiet"} == failed(step)


def test_logging_is_afterwards_as_it_was() -> None:
    root, ours = logging.getLogger(), logging.getLogger("monitor")
    seen: list[str] = []
    mine = logging.Handler()
    mine.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    root.addHandler(mine)
    before = (list(root.handlers), root.level, ours.level)
    try:
        with open_capture("en"):
            logging.getLogger("elsewhere").error("unheard")
        assert before == (list(root.handlers), root.level, ours.level)
        logging.getLogger("elsewhere").error("heard")
    finally:
        root.removeHandler(mine)

    assert ["heard"] == seen


def test_lines_are_counted_all_and_kept_when_they_are_ours_or_look_wrong(
    capture: Capture,
) -> None:
    capture.step = "load"
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    tell("session.opened", owner="task 7", task=7)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("coroutine 'x' was never awaited", RuntimeWarning, stacklevel=1)

    assert 3 == capture.searched["load"]
    assert [None, "was never awaited"] == [line.suspicious for line in capture.of("load")]
    assert "own database session opened" in capture.of("load", "session.opened")[0].text
