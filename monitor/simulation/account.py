"""What came of a simulation, to be told: what was true, and how each policy did."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from monitor.config.scenario import Scenario
from monitor.simulation.score import Page
from monitor.simulation.trial import Trial, World
from monitor.simulation.truth import Episode, seconds_bad

_SAME_S = 1.0
"""Delays that differ by less are the same."""


@attrs.frozen(kw_only=True)
class Account:
    """What came of a simulation."""

    scenario: Scenario
    world: World
    trials: tuple[Trial, ...]
    """That of the files first."""
    recorded: bool = False
    """Whether what happened is what a database has recorded."""
    notes: tuple[str, ...] = ()
    """What was taken for granted, and what could not be known."""

    @property
    def episodes(self) -> list[Episode]:
        """Return every time at which a target was not well, by its beginning."""
        found = [one for several in self.world.truth.values() for one in several]
        return sorted(found, key=lambda one: (one.from_s, one.task))

    @property
    def blips(self) -> list[Episode]:
        return [one for one in self.episodes if one.length_s < self.scenario.blip_s]

    @property
    def real(self) -> list[Episode]:
        return [one for one in self.episodes if one.length_s >= self.scenario.blip_s]

    @property
    def down_s(self) -> float:
        return seconds_bad(self.episodes)

    def at(self, moment_s: float) -> datetime:
        return self.scenario.start_at + timedelta(seconds=moment_s)

    def compared(self) -> Iterator["Compared"]:
        """Compare each policy with that of the files."""
        base = self.trials[0].score.figures()
        for trial in self.trials[1:]:
            yield Compared.of(trial.name, base, trial.score.figures())


@attrs.frozen(kw_only=True)
class Compared:
    """What is otherwise under one policy than under that of the files."""

    name: str
    pages: int
    base_pages: int
    later_s: float | None
    """By how much the median outage is heard of later; None: there is nothing to compare."""
    missed: int
    """How many more real outages nobody hears of."""
    false_alarms: int
    base_false_alarms: int

    @classmethod
    def of(
        cls, name: str, base: dict[str, float | None], other: dict[str, float | None]
    ) -> "Compared":
        later_s = None
        if base["delay_median_s"] is not None and other["delay_median_s"] is not None:
            later_s = other["delay_median_s"] - base["delay_median_s"]
            later_s = 0.0 if abs(later_s) < _SAME_S else later_s
        return cls(
            name=name,
            pages=int(other["pages"] or 0),
            base_pages=int(base["pages"] or 0),
            later_s=later_s,
            missed=int(other["outages_missed"] or 0) - int(base["outages_missed"] or 0),
            false_alarms=int(other["false_alarms"] or 0),
            base_false_alarms=int(base["false_alarms"] or 0),
        )


def by_day(pages: tuple[Page, ...], days: int) -> list[int]:
    """Count pages by days since the beginning."""
    counts = [0] * days
    for one in pages:
        if one.is_page:
            counts[min(days - 1, int(one.at_s // 86400))] += 1
    return counts
