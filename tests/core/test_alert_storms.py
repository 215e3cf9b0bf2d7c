"""A thousand incidents among crashes, outages and broken channels: who was told, and how often.

`nox -s storm` does the same with a hundred thousand.
"""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from trio.testing import MockClock

from monitor.core.alerts import dispatch
from monitor.core.alerts.dispatch import Batch
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.engine.alerts import Alerts
from monitor.engine.courier import Courier
from tests.core.alert_judge import Judge
from tests.core.alert_storm import Storm
from tests.core.scene import Stage
from tests.figures import Figures, figures


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Figures:
    return figures(request.config)


async def judged(stage: Stage, seed: int, tasks: int, outages: int) -> Judge:
    storm = Storm(stage, random.Random(seed))
    storm.set_up(tasks, outages)
    await storm.live_through()
    return Judge(storm)


@pytest.mark.slow
@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("seed", [1], indirect=True)
async def test_more_than_a_thousand_incidents_are_each_told_once(
    seed: int, stage: Stage, autojump_clock: MockClock, measured: Figures
) -> None:
    judge = await judged(stage, seed, tasks=100, outages=12)
    assert [] == judge.faults()
    storm = judge.storm
    assert {"now", "taken", "before commit", "after commit", "leave"} == set(storm.crashes)
    assert 5 <= len(storm.troubles)
    measured.note("a storm of alerts", judge.words())


# --- would it notice? -----------------------------------------------------------------------------


async def _mark_before_sending(self: Courier, batch: Batch) -> bool:
    message = self.compose(batch.notices, batch.late)
    self._note(batch, NoticeState.SENT, "", message.key, self.clock.now())
    try:
        await self.send(message)
    except Exception:  # noqa: BLE001 (the breakage: it is lost)
        return True
    return True


def _read_nothing(self: Alerts, _notices: Sequence[Notice], _written: object) -> None:
    self.complete = True


def _take_again(self: Alerts, notices: Sequence[Notice], _written: object) -> None:
    """Take everything up, whether it is known or not."""
    for one in notices:
        self._put(one)
    self.complete = True
    self.hint()


def _end_first(ready: Sequence[tuple[Notice, bool]]) -> list[Batch]:
    """Send everything by itself, the newest first."""
    return [Batch(notices=(notice,)) for notice, _ in reversed(ready)]


def _no_rules(_notice: Notice, _situation: object) -> None:
    """Nothing is silenced."""


def _forget_at_once(self: Alerts, notice: Notice) -> None:
    _PUT(self, notice)
    known = self._threads.get(notice.thread, {})
    if all(one.state is not NoticeState.PENDING for one in known.values()):
        self._threads.pop(notice.thread, None)


_PUT = Alerts._put

BREAKAGES: list[tuple[str, Any, str, Any, str]] = [
    ("sent before sending", Courier, "_deliver", _mark_before_sending, "nobody got it"),
    ("nothing is read after a restart", Alerts, "reload", _read_nothing, "nobody decided"),
    ("what is known is taken again", Alerts, "reload", _take_again, "doubtful 0 times"),
    ("the end first", dispatch, "_by_thread_pairs", _end_first, "its end"),
    ("nothing is silenced", dispatch, "_by_rules", _no_rules, "silenced until"),
    ("forgotten too soon", Alerts, "_put", _forget_at_once, "nobody was told that it had begun"),
]


@pytest.mark.slow
@pytest.mark.usefixtures("unhurried", "seed")
@pytest.mark.parametrize("seed", [2], indirect=True)
@pytest.mark.parametrize(
    ("owner", "name", "broken", "found"),
    [breakage[1:] for breakage in BREAKAGES],
    ids=[breakage[0] for breakage in BREAKAGES],
)
async def test_the_judge_sees_what_is_broken_on_purpose(
    stage: Stage,
    autojump_clock: MockClock,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    broken: Any,
    found: str,
) -> None:
    monkeypatch.setattr(owner, name, broken)
    judge = await judged(stage, 2, tasks=40, outages=5)
    faults = judge.faults()
    assert any(found in fault for fault in faults), faults[:10]
