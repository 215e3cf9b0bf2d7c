"""Host names of pages: no two pages have the same."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from monitor.core.failures import DuplicateName
from monitor.core.statuspage.values import PagesChange, StatusPage


def refuse_shared_host(known: Iterable[StatusPage], change: PagesChange) -> None:
    """Refuse a change after which two pages would have one host name.

    Raises:
        DuplicateName: naming both.
    """
    new = {one.slug: one for one in change.pages}
    stay = [one for one in known if one.slug not in new and one.slug not in change.drop]
    holders: dict[str, str] = {}
    for one in (*stay, *new.values()):
        if one.host and one.host in holders:
            raise DuplicateName(
                f"the host name {one.host} belongs to the status page {holders[one.host]!r}; "
                f"choose another for {one.slug!r}"
            )
        holders[one.host] = one.slug


def own_hosts(url: str) -> set[str]:
    """Return the host names at which our own pages stand, and no page for the public."""
    return {"localhost", urlsplit(url).hostname or "localhost"}


def address_of(page: StatusPage, url: str) -> str:
    """Return where everybody finds a page, without `/` at the end; empty: nobody said.

    Never taken from what a request says: whoever asks could send others elsewhere. A host name that
    is ours as well leads to the dashboard, and so is none of the page's.

    Args:
        url: what our own addresses begin with, as settings have it.
    """
    own = url.rstrip("/")
    if page.host and page.host not in own_hosts(url):
        return f"{urlsplit(own).scheme or 'https'}://{page.host}"
    return f"{own}/status/{page.slug}" if own else ""
