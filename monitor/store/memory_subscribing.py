"""Subscribers and their letters in the store that lives in memory; see `memory`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import attrs

from monitor.core.statuspage.readers import (
    ASKED_AGAIN,
    FORGOTTEN,
    KEPT,
    Happening,
    Lane,
    Letter,
    LetterState,
    Subscriber,
    letters_of,
    subscribing,
)


@attrs.define(eq=False)
class ReaderTables:
    """What is kept of subscribers."""

    by_id: dict[str, Subscriber] = attrs.field(factory=dict)
    letters: dict[str, Letter] = attrs.field(factory=dict)

    def all(self, page: str) -> list[Subscriber]:
        return [self.by_id[own] for own in sorted(self.by_id) if self.by_id[own].page == page]

    def find(self, page: str, token: str) -> Subscriber | None:
        return next((one for one in self.all(page) if one.token == token), None)

    def subscribe(self, new: Subscriber) -> bool:
        ours = self.all(new.page)
        asked = [one for one in ours if one.asked_at > new.asked_at - ASKED_AGAIN]
        same = (one for one in ours if (one.way, one.address) == (new.way, new.address))
        todo = subscribing(next(same, None), new, len(ours), len(asked))
        if todo is None:
            return False
        if todo.write is not None:
            self.by_id[todo.write.id] = todo.write
        if todo.letter is not None:
            self.letters[todo.letter.key] = todo.letter
        return True

    def confirm(self, page: str, token: str, at: datetime) -> Subscriber | None:
        found = self.find(page, token)
        if found is not None and found.confirmed_at is None:
            found = self.by_id[found.id] = attrs.evolve(found, confirmed_at=at)
        return found

    def drop(self, page: str, ids: Collection[str]) -> None:
        for own in ids:
            if own in self.by_id and self.by_id[own].page == page:
                del self.by_id[own]
        self._keep(lambda one: one.page != page or one.subscriber not in ids)

    def drop_page(self, page: str) -> None:
        self.drop(page, [one.id for one in self.all(page)])

    def _keep(self, good: Callable[[Letter], bool]) -> None:
        self.letters = {key: one for key, one in self.letters.items() if good(one)}

    def tell(self, page: str, happening: Happening, at: datetime) -> int:
        wanted = letters_of(happening, self.all(page), at)
        new = [one for one in wanted if one.key not in self.letters]
        self.letters |= {one.key: one for one in new}
        return len(new)

    def due(
        self, at: datetime, limit: int, busy: Collection[Lane]
    ) -> list[tuple[Letter, Subscriber]]:
        full = set(busy)
        found = [
            (one, self.by_id[one.subscriber])
            for one in self.letters.values()
            if one.state is LetterState.WAITING
            and one.next_at <= at
            and full.isdisjoint({(lane := self.by_id[one.subscriber].lane), lane.whole})
        ]
        return sorted(found, key=lambda one: (one[0].attempts, one[0].next_at, one[0].key))[:limit]

    def settle(self, letters: Sequence[Letter]) -> None:
        for one in letters:
            if one.key in self.letters:
                self.letters[one.key] = one

    def forget(self, at: datetime) -> None:
        for one in list(self.by_id.values()):
            if one.confirmed_at is None and one.asked_at < at - FORGOTTEN:
                self.drop(one.page, [one.id])
        self._keep(lambda one: one.made_at >= at - KEPT)
