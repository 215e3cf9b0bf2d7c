"""One case after it is over: what was done, what each judge says, and whether judges can see."""

import random
from collections.abc import Callable, Iterable

import attrs

from tests.chaos import judges, judges_of_lives
from tests.chaos.evidence import Evidence
from tests.chaos.forgery import FORGERIES
from tests.chaos.judges import Rules, Verdict

JUDGES: dict[str, Callable[[Evidence, Rules], Verdict]] = {
    "slots": judges.accounts,
    "honesty": judges.honesty,
    "witnesses": judges.witnesses,
    "incidents": judges.incidents,
    "alerts": judges.alerts,
    "outages": judges_of_lives.outages,
    "looks go on": judges_of_lives.perseverance,
    "recorded anew": judges_of_lives.recovery,
    "gaps": judges_of_lives.absences,
    "backoff": judges_of_lives.backoff,
    "leaving": judges_of_lives.leaving,
    "leftovers": judges_of_lives.leftovers,
}
_SHOWN = 5
"""Violations of one judge that are shown."""


@attrs.frozen(kw_only=True)
class Case:
    """What was done to one monitor, and what is known of it."""

    calamity: str
    where: str
    """The database, and how it was reached."""
    done: str
    evidence: Evidence
    rules: Rules
    further: tuple[Verdict, ...] = ()
    """What only this calamity can judge."""

    def verdicts(self) -> list[Verdict]:
        """Hear all judges."""
        return [*(judge(self.evidence, self.rules) for judge in JUDGES.values()), *self.further]


def unseen(case: Case, dice: random.Random) -> tuple[int, list[str]]:
    """Falsify the evidence in every way; return how often, and what its judge did not see."""
    tried, blind = 0, []
    for name, forgeries in FORGERIES.items():
        before = set(JUDGES[name](case.evidence, case.rules).violations)
        for forge in forgeries:
            false = forge(case.evidence, case.rules, dice)
            if false is None:
                continue
            tried += 1
            if not set(JUDGES[name](false, case.rules).violations) - before:
                blind.append(f"the judge of {name} does not see that {_words(forge.__name__)}")
    return tried, blind


def _words(name: str) -> str:
    return name.replace("_", " ")


def table(case: Case, dice: random.Random) -> tuple[list[str], list[str]]:
    """Return the lines of a case, and its violations as sentences."""
    head = f"{case.calamity}, {case.where}"
    lines, sentences = ["", f"{head}: {case.done}"], []
    for verdict in case.verdicts():
        word = "ok" if not verdict.violations else f"{len(verdict.violations)} VIOLATIONS"
        lines.append(f"  {verdict.judge:<14} {word:<4} {verdict.figure}")
        sentences += [f"{head}: {verdict.judge}: {one}" for one in _first(verdict.violations)]
    tried, blind = unseen(case, dice)
    lines.append(
        f"  {'forgeries':<14} {'ok' if not blind else 'BLIND':<4} ",
    )
    lines[-1] += f"{tried - len(blind)} of {tried} falsifications of this evidence were seen"
    return lines, sentences + [f"{head}: {one}" for one in blind]


def _first(violations: list[str]) -> Iterable[str]:
    yield from violations[:_SHOWN]
    if len(violations) > _SHOWN:
        yield f"... and {len(violations) - _SHOWN} more"
