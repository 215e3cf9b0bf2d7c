"""Would the judges notice? The monitor is broken on purpose, one way at a time."""

import pytest

from tests.simulated.life import tell
from tests.simulated.mutants import FEW_DAYS, MUTANTS, SPRING, Mutant
from tests.simulated.setting import Setting


@pytest.mark.parametrize("setting", [FEW_DAYS, SPRING], ids=["few days", "spring"])
def test_the_monitor_as_it_is_passes_and_leaves_the_same_trace_each_time(setting: Setting) -> None:
    one, other = tell(setting), tell(setting)
    assert () == one.faults
    assert one.trace == other.trace


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_judges_see_what_is_broken_on_purpose(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.apply(monkeypatch)
    faults = tell(mutant.setting).faults
    assert any(mutant.found in fault for fault in faults), faults[:10]
