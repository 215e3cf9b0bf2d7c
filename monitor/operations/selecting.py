"""Which tasks a silence or announced work is about, by names and tags; and why."""

import difflib
from collections.abc import Sequence

from monitor.core.alerts.alerting import Selector
from monitor.core.model import WatchedTask
from monitor.operations.refusals import Unfit

NOTE_LIMIT = 500


def read_selector(
    fleet: Sequence[WatchedTask], names: Sequence[str] | None, tags: Sequence[str] | None
) -> Selector:
    """Return whom names (with `*` and `?`), ids and tags mean; without any, all tasks.

    Raises:
        Unfit: one means nobody, so it was probably misspelt.
    """
    selector = Selector(
        tasks=tuple(_pattern(one, fleet) for one in dict.fromkeys(names or ())),
        tags=tuple(dict.fromkeys(tags or ())),
    )
    known = sorted({tag for watched in fleet for tag in watched.task.tags})
    for tag in selector.tags:
        if tag not in known:
            there_are = f"there are: {', '.join(known)}" if known else "no task has a tag"
            raise Unfit("tag", f"no task has the tag {tag!r}; {there_are}")
    return selector


def _pattern(wanted: str, fleet: Sequence[WatchedTask]) -> str:
    for watched in fleet:
        if wanted == str(watched.task.id):
            wanted = watched.task.name
            break
    # Only * and ? are promised to mean more than themselves.
    pattern = wanted.replace("[", "[[]")
    if not chosen(Selector(tasks=(pattern,)), fleet):
        names = [watched.task.name for watched in fleet]
        close = difflib.get_close_matches(wanted, names, n=1)
        guess = f", did you mean {close[0]!r}" if close else "; `monitor task list` shows all"
        raise Unfit("task", f"there is no task {wanted!r}{guess}")
    return pattern


def written(pattern: str) -> str:
    """Return a pattern as it is typed."""
    return pattern.replace("[[]", "[")


def chosen(selector: Selector, fleet: Sequence[WatchedTask]) -> list[str]:
    """Return the names of the tasks that are meant now."""
    return [
        watched.task.name
        for watched in fleet
        if selector.chooses(watched.task.name, watched.task.tags)
    ]


def read_note(note: str | None) -> str:
    """Return a note. Raises Unfit if it cannot be shown in a line."""
    if note is None:
        return ""
    if len(note) > NOTE_LIMIT:
        raise Unfit("note", f"has {len(note)} characters; at most {NOTE_LIMIT} are kept")
    if not note.isprintable():
        raise Unfit("note", "contains a control character; write one line")
    return note.strip()
