"""The timeline of a simulation: one page that needs nothing else, for browsers of all sizes."""

import math
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from monitor.cli.simulated import rows, sentence, setting, time_of, truth, words_of
from monitor.core.model import Status
from monitor.core.units import rough
from monitor.simulation.account import Account, by_day
from monitor.simulation.score import Fate, Heard, Page
from monitor.simulation.trial import Trial
from monitor.simulation.truth import Episode
from monitor.words import Words

_WIDTH = 1000.0
"""Of a lane, in units of its own; it is stretched to the width of the screen."""
_LEAST = 1.5
"""What is shorter is drawn so long, or nobody would see it."""
_MOST_TASKS = 200
_LETTERS = "ABCDEFGHI"
_TEMPLATE = Path(__file__).with_name("timeline.html")

Mark = dict[str, Any]


def to_html(account: Account, words: Words) -> str:
    """Return the page."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    drawing = _Drawing(account, words)
    return template.render(
        lang=words.lang,
        t=_texts(words),
        title=drawing.title(),
        setting=setting(account, words),
        truth=truth(account, words),
        notes=[words(note) for note in account.notes],
        verdicts=[sentence(one, words) for one in account.compared()],
        policies=drawing.policies(),
        rows=[
                [cell if isinstance(cell, str) else cell.text for cell in line]
                for line in rows(account, words)
            ],
            tasks=drawing.tasks(),
        ticks=drawing.ticks(),
        day_width=100.0 * 86400.0 / account.scenario.length_s,
        day_offset=drawing.day_offset(),
        outages=drawing.outages(),
    ) + "\n"  # fmt: skip


def _texts(words: Words) -> dict[str, str]:
    return {
        "policies": words("Side by side"),
        "days": words("Pages a day"),
        "timeline": words("What happened, and who was told"),
        "outages": words("Each real outage, and how soon somebody heard of it"),
        "legend": words("How to read this"),
        "really": words("really"),
        "down": words("down"),
        "degraded": words("degraded"),
        "blip": words("a blip"),
        "believed": words("believed to be down"),
        "page": words("a page"),
        "vain": words("a false alarm: it was over when it came, or a blip"),
        "task": words("task"),
        "began": words("at"),
        "lasted": words("lasted"),
        "none": words("nothing was longer than a blip"),
        "scroll": words("the timeline can be scrolled sideways"),
        "footer": words("made by monitor simulate: the real engine on a clock that jumps"),
    }


class _Drawing:
    def __init__(self, account: Account, words: Words) -> None:
        self.account, self.words = account, words
        self.length_s = account.scenario.length_s

    def title(self) -> str:
        return self.words(
            "{length}, tasks: {tasks}, policies: {policies}",
            length=rough(self.length_s),
            tasks=len(self.account.world.truth),
            policies=len(self.account.trials),
        )

    def policies(self) -> list[dict[str, Any]]:
        """Return each policy, with its pages by day as bars."""
        days = max(1, math.ceil(self.length_s / 86400.0))
        counts = [by_day(one.score.pages, days) for one in self.account.trials]
        most = max(1, *(max(one) for one in counts))
        found = []
        for number, trial in enumerate(self.account.trials):
            vain = tuple(one for one in trial.score.pages if one.false_alarm)
            bars = [
                {
                    "x": round(_WIDTH * day / days + 1, 2),
                    "width": round(_WIDTH / days - 2, 2),
                    "height": round(40.0 * count / most, 2),
                    "vain": round(40.0 * wrong / most, 2),
                    "says": f"{self._day(day)}: {count}",
                }
                for day, (count, wrong) in enumerate(
                    zip(counts[number], by_day(vain, days), strict=True)
                )
                if count
            ]
            found.append(
                {
                    "letter": _LETTERS[number],
                    "name": words_of(trial, self.words),
                    "changes": "" if trial.policy is None else _changes(trial),
                    "bars": bars,
                    "most": max(counts[number]),
                }
            )
        return found

    def tasks(self) -> list[dict[str, Any]]:
        """Return the tasks of which there is something to see, the unruly first."""
        truth = self.account.world.truth
        paged = [one.score.by("about") for one in self.account.trials]
        names = [name for name in truth if truth[name] or any(name in one for one in paged)]
        names.sort(key=lambda name: (-max(one.get(name, 0) for one in paged), name))
        return [
            {
                "name": name,
                "really": [self._episode(one) for one in truth[name]],
                "lanes": [
                    {
                        "letter": _LETTERS[number],
                        "count": paged[number].get(name, 0),
                        "spans": [self._believed(*one) for one in trial.score.spans.get(name, ())],
                        "pages": [
                            self._page(one)
                            for one in trial.score.pages
                            if one.is_page and name in one.about
                        ],
                    }
                    for number, trial in enumerate(self.account.trials)
                ],
            }
            for name in names[:_MOST_TASKS]
        ]

    def ticks(self) -> list[dict[str, Any]]:
        """Return the days that are named on the axis."""
        days = self.length_s / 86400.0
        step = next((one for one in (1, 2, 3, 7, 14, 30) if days / one <= 11), 60)
        offset = self.day_offset() / 100.0
        found = []
        at_s = offset * self.length_s
        while at_s < self.length_s - 0.02 * self.length_s:
            moment = self.account.at(at_s).astimezone(UTC)
            found.append({"left": round(100 * at_s / self.length_s, 3), "says": f"{moment:%d.%m.}"})
            at_s += step * 86400.0
        return found

    def day_offset(self) -> float:
        """Return where the first midnight lies, in percent."""
        start_at = self.account.scenario.start_at.astimezone(UTC)
        midnight = start_at.replace(hour=0, minute=0, second=0, microsecond=0)
        if midnight < start_at:
            midnight += timedelta(days=1)
        return round(100.0 * (midnight - start_at).total_seconds() / self.length_s, 4)

    def outages(self) -> list[dict[str, Any]]:
        """Return each real outage, and what came of it under each policy."""
        fates = [{one.episode: one for one in trial.score.fates} for trial in self.account.trials]
        return [
            {
                "task": one.task,
                "at": self._moment(one.from_s),
                "length": rough(one.length_s),
                "detail": one.detail,
                "fates": [self._fate(several.get(one)) for several in fates],
            }
            for one in self.account.real
        ]

    # --- one mark -----------------------------------------------------------------------------

    def _episode(self, one: Episode) -> Mark:
        blip = one.length_s < self.account.scenario.blip_s
        says = f"{self._moment(one.from_s)}, {rough(one.length_s)}: {one.detail or one.status}"
        kind = "degraded" if one.status is Status.DEGRADED else "down"
        return {
            **self._span(one.from_s, one.until_s),
            "kind": "blip" if blip else kind,
            "says": says,
        }

    def _believed(self, from_s: float, until_s: float) -> Mark:
        until_s = min(until_s, self.length_s)
        believed = self.words("believed to be down")
        says = f"{self._moment(from_s)}, {rough(until_s - from_s)}: {believed}"
        return {**self._span(from_s, until_s), "says": says}

    def _page(self, one: Page) -> Mark:
        says = f"{self._moment(one.at_s)} {one.channel}: {one.title}"
        kind = "vain" if one.false_alarm else "again" if one.only_reminds else "page"
        return {"x": self._x(one.at_s), "kind": kind, "says": says}

    def _fate(self, fate: Fate | None) -> dict[str, str]:
        if fate is None:
            return {"kind": "none", "text": "", "says": ""}
        if fate.delay_s is not None:
            return {"kind": "told", "text": time_of(fate.delay_s), "says": ""}
        texts = {
            Heard.KNOWN: self.words("known already"),
            Heard.FLAPPING: self.words("told as flapping"),
            Heard.PARENT: self.words("its parent was told"),
            Heard.HELD: self.words("held back"),
            Heard.MISSED: self.words("never told"),
            Heard.TOLD: "",
        }
        return {"kind": fate.heard.value, "text": texts[fate.heard], "says": fate.why}

    def _span(self, from_s: float, until_s: float) -> Mark:
        left = self._x(from_s)
        return {"x": left, "width": round(max(_LEAST, self._x(until_s) - left), 2)}

    def _x(self, at_s: float) -> float:
        return round(_WIDTH * min(at_s, self.length_s) / self.length_s, 2)

    def _moment(self, at_s: float) -> str:
        return f"{self.account.at(at_s).astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"

    def _day(self, day: int) -> str:
        return f"{self.account.at(day * 86400.0).astimezone(UTC):%Y-%m-%d}"


def _changes(trial: Trial) -> str:
    assert trial.policy is not None
    return ", ".join(f"{key} = {value}" for key, value in trial.policy.said.items())
