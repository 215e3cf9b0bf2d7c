"""`monitor status-page password`, `logo`, `subscribers`, `unsubscribe`: a page and its readers."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.core.units import stamp
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


async def logo(
    slug: str,
    file: Annotated[File | None, Parameter(name="FILE")] = None,
    /,
    *,
    none: Annotated[bool, Parameter(negative="")] = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Give a page a logo, which stands beside its title and in the tab of browsers.

    Args:
        slug: Which.
        file: A picture: PNG, JPEG or WebP, at most 256 KiB.
        none: Take the logo away.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.core.statuspage.logo import read_logo
    from monitor.core.statuspage.making import InvalidPage
    from monitor.operations.statuspages import find_page, logo_form

    if (file is None) != none:
        raise BadInput("say either FILE or --none; see `monitor status-page logo --help`")
    made = None
    if file is not None:
        try:
            made = read_logo(_read(file))
        except InvalidPage as error:
            raise BadInput(f"{file} {error.message}") from None
    async with open_session(settings) as session:
        find_page(await session.publishing.pages(), slug)
        await session.publishing.set_logo(slug, made)
    words = Words(settings.lang)
    if everywhere.json:
        say_json(None if made is None else logo_form(made))
    elif made is None:
        say(words("status page {slug} has no logo", slug=slug))
    else:
        phrase = "status page {slug} has a logo, {width} x {height} pixels"
        say(words(phrase, slug=slug, width=made.width, height=made.height))
    return 0


def _read(file: Path) -> bytes:
    """Return the beginning of a file, a little more than any logo has. Raises BadInput."""
    from monitor.core.statuspage.logo import LIMIT

    try:
        with file.open("rb") as opened:
            return opened.read(LIMIT + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadInput(f"the file {file} cannot be read: {why}") from None


async def subscribers(slug: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List who is told of what happens on a page.

    Args:
        slug: Which.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import find_page, subscriber_form

    async with open_session(settings) as session:
        find_page(await session.publishing.pages(), slug)
        found = await session.publishing.readers.all(slug)
    words = Words(settings.lang)
    if everywhere.json:
        say_json([subscriber_form(one) for one in found])
    elif found:
        lines = [
            (
                one.id,
                one.way.value,
                one.address,
                stamp(one.confirmed_at) if one.confirmed_at else words("not confirmed"),
            )
            for one in found
        ]
        say(table([words(one) for one in ("id", "by way of", "address", "confirmed")], lines))
    else:
        say(words("status page {slug} has no subscribers", slug=slug))
    return 0


async def unsubscribe(slug: str, who: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Forget a subscriber of a page, and letters on their way there.

    Args:
        slug: Which page.
        who: The address, or the id that `subscribers` shows.
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.statuspages import find_page, find_subscriber

    async with open_session(settings) as session:
        find_page(await session.publishing.pages(), slug)
        readers = session.publishing.readers
        one = find_subscriber(await readers.all(slug), who)
        await readers.drop(slug, [one.id])
    if everywhere.json:
        say_json({"removed": one.id})
    else:
        said = Words(settings.lang)
        say(said("{address} is told nothing more of {slug}", address=one.address, slug=slug))
    return 0
