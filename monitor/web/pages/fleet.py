"""The running monitor as pages see it: from memory, so also while the database is away."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.app import App
from monitor.core.glance import Recent
from monitor.core.model import WatchedTask
from monitor.core.ports import Session
from monitor.engine.wellness import ailments
from monitor.web.desk import Desk
from monitor.web.pages.board import Facets, Pulse, facets_of, take_pulse
from monitor.web.pages.strip import Strip, first_slot_at, make_strip
from monitor.web.routing import who_asks

_PULSE_S = 0.5
"""How old what the header says may be; with thousands of tasks counting them takes a while."""
_STANDING_S = 0.25
_TAKEN_UP_S = 1.5
_TICK_S = 0.01
_MOMENT_S = 2.0
"""How old the bars of a task may be: several readers of one page ask the database once."""


@attrs.define(eq=False)
class Fleet:
    """What pages ask of the running monitor."""

    monitor: App
    desk: Desk
    _all: tuple[int, float, Sequence[WatchedTask]] | None = attrs.field(default=None, init=False)
    _facets: tuple[int, Facets] | None = attrs.field(default=None, init=False)
    _pulse: tuple[float, Pulse] | None = attrs.field(default=None, init=False)
    _recent: dict[int, tuple[float, datetime, Recent]] = attrs.field(factory=dict, init=False)

    @property
    def now(self) -> datetime:
        return self.monitor.clock.now()

    def signed(self, request: Request) -> AbstractAsyncContextManager[Session]:
        """Lend a session whose changes are those of who asks; see `Desk.session`."""
        return self.desk.signed(who_asks(request).author, lambda: self.now)

    def all(self) -> Sequence[WatchedTask]:
        """Return all tasks as they stand, or stood a moment ago."""
        now_s, revision = trio.current_time(), self.monitor.reconcile.revision
        kept = self._all
        if kept is None or kept[0] != revision or now_s - kept[1] > _STANDING_S:
            kept = self._all = revision, now_s, self.monitor.surroundings.standing
        return kept[2]

    def facets(self) -> Facets:
        """Return what the list can be narrowed to; it only changes when tasks are changed."""
        if self._facets is None or self._facets[0] != self.revision:
            self._facets = self.revision, facets_of(self.all())
        return self._facets[1]

    async def taken_up(self, revision: int) -> None:
        """Return when the monitor has taken up a change made after that revision, or soon after.

        So that the page that follows a change shows it.
        """
        self.monitor.reconcile.hint()
        with trio.move_on_after(_TAKEN_UP_S):
            while self.monitor.reconcile.revision == revision:  # noqa: ASYNC110 (it tells nobody)
                await trio.sleep(_TICK_S)

    @property
    def revision(self) -> int:
        """Changes when the monitor takes up a change."""
        return self.monitor.reconcile.revision

    def find(self, request: Request) -> WatchedTask:
        """Return the task whose id stands in a path.

        Raises:
            HTTPException: there is none.
        """
        wanted = request.path_params["task_id"]
        found = None
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            number = int(wanted)
            found = next((one for one in self.all() if one.task.id == number), None)
        if found is None:
            raise HTTPException(404, "there is no such task")
        return found

    def pulse(self) -> Pulse:
        """Return how all is."""
        now_s = trio.current_time()
        if self._pulse is None or now_s - self._pulse[0] > _PULSE_S:
            self._pulse = now_s, take_pulse(self.all())
        app = self.monitor
        return attrs.evolve(
            self._pulse[1],
            ailments=tuple(ailments(app.auditor, app.recorder)),
            database_away_since=app.outage.since_at,
            is_settled=app.reconcile.is_settled,
        )

    async def strips(self, shown: Sequence[WatchedTask]) -> Mapping[int, Strip]:
        """Return the bars of some tasks; none of them if the database cannot be asked."""
        now, now_s = self.now, trio.current_time()
        wanted = {one.task.id: first_slot_at(one.task, one.state, now) for one in shown}
        missing = {
            task_id: since_at
            for task_id, since_at in wanted.items()
            if not self._is_fresh(task_id, since_at, now_s)
        }
        if missing:
            try:
                async with self.desk.session() as session:
                    found = await session.recent(missing)
            except HTTPException:
                return {}
            self._recent = {
                task_id: kept
                for task_id, kept in self._recent.items()
                if now_s - kept[0] <= _MOMENT_S
            }
            for task_id, recent in found.items():
                self._recent[task_id] = now_s, missing[task_id], recent
        return {
            one.task.id: make_strip(one.task, one.state, self._recent[one.task.id][2], now)
            for one in shown
        }

    def _is_fresh(self, task_id: int, since_at: datetime, now_s: float) -> bool:
        kept = self._recent.get(task_id)
        return kept is not None and now_s - kept[0] <= _MOMENT_S and kept[1] <= since_at
