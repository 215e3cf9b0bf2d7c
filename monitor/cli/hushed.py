"""Why alerts of a task are held back now, or who has taken its incident: what `status` shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.alerts.alerting import Acknowledgement, Alerting, Silence
from monitor.core.calendar.windows import read_window
from monitor.core.model import Status, WatchedTask
from monitor.core.units import stamp
from monitor.words import Words


@attrs.frozen(kw_only=True)
class Hush:
    """What operators have said about a task that holds now."""

    silences: tuple[Silence, ...] = ()
    maintenances: tuple[tuple[str, datetime], ...] = ()
    """Names, and until when they are open."""
    taken: Acknowledgement | None = None

    def shown(self, words: Words) -> str:
        """Say it in a few words; nothing if there is nothing to say."""
        said = [
            words("silence {id} until {until}", id=one.id, until=stamp(one.until_at))
            for one in self.silences
        ]
        said += [
            words("maintenance {name} until {until}", name=name, until=stamp(until_at))
            for name, until_at in self.maintenances
        ]
        if self.taken is not None:
            said.append(words("acknowledged by {who}", who=self.taken.by or "?"))
        return f"[{', '.join(said)}]" if said else ""

    def form(self, at: datetime) -> dict[str, Any]:
        from monitor.operations.alert_forms import acknowledgement_form

        return {
            "silences": [one.id for one in self.silences],
            "maintenances": [name for name, _until_at in self.maintenances],
            "acknowledged": None if self.taken is None else acknowledgement_form(self.taken, at),
        }


def hushes(fleet: Sequence[WatchedTask], alerting: Alerting, at: datetime) -> dict[int, Hush]:
    """Return, by task, what operators have said that holds now."""
    silences = [one for one in alerting.silences if one.from_at <= at < one.until_at]
    works = []
    for one in alerting.maintenances:
        try:
            occurrence = read_window(one.name, one.rule).occurrence_at(at)
        except ValueError:
            continue  # `maintenance list` says that it cannot be read
        if occurrence is not None:
            works.append((one, occurrence[1]))
    taken = {(one.task_id, one.incident): one for one in alerting.acknowledgements if one.holds(at)}
    found = {}
    for watched in fleet:
        task, state = watched.task, watched.state
        is_down = state.standing is Status.DOWN
        found[task.id] = Hush(
            silences=tuple(one for one in silences if one.selector.chooses(task.name, task.tags)),
            maintenances=tuple(
                (one.name, until_at)
                for one, until_at in works
                if one.selector.chooses(task.name, task.tags)
            ),
            taken=taken.get((task.id, state.incidents)) if is_down else None,
        )
    return found
