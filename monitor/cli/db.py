"""`monitor db`: the schema, and backups that fit every database we know."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.access.people import Deed

Target = Annotated[File, Parameter(metavar="FILE")]


def register(app: App) -> None:
    db = App(name="db", help="Upgrade, check, back up and restore the database.")
    for command in (upgrade, current, check, backup, restore):
        db.command(command)
    app.command(db)


async def upgrade(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Bring the database to the schema this program works with, making it if it is not there."""
    settings = everywhere.settle()
    from monitor.cli.database import make_data_dir, now
    from monitor.store.migrations import HEAD
    from monitor.store.sql import open_store

    make_data_dir(settings)
    async with open_store(settings.address, now, upgrade=False) as store:
        before = await store.upgrade()
    if everywhere.json:
        say_json({"before": before, "schema": HEAD})
    elif before == HEAD:
        say(Words(settings.lang)("the database has schema {head} already", head=HEAD))
    else:
        phrase = "the database has been brought from {before} to schema {head}"
        say(Words(settings.lang)(phrase, before=before or "nothing", head=HEAD))
    return 0


async def current(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show the schema of the database.

    Exit code: 0 if it is the one this program works with, else 1; 3 if it cannot be read.
    """
    settings = everywhere.settle()
    from monitor.cli.database import expect_file, now
    from monitor.store.migrations import HEAD
    from monitor.store.sql import open_store

    if settings.address.is_sqlite:
        expect_file(settings)
    async with open_store(settings.address, now, upgrade=False) as store:
        found = await store.schema()
    words = Words(settings.lang)
    if everywhere.json:
        say_json({"schema": found, "head": HEAD, "current": found == HEAD})
    elif found is None:
        say(words("the database is empty"))
    elif found == HEAD:
        say(words("schema {schema}", schema=found))
    else:
        phrase = "schema {schema}, this program works with {head}"
        say(words(phrase, schema=found, head=HEAD))
    return 0 if found == HEAD else 1


async def check(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Check that schema and tables are what this program works with, and that no file is damaged.

    Exit code: 0 if all is well, else 1; 3 if the database cannot be read.
    """
    settings = everywhere.settle()
    from monitor.cli.database import expect_file, now
    from monitor.store.backup import patient
    from monitor.store.inspection import inspect
    from monitor.store.migrations import HEAD
    from monitor.store.sql import open_store

    address = settings.address
    if address.is_sqlite:
        expect_file(settings)
    limits = patient(sqlite=address.is_sqlite)
    async with open_store(address, now, limits=limits, upgrade=False) as store:
        findings = await inspect(store)
    if everywhere.json:
        say_json({"good": not findings, "head": HEAD, "findings": findings})
    elif findings:
        say("\n".join(findings))
    else:
        phrase = "the database is in good order: schema {head}"
        say(Words(settings.lang)(phrase, head=HEAD))
    return 1 if findings else 0


async def backup(
    file: Target, /, *, force: bool = False, everywhere: Everywhere = NOTHING_SAID
) -> int:
    """Write tasks, states and history to a file that fits SQLite and PostgreSQL.

    A running monitor is not disturbed. The file may hold secrets (of targets and options); only
    you can read it.

    Args:
        file: Where to; it appears when it is complete.
        force: Replace a file that is there.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_database
    from monitor.store.backup import CannotWrite, back_up, patient

    if file.is_dir():
        raise BadInput(f"{file} is a directory; name a file in it")
    if file.exists() and not force:
        raise BadInput(f"the file {file} is there already; name another, or use --force")
    limits = patient(sqlite=settings.address.is_sqlite)
    async with open_database(settings, limits=limits) as store:
        try:
            counts = await back_up(store, file, now())
        except CannotWrite as error:
            raise CouldNotTell(str(error)) from error
    _tell(
        everywhere,
        settings.lang,
        "{rows:row|rows} of {tasks:task|tasks} written to {file}",
        file,
        counts,
    )
    return 0


async def restore(file: Target, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Read a backup into an empty database, all of it or nothing.

    The audit log of that database says who did it, and from which file.

    Args:
        file: A file written by `monitor db backup`.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_database
    from monitor.cli.whoami import typist
    from monitor.store.backup import patient, restore
    from monitor.store.backup_rows import BadBackup

    def sign(facts: Mapping[str, Any]) -> "Deed":
        after = {"file": str(file.resolve()), **facts}
        return typist().deed(now(), "database.restore", file.name, None, after)

    if not file.is_file():
        raise BadInput(f"there is no file {file}")
    limits = patient(sqlite=settings.address.is_sqlite)
    async with open_database(settings, make=True, limits=limits) as store:
        try:
            counts = await restore(store, file, sign)
        except BadBackup as error:
            raise BadInput(str(error)) from error
    phrase = "{rows:row|rows} of {tasks:task|tasks} restored from {file}"
    _tell(everywhere, settings.lang, phrase, file, counts)
    return 0


def _tell(
    everywhere: Everywhere, lang: str, phrase: str, file: File, counts: Mapping[str, int]
) -> None:
    if everywhere.json:
        say_json({"file": str(file), "rows": dict(counts)})
    else:
        rows = sum(counts.values())
        say(Words(lang)(phrase, rows=rows, tasks=counts["task"], file=file))
