"""The secrets of one task: whoever repeats them, they are not shown."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from monitor.core.describe import HIDDEN
from monitor.core.model import Result
from monitor.core.probing import Probe, TargetDown, Trace

SHORTEST = 6
"""A shorter secret stands in ordinary words: hiding it would spoil them, and show where it is."""


class Hidden:
    """Secrets, and texts without them.

    What is `private` is kept out of errors only: a target may well be expected to repeat a cookie,
    and conditions must find it.
    """

    def __init__(self, secrets: Iterable[str], private: Iterable[str] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST)
        self._private = tuple(secret for secret in private if len(secret) >= SHORTEST)
        self._passing = deque[str](maxlen=4)

    def __bool__(self) -> bool:
        return bool(self._secrets or self._private)

    def add(self, secret: str) -> None:
        """Take a secret that will soon be replaced, such as a token; the last few are kept."""
        if len(secret) >= SHORTEST:
            self._passing.append(secret)

    def in_fact(self, text: str) -> str:
        """Return what a target said, with `***` for each secret."""
        for secret in (*self._secrets, *self._passing):
            text = text.replace(secret, HIDDEN)
        return text

    def in_error(self, text: str) -> str:
        """Return a message with `***` for each secret and whatever is private."""
        text = self.in_fact(text)
        for secret in self._private:
            text = text.replace(secret, HIDDEN)
        return text


def hiding(hidden: Hidden, probe: Probe) -> Probe:
    """Make a probe whose errors and facts show none of these secrets, whatever the target says."""

    async def look(trace: Trace) -> Result:
        try:
            return await probe(trace)
        except TargetDown as error:
            raise TargetDown(hidden.in_error(str(error))) from error
        finally:
            for name, fact in trace.facts.items():
                trace.facts[name] = _without(hidden, fact)

    return look


def _without(hidden: Hidden, fact: Any) -> Any:
    if isinstance(fact, str):
        return hidden.in_fact(fact)
    if isinstance(fact, dict):
        return {name: _without(hidden, value) for name, value in fact.items()}
    return fact
