"""When each job speaks, and what it then says: written down before anything runs."""

import random
from collections.abc import Iterator
from enum import Enum
from itertools import count

import attrs

from monitor.core.model import TaskSpec
from monitor.core.script import Script, Span, script_of
from tests.simulated.setting import DAY_S, Fault, Setting

TARGET = "heartbeat:"
_ONE_OF = 25
"""Of so many tasks one is a job."""
_GIVE_S = 60.0
"""So exactly timers start what they are to start."""


class Mood(Enum):
    """What a job says when it is due."""

    WELL = "well"
    SILENT = "silent"
    FAILING = "failing"


@attrs.frozen(kw_only=True)
class Job:
    """A task to be, and what its job does."""

    spec: TaskSpec
    script: Script[Mood]
    period_s: float
    grace_s: float
    first_s: float

    def moments(self) -> Iterator[float]:
        """Yield when it speaks, for ever, in seconds of the true time."""
        chance = random.Random(f"{self.spec.name} {self.first_s}")
        for number in count():
            yield self.first_s + number * self.period_s + chance.uniform(0.0, _GIVE_S)


def write_jobs(setting: Setting) -> list[Job]:
    """Write the jobs of a life; each depends only on the seed, its number and the time."""
    if Fault.JOBS not in setting.faults:
        return []
    return [_job(setting, number) for number in range(max(1, setting.tasks // _ONE_OF))]


def _job(setting: Setting, number: int) -> Job:
    chance = setting.chance("job", number)
    longest_s = max(6 * 3600.0, setting.planned_s / 40)
    period_s = min(chance.choice([0.25, 0.5, 1.0, 1.0, 7.0]) * DAY_S, longest_s)
    grace_s = round(chance.choice([0.2, 0.5]) * period_s)
    spans = []
    for _ in range(max(2, round(8 * setting.density * (setting.days / 365) ** 0.5))):
        from_s = chance.uniform(0.01, 0.9) * setting.planned_s
        mood = chance.choice([Mood.SILENT, Mood.SILENT, Mood.FAILING])
        lasts_s = chance.uniform(0.2, 4.0) * period_s
        spans.append(Span(from_s, mood, min(from_s + lasts_s, setting.until_s)))
    options = {"period": f"{period_s:g}s", "grace": f"{grace_s:g}s", "token": f"job-{number:020d}"}
    interval_s = setting.interval_s if not setting.skips else 6 * 3600.0
    return Job(
        spec=TaskSpec(
            name=f"job{number}",
            target=TARGET,
            options=options,
            interval_s=interval_s,
            attempts=1,
            recovery_confirmations=1,
        ),
        script=script_of(Mood.WELL, spans),
        period_s=period_s,
        grace_s=grace_s,
        first_s=chance.uniform(0.0, 1.0) * period_s,
    )
