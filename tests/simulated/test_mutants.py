"""Would the judges notice? The monitor is broken on purpose, one way at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.figures import Figures, figures
from tests.simulated import mutants, mutants_of_jobs
from tests.simulated.life import tell
from tests.simulated.mutants import ONE_DAY, Mutant
from tests.simulated.setting import Setting

ROOT = Path(__file__).parents[2]
LIVES = {**mutants.LIVES, "jobs": mutants_of_jobs.JOBS}
MUTANTS = (*mutants.MUTANTS, *mutants_of_jobs.MUTANTS)


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Figures:
    return figures(request.config)


@pytest.mark.slow
@pytest.mark.parametrize("setting", LIVES.values(), ids=LIVES)
def test_the_monitor_as_it_is_passes(setting: Setting, measured: Figures) -> None:
    outcome = tell(setting)
    assert () == outcome.faults
    measured.add("simulated looks", outcome.figures["looks"])


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_judges_see_what_is_broken_on_purpose(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch, measured: Figures
) -> None:
    mutant.apply(monkeypatch)
    faults = tell(mutant.setting).faults
    assert any(mutant.found in fault for fault in faults), faults[:10]
    measured.add("mutants noticed", 1)


@pytest.mark.slow
def test_the_same_seed_leaves_the_same_trace_in_another_process_too() -> None:
    """Python gives texts other hashes in each process; nothing may depend on them."""
    words = [*ONE_DAY.command.split()[1:], "--no-shrink"]
    run = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == run.returncode, run.stdout + run.stderr
    assert f"trace {tell(ONE_DAY).trace}" in run.stdout
