"""Evidence falsified: each forgery must be seen by its judge, or that judge proves nothing."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from tests.chaos.evidence import Asked, Evidence, Outage, Restart, Told
from tests.chaos.judges import Rules
from tests.chaos.judges_of_lives import settled, watching
from tests.ledger import Page, Slots, Span

T = TypeVar("T")

Forge = Callable[[Evidence, Rules, random.Random], Evidence | None]
"""Returns false evidence, or None if there is nothing to falsify."""


def _pick(dice: random.Random, things: Sequence[T]) -> T | None:
    return dice.choice(things) if things else None


def _with_page(evidence: Evidence, page: Page, **changes: Any) -> Evidence:
    pages = [attrs.evolve(one, **changes) if one is page else one for one in evidence.pages]
    return attrs.evolve(evidence, pages=pages)


def _watched(evidence: Evidence, results: int) -> list[Page]:
    return [
        page
        for page in evidence.pages
        if page.task_id in evidence.rows and len(page.results) >= results
    ]


def a_result_is_deleted(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    page = _pick(dice, _watched(evidence, 3))
    if page is None:
        return None
    # A look between the slots, at a moment of its own, leaves no hole: the first is none of them.
    regular = [place for place in range(1, len(page.results) - 1) if page.is_slot(place)]
    place = _pick(dice, regular)
    if place is None:
        return None
    return _with_page(evidence, page, results=page.results[:place] + page.results[place + 1 :])


def a_result_is_doubled(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    page = _pick(dice, _watched(evidence, 1))
    if page is None:
        return None
    again = dice.choice(page.results)
    return _with_page(evidence, page, results=sorted([*page.results, again]))


def a_gap_is_deleted(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    found = _pick(
        dice,
        [
            (page, gap)
            for page in _watched(evidence, 2)
            for gap in page.gaps
            if page.slots[0] < gap.from_at and gap.until_at < page.slots[-1]
            if Slots.of(page.task_id, page.interval_s).count(gap.from_at, gap.until_at)
        ],
    )
    if found is None:
        return None
    page, gone = found
    return _with_page(evidence, page, gaps=[gap for gap in page.gaps if gap is not gone])


def a_transition_is_deleted(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    page = _pick(dice, _watched(evidence, 1))
    return None if page is None else _with_page(evidence, page, transitions=page.transitions[:-1])


def _turned(evidence: Evidence, dice: random.Random, before: str, after: str) -> Evidence | None:
    places = [
        (task, place)
        for task, rows in evidence.rows.items()
        for place, row in enumerate(rows)
        if row.status == before
    ]
    found = _pick(dice, places)
    if found is None:
        return None
    task, place = found
    rows = list(evidence.rows[task])
    rows[place] = attrs.evolve(rows[place], status=after, reason="")
    return attrs.evolve(evidence, rows={**evidence.rows, task: rows})


def an_up_becomes_a_down(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return _turned(evidence, dice, "up", "down")


def a_down_becomes_an_up(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return _turned(evidence, dice, "down", "up")


def a_look_is_recorded_nowhere(
    evidence: Evidence, rules: Rules, dice: random.Random
) -> Evidence | None:
    life = _pick(dice, [life for life in evidence.lives if life.ended_at])
    if life is None:
        return None
    task = dice.choice(list(evidence.rows))
    later_than_all = max(life.ended_at for life in evidence.lives) + rules.loss_s + 1.0
    asked = [*evidence.asked[task], Asked(later_than_all, True)]
    return attrs.evolve(evidence, asked={**evidence.asked, task: asked})


def an_incident_is_deleted(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    gone = _pick(dice, evidence.outages)
    if gone is None:
        return None
    return attrs.evolve(evidence, outages=[one for one in evidence.outages if one is not gone])


def _about(evidence: Evidence, outage: Outage) -> Callable[[Told], bool]:
    return lambda one: (one.task, one.incident) == (outage.task, outage.number)


def an_alert_is_lost(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    outage = _pick(dice, evidence.outages)
    if outage is None:
        return None
    about = _about(evidence, outage)
    told = [one for one in evidence.told if not about(one)]
    return attrs.evolve(evidence, told=told)


def an_alert_comes_twice(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    one = _pick(dice, [one for one in evidence.told if one.incident])
    if one is None:
        return None
    return attrs.evolve(evidence, told=[*evidence.told, attrs.evolve(one, at=one.at + 0.001)])


def an_outage_has_no_end(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return attrs.evolve(evidence, events=[*evidence.events, "database.lost"])


def a_task_is_forgotten_for_a_while(
    evidence: Evidence, rules: Rules, dice: random.Random
) -> Evidence | None:
    quiet_s = max(rules.silence_s, rules.held_s if rules.held else 0.0) + 1.0
    long = [end for _, start, end in watching(evidence) if end - start > quiet_s]
    if not long or rules.at_peace:
        return None
    task, end = dice.choice(list(evidence.rows)), long[0]
    quiet_from = end - quiet_s
    asked = [one for one in evidence.asked[task] if not quiet_from < one.at < end]
    return attrs.evolve(evidence, asked={**evidence.asked, task: asked})


def recovery_takes_too_long(evidence: Evidence, rules: Rules, _: random.Random) -> Evidence | None:
    return attrs.evolve(evidence, anew_s=[*evidence.anew_s, 2 * rules.anew_s + 1.0])


def _with_life(evidence: Evidence, dice: random.Random, **changes: Any) -> Evidence | None:
    life = _pick(
        dice, [life for life in evidence.lives if life.asked == "SIGTERM" and life.code == 0]
    )
    if life is None:
        return None
    false = attrs.evolve(life, **changes)
    return attrs.evolve(evidence, lives=[false if one is life else one for one in evidence.lives])


def somebody_leaves_late(evidence: Evidence, rules: Rules, dice: random.Random) -> Evidence | None:
    last_s = max(life.ended_at for life in evidence.lives)
    return _with_life(evidence, dice, ended_at=last_s + rules.leaving_s + 1.0)


def somebody_ends_badly(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return _with_life(evidence, dice, code=3, asked_at=max(one.ended_at for one in evidence.lives))


def somebody_ends_unasked(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return _with_life(evidence, dice, asked="", code=1)


def nobody_said_farewell(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    return attrs.evolve(evidence, farewells=dict.fromkeys(evidence.farewells, False))


def a_back_end_is_left(evidence: Evidence, _: Rules, __: random.Random) -> Evidence | None:
    return attrs.evolve(evidence, backends=evidence.backends + 1)


def the_file_is_damaged(evidence: Evidence, _: Rules, __: random.Random) -> Evidence | None:
    return attrs.evolve(evidence, damage="row 7 missing from index")


def a_gap_covers_a_watch(evidence: Evidence, rules: Rules, dice: random.Random) -> Evidence | None:
    page = _pick(dice, _watched(evidence, 3))
    spans = [(start, settled(life, end, rules)) for life, start, end in watching(evidence)]
    if page is None:
        return None
    long = [span for span in spans if rules.awake_s(*span) > page.interval_s + 0.1]
    if not long:
        return None
    first_at, last_at = (datetime.fromtimestamp(at, UTC) for at in dice.choice(long))
    gap = Span(first_at, last_at, "monitor_down", 1)
    return _with_page(evidence, page, gaps=[*page.gaps, gap])


def a_rest_is_cut_short(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    broken = {page.task_id for page in evidence.pages} - set(evidence.rows)
    one = _pick(dice, [one for one in evidence.restarts if one.task in broken])
    if one is None:
        return None
    return attrs.evolve(evidence, calls=[*evidence.calls, (one.at + one.retry_at) / 2])


def attempts_are_forgotten(evidence: Evidence, _: Rules, dice: random.Random) -> Evidence | None:
    if not evidence.restarts or "system.storm" in evidence.events:
        return None
    last: Restart = evidence.restarts[-1]
    later = attrs.evolve(last, at=last.retry_at + 1.0, retry_at=last.retry_at + 10.0, attempt=1)
    return attrs.evolve(evidence, restarts=[*evidence.restarts, later])


FORGERIES: dict[str, tuple[Forge, ...]] = {
    "slots": (
        a_result_is_deleted,
        a_result_is_doubled,
        a_gap_is_deleted,
        a_transition_is_deleted,
    ),
    "honesty": (an_up_becomes_a_down, a_down_becomes_an_up),
    "witnesses": (a_look_is_recorded_nowhere,),
    "incidents": (an_incident_is_deleted, an_up_becomes_a_down),
    "alerts": (an_alert_is_lost, an_alert_comes_twice, an_incident_is_deleted),
    "outages": (an_outage_has_no_end,),
    "looks go on": (a_task_is_forgotten_for_a_while,),
    "recorded anew": (recovery_takes_too_long,),
    "leaving": (
        somebody_leaves_late,
        somebody_ends_badly,
        somebody_ends_unasked,
        nobody_said_farewell,
    ),
    "leftovers": (a_back_end_is_left, the_file_is_damaged),
    "gaps": (a_gap_covers_a_watch,),
    "backoff": (a_rest_is_cut_short, attempts_are_forgotten),
}
"""By the judge who must see it."""
