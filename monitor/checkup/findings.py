"""One thing that is not well, and what to do about it."""

from collections.abc import Sequence

import attrs

from monitor.core.counting import counted

_SHOWN = 3
"""Names in a sentence; all of them are in the JSON document."""


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is not well."""

    check: str
    """Which check found it: `tasks.silent`; the same words for ever, for scripts."""
    found: str
    """One sentence: what is wrong, and with what."""
    advice: str
    """What to do, in the imperative."""
    tasks: tuple[str, ...] = ()
    """The names of the tasks concerned."""


def of_tasks(check: str, names: Sequence[str], what: str, advice: str) -> list[Finding]:
    """Make one finding of all tasks with the same trouble; none, if there are no such tasks."""
    if not names:
        return []
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    if (others := len(names) - _SHOWN) > 0:
        shown += f" and {others} more"
    return [
        Finding(
            check=check,
            found=f"{counted(len(names), 'task')} {what}: {shown}",
            advice=advice,
            tasks=tuple(names),
        )
    ]
