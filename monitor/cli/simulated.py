"""What came of a simulation, for people and as JSON; the timeline is in `timeline`."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from monitor.cli.screen import say, table
from monitor.core.describe import clean
from monitor.core.units import rough
from monitor.signs import Cell
from monitor.simulation.account import Account, Compared, by_day
from monitor.simulation.score import Fate, Heard, Page
from monitor.simulation.trial import Trial
from monitor.words import Words

_UNHEARD = 5
"""Missed outages that are named of each policy."""
_LOUDEST = 5

Figures = Mapping[str, float | None]


def show(account: Account, words: Words) -> None:
    """Print what was true, the policies side by side, and what that means."""
    say(clean(setting(account, words)))
    say(clean(truth(account, words)))
    for note in account.notes:
        say(clean(f"! {words(note)}"))
    say()
    say(_table("", account, rows(account, words), words))
    for lines in (_by_channel(account, words), _loudest(account, words)):
        if lines:
            say()
            say(lines)
    unheard = [line for one in account.trials for line in _unheard(account, one, words)]
    if unheard:
        say()
    for line in unheard:
        say(clean(line))
    said = [sentence(one, words) for one in account.compared()]
    if said:
        say()
    for line in said:
        say(clean(line))


def _table(
    heading: str, account: Account, lines: Sequence[Sequence[Cell | str]], words: Words
) -> str:
    """Return a table with a column for each policy, by the name that somebody gave it."""
    names = [heading, *(words_of(one, words) for one in account.trials)]
    return table([""] * len(names), [[Cell(name, "1") for name in names], *lines])


def words_of(trial: Trial, words: Words) -> str:
    """Name a policy."""
    return words("as it is") if trial.policy is None else trial.name


def setting(account: Account, words: Words) -> str:
    """Say how long it was, of how many tasks, and where what happened comes from."""
    scenario = account.scenario
    source = words("as recorded") if account.recorded else ""
    if scenario.random:
        source = words("outages by chance, seed {seed}", seed=scenario.seed)
        if scenario.sights:
            source = words("outages as written, and by chance, seed {seed}", seed=scenario.seed)
    elif not account.recorded:
        source = words("outages as written")
    return words(
        "{length} from {start}, tasks: {tasks}; {source}",
        length=rough(scenario.length_s),
        start=f"{scenario.start_at.astimezone(UTC):%Y-%m-%d %H:%MZ}",
        tasks=len(account.world.truth),
        source=source,
    )


def truth(account: Account, words: Words) -> str:
    """Say what really happened."""
    return words(
        "really: {real} outages, {blips} blips (over within {blip}), {down} down in all",
        real=len(account.real),
        blips=len(account.blips),
        blip=rough(account.scenario.blip_s),
        down=rough(account.down_s),
    )


def rows(account: Account, words: Words) -> list[list[Cell | str]]:
    """Return the table that compares the policies, a figure a line."""
    every = [one.score.figures() for one in account.trials]
    night = account.scenario.night
    lines: list[tuple[str, list[str], bool]] = [
        (words("pages"), _counts(every, "pages"), True),
        (words("· false alarms"), _counts(every, "false_alarms"), True),
        (words("· at night ({hours})", hours=night), _counts(every, "pages_at_night"), True),
        (words("· reminders"), _counts(every, "reminders"), False),
        (words("· escalations"), _counts(every, "escalations"), False),
        (words("all messages, with good news"), _counts(every, "messages"), True),
        (words("· late, as over already"), _counts(every, "late_messages"), False),
        (words("outages somebody heard of"), [_heard(one) for one in every], True),
        (words("· by a page about a parent"), _counts(every, "outages_parent"), False),
        (words("· as flapping"), _counts(every, "outages_flapping"), False),
        (words("· held by a rule"), _counts(every, "outages_held"), False),
        (words("· missed"), _counts(every, "outages_missed"), True),
        (words("heard after, median"), _times(every, "delay_median_s"), True),
        (words("· nine in ten within"), _times(every, "delay_p90_s"), True),
        (words("· worst"), _times(every, "delay_worst_s"), True),
        (words("end told after, median"), _times(every, "end_delay_median_s"), True),
        (words("known and held back, in all"), _times(every, "held_back_s"), False),
    ]
    return [
        [Cell(name), *values]
        for name, values, always in lines
        if always or any(one not in ("0", "0s", "-") for one in values)
    ]


def _counts(every: list[dict[str, float | None]], name: str) -> list[str]:
    return [f"{one[name]:g}" for one in every]


def _times(every: list[dict[str, float | None]], name: str) -> list[str]:
    return [time_of(one[name]) for one in every]


def time_of(seconds: float | None) -> str:
    """Write a delay; what could not be measured is a dash."""
    return "-" if seconds is None else rough(seconds)


def _heard(figures: Figures) -> str:
    total = int(figures["real_outages"] or 0)
    unheard = int((figures["outages_missed"] or 0) + (figures["outages_held"] or 0))
    return f"{total - unheard}/{total}"


def _by_channel(account: Account, words: Words) -> str:
    """Return how many pages each channel got, if there are several."""
    counts = [one.score.by("channel") for one in account.trials]
    names = sorted({name for one in counts for name in one})
    if len(names) < 2:
        return ""
    lines = [[name, *(str(one.get(name, 0)) for one in counts)] for name in names]
    return _table(words("pages to"), account, lines, words)


def _loudest(account: Account, words: Words) -> str:
    """Return what there were most pages about."""
    counts = [one.score.by("about") for one in account.trials]
    names = list(counts[0])[:_LOUDEST]
    if len(account.world.truth) < 2 or not names:
        return ""
    lines = [[name, *(str(one.get(name, 0)) for one in counts)] for name in names]
    return _table(words("most pages about"), account, lines, words)


def _unheard(account: Account, trial: Trial, words: Words) -> list[str]:
    missed = [one for one in trial.score.fates if one.heard is Heard.MISSED]
    lines = [
        words(
            "missed ({policy}): {task}, {at}, for {length}: {why}",
            policy=words_of(trial, words),
            task=one.episode.task,
            at=f"{account.at(one.episode.from_s).astimezone(UTC):%Y-%m-%d %H:%MZ}",
            length=rough(one.episode.length_s),
            why=one.why,
        )
        for one in missed[:_UNHEARD]
    ]
    if len(missed) > _UNHEARD:
        more = words("and {count} more, see --json", count=len(missed) - _UNHEARD)
        lines.append(f"  {more}")
    return lines


def sentence(one: Compared, words: Words) -> str:
    """Say in one sentence what a policy would have changed."""
    if one.pages == one.base_pages:
        said = words(
            "With “{name}” you would have had {pages:page|pages}, as many as now",
            name=one.name,
            pages=one.pages,
        )
    else:
        said = words(
            "With “{name}” you would have had {pages:page|pages} instead of {base}",
            name=one.name,
            pages=one.pages,
            base=one.base_pages,
        )
    if one.false_alarms != one.base_false_alarms:
        said += words(
            " ({false} false alarms instead of {base})",
            false=one.false_alarms,
            base=one.base_false_alarms,
        )
    if one.later_s is not None:
        time = rough(abs(one.later_s))
        if one.later_s > 0:
            said += words(", and heard of real outages {time} later", time=time)
        elif one.later_s < 0:
            said += words(", and heard of real outages {time} sooner", time=time)
        else:
            said += words(", and heard of real outages as soon as now")
    if one.missed > 0:
        said += words("; of {count} more you would never have heard", count=one.missed)
    elif one.missed < 0:
        said += words("; you would have heard of {count} more", count=-one.missed)
    return f"{said}."


# --- as JSON -------------------------------------------------------------------------------------


def form(account: Account) -> dict[str, Any]:
    """Return all of it as JSON; the same input gives the same text, always."""
    scenario = account.scenario
    return {
        "start_at": _stamp(account, 0.0),
        "length_s": scenario.length_s,
        "seed": scenario.seed if scenario.random else None,
        "random": scenario.random,
        "recorded": account.recorded,
        "blip_s": scenario.blip_s,
        "night": scenario.night,
        "notes": list(account.notes),
        "truth": {
            "tasks": len(account.world.truth),
            "real_outages": len(account.real),
            "blips": len(account.blips),
            "down_s": round(account.down_s, 3),
            "episodes": [
                {
                    "task": one.task,
                    "from_at": _stamp(account, one.from_s),
                    "from_s": round(one.from_s, 3),
                    "length_s": round(one.length_s, 3),
                    "status": one.status.value,
                    "detail": one.detail,
                    "blip": one.length_s < scenario.blip_s,
                    "lasting": one.lasting,
                }
                for one in account.episodes
            ],
        },
        "policies": [_policy(account, one) for one in account.trials],
    }


def _policy(account: Account, trial: Trial) -> dict[str, Any]:
    days = max(1, math.ceil(account.scenario.length_s / 86400.0))
    figures = {
        name: round(value, 1) if isinstance(value, float) else value
        for name, value in trial.score.figures().items()
    }
    return {
        "name": trial.name,
        "changes": {} if trial.policy is None else dict(trial.policy.said),
        "figures": figures,
        "pages_by_channel": trial.score.by("channel"),
        "pages_by_task": trial.score.by("about"),
        "pages_by_day": by_day(trial.score.pages, days),
        "outages": [_outage(account, one) for one in trial.score.fates],
        "messages": [_message(account, one) for one in trial.score.pages],
    }


def _outage(account: Account, fate: Fate) -> dict[str, Any]:
    return {
        "task": fate.episode.task,
        "from_at": _stamp(account, fate.episode.from_s),
        "length_s": round(fate.episode.length_s, 3),
        "heard": fate.heard.value,
        "delay_s": _rounded(fate.delay_s),
        "held_s": _rounded(fate.held_s),
        "end_delay_s": _rounded(fate.end_delay_s),
        "why": fate.why,
    }


def _message(account: Account, page: Page) -> dict[str, Any]:
    return {
        "at": _stamp(account, round(page.at_s)),
        "at_s": _rounded(page.at_s),
        "channel": page.channel,
        "title": page.title,
        "kinds": [one.value for one in page.kinds],
        "about": list(page.about),
        "page": page.is_page,
        "false_alarm": page.false_alarm,
        "at_night": page.at_night,
        "late": page.late,
    }


def _stamp(account: Account, at_s: float) -> str:
    return account.at(at_s).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
