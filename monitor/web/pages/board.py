"""Which tasks the list shows and in which order, and how all is in one sentence. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import attrs
from starlette.datastructures import QueryParams

from monitor.core.model import Lifecycle, Reason, Status, WatchedTask
from monitor.web.pages.words import Words

PAGE_SIZES = (50, 100, 200)
SORTS = ("trouble", "name", "change")
BAD = (Status.DOWN, Status.UNKNOWN, Status.DEGRADED, Status.UNREACHABLE)
"""What asks for attention, the worst first."""
_RANK = {
    status: rank
    for rank, status in enumerate(
        (*BAD, Status.MAINTENANCE, Status.PENDING, Status.UP, Status.PAUSED)
    )
}


@attrs.frozen
class Line:
    """A task as the list shows it."""

    watched: WatchedTask
    status: Status
    reason: Reason | None

    @property
    def since_at(self) -> datetime | None:
        return since_at(self.watched)

    @property
    def due_at(self) -> datetime | None:
        """When we look next, if anybody looks."""
        if self.watched.task.paused:
            return None
        if self.watched.recovery.lifecycle is not Lifecycle.RUNNING:
            return self.watched.recovery.retry_at
        return self.watched.state.next_check_at

    @property
    def detail(self) -> str:
        """Why it is as it is: our own trouble with it, or what the last look saw."""
        return self.watched.recovery.error or self.watched.state.detail


def since_at(one: WatchedTask) -> datetime | None:
    """Return since when a task is shown as it is: our own trouble with it comes before a claim."""
    if one.recovery.lifecycle is not Lifecycle.RUNNING and one.recovery.changed_at is not None:
        return one.recovery.changed_at
    return one.state.since_at


def kind_of(target: str) -> str:
    """Return the scheme of a target; empty if it stands in a reference."""
    scheme = target.partition(":")[0].lower()
    return scheme if scheme.isalnum() else ""


def members_of(watched: WatchedTask) -> tuple[str, ...]:
    """Return the names that a group is made of."""
    given = watched.task.options.get("members", ())
    names = given.split(",") if isinstance(given, str) else given
    return tuple(name.strip() for name in names if isinstance(name, str))


@attrs.frozen(kw_only=True)
class Wish:
    """What somebody wants to see, as it stands in the address."""

    words: str = ""
    statuses: tuple[Status, ...] = ()
    tag: str = ""
    kind: str = ""
    group: str = ""
    sort: str = SORTS[0]
    page: int = 1
    size: int = PAGE_SIZES[0]

    @classmethod
    def read(cls, query: QueryParams) -> "Wish":
        """Read an address; what makes no sense in it is passed over."""
        known = {status.value: status for status in Status}
        page, size = query.get("page", ""), query.get("size", "")
        sort = query.get("sort", "")
        return cls(
            words=query.get("q", "").strip()[:200],
            statuses=tuple(dict.fromkeys(known[s] for s in query.getlist("status") if s in known)),
            tag=query.get("tag", ""),
            kind=query.get("kind", ""),
            group=query.get("group", ""),
            sort=sort if sort in SORTS else SORTS[0],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
            size=int(size) if size in map(str, PAGE_SIZES) else PAGE_SIZES[0],
        )

    def url(self, **changes: object) -> str:
        """Return the address of this wish with changes; defaults are left out."""
        wish = attrs.evolve(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        query: list[tuple[str, str]] = []
        for name, value in (("q", wish.words), ("tag", wish.tag), ("kind", wish.kind)):
            query += [(name, value)] if value else []
        query += [("group", wish.group)] if wish.group else []
        query += [("status", one.value) for one in wish.statuses]
        query += [("sort", wish.sort)] if wish.sort != SORTS[0] else []
        query += [("size", str(wish.size))] if wish.size != PAGE_SIZES[0] else []
        query += [("page", str(wish.page))] if wish.page > 1 else []
        return "/?" + urlencode(query) if query else "/"

    def toggled(self, status: Status) -> str:
        """Return the address with one status more, or less."""
        chosen = [one for one in self.statuses if one is not status]
        if len(chosen) == len(self.statuses):
            chosen.append(status)
        return self.url(statuses=tuple(chosen))

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.statuses or self.tag or self.kind or self.group)


@attrs.frozen(kw_only=True)
class Facets:
    """What the list can be narrowed to."""

    tags: Sequence[str]
    kinds: Sequence[str]
    groups: Sequence[str]


def facets_of(fleet: Iterable[WatchedTask]) -> Facets:
    """Find what there is, in order."""
    tags: set[str] = set()
    kinds: set[str] = set()
    groups = []
    for one in fleet:
        tags.update(one.task.tags)
        kind = kind_of(one.task.target)
        kinds.add(kind)
        if kind == "group":
            groups.append(one.task.name)
    return Facets(tags=sorted(tags), kinds=sorted(kinds - {""}), groups=sorted(groups))


@attrs.frozen(kw_only=True)
class Board:
    """What the list shows."""

    wish: Wish
    lines: Sequence[Line]
    """Of this page."""
    found: int
    """On all pages."""
    counts: Mapping[Status, int]
    """Of everything that is found, whatever its status."""
    facets: Facets

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // self.wish.size))


def find(fleet: Sequence[WatchedTask], wish: Wish) -> tuple[list[Line], Mapping[Status, int]]:
    """Return what is wished for, on whatever page, and how much there is of each status."""
    wanted = [one for one in fleet if _matches(one, wish)] if wish.is_narrow else list(fleet)
    if wish.group:
        group = next((one for one in fleet if one.task.name == wish.group), None)
        names = set() if group is None else {*members_of(group), wish.group}
        wanted = [one for one in wanted if one.task.name in names]
    lines = [Line(one, *one.shown) for one in wanted]
    counts = Counter(line.status for line in lines)
    if wish.statuses:
        lines = [line for line in lines if line.status in wish.statuses]
    return lines, counts


def make_board(fleet: Sequence[WatchedTask], wish: Wish, facets: Facets | None = None) -> Board:
    """Find, count and sort; `facets` are those of the fleet, if they are known."""
    lines, counts = find(fleet, wish)
    lines.sort(key=_ORDERS[wish.sort])
    pages = max(1, -(-len(lines) // wish.size))
    wish = attrs.evolve(wish, page=min(max(1, wish.page), pages))
    start = (wish.page - 1) * wish.size
    return Board(
        wish=wish,
        lines=lines[start : start + wish.size],
        found=len(lines),
        counts=counts,
        facets=facets_of(fleet) if facets is None else facets,
    )


def _matches(one: WatchedTask, wish: Wish) -> bool:
    task = one.task
    if wish.tag and wish.tag not in task.tags:
        return False
    if wish.kind and wish.kind != kind_of(task.target):
        return False
    if not wish.words:
        return True
    text = f"{task.name}\n{task.target}\n{' '.join(task.tags)}".casefold()
    return all(word in text for word in wish.words.casefold().split())


def _by_trouble(line: Line) -> tuple[int, float, str]:
    # Of what is in trouble the newest first: the rest is known already.
    since = line.since_at
    newest = -since.timestamp() if since is not None and line.status in BAD else 0.0
    return _RANK[line.status], newest, line.watched.task.name.casefold()


def _by_name(line: Line) -> tuple[int, float, str]:
    return 0, 0.0, line.watched.task.name.casefold()


def _by_change(line: Line) -> tuple[int, float, str]:
    since = line.since_at
    return 0, 0.0 if since is None else -since.timestamp(), line.watched.task.name.casefold()


_ORDERS = {"trouble": _by_trouble, "name": _by_name, "change": _by_change}


# --- how all is ---------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Pulse:
    """How all tasks are, and how we are ourselves: what the header of each page says."""

    counts: Mapping[Status, int]
    ailments: Sequence[str] = ()
    """What is wrong with ourselves; see `engine.wellness`."""
    database_away_since: datetime | None = None
    oldest_look_at: datetime | None = None
    bad_since: datetime | None = None
    """Since when something of the worst status there is stands so."""
    is_settled: bool = True

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def worst(self) -> Status:
        """The worst status there is; UP if nothing is bad."""
        return next((one for one in BAD if self.counts.get(one)), Status.UP)

    @property
    def is_well(self) -> bool:
        return not self.ailments and self.database_away_since is None

    def sentence(self, t: Words) -> str:
        """Say in one sentence how all is; since when is said beside it."""
        total = self.total
        if not self.is_settled:
            return t("The tasks are being read …")
        if not total:
            return t("Nothing is watched yet")
        number = self.counts.get(self.worst, 0)
        if self.worst is Status.UP:
            watched = total - self.counts.get(Status.PAUSED, 0)
            if self.counts.get(Status.UP, 0) == total:
                return t("All {total} up", total=total) if total > 1 else t("The one task is up")
            if not watched:
                return t("All {total} are paused", total=total)
            up = self.counts.get(Status.UP, 0)
            return t("{number} of {total} up, nothing is wrong", number=up, total=total)
        return t(_SENTENCES[self.worst], number=number, total=total)


_SENTENCES = {
    Status.DOWN: "{number} of {total} down",
    Status.UNKNOWN: "{number} of {total} cannot be looked at",
    Status.DEGRADED: "{number} of {total} degraded",
    Status.UNREACHABLE: "{number} of {total} unreachable",
}


def take_pulse(fleet: Iterable[WatchedTask]) -> Pulse:
    """Count, and find what is oldest."""
    shown = [(one, one.shown[0]) for one in fleet]
    counts = Counter(status for _one, status in shown)
    pulse = Pulse(counts=counts)
    sinces = [
        since
        for one, status in shown
        if status is pulse.worst and (since := since_at(one)) is not None
    ]
    looked = [
        one.state.last_looked_at
        for one, status in shown
        if status is not Status.PAUSED
        and one.recovery.lifecycle is Lifecycle.RUNNING
        and one.state.last_looked_at is not None
    ]
    return attrs.evolve(
        pulse,
        bad_since=min(sinces, default=None) if pulse.worst is not Status.UP else None,
        oldest_look_at=min(looked, default=None),
    )
