"""Status pages in the store that lives in memory; see `memory`."""

from collections.abc import Collection
from datetime import datetime

import attrs

from monitor.core.statuspage.hosts import refuse_shared_host
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.publishing import PagesPlan
from monitor.core.statuspage.readers import of_post
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.store.memory_subscribing import ReaderTables


@attrs.define(eq=False)
class PageTables:
    """What is kept of status pages."""

    by_slug: dict[str, StatusPage] = attrs.field(factory=dict)
    posts: dict[str, Post] = attrs.field(factory=dict)
    logos: dict[str, Logo] = attrs.field(factory=dict)
    readers: ReaderTables = attrs.field(factory=ReaderTables)

    def pages(self) -> list[StatusPage]:
        return [self.by_slug[slug] for slug in sorted(self.by_slug)]

    def change(self, plan: PagesPlan) -> PagesChange:
        known = self.pages()
        change = plan(known)
        refuse_shared_host(known, change)
        for slug in change.drop:
            self.by_slug.pop(slug, None)
            self.logos.pop(slug, None)
            self.readers.drop_page(slug)
            self._forget([one for one in self.posts.values() if one.page == slug])
        self.by_slug |= {one.slug: one for one in change.pages}
        return change

    def _forget(self, posts: Collection[Post]) -> None:
        for one in posts:
            del self.posts[one.id]

    def posts_of(self, page: str, since: datetime | None, limit: int) -> list[Post]:
        found = [
            one
            for one in self.posts.values()
            if one.page == page and (since is None or one.at >= since)
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[:limit]

    def write(self, post: Post) -> bool:
        if post.page not in self.by_slug:
            return False
        self.posts[post.id] = post
        self.readers.tell(post.page, of_post(post), post.at)
        return True

    def set_logo(self, page: str, logo: Logo | None) -> bool:
        if page not in self.by_slug:
            return False
        self.logos.pop(page, None)
        if logo is not None:
            self.logos[page] = logo
        return True

    def drop_story(self, page: str, story: str) -> None:
        ours = [one for one in self.posts.values() if one.page == page and one.story == story]
        self._forget(ours)
