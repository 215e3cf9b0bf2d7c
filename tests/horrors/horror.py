"""What a horror is: one thing that a bad server does, and what may be said of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import attrs
import trio

Act = Callable[[trio.SocketStream], Awaitable[None]]
"""What the server does with one connection. It is closed afterwards."""

Reply = Callable[[bytes], Sequence[bytes]]
"""The datagrams that the server sends for one that it got."""

PATIENCE_S = 0.3
"""The timeout of looks at servers that never come to an end."""

ENDING_S = 10.0
"""The timeout of looks that must end by themselves, long before it."""


@attrs.frozen(kw_only=True)
class Horror:
    """One bad server, the look at it, and what may come of that."""

    name: str
    target: str
    """With `{port}` for the port where the server is."""
    act: Act | None = None
    reply: Reply | None = None
    """What it does by UDP; then it does nothing by TCP."""
    options: Mapping[str, Any] = attrs.field(factory=dict)
    timeout_s: float = ENDING_S
    expected: tuple[tuple[str, str | None], ...]
    """The status and the phase, in words; one of these."""


def down(*phases: str) -> tuple[tuple[str, str | None], ...]:
    """Expect it to be told as DOWN, in one of these phases."""
    return tuple(("down", phase) for phase in phases)


UP: tuple[tuple[str, str | None], ...] = (("up", None),)
UNKNOWN: tuple[tuple[str, str | None], ...] = (("unknown", None),)
