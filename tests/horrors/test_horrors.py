"""Whatever a server does, a look at it ends as a result that names the phase, and costs little."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import attrs
import pytest

from tests.figures import figures
from tests.horrors.horror import ENDING_S, Horror
from tests.horrors.processes import bad_servers, run
from tests.horrors.table import HORRORS

EXTRA_MIB = 16
"""No look may take more memory than this, whatever it is sent; nor all of them together."""

NAMES = [horror.name for horror in HORRORS]


@attrs.frozen(kw_only=True)
class Seen:
    """What came of one look."""

    name: str
    status: str
    phase: str | None
    detail: str
    took_s: float
    used_s: float
    held_s: float
    extra_kib: int
    left_open: int

    def is_expected(self, horror: Horror) -> bool:
        """Say whether the status is right and the phase is; `*` stands for any that is named."""
        return any(
            self.status == status and (self.phase == phase or (phase == "*" and self.phase))
            for status, phase in horror.expected
        )


@cache
def _run() -> tuple[int, list[str]]:
    with bad_servers() as ports:
        return run("seeing", said=json.dumps(ports))


def looks() -> tuple[dict[str, Seen], int, int]:
    """Look at every horror, once for all tests; with the growth, and what the control took."""
    code, lines = _run()
    assert 0 == code, "the process that looks has failed; see stderr of the first test"
    *seen, whole = [json.loads(line) for line in lines]
    found = [Seen(**one) for one in seen]
    return {one.name: one for one in found}, whole["grown_kib"], whole["control_kib"]


def test_the_table_is_large_and_every_horror_has_a_name_of_its_own() -> None:
    assert 400 <= len(NAMES)
    assert [] == [name for name, count in Counter(NAMES).items() if count > 1]


@pytest.mark.parametrize("horror", HORRORS, ids=NAMES)
def test_a_horror_is_a_result_and_costs_little(horror: Horror) -> None:
    found, _grown, _control = looks()
    seen = found[horror.name]
    assert seen.is_expected(horror), f"{horror.expected} was expected: {seen}"
    assert EXTRA_MIB * 1024 >= seen.extra_kib
    assert 0 == seen.left_open
    if horror.timeout_s == ENDING_S:
        assert "no answer within" not in seen.detail


def test_all_horrors_together_leave_nothing_behind(request: pytest.FixtureRequest) -> None:
    found, grown_kib, control_kib = looks()
    # The control: a look that did take 32 MiB would have been seen.
    assert control_kib >= 32 * 1024
    assert EXTRA_MIB * 1024 >= grown_kib
    hungry = max(found.values(), key=lambda seen: seen.extra_kib)
    busy = max(found.values(), key=lambda seen: seen.used_s)
    holding = max(found.values(), key=lambda seen: seen.held_s)
    note = figures(request.config).note
    note("horrors", f"{len(found)} bad servers, {grown_kib / 1024:.1f} MiB more afterwards")
    note("most memory for one horror", f"{hungry.extra_kib / 1024:.1f} MiB ({hungry.name})")
    note("most processor time for one horror", f"{busy.used_s:.2f} s ({busy.name})")
    note("longest hold of the loop by one", f"{1000 * holding.held_s:.0f} ms ({holding.name})")
