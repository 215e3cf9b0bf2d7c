"""A status page, its sections, and posts about incidents: frozen values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from monitor.core.alerts.alerting import Selector
from monitor.core.model import Task, WatchedTask

THEMES = ("auto", "light", "dark")


@attrs.frozen(kw_only=True)
class Section:
    """Some tasks under a heading: those with one of the names or tags. Never all by omission."""

    title: str = ""
    """May be empty: no heading."""
    tasks: tuple[str, ...] = ()
    """Names; `*` and `?` stand for anything."""
    tags: tuple[str, ...] = ()
    names: Mapping[str, str] = attrs.field(factory=dict)
    """What the public reads instead of the name of a task."""

    def chooses(self, task: Task) -> bool:
        """Say whether a task is shown here."""
        if not self.tasks and not self.tags:
            return False
        return Selector(tasks=self.tasks, tags=self.tags).chooses(task.name, task.tags)

    def shown(self, task: Task) -> str:
        """Return what the public reads for a task."""
        return self.names.get(task.name) or task.name


@attrs.frozen(kw_only=True)
class StatusPage:
    """A page for the public. Check it by `making.check_page`."""

    slug: str
    title: str
    host: str = ""
    """A host name of its own, at which it stands at `/`; empty: none."""
    description: str = ""
    sections: tuple[Section, ...] = ()
    latency: bool = False
    """Whether response times are shown."""
    targets: bool = False
    """Whether addresses are shown, without passwords."""
    accent: str = ""
    """The colour of the head, `#rrggbb`; empty: ours."""
    theme: str = "auto"
    language: str = ""
    """Empty: the reader's."""
    link: str = ""
    """Where the title leads."""
    footer: str = ""
    password_hash: str = attrs.field(default="", repr=False)
    """What is kept of the password that readers need (argon2id); empty: everybody reads it."""
    mail: str = attrs.field(default="", repr=False)
    """What sends letters to subscribers, as the address of a mail channel; empty: nothing does."""
    webhooks: bool = False
    """Whether webhooks may subscribe."""
    indexed: bool = True
    """Whether search engines may list it."""
    from_file: bool = attrs.field(default=False, eq=False)

    def chosen(self, fleet: Iterable[WatchedTask]) -> list[tuple[Section, list[WatchedTask]]]:
        """Return what each section shows; a task stands in the first that chooses it."""
        left = sorted(fleet, key=lambda one: one.task.name)
        found = []
        for section in self.sections:
            ours = [one for one in left if section.chooses(one.task)]
            taken = {one.task.id for one in ours}
            left = [one for one in left if one.task.id not in taken]
            found.append((section, _in_order(section, ours)))
        return found


def _in_order(section: Section, found: Sequence[WatchedTask]) -> list[WatchedTask]:
    """Put tasks that are named in the order they are named; the others follow by name."""
    order = {name: number for number, name in enumerate(section.tasks)}
    return sorted(found, key=lambda one: order.get(one.task.name, len(order)))


@attrs.frozen(kw_only=True)
class PagesChange:
    """What is to be done to pages, all or nothing."""

    pages: tuple[StatusPage, ...] = ()
    """New ones, or others of slugs that are there."""
    drop: tuple[str, ...] = ()
    """Slugs; their posts go with them."""

    def __bool__(self) -> bool:
        return self != PagesChange()


class PostState(StrEnum):
    """How far those who work on an incident are."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@attrs.frozen(kw_only=True)
class Post:
    """Something that somebody wrote about an incident; further posts belong to the same story."""

    id: str
    """Sorts by time."""
    page: str
    story: str
    """The id of the first post."""
    at: datetime
    state: PostState
    title: str
    """Of the story."""
    text: str
    by: str = attrs.field(default="", eq=False)
    """Who wrote it; the public is not told."""


@attrs.frozen(kw_only=True)
class Story:
    """An incident as it is told in words; the newest post first."""

    posts: tuple[Post, ...]

    @property
    def id(self) -> str:
        return self.posts[-1].id

    @property
    def title(self) -> str:
        return self.posts[0].title

    @property
    def state(self) -> PostState:
        return self.posts[0].state

    @property
    def is_open(self) -> bool:
        return self.state is not PostState.RESOLVED

    @property
    def began_at(self) -> datetime:
        return self.posts[-1].at


def stories_of(posts: Iterable[Post]) -> list[Story]:
    """Gather posts into stories, the one written about last first."""
    found: dict[str, list[Post]] = {}
    for post in sorted(posts, key=lambda one: one.id, reverse=True):
        found.setdefault(post.story, []).append(post)
    return [Story(posts=tuple(each)) for each in found.values()]
