"""Configuration that lacks nothing but a secret: where nothing is contacted, none is needed."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def without_secrets(check: Callable[[T], object]) -> Callable[[T], Any]:
    """Return a check that accepts what lacks nothing but a secret."""

    from monitor.references import BadReference

    def lenient(spec: T) -> object:
        try:
            return check(spec)
        except Exception as error:
            if isinstance(error.__cause__, BadReference):
                return None
            raise

    return lenient
