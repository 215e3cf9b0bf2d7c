"""What must be true of the processes: how they start, go on, leave, and what they leave behind."""

import signal
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from tests.chaos.evidence import Evidence, Restart
from tests.chaos.judges import CLOCK_S, Rules, Verdict
from tests.chaos.patient import Life
from tests.chaos.scene import RECOVERY_BASE_S, RECOVERY_CAP_S

_JITTER = 0.1


def outages(evidence: Evidence, rules: Rules) -> Verdict:
    """A loss of the database is stored once, and its end once."""
    kinds = [kind for kind in evidence.events if kind.startswith("database.")]
    count = kinds.count("database.lost")
    wrong = []
    if kinds != ["database.lost", "database.back"] * count:
        wrong.append(f"the database was lost and came back in this order: {kinds}")
    if rules.outages is not None and count != rules.outages:
        wrong.append(f"{count} outages of the database are stored, {rules.outages} took place")
    return Verdict("outages", f"{count} stored, each with its end", wrong)


def watching(evidence: Evidence) -> Iterator[tuple[Life, float, float]]:
    """Yield each process that came to look at every task: since when, and until when."""
    times = {task: [one.at for one in asked] for task, asked in evidence.asked.items()}
    for life in evidence.lives:
        until = life.asked_at or life.ended_at
        first = [bisect_left(moments, life.started_at) for moments in times.values()]
        looked = [
            moments[position] if position < len(moments) else float("inf")
            for moments, position in zip(times.values(), first, strict=True)
        ]
        if looked and max(looked) < until:
            yield life, max(looked), until


def perseverance(evidence: Evidence, rules: Rules) -> Verdict:
    """While a process watches, no task goes without a look for long, whatever is broken."""
    longest, held, wrong = 0.0, 0, []
    times = {task: [one.at for one in asked] for task, asked in evidence.asked.items()}
    for life, ready_at, until in watching(evidence):
        for task, moments in times.items():
            seen = moments[bisect_left(moments, ready_at) : bisect_right(moments, until)]
            for before, after in pairwise([ready_at, *seen, until]):
                excused = any(before < end and start < after for start, end in rules.at_peace)
                if excused:
                    continue
                longest = max(longest, after - before)
                if rules.silence_s < after - before <= rules.held_s and held < rules.held:
                    held += 1
                elif after - before > rules.silence_s:
                    silent = f"was not looked at for {after - before:.1f} s from {before:.1f} on"
                    wrong.append(f"task {task} {silent}, while process {life.pid} was up")
    figure = f"longest without a look {longest:.1f} s"
    return Verdict("looks go on", figure + (f", {held} held up" if held else ""), wrong)


def recovery(evidence: Evidence, rules: Rules) -> Verdict:
    """After each mend every task is recorded anew, soon."""
    wrong = [
        f"every task was recorded anew only {passed_s:.1f} s after the mend"
        for passed_s in evidence.anew_s
        if passed_s > rules.anew_s
    ]
    figure = f"worst {max(evidence.anew_s, default=0.0):.1f} s of {len(evidence.anew_s)}"
    return Verdict("recorded anew", figure if evidence.anew_s else "not asked", wrong)


def leaving(evidence: Evidence, rules: Rules) -> Verdict:
    """Who is asked to leave is gone in time, in good order, and is recorded as stopped."""
    left, early, worst_s, wrong = 0, 0, 0.0, []
    for life in evidence.lives:
        name = f"process {life.pid}"
        if life.code == -signal.SIGHUP and not life.last_words():
            early += 1
        elif not life.asked:
            wrong.append(f"{name} ended by itself with {life.code}: {life.last_words()}")
        if life.asked not in ("SIGTERM", "SIGINT"):
            continue
        left += 1
        worst_s = max(worst_s, life.leaving_s)
        if life.leaving_s > rules.leaving_s:
            wrong.append(f"{name} was gone only {life.leaving_s:.1f} s after {life.asked}")
        if life.code == 0:
            if evidence.farewells.get(life.pid) is False:
                wrong.append(f"{name} left, and is not recorded as stopped")
        elif life.asked_at - life.started_at < rules.early_s and not life.last_words():
            early += 1
        else:
            wrong.append(f"{name} ended with {life.code} after {life.asked}: {life.last_words()}")
    figure = f"{left} left, worst after {worst_s:.2f} s"
    return Verdict("leaving", figure + (f", {early} before they listened" if early else ""), wrong)


