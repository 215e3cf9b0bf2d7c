"""What one simulated life is made of. All that happens in it follows from these few values."""

import random
from collections.abc import Mapping
from enum import StrEnum

import attrs

DAY_S = 86_400.0
YEAR_DAYS = 365.0


class Fault(StrEnum):
    """A kind of what goes wrong, or of what people do meanwhile."""

    PROBES = "probes"
    """Probes crash, try to end the program, or find our own machine at fault."""
    DATABASE = "database"
    """The database cannot be reached."""
    ANSWERS = "answers"
    """A commit is done, or is not, and nobody is told which."""
    SLOWNESS = "slowness"
    """The database takes seconds for a commit."""
    CHANNELS = "channels"
    """Receivers hang, refuse, are slow, or will never take a message."""
    CLOCK = "clock"
    """The machine's clock is set forward or back."""
    SUSPEND = "suspend"
    """The machine sleeps."""
    LAG = "lag"
    """Our own loop stands still. Needs all looks (see `Setting.skips`)."""
    UPLINK = "uplink"
    """Our own way out is gone: no target can be reached, nor the anchors."""
    CRASH = "crash"
    """The process dies at once, also between a hand-over and its record, or around a commit."""
    RESTART = "restart"
    """The process leaves in good order, and another begins."""
    EDITS = "edits"
    PAUSES = "pauses"
    REMOVALS = "removals"
    WISHES = "wishes"
    """Somebody wants a look now, or a task resumed."""
    SILENCES = "silences"
    TAKINGS = "takings"
    """Incidents are acknowledged."""
    JOBS = "jobs"
    """There are jobs that say themselves that they are well, and fall silent or fail."""


A_YEAR: Mapping[Fault, int] = {
    Fault.PROBES: 2,  # of each task
    Fault.DATABASE: 80,
    Fault.ANSWERS: 60,
    Fault.SLOWNESS: 20,
    Fault.CHANNELS: 150,
    Fault.CLOCK: 12,
    Fault.SUSPEND: 10,
    Fault.LAG: 40,
    Fault.UPLINK: 8,
    Fault.CRASH: 40,
    Fault.RESTART: 15,
    Fault.EDITS: 40,
    Fault.PAUSES: 30,
    Fault.REMOVALS: 6,
    Fault.WISHES: 60,
    Fault.SILENCES: 60,
    Fault.TAKINGS: 120,
    Fault.JOBS: 0,  # written by themselves
}
"""How often each happens in a year at its usual rate. Shorter lives are denser, longer ones
thinner: the number grows with the square root of the time."""


def swarm(seed: int) -> frozenset[Fault]:
    """Return the kinds that a seed arms: about two thirds of them, another choice for each seed.

    Faults hide one another: what crashes each hour never lives long enough to fail otherwise.
    """
    chance = random.Random(f"{seed}/swarm")
    return frozenset(fault for fault in Fault if chance.random() < 0.65)


@attrs.frozen(kw_only=True)
class Setting:
    """What one life is made of. Two lives of equal settings are the same in every step."""

    seed: int
    tasks: int = 100
    days: float = YEAR_DAYS
    faults: frozenset[Fault] = frozenset(Fault)
    interval_s: float = 300.0
    density: float = 1.0
    """How many times more often than usual everything happens."""
    skips: bool = True
    """Whether looks that would change nothing are left out; see `engine.foresight`."""
    kept: int | None = None
    """If set, only so many of the tasks exist; everything else stays as it is."""
    stops_at: float | None = None
    """If set, all trouble is over after so many days; until then everything stays as it is."""

    @property
    def planned_s(self) -> float:
        """For how long trouble is planned, in seconds."""
        return self.days * DAY_S

    @property
    def until_s(self) -> float:
        """When the last trouble is over, in seconds since the beginning."""
        return self.planned_s if self.stops_at is None else self.stops_at * DAY_S

    @property
    def present(self) -> int:
        """How many tasks there are."""
        return self.tasks if self.kept is None else min(self.kept, self.tasks)

    @property
    def ease(self) -> float:
        """How many times longer the rounds of our own organs take."""
        return 14_400.0 if self.skips else 200.0

    def chance(self, *purpose: object) -> random.Random:
        """Return chance of its own for a purpose: what is left out changes nothing else."""
        return random.Random("/".join(map(str, (self.seed, *purpose))))

    def rate(self, fault: Fault) -> float:
        """Return how many times more often than usual a kind happens in this life."""
        return self.density * self.chance("rate", fault).choice([0.25, 0.5, 1.0, 1.5])

    def count(self, fault: Fault) -> int:
        """Return how often a kind happens in this life."""
        if not A_YEAR[fault] or fault not in self.faults or (fault is Fault.LAG and self.skips):
            return 0
        share: float = (self.days / YEAR_DAYS) ** 0.5
        return max(1, round(A_YEAR[fault] * self.rate(fault) * share))

    @property
    def command(self) -> str:
        """The command that lives this life once more."""
        faults = ",".join(sorted(self.faults)) or "none"
        looks = "" if self.skips else " --every-look"
        if self.density != 1.0:
            looks += f" --density {self.density:g}"
        if self.kept is not None:
            looks += f" --keep {self.kept}"
        if self.stops_at is not None:
            looks += f" --stop-at {self.stops_at:g}"
        return (
            f"python scripts/simulate.py --seed {self.seed} --tasks {self.tasks} "
            f"--days {self.days:g} --interval {self.interval_s:g} --faults {faults}{looks}"
        )
