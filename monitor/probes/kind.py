"""What a kind of look is. Plugins bring one of these; see docs/plugins.md."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import trio

from monitor.assertions import Names
from monitor.core.model import Result
from monitor.core.probing import Around, InvalidTask, Probe, Trace


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of look: how it is named, what may be set, and how a probe is made of a task.

    `prepare` gets the target as written and the options as an instance of `options`; it does no
    I/O, and raises InvalidTask for what can never work. Resources that looks share (a TLS context)
    belong to the closure it returns.
    """

    name: str
    schemes: tuple[str, ...]
    summary: str
    """One sentence for `--help` and the docs."""
    example: str
    """A target that works."""
    options: type
    """A frozen attrs class; each field has a default and an annotation that msgspec can check."""
    prepare: Callable[[str, Any], Probe]
    facts: Names = attrs.field(factory=lambda: Names((), open=True))
    """The names its looks put into `trace.facts`; conditions may ask about them. If a kind does
    not say, any name is allowed."""
    expect: tuple[str, ...] = ()
    """Conditions that hold unless the operator asks about the same names."""
    within: Callable[[str, Any, Around], Probe] | None = None
    """Makes the probe of a look that asks about the running monitor. It gets what `prepare` gets,
    which then only checks, and returns `only_within`."""
    made: Mapping[str, Callable[[], str]] = attrs.field(factory=dict)
    """Options that are made when a task is added, unless the operator sets them, and then stay."""


def only_within(scheme: str) -> Probe:
    """Return the probe of a look that makes sense only inside a running monitor: it says so."""

    async def look(_trace: Trace) -> Result:
        await trio.lowlevel.checkpoint()
        raise InvalidTask(
            "target",
            f"{scheme}: needs a running monitor to look at it; add it with `monitor task add`",
        )

    return look
