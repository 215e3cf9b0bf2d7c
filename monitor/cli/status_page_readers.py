"""`monitor status-page password` and more: who reads a page."""

from typing import Annotated

from cyclopts import Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.screen import say, say_json
from monitor.words import Words


async def password(
    slug: str,
    /,
    *,
    none: Annotated[bool, Parameter(negative="")] = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Ask for the password that readers of a page need, also for its feeds, badges and widget.

    At a terminal it is asked for twice; otherwise it is the first line of stdin.

    Args:
        slug: Which.
        none: Everybody may read it from now on.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.cli.passwords import hashed, read_password
    from monitor.operations.statuspages import editing, find_page, page_form

    words = Words(settings.lang)
    async with open_session(settings) as session:
        find_page(await session.publishing.pages(), slug)
    kept = "" if none else hashed(read_password(words, (slug,)))
    async with open_session(settings) as session:
        plan = editing(slug, {"password_hash": kept})
        [page] = (await session.publishing.change_pages(plan)).pages
    if everywhere.json:
        say_json(page_form(page))
    elif none:
        say(words("everybody may read status page {slug}", slug=slug))
    else:
        say(words("readers of status page {slug} need the password", slug=slug))
    return 0
