"""What the acceptance run claims, what it saw, and what follows: values without any language.

A claim is a key into `phrases`; the numbers that were seen go with it. Whether the program passed
is computed from the findings and nowhere written down.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.verification.scale import Scale

ROWS = ("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8")
"""The claims of the report that started this project, in its order."""


@attrs.frozen(kw_only=True)
class Finding:
    """One claim, held against what was seen."""

    row: str
    claim: str
    passed: bool
    seen: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Step:
    """One part of the run, as it went."""

    name: str
    findings: tuple[Finding, ...]
    log: tuple[str, ...] = ()
    """Lines really captured, a sample."""
    took_s: float = 0.0

    @property
    def passed(self) -> bool:
        """True if something was found, and nothing of it failed."""
        return bool(self.findings) and all(one.passed for one in self.findings)


@attrs.frozen(kw_only=True)
class Side:
    """What one way of using sessions did to the same load."""

    operations: int
    failed: int
    faces: Mapping[str, int] = attrs.field(factory=dict)
    """Error text -> how often."""
    known: int = 0
    """Failures with a known face of the fault: one session, several users."""
    quoted: int = 0
    """Those of them with the very sentence of the report."""
    looks: int
    """Looks found in the database afterwards."""
    tasks: int
    moved: int
    """Tasks whose stored `next_check` was that of their last look."""
    usable: bool
    """Whether the session still worked when nobody else used it any more."""


@attrs.frozen(kw_only=True)
class Comparison:
    """The same load before and after the repair."""

    before: Side
    after: Side


@attrs.frozen(kw_only=True)
class RowVerdict:
    """What all findings together say of one row."""

    row: str
    findings: int
    failed: int

    @property
    def passed(self) -> bool:
        """A row about which nothing was found has not passed."""
        return self.findings > 0 and self.failed == 0


@attrs.frozen(kw_only=True)
class Report:
    """The whole run."""

    started_at: datetime
    took_s: float
    surroundings: Mapping[str, str]
    """Versions and places, by key of `phrases`; never a password."""
    scale: Scale
    steps: tuple[Step, ...]
    comparison: Comparison | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for step in self.steps for finding in step.findings)

    @property
    def rows(self) -> tuple[RowVerdict, ...]:
        return tuple(_verdict(row, self.findings) for row in ROWS)

    @property
    def passed(self) -> bool:
        """True if every step and every row passed."""
        return all(step.passed for step in self.steps) and all(row.passed for row in self.rows)


def _verdict(row: str, findings: Sequence[Finding]) -> RowVerdict:
    of_row = [finding for finding in findings if finding.row == row]
    failed = sum(not finding.passed for finding in of_row)
    return RowVerdict(row=row, findings=len(of_row), failed=failed)


@attrs.define(eq=False)
class Notes:
    """What a step has found so far; kept when the step cannot be carried to its end."""

    findings: list[Finding] = attrs.field(factory=list)
    log: list[str] = attrs.field(factory=list)

    def find(self, row: str, claim: str, passed: bool, **seen: Any) -> None:
        """Hold a claim against what was seen."""
        self.findings.append(Finding(row=row, claim=claim, passed=passed, seen=seen))
