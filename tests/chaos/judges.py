"""What must be true, whatever was done to the monitor: one judge for each promise.

A judge reads evidence and nothing else, and returns its figure and a sentence for each violation.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import attrs

from tests.chaos.evidence import Asked, Evidence, Row, by_task
from tests.ledger import faults, gap_slots

CLOCK_S = 0.005
"""By how much two clocks of one machine may differ that are read one after the other."""
_SLACK_S = 0.25
"""What a busy machine may let pass between the moment a look is named after and its begin."""
_HEARD_S = 3.0
"""How long before a receiver hears of flapping no change is told any more."""


UNITS = 4
"""How many transactions a monitor has under way at once at most."""


@attrs.frozen(kw_only=True)
class Rules:
    """What a calamity is allowed to do."""

    unknown: frozenset[str] = frozenset()
    """Reasons for which a look may have said nothing: faults of ours."""
    outages: int | None = None
    """How often the database was lost, as must be told; None: any number."""
    dropped: bool = False
    """Whether more waited than memory holds, so that results were dropped and booked."""
    loss_s: float = 1.0
    """What a process that is killed may take with it: looks that were not yet committed."""
    anew_s: float = 10.0
    """How soon after the mend every task must be recorded anew."""
    leaving_s: float = 5.0
    """How soon after SIGTERM or SIGINT a process must be gone, the grace included."""
    early_s: float = 1.0
    """A signal that comes sooner after the start may find nobody who listens yet."""
    silence_s: float = 4.0
    """How long no task may go without a look while a process is up."""
    held: int = 0
    """How often a task may go without a look for `held_s` instead: those whose change is just being
    written when the database falls silent wait for that."""
    held_s: float = 17.0
    at_peace: tuple[tuple[float, float], ...] = ()
    """Times during which nobody can look, because it was the process that was stopped."""

    def awake_s(self, start: float, end: float) -> float:
        """Return how long a process was not stopped in a span."""
        stopped = (min(end, until) - max(start, since) for since, until in self.at_peace)
        return end - start - sum(max(0.0, span_s) for span_s in stopped)

    def before(self, end: float, awake_s: float) -> float:
        """Return the moment since which a process was not stopped for so long, up to `end`."""
        start = end - awake_s
        while (lacking_s := awake_s - self.awake_s(start, end)) > CLOCK_S:
            start -= lacking_s
        return start

    def with_patience(self, factor: float) -> "Rules":
        """Return these rules for a machine that is so many times slower."""
        return attrs.evolve(
            self,
            loss_s=self.loss_s * factor,
            anew_s=self.anew_s * factor,
            leaving_s=self.leaving_s * factor,
            early_s=self.early_s * factor,
            silence_s=self.silence_s * factor,
        )


@attrs.frozen
class Verdict:
    """What one judge says."""

    judge: str
    figure: str
    violations: list[str] = attrs.field(factory=list)


def accounts(evidence: Evidence, rules: Rules) -> Verdict:
    """Every slot is one result or lies in one gap; the log of changes folds to the state."""
    found = faults(evidence.pages)
    lost = gap_slots(evidence.pages)
    results = sum(len(page.results) for page in evidence.pages)
    reasons = ", ".join(f"{reason} {slots}" for reason, slots in sorted(lost.items()))
    figure = f"{results} results + {sum(lost.values())} slots in gaps ({reasons or 'none'}); "
    figure += f"unaccounted or doubled {len(found)}"
    if lost["database_lost"] and not rules.dropped:
        found.append(f"{lost['database_lost']} results were dropped")
    return Verdict("slots", figure, found)


def matched(evidence: Evidence) -> Iterator[tuple[int, Row, Asked | None, list[float]]]:
    """Yield each result with the look that its target saw, and the looks before it that none has.

    Last for each task comes a result `end` with the looks after all others.
    """
    for task, rows in evidence.rows.items():
        asked = evidence.asked[task]
        times = [one.at for one in asked]
        taken = 0
        for row in sorted(rows, key=lambda one: one.looked_at):
            place = max(taken, bisect_left(times, row.looked_at - CLOCK_S))
            slack_s = CLOCK_S if row.status == "unknown" else _SLACK_S
            if place < len(times) and times[place] <= row.until + slack_s:
                yield task, row, asked[place], times[taken:place]
                taken = place + 1
            else:
                yield task, row, None, []
        yield task, Row(0.0, 0.0, 0.0, "end", ""), None, times[taken:]


def honesty(evidence: Evidence, rules: Rules) -> Verdict:
    """UP and DOWN are what the target did; UNKNOWN has a reason that lies with us."""
    false: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    wrong = []
    for task, row, asked, _ in matched(evidence):
        if row.status == "unknown":
            unknown[row.reason] += 1
            if row.reason not in rules.unknown:
                wrong.append(f"task {task} at {row.slot_at:.3f}: UNKNOWN({row.reason})")
        elif row.status != "end" and (asked is None or (row.status == "up") is not asked.good):
            false[row.status] += 1
            saw = "nobody asked it" if asked is None else "it answered otherwise"
            wrong.append(f"task {task} at {row.slot_at:.3f}: a false {row.status.upper()}, {saw}")
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(unknown.items()))
    figure = f"false DOWN {false['down']}, false UP {false['up']}, unknown: {reasons or 'none'}"
    return Verdict("honesty", figure, wrong)


def witnesses(evidence: Evidence, rules: Rules) -> Verdict:
    """What the target saw of a look is recorded, unless the process was killed just then."""
    deaths = sorted(evidence.deaths)
    lost, wrong = 0, []
    for task, _, _, unseen in matched(evidence):
        for at in unseen:
            lost += 1
            later = (death for death in deaths if at - CLOCK_S <= death)
            if not any(rules.awake_s(at, death) <= rules.loss_s for death in later):
                wrong.append(f"task {task}: a look at {at:.3f} is recorded nowhere")
    seen = sum(map(len, evidence.asked.values()))
    figure = f"{seen} looks seen by targets, {lost} died with their process"
    return Verdict("witnesses", figure, wrong)


def incidents(evidence: Evidence, rules: Rules) -> Verdict:
    """The recorded looks, folded anew, give the incidents that are recorded."""
    dropped = {
        page.task_id
        for page in evidence.pages
        if any(gap.reason == "database_lost" for gap in page.gaps)
    }
    known: dict[int, list[float]] = {task: [] for task in evidence.rows}
    for one in evidence.outages:
        known[one.task] += [one.opened_at, one.closed_at] if one.closed_at else [one.opened_at]
    wrong = []
    for task, rows in evidence.rows.items():
        judged = [row for row in rows if row.status in ("up", "down")]
        folded = [
            row.looked_at
            for before, row in pairwise([Row(0, 0, 0, "up", ""), *judged])
            if before.status != row.status
        ]
        same = len(folded) == len(known[task]) and all(
            abs(one - other) < CLOCK_S for one, other in zip(folded, known[task], strict=True)
        )
        if not same and task not in dropped:
            wrong.append(f"task {task}: seen {folded}, recorded {known[task]}")
    still_open = sum(not one.closed_at for one in evidence.outages)
    return Verdict("incidents", f"{len(evidence.outages)}, {still_open} open", wrong)


def alerts(evidence: Evidence, rules: Rules) -> Verdict:
    """Each incident is told once, and its end once; again only if the teller died."""
    deaths, told = sorted(evidence.deaths), by_task(evidence.told)
    flaps = flapping_spans(evidence)
    again, late, flapping, wrong = 0, 0, 0, []
    for one in evidence.outages:
        heard = told.pop((one.task, one.number), [])
        name = f"incident {one.task}/{one.number}"
        if not heard and any(start <= one.opened_at <= end for start, end in flaps[one.task]):
            flapping += 1
            continue
        begun = [notice for notice in heard if notice.kind == "down"]
        ended = [notice for notice in heard if notice.kind == "up"]
        late += any(notice.late for notice in ended)
        if not begun and not any(notice.late for notice in ended):
            wrong.append(f"{name} was told to nobody")
        if one.closed_at and not ended:
            wrong.append(f"the end of {name} was told to nobody")
        if ended and not one.closed_at:
            wrong.append(f"{name} is open, but its end was told")
        for same in (begun, ended):
            if len({notice.key for notice in same}) > 1:
                wrong.append(f"{name} was told under two keys")
            for before, after in pairwise(sorted(same, key=lambda notice: notice.at)):
                again += 1
                if not any(before.at - CLOCK_S <= death <= after.at for death in deaths):
                    wrong.append(f"{name} was told twice, and nobody had died between")
    wrong += [f"incident {task}/{number} was told and is recorded nowhere" for task, number in told]
    figure = f"{len(evidence.outages)} incidents told once, {again} notices again after a kill"
    figure += f", {late} with their end" if late else ""
    return Verdict("alerts", figure + (f", {flapping} as flapping" if flapping else ""), wrong)


def flapping_spans(evidence: Evidence) -> dict[int, list[tuple[float, float]]]:
    """Return for each task when its receiver knew it to be flapping: no change is told then."""
    spans: dict[int, list[tuple[float, float]]] = {task: [] for task in evidence.rows}
    for one in evidence.told:
        if one.kind == "flapping":
            spans[one.task].append((one.at - _HEARD_S, float("inf")))
        elif one.kind == "steady" and spans[one.task]:
            spans[one.task][-1] = (spans[one.task][-1][0], one.at)
    return spans
