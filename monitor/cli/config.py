"""`monitor config`: is the file right, and what may stand in it?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from monitor.cli.apply import read_files, sources_of
from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.screen import say, say_json
from monitor.config.source import BadConfig
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.config.declared import Declarations
    from monitor.settings import Settings


def register(app: App) -> None:
    config = App(name="config", help="Check configuration files; help editors with them.")
    config.command(check)
    config.command(schema)
    app.command(config)


async def check(
    *files: Annotated[File, Parameter(name="FILE")], everywhere: Everywhere = NOTHING_SAID
) -> int:
    """Read configuration files, and tell everything that is wrong, each with its place.

    Exit code: 0 if nothing is, else 2. Without a FILE it is the one of --config.

    Args:
        files: TOML files, or directories of them.
    """
    settings = everywhere.settle()
    try:
        declared, warnings = read_files(settings, files)
        _read_tests(settings, files, declared)
    except BadConfig as error:
        if not everywhere.json:
            raise
        problems = [{"where": one.where, "message": one.message} for one in error.problems]
        say_json({"tasks": [], "warnings": [], "problems": problems})
        return 2
    if everywhere.json:
        say_json({"tasks": list(declared.tasks), "warnings": warnings, "problems": []})
        return 0
    for warning in warnings:
        say(warning)
    say(Words(settings.lang)("{tasks:task|tasks}, nothing is wrong", tasks=len(declared.tasks)))
    return 0


def _read_tests(settings: "Settings", files: Sequence[Path], declared: "Declarations") -> None:
    """Check the tests of alert policies, and simulations, too. Raises BadConfig."""
    from monitor.channels.outside import check_channel
    from monitor.config.cases import read_cases
    from monitor.config.scenarios import read_scenario
    from monitor.probes import prepare

    sources = sources_of(settings, files)
    read_cases(sources, declared, prepare)
    read_scenario(sources, declared, prepare, check_channel)


async def schema(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Print the JSON Schema of the configuration file, for editors that complete and check."""
    everywhere.settle()
    from monitor.config.schema import json_schema
    from monitor.settingkeys import settings_schema

    say_json(json_schema(settings_schema()))
    return 0
