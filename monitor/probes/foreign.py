"""Code that is not ours runs here, and cannot end the program."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def contained(whose: str) -> Iterator[None]:
    """Turn `sys.exit()` in foreign code, also inside a nursery of its own, into a RuntimeError.

    SystemExit is no Exception: it would pass by every supervisor and end the monitor.
    """
    exits: list[BaseException] = []
    try:
        yield
    except* SystemExit as group:
        exits.append(group)
    if exits:
        raise RuntimeError(f"{whose} called sys.exit()") from exits[0]
