"""`monitor apply` and `monitor export`: tasks as configuration files."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from monitor import journal
from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.core.describe import clean
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.config.declared import Declarations
    from monitor.config.source import Source
    from monitor.core.alerts.alerting import Alerting
    from monitor.core.changes import FleetChange
    from monitor.core.model import Task
    from monitor.core.statuspage.values import StatusPage
    from monitor.settings import Settings


def register(app: App) -> None:
    app.command(apply)
    app.command(export)


async def apply(
    *files: Annotated[File, Parameter(name="FILE")],
    dry_run: bool = False,
    prune: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Make what is stored that of configuration files, in one transaction.

    Tasks are known by their names; those that do not change go on undisturbed. A wrong file
    changes nothing at all. Without a FILE it is the one of --config, with conf.d beside it.

    Args:
        files: TOML files, or directories of them.
        dry_run: Only show what would be done.
        prune: Remove tasks that came from a file and are in none now, with their history.
    """
    settings = everywhere.settle()
    from monitor.config.plan import left_over, plan
    from monitor.operations.applying import report_of

    declared, warnings = read_files(settings, files)
    stale: list[str] = []
    kept = 0

    def decide(tasks: "Sequence[Task]", alerting: "Alerting") -> "FleetChange":
        nonlocal kept
        stale[:] = left_over(tasks, declared)
        kept = len(tasks)
        return plan(tasks, alerting, declared, prune=prune, pages=pages)

    pages: list[StatusPage] = []
    if dry_run:
        stored, alerted, pages = await _stored(settings)
        change = decide(stored, alerted)
    else:
        from monitor.cli.database import now, open_session

        async with open_session(settings, make=True) as session:
            pages = await session.publishing.pages()
            change = await session.rebuild(decide, now())
    report = report_of(change, kept)
    if everywhere.json:
        left = [] if prune else stale
        say_json({"dry_run": dry_run, **report, "left_over": left, "warnings": warnings})
        return 0
    for warning in warnings:
        journal.say(f"monitor: {warning}")
    _show(report, Words(settings.lang), dry_run=dry_run, stale=[] if prune else stale)
    return 0


def read_files(settings: "Settings", files: Sequence[Path]) -> tuple["Declarations", list[str]]:
    """Read some files, or the one of --config.

    Raises:
        BadInput: there is none.
        BadConfig: with everything that is wrong.
    """
    from monitor.channels.outside import check_channel
    from monitor.config.declared import read_declared
    from monitor.probes import prepare

    return read_declared(sources_of(settings, files), prepare, check_channel)


def sources_of(settings: "Settings", files: Sequence[Path]) -> "list[Source]":
    """Read some files, or the one of --config, as TOML. Raises BadInput, BadConfig."""
    from monitor.config.source import read_sources, with_conf_d

    if not files and settings.config is None:
        raise BadInput(
            "there is no ./monitor.toml; name a FILE, or a directory of such; "
            "`monitor export` writes what is stored as one"
        )
    return read_sources(list(files) if files else with_conf_d(settings.config or Path()))


async def _stored(settings: "Settings") -> "tuple[list[Task], Alerting, list[StatusPage]]":
    """Return what is stored; nothing, if there is no database yet."""
    from monitor.cli.database import open_session
    from monitor.core.alerts.alerting import Alerting

    address = settings.address
    if address.is_sqlite and not address.path.exists():
        return [], Alerting(), []
    async with open_session(settings) as session:
        tasks = [watched.task for watched in await session.fleet()]
        return tasks, await session.alerting(), await session.publishing.pages()


def _show(report: dict[str, Any], words: Words, *, dry_run: bool, stale: Sequence[str]) -> None:
    """Show a change as a diff: `+` added, `~` changed, `-` removed."""
    for task in report["added"]:
        say(clean(f"+ {task['name']}  {task['target']}"))
    for name, fields in report["changed"].items():
        say(clean(f"~ {name}"))
        for key, (old, new) in fields.items():
            say(f"    {clean(f'{key}: {old} -> {new}')}")
    for name in report["removed"]:
        say(clean(f"- {name}  {words('with its history')}"))
    for key in ("channels", "maintenances", "status_pages"):
        what = key.removesuffix("s").replace("_", " ")
        for name in report[key]:
            say(clean(f"~ {what} {name}"))
        for name in report[f"{key}_removed"]:
            say(clean(f"- {what} {name}"))
    phrase = (
        "would be: {added} added, {changed} changed, {removed} removed, {unchanged} unchanged"
        if dry_run
        else "{added} added, {changed} changed, {removed} removed, {unchanged} unchanged"
    )
    counts = {name: report[name] for name in ("added", "changed", "removed")}
    said = {name: len(several) for name, several in counts.items()}
    say(words(phrase, unchanged=report["unchanged"], **said))
    if stale:
        names = clean(", ".join(sorted(stale)))
        say(words("in no file any more, --prune removes them: {names}", names=names))


async def export(
    *,
    output: Annotated[File | None, Parameter(metavar="FILE")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Write all tasks, channels, maintenance and status pages as a configuration file.

    Applying it again changes nothing.

    Passwords that are stored in targets and options stand in it.

    Args:
        output: Where to write it, readable by its owner only (default: stdout).
    """
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.config.export import to_tables, to_toml

    async with open_session(settings) as session:
        tasks = [watched.task for watched in await session.fleet()]
        alerting = await session.alerting()
        pages = await session.publishing.pages()
    if output is not None:
        _write(output, to_toml(tasks, alerting, pages=pages))
        if everywhere.json:
            say_json({"file": str(output), "tasks": len(tasks)})
        else:
            words = Words(settings.lang)
            say(words("{tasks:task|tasks} written to {file}", tasks=len(tasks), file=output))
    elif everywhere.json:
        say_json(to_tables(tasks, alerting, pages))
    else:
        say(to_toml(tasks, alerting, pages=pages).rstrip("\n"))
    return 0


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        CouldNotTell: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CouldNotTell(f"the file {path} cannot be written: {why}") from error
    finally:
        with suppress(OSError):
            part.unlink()
