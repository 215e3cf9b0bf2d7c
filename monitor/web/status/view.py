"""What a status page shows at one moment: pure, and nothing in it that is not for everybody.

Of an incident only the time is told, never what was seen: answers of targets hold addresses, and
sometimes secrets. Of announced work its name and times are told, never its note.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.alerting import Maintenance
from monitor.core.describe import without_password
from monitor.core.glance import Recent
from monitor.core.model import WatchedTask
from monitor.core.statuspage.days import DAYS, Day, Past, Sum, added, blind_since, make_days
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.standing import Condition, Overall, condition_of, overall
from monitor.core.statuspage.values import Post, Section, StatusPage, Story, stories_of
from monitor.operations.maintenances import window_of
from monitor.operations.works import Work, coming, concerned, shown_names
from monitor.web.pages.strip import Strip, make_strip

HISTORY = timedelta(days=14)
OUTAGES = 30
WORKS = 5
COMING = timedelta(days=30)


@attrs.frozen(kw_only=True)
class Row:
    """A task on a page."""

    task_id: int
    name: str
    target: str
    """Empty: not shown."""
    condition: Condition
    days: Sequence[Day]
    total: Sum
    strip: Strip | None
    """Its latency, if that is shown."""

    @property
    def troubled(self) -> list[Day]:
        """Days worth a line, the last first."""
        return [one for one in reversed(self.days) if one.mark in ("down", "degraded")]


@attrs.frozen(kw_only=True)
class Group:
    """A section of a page."""

    title: str
    rows: Sequence[Row]


@attrs.frozen(kw_only=True)
class Outage:
    """An incident that the monitor saw."""

    id: str
    name: str
    opened_at: datetime
    closed_at: datetime | None


@attrs.frozen(kw_only=True)
class View:
    """A page at one moment."""

    page: StatusPage
    now: datetime
    groups: Sequence[Group]
    stories: Sequence[Story] = ()
    outages: Sequence[Outage] = ()
    """The last ones, newest first."""
    under_way: Sequence[Work] = ()
    coming: Sequence[Work] = ()
    logo: Logo | None = None

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def overall(self) -> Overall:
        return overall([row.condition for row in self.rows])

    @property
    def total(self) -> Sum:
        return added(row.total for row in self.rows)

    @property
    def open_stories(self) -> list[Story]:
        return [one for one in self.stories if one.is_open]

    @property
    def closed_stories(self) -> list[Story]:
        return [one for one in self.stories if not one.is_open]

    def row(self, number: str) -> Row | None:
        """Return the row of a task, by its id as addresses have it, if it is shown."""
        return next((one for one in self.rows if str(one.task_id) == number), None)


def make_view(
    page: StatusPage,
    fleet: Sequence[WatchedTask],
    pasts: Mapping[int, Past],
    recent: Mapping[int, Recent],
    posts: Sequence[Post],
    maintenances: Sequence[Maintenance],
    now: datetime,
    logo: Logo | None = None,
) -> View:
    """Return what a page shows now.

    Args:
        fleet: all tasks.
        pasts: of those that are shown.
        recent: the same, if latency is shown.
        posts: those of the page.
    """
    chosen = page.chosen(fleet)
    names = shown_names(chosen)
    tasks = [one.task for _, ours in chosen for one in ours]
    under_way = [
        (one, span)
        for one in maintenances
        if concerned(one, tasks)
        and (window := window_of(one)) is not None
        and (span := window.occurrence_at(now))
    ]

    def row(section: Section, one: WatchedTask) -> Row:
        in_work = any(
            work.selector.chooses(one.task.name, one.task.tags) for work, _span in under_way
        )
        blind_at = blind_since(one, now)
        past = pasts.get(one.task.id, Past())
        days = make_days(past, one.task.created_at, now, DAYS, blind_at)
        seen = recent.get(one.task.id)
        return Row(
            task_id=one.task.id,
            name=section.shown(one.task),
            target=without_password(one.task.target) if page.targets else "",
            condition=condition_of(one, in_work=in_work, blind=blind_at is not None),
            days=days,
            total=added(days),
            strip=None if seen is None else make_strip(one.task, one.state, seen, now),
        )

    def told(work: Maintenance, span: tuple[datetime, datetime]) -> Work:
        return Work(
            name=work.name,
            begins_at=span[0],
            ends_at=span[1],
            names=[names[task.id] for task in concerned(work, tasks)],
        )

    return View(
        page=page,
        now=now,
        logo=logo,
        groups=[
            Group(title=section.title, rows=[row(section, one) for one in ours])
            for section, ours in chosen
            if ours
        ],
        stories=[
            one for one in stories_of(posts) if one.is_open or one.posts[0].at >= now - HISTORY
        ],
        outages=_outages(names, pasts, now),
        under_way=[told(*one) for one in under_way],
        coming=coming(tasks, names, maintenances, now, COMING)[:WORKS],
    )


def _outages(names: Mapping[int, str], pasts: Mapping[int, Past], now: datetime) -> list[Outage]:
    found = [
        Outage(
            id=f"{task_id}-{one.number}",
            name=name,
            opened_at=one.opened_at,
            closed_at=one.closed_at,
        )
        for task_id, name in names.items()
        for one in pasts.get(task_id, Past()).incidents
        if one.closed_at is None or one.closed_at >= now - HISTORY
    ]
    return sorted(found, key=lambda one: one.opened_at, reverse=True)[:OUTAGES]
