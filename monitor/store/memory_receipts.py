"""Receipts in the store that lives in memory; see `memory`."""

from datetime import datetime

import attrs

from monitor.core.failures import AlreadyDone
from monitor.core.receipts import KEPT, Receipt


@attrs.define(eq=False)
class Receipts:
    """The receipts that are kept."""

    kept: dict[str, Receipt] = attrs.field(factory=dict)

    def find(self, key: str, now: datetime) -> Receipt | None:
        one = self.kept.get(key)
        return one if one is not None and one.at > now - KEPT else None

    def refuse(self, key: str, now: datetime) -> None:
        """Raise AlreadyDone if there is a receipt of that key."""
        if self.find(key, now) is not None:
            raise AlreadyDone("the same has just been done with this key")

    def write(self, one: Receipt) -> None:
        """Keep a receipt, and forget those that are too old."""
        self.kept = {key: old for key, old in self.kept.items() if old.at > one.at - KEPT}
        self.kept[one.key] = one
