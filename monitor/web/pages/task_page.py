"""`/tasks/7`: how a task is, how long its looks take, and what became of it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.config.export import to_tables
from monitor.core.alerts.alerting import Alerting, Silence
from monitor.core.calendar.windows import read_window
from monitor.core.glance import Bin, PhaseMeans
from monitor.core.listing import Gaps, Incidents
from monitor.core.model import Event, Gap, Incident, Look, Task, WatchedTask
from monitor.core.pings import Ping
from monitor.core.ports import Session
from monitor.core.units import parse_moment
from monitor.probes.heartbeat import SCHEME, token_of
from monitor.web.pages.board import Line, kind_of, members_of
from monitor.web.pages.chart import Chart, chart_of_bins, chart_of_looks, phase_path
from monitor.web.pages.english import TROUBLES
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.frame import HEADERS, Frame
from monitor.web.pages.stacks import with_phases
from monitor.web.pages.strip import SLOTS
from monitor.web.routing import Entry, Role
from monitor.web.stretches import Counted, count_histograms, count_phases, edges_of

LOOKS_A_PAGE = 50
_MOST = 500
"""Incidents that are read of a task."""
_MOST_GAPS = 2000
_GAPS = timedelta(days=7)
_FEWEST = 20
"""Slots that are shown of a task that is younger than what is to be shown."""
_DAY_S = 86400.0
_RANGES = {
    "90": None,
    "6h": _DAY_S / 4,
    "24h": _DAY_S,
    "7d": 7 * _DAY_S,
    "30d": 30 * _DAY_S,
    "90d": 90 * _DAY_S,
}
"""What the picture may show: the last ninety slots, or a time."""


@attrs.frozen(kw_only=True)
class Past:
    """What the database knows of a task."""

    chart: Chart
    looks: Sequence[Look]
    more: bool
    cut_at: datetime | None
    """Before this moment gaps are not shaded, because there are too many."""
    incidents: Sequence[Incident]
    gaps: Sequence[Gap]
    events: Sequence[Event]
    pings: Sequence[Ping]
    """Of a job that says itself how it is."""
    alerting: Alerting


@attrs.define(eq=False)
class TaskPage:
    """See the module."""

    frame: Frame
    fleet: Fleet
    histograms: Counted[Sequence[Bin]] = attrs.field(factory=count_histograms)
    phases: Counted[PhaseMeans] = attrs.field(factory=count_phases)

    def entries(self) -> Sequence[Entry]:
        return (
            Entry(path="/tasks/{task_id}", endpoint=self.show, needs=Role.VIEWER),
            Entry(path="/tasks/{task_id}/toml", endpoint=self.toml, needs=Role.EDITOR),
        )

    async def show(self, request: Request) -> Response:
        """Show all that is known of a task."""
        watched = self.fleet.find(request)
        scale = request.query_params.get("range", "90")
        scale = scale if scale in _RANGES else "90"
        stacked = scale != "90" and "phases" in request.query_params
        before = _moment(request.query_params.get("before", ""), self.fleet.now)
        past: Past | None = None
        with suppress(HTTPException):  # the page says that the database is away
            past = await self._past(watched, scale, before, stacked=stacked)
        strips = await self.fleet.strips([watched])
        child = self.fleet.monitor.fleet.child(watched.task.id)
        return self.frame.page(
            request,
            "task.html",
            line=Line(watched, *watched.shown),
            task=watched.task,
            kind=kind_of(watched.task.target),
            strip=strips.get(watched.task.id),
            child=child,
            past=past,
            scale=scale,
            scales=tuple(_RANGES),
            stacked=stacked,
            before=before,
            phases=phase_path,
            silences=_silences(watched.task, past, self.fleet.now),
            works=_works(watched.task, past, self.fleet.now),
            kin=self._kin(watched),
            ping=_ping_path(request, watched.task) if _may_edit(request) else "",
            attempts_limit=self.fleet.monitor.tuning.policy.max_attempts,
        )

    async def _past(
        self, watched: WatchedTask, scale: str, before: datetime | None, *, stacked: bool
    ) -> Past:
        """Read what the database knows, within bounds.

        Raises:
            HTTPException: it cannot be asked now.
        """
        task, now = watched.task, self.fleet.now
        long_s = _RANGES[scale]
        from_at = now - timedelta(seconds=long_s or SLOTS * task.interval_s)
        youngest = now - timedelta(seconds=_FEWEST * task.interval_s)
        from_at = max(from_at, min(task.created_at, youngest))
        async with self.fleet.desk.session() as session:
            looks = await session.looks(task.id, limit=LOOKS_A_PAGE + 1, before=before)
            incidents = await session.page(Incidents(task_ids=(task.id,), limit=_MOST))
            since_at = min(from_at, now - _GAPS)
            gaps = await session.page(Gaps(task_id=task.id, since_at=since_at, limit=_MOST_GAPS))
            if long_s is None:
                shown = await session.looks(task.id, from_at, 3 * SLOTS)
                chart = chart_of_looks(shown[::-1], gaps, incidents, from_at, now, task.interval_s)
            else:
                edges = edges_of(from_at, now)
                counted = await self.histograms.read(session, task, edges)
                chart = chart_of_bins(counted, edges, gaps, incidents, now)
                if stacked:
                    means = await self.phases.read(session, task, edges)
                    chart = with_phases(chart, dict(zip(edges, means, strict=False)), _order(looks))
            return Past(
                chart=chart,
                looks=looks[:LOOKS_A_PAGE],
                more=len(looks) > LOOKS_A_PAGE,
                cut_at=gaps[-1].from_at if len(gaps) == _MOST_GAPS else None,
                incidents=incidents[:20],
                gaps=gaps[:20],
                events=await session.events(task.id, limit=20, kinds=TROUBLES),
                pings=await _pings(session, task),
                alerting=await session.alerting(),
            )

    def _kin(self, watched: WatchedTask) -> dict[str, list[WatchedTask]]:
        """Return the tasks that this one has to do with, by how."""
        name, fleet = watched.task.name, self.fleet.all()
        members = members_of(watched) if kind_of(watched.task.target) == "group" else ()
        found = {
            "depends on": [one for one in fleet if one.task.name in watched.task.depends_on],
            "needed by": [one for one in fleet if name in one.task.depends_on],
            "members": [one for one in fleet if one.task.name in members],
            "member of": [
                one
                for one in fleet
                if kind_of(one.task.target) == "group" and name in members_of(one)
            ],
        }
        return {how: tasks for how, tasks in found.items() if tasks}

    async def toml(self, request: Request) -> Response:
        """Show a task as a configuration file declares it, with its secrets."""
        import tomli_w

        watched = self.fleet.find(request)
        async with self.fleet.desk.session() as session:
            task = (await session.watched(watched.task.id)).task
        text = tomli_w.dumps({"task": to_tables([task], Alerting())["task"]})
        return PlainTextResponse(text, headers=HEADERS)


def _order(looks: Sequence[Look]) -> list[str]:
    """Return phases as they follow each other; looks that got further say more of it."""
    further = sorted((one.result.timings for one in looks), key=len, reverse=True)
    return [name for timings in further for name in timings]


async def _pings(session: Session, task: Task) -> Sequence[Ping]:
    if kind_of(task.target) != SCHEME:
        return ()
    return await session.pings(task.id, 20, bodies=False)


def _may_edit(request: Request) -> bool:
    return bool(request.state.who.role >= Role.EDITOR)


def _ping_path(request: Request, task: Task) -> str:
    """Return where the pings of a heartbeat go to, as the reader reaches us."""
    token = token_of(task)
    if token is None:
        return ""
    return f"{request.url.scheme}://{request.headers.get('host', '')}/ping/{token}"


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        return parse_moment(text, now) if text else None
    except ValueError:
        return None


def _silences(task: Task, past: Past | None, now: datetime) -> list[Silence]:
    if past is None:
        return []
    return [one for one in past.alerting.silences if one.holds(task.name, task.tags, now)]


def _works(task: Task, past: Past | None, now: datetime) -> list[tuple[str, datetime]]:
    """Return the announced work that is under way: its name, and until when."""
    found = []
    for one in () if past is None else past.alerting.maintenances:
        if not one.selector.chooses(task.name, task.tags):
            continue
        try:
            occurrence = read_window(one.name, one.rule).occurrence_at(now)
        except ValueError:
            continue
        if occurrence is not None:
            found.append((one.name, occurrence[1]))
    return found
