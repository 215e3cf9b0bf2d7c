"""What is asked of a store about status pages, and about the past that they show."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from monitor.core.statuspage.days import Past
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.readers import Readers
from monitor.core.statuspage.values import PagesChange, Post, StatusPage

PagesPlan = Callable[[Sequence[StatusPage]], PagesChange]


class Publishing(Protocol):
    """The part of a session that knows status pages; each method is one transaction."""

    @property
    def readers(self) -> Readers:
        """Those who are told of what happens on pages."""

    async def pages(self) -> list[StatusPage]:
        """Return all pages, by slug."""

    async def change_pages(self, plan: PagesPlan) -> PagesChange:
        """Change pages, all or nothing, and return what was done.

        `plan` is shown them as they are; nobody else can change one of them before it is done.
        Raises what it raises, and DuplicateName if two pages would have one host name.
        """

    async def posts(
        self, page: str, since: datetime | None = None, limit: int = 1000
    ) -> list[Post]:
        """Return the posts of a page since then, newest first."""

    async def write_post(self, post: Post) -> bool:
        """Write a post and letters of it to all subscribers, if its page is there; say whether."""

    async def drop_story(self, page: str, story: str) -> None:
        """Forget a story, with all its posts."""

    async def logo(self, page: str) -> Logo | None:
        """Return the logo of a page, if it has one."""

    async def set_logo(self, page: str, logo: Logo | None) -> bool:
        """Give a page a logo, or take it away; say whether the page is there."""

    async def pasts(self, task_ids: Collection[int], since: datetime) -> dict[int, Past]:
        """Return what is stored of the past of some tasks: what does not end before `since`."""
