"""/api/v1/configuration: everything as a file, and files applied.

Secrets do not go out: they stand as `***`. A file that is sent back with `***` where it was shown
leaves them as they are.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import trio

from monitor.channels import shown_url
from monitor.channels.outside import check_channel
from monitor.config.declared import Declarations, read_declared
from monitor.config.export import to_toml
from monitor.config.places import places_of
from monitor.config.plan import left_over, plan
from monitor.config.source import BadConfig, Problem, Source
from monitor.core.alerts.alerting import Alerting
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.changes import FleetChange
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import Task
from monitor.core.probing import InvalidTask
from monitor.core.statuspage.values import StatusPage
from monitor.operations.applying import report_of
from monitor.operations.channelspecs import shown_options
from monitor.probes import prepare
from monitor.references import has_reference
from monitor.web.api.bodies import yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.guarded import (
    NOTHING,
    ApiOptions,
    Given,
    check,
    is_hidden,
    with_secrets,
)
from monitor.web.api.operation import Body, Operation, Query, Reply
from monitor.web.api.problems import Refusal, Wrong, unfit
from monitor.web.api.schemas import ref
from monitor.web.routing import Role

_MOST = 20
"""Exported tasks are many; refused ones are named up to here."""
_TOML = "application/toml"
_HEAD = """\
# What a monitor had, its secrets shown as ***. Applied there they stay as they are; elsewhere they
# have to be written.
"""
_NAME = "request"
"""How places of the file that was sent are called."""


@attrs.define(eq=False, kw_only=True)
class Configuration:
    """Serves the whole configuration."""

    options: ApiOptions
    hint: Callable[[], None]
    _places: trio.CapacityLimiter = attrs.field(factory=lambda: trio.CapacityLimiter(1), init=False)

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="exportConfiguration",
            method="GET",
            path="/configuration",
            needs=Role.ADMIN,
            says="Export all tasks, channels and announced work as a configuration file.",
            more="Secrets stand as `***`; applying it here changes nothing. For a file with them, "
            "`monitor export` on the machine itself.",
            carry_out=self.export,
            answer={"type": "string"},
            media_type=_TOML,
        )
        yield Operation(
            id="applyConfiguration",
            method="POST",
            path="/configuration",
            needs=Role.ADMIN,
            says="Make what is stored that of a configuration file, in one transaction.",
            more="With `dry_run=true` only shows what would be done. A wrong file changes nothing "
            "at all.",
            carry_out=self.apply,
            query={
                "dry_run": _flag("Only show what would be done."),
                "prune": _flag("Remove what came from a file and is not in this one."),
            },
            body=Body(
                name="ConfigurationFile",
                media_type=_TOML,
                example='[[task]]\nname = "shop"\ntarget = "https://shop.example/health"\n',
            ),
            answer=ref("Applied"),
            refusals=(409,),
        )

    async def export(self, call: Call) -> Reply:
        async with call.session() as session:
            tasks = [one.task for one in await session.fleet()]
            alerting = await session.alerting()
            pages = await session.publishing.pages()
        return Reply(text=await trio.to_thread.run_sync(_shown, tasks, alerting, pages))

    async def apply(self, call: Call) -> Reply:
        dry_run, prune = call.query["dry_run"], call.query["prune"]
        async with self._places, call.session() as session:
            stored = [one.task for one in await session.fleet()]
            alerting = await session.alerting()
            pages = await session.publishing.pages()

            def prepared() -> tuple[Declarations, list[str], FleetChange]:
                declared, warnings = _read(call.raw, stored, alerting, self.options)
                return (
                    declared,
                    warnings,
                    plan(stored, alerting, declared, prune=prune, pages=pages),
                )

            # In a thread: a large file takes seconds to be checked.
            declared, warnings, change = await trio.to_thread.run_sync(prepared)
            if change and not dry_run:

                def decide(tasks: Sequence[Task], now_said: Alerting) -> FleetChange:
                    if list(tasks) != stored or now_said != alerting:
                        raise Refusal(409, "somebody changed something meanwhile; send it again")
                    return change

                await session.rebuild(decide, call.now)
                self.hint()
        left = [] if prune else left_over(stored, declared)
        report = report_of(change, len(stored))
        return Reply(
            document={
                "dry_run": dry_run,
                **report,
                "left_over": left,
                "warnings": warnings,
            }
        )


def _flag(says: str) -> Query:
    return Query(yes_or_no, says, {"type": "boolean", "default": False}, default=False)


def _shown(tasks: Sequence[Task], alerting: Alerting, pages: Sequence[StatusPage]) -> str:
    """Write a file without secrets."""
    shown = [
        attrs.evolve(one, target=without_password(one.target), options=without_secrets(one.options))
        for one in tasks
    ]
    channels = tuple(
        attrs.evolve(one, url=shown_url(one.url), options=shown_options(one))
        for one in alerting.channels
    )
    return to_toml(shown, attrs.evolve(alerting, channels=channels), _HEAD, pages)


def _read(
    raw: bytes, stored: Sequence[Task], alerting: Alerting, options: ApiOptions
) -> tuple[Declarations, list[str]]:
    """Read what was sent, with the secrets of what is stored where they were shown as `***`.

    What must not come in from afar is refused before anything of it is tried.

    Raises:
        BadConfig: with everything that is wrong.
        Refusal: naming each task and channel that must not come in.
    """
    try:
        text = raw.decode("utf-8")
        source = Source(Path(_NAME), tomllib.loads(text), places_of(text))
    except UnicodeDecodeError as error:
        why = f"is not UTF-8 text (at byte {error.start})"
        raise BadConfig([Problem(_NAME, why)]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig([Problem(_NAME, f"{error}, so this is not valid TOML")]) from None
    except RecursionError:
        raise BadConfig([Problem(_NAME, "has tables or lists too deep in each other")]) from None
    wrong: list[Wrong] = []
    tasks = {one.name: one for one in stored}
    for table, name in _tables(source, "task", "target"):
        _admit_task(table, name, tasks.get(name), options, wrong)
    channels = {one.name: one for one in alerting.channels}
    for table, name in _tables(source, "channel", "url"):
        _admit_channel(table, name, channels.get(name), options, wrong)
    if wrong:
        raise unfit(wrong[:_MOST])
    return read_declared([source], prepare, check_channel)


def _admit_task(
    table: dict[str, Any], name: str, task: Task | None, options: ApiOptions, wrong: list[Wrong]
) -> None:
    before = NOTHING if task is None else Given(task.target, task.options)
    kept = with_secrets(Given(table["target"], table.get("options", {})), before)
    table["target"] = kept.target
    if "options" in table:
        table["options"] = dict(kept.options)
    try:
        check(kept, before, options)
    except InvalidTask as error:
        wrong.append(Wrong(f'task "{without_password(name)}", {error.field}', error.message))


def _admit_channel(
    table: dict[str, Any],
    name: str,
    known: ChannelSpec | None,
    options: ApiOptions,
    wrong: list[Wrong],
) -> None:
    if known is not None:
        table.update(_kept(table, known))
    found = (table["url"], table.get("options", {}))
    if known is not None and found == (known.url, known.options):
        return
    if any(map(is_hidden, found)):
        why = "has *** where a secret was hidden; write the secret itself"
    elif not options.allow_references and any(map(has_reference, found)):
        why = "has a reference ${...}; these are not taken over HTTP"
    else:
        return
    wrong.append(Wrong(f'channel "{name}"', why))


def _tables(source: Source, kind: str, key: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield tables that may be of something stored, with their names."""
    tables = source.tables.get(kind)
    for table in tables if isinstance(tables, list) else ():
        if not isinstance(table, dict) or not isinstance(table.get(key), str):
            continue
        name = table.get("name", table[key])
        if isinstance(name, str) and isinstance(table.get("options", {}), dict):
            yield table, name


def _kept(table: dict[str, Any], known: ChannelSpec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if table["url"] == shown_url(known.url):
        found["url"] = known.url
    if "options" in table:
        shown = shown_options(known)
        found["options"] = {
            name: known.options[name] if name in shown and value == shown[name] else value
            for name, value in table["options"].items()
        }
    return found
