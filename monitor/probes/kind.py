"""What a kind of look is. Plugins bring one of these; see docs/plugins.md."""

from collections.abc import Callable
from typing import Any

import attrs

from monitor.assertions import Names
from monitor.core.ports import Probe


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