def leftovers(evidence: Evidence, rules: Rules) -> Verdict:
    """No connection outlives its process, and the file is whole."""
    wrong = []
    if evidence.backends:
        wrong.append(f"{evidence.backends} connections are left at the database")
    if evidence.damage:
        wrong.append(f"the file is damaged: {evidence.damage}")
    return Verdict("leftovers", f"{evidence.backends} connections left", wrong)


def absences(evidence: Evidence, rules: Rules) -> Verdict:
    """Slots are booked as missed for want of a monitor only while there was none that watched."""
    spans, wrong, longest_s = list(watching(evidence)), [], 0.0
    settled_spans = [(life, ready, settled(life, until, rules)) for life, ready, until in spans]
    for page in evidence.pages:
        if page.task_id not in evidence.rows:
            continue
        for gap in page.gaps:
            if gap.reason != "monitor_down":
                continue
            start, end = gap.from_at.timestamp(), gap.until_at.timestamp()
            longest_s = max(longest_s, end - start)
            for life, ready_at, settled_at in settled_spans:
                if end <= ready_at or settled_at <= start:
                    continue
                watched_s = rules.awake_s(max(start, ready_at), min(end, settled_at))
                if watched_s > page.interval_s:
                    wrong.append(
                        f"{page.name}: a gap of {end - start:.1f} s covers {watched_s:.1f} s "
                        f"during which process {life.pid} watched"
                    )
    starts_s = [ready_at - life.started_at for life, ready_at, _ in spans]
    figure = f"{len(starts_s)} of {len(evidence.lives)} starts got ready"
    if starts_s:
        figure += f" (median {median(starts_s):.1f} s, worst {max(starts_s):.1f} s)"
    return Verdict("gaps", f"{figure}, longest gap {longest_s:.1f} s", wrong)


def settled(life: Life, until: float, rules: Rules) -> float:
    """Return up to when all that a process saw must be recorded: of one that left, all."""
    return until if life.code == 0 else rules.before(until, rules.loss_s)


def backoff(evidence: Evidence, rules: Rules) -> Verdict:
    """A child at rest is not called before its time, and kills make nobody forget its attempts."""
    of: dict[int, list[Restart]] = defaultdict(list)
    for one in evidence.restarts:
        of[one.task].append(one)
    wrong = []
    broken = {page.task_id for page in evidence.pages} - set(evidence.rows)
    calls = evidence.calls
    stormy = "system.storm" in evidence.events  # who fails with many others spends no attempts
    for task, restarts in of.items():
        for number, one in enumerate(restarts, start=1):
            name = f"task {task}, attempt {one.attempt}"
            if one.attempt != number and not stormy:
                wrong.append(f"{name} came in place {number}")
            doublings = max(0, one.attempt - 1)
            least_s = (1 - _JITTER) * min(RECOVERY_CAP_S, RECOVERY_BASE_S * 2**doublings)
            stored_s = one.retry_at - one.at
            if stored_s < least_s - 1.0:  # it is stored in whole seconds
                wrong.append(f"{name} is to rest {stored_s:.1f} s, not {least_s:.1f} s")
            rested_s = min((call - one.at for call in calls if call > one.at), default=least_s)
            if task in broken and rested_s < least_s - CLOCK_S:
                wrong.append(f"{name} was called after {rested_s:.1f} s, not {least_s:.1f} s")
    rests = sum(len(restarts) for restarts in of.values())
    figure = f"{rests} rests of {len(of)} tasks, {len(calls)} calls, none too early"
    return Verdict("backoff", figure if not wrong else f"{rests} rests, {len(wrong)} wrong", wrong)
