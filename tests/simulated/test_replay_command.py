"""A failing life becomes a smaller one that fails, and the command that lives it again."""

import attrs
import pytest

from scripts.simulate import read, settings
from tests.simulated.happenings import plan
from tests.simulated.mutants import LIVES
from tests.simulated.setting import Fault, Setting, swarm
from tests.simulated.shrink import shrink

LIFE = Setting(seed=7, tasks=20, days=30)


@pytest.mark.parametrize(
    "setting", [*LIVES.values(), LIFE, attrs.evolve(LIFE, kept=3, stops_at=4.5, faults=swarm(7))]
)
def test_the_command_that_is_printed_lives_the_same_life(setting: Setting) -> None:
    assert [setting] == settings(read(setting.command.split()[2:]))


def test_what_does_not_matter_is_left_out_of_a_failing_life() -> None:
    def fails(setting: Setting) -> bool:
        return Fault.CRASH in setting.faults and setting.present >= 3 and setting.until_s > 90_000

    smallest = shrink(LIFE, fails)
    assert {Fault.CRASH} == smallest.faults
    assert 3 == smallest.present
    assert 90_000 < smallest.until_s < 110_000


def test_leaving_something_out_leaves_the_rest_as_it_was() -> None:
    """Otherwise a life would not fail as the larger one did."""
    whole = plan(LIFE)
    fewer = attrs.evolve(LIFE, faults=LIFE.faults - {Fault.DATABASE}, kept=5, stops_at=20.0)
    kept = plan(fewer)
    begun = [(one.at_s, one.fault, one.how) for one in whole if one.at_s < fewer.until_s]
    left = [one for one in begun if one[1] is not Fault.DATABASE]
    assert left == [(one.at_s, one.fault, one.how) for one in kept]


def test_each_seed_arms_another_choice_of_faults() -> None:
    choices = {swarm(seed) for seed in range(20)}
    assert len(choices) > 15
    assert set(Fault) == set().union(*choices)
