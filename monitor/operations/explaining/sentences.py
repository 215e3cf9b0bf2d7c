"""The lines of `explain` as sentences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.counting import filled
from monitor.core.describe import clean
from monitor.core.model import Task
from monitor.core.units import rough, stamp
from monitor.core.why.untold import Line
from monitor.operations.explaining.texts import SENTENCES
from monitor.texts import LANGUAGES
from monitor.words import Words

_STATUSES = ("status", "before", "after", "believed", "standing", "news", "stored", "expected")
_HEADING = (
    'task {id} "{name}": DOWN after {attempts:look|looks} in a row, UP after {confirmations}',
    "задача {id} «{name}»: не работает после {attempts} проверок подряд, работает после "
    "{confirmations}",
)
_LEFT_OUT = (
    "{count:more task was|more tasks were} told of together with these; explain by name: {names}",
    "вместе с ними сообщалось ещё о задачах: {count}; их можно объяснить по имени: {names}",
)
_NOTHING = ("no change", "без смены")
_UNTIL = (" until {at}", " до {at}")
_LATE = (", when it was over already", ", когда всё уже закончилось")
_COMPANY = (", together with {count} more ({keys})", ", вместе с ещё {count} ({keys})")


@attrs.frozen
class Sentences:
    """Say a line in a language."""

    lang: str = "en"

    def __call__(self, line: Line) -> str:
        """Return one line of text, without the moment."""
        kind = line.kind
        if kind == "looks.calm" and line.data["count"] == 1:
            kind = "looks.calm.one"
        sentence = SENTENCES[kind][self._number]
        return clean(filled(sentence, self._fields(line), self.lang))

    def heading(self, task: Task) -> str:
        """Name the task whose account follows, and what its rules are now."""
        fields = {
            "id": task.id,
            "name": task.name,
            "attempts": task.attempts,
            "confirmations": task.recovery_confirmations,
        }
        return clean(filled(_HEADING[self._number], fields, self.lang))

    def left_out(self, names: Sequence[str]) -> str:
        """Say which tasks were not told of."""
        fields = {"names": ", ".join(names[:20]), "count": len(names)}
        return clean(filled(_LEFT_OUT[self._number], fields, self.lang))

    @property
    def _number(self) -> int:
        return LANGUAGES.index(self.lang)

    def _fields(self, line: Line) -> dict[str, Any]:
        words = Words(self.lang)
        fields: dict[str, Any] = {"reason": "", "detail": ""}
        for name, value in line.data.items():
            if name.endswith("_at"):
                fields[name] = stamp(datetime.fromisoformat(value)) if value else "?"
            elif name.endswith("_s"):
                fields[name] = rough(value)
            elif name in _STATUSES and not line.kind.startswith("missed."):
                fields[name] = words(value) if value else _NOTHING[self._number]
            elif name in ("detail", "error", "why"):
                fields[name] = f": {value}" if value else ""
            elif name == "reason" and line.kind not in ("gap", "answer.gap"):
                fields[name] = f" ({value})" if value else ""
            elif name == "counts":
                fields[name] = ", ".join(f"{words(one)} {count}" for one, count in value.items())
            elif name in ("on", "fields"):
                fields[name] = ", ".join(value)
            else:
                fields[name] = value
        return fields | self._about_notice(line.data, words)

    def _about_notice(self, data: Mapping[str, Any], words: Words) -> dict[str, Any]:
        """Return the fields that only sentences of notices have."""
        number, until_at = self._number, data.get("until_at")
        said = stamp(datetime.fromisoformat(until_at)) if until_at else ""
        fields = {"until": _UNTIL[number].format(at=said) if said else ""}
        fields["late"] = _LATE[number] if data.get("late") else ""
        keys = ", ".join(data.get("keys", ())[:5])
        others = data.get("others", 0)
        fields["company"] = _COMPANY[number].format(count=others, keys=keys) if others else ""
        if "state" in data:
            fields["state"] = words(data["state"])
        return fields
