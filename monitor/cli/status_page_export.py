"""`monitor status-page export`: pages as folders of files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.statuspage.values import StatusPage


async def export(
    directory: Annotated[File, Parameter(name="DIR")],
    /,
    *slugs: Annotated[str, Parameter(name="SLUG")],
    url: Annotated[str, Parameter(metavar="URL")] = "",
    unprotected: Annotated[bool, Parameter(negative="")] = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Write pages, as they are now, into a folder that any web server can serve.

    Args:
        directory: The folder; each page is a folder in it. Other files there are left alone.
        slugs: Which pages (default: all).
        url: Where the folder will be found, for feeds.
        unprotected: Write pages that have a password too; files ask nobody for one.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.statuspages import find_page
    from monitor.web.status.exported import files_of, statics
    from monitor.web.status.shelf import gathered

    at, written = now(), 0
    async with open_session(settings) as session:
        known, fleet = await session.publishing.pages(), await session.fleet()
        chosen = [find_page(known, slug) for slug in slugs] or known
        _refuse_open(chosen, unprotected=unprotected)
        views = [(await gathered(session, page, fleet, at))() for page in chosen]
    for path, content in (
        *statics(),
        *(each for view in views for each in files_of(view, url, settings.access.url)),
    ):
        _write(directory / path, content)
        written += 1
    if everywhere.json:
        say_json({"directory": str(directory), "pages": [one.slug for one in chosen]})
    else:
        phrase = "pages: {pages}, files: {files}, written to {directory}"
        said = Words(settings.lang)
        say(said(phrase, pages=len(chosen), files=written, directory=directory))
    return 0


def _refuse_open(pages: "Sequence[StatusPage]", *, unprotected: bool) -> None:
    """Refuse to write pages with a password unless that is meant. Raises BadInput."""
    for page in pages:
        if page.password_hash and not unprotected:
            raise BadInput(
                f"status page {page.slug!r} has a password, for which files ask nobody; name the "
                "pages to write, or add --unprotected"
            )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: somebody may be reading it. Raises CouldNotTell."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CouldNotTell(f"the file {path} cannot be written: {why}") from error
