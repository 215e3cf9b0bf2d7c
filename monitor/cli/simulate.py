"""`monitor simulate`: who would have been told what, under this policy and under others?"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
from cyclopts import App, Parameter

from monitor import journal
from monitor.cli.apply import sources_of
from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, File, Moment, Whole
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.config.declared import Declarations
    from monitor.config.scenario import Scenario, Wishes
    from monitor.config.source import Source
    from monitor.settings import Settings
    from monitor.simulation.account import Account

_LONGEST_DAYS = 366
_NOBODY = "nobody is told anything, since there is no channel; taking it that you are"
_TAKEN = "you"
"""What the channel is called that stands in for none."""


def register(app: App) -> None:
    app.command(simulate)


async def simulate(
    *files: Annotated[File, Parameter(name="FILE")],
    days: Whole = None,
    seed: Whole = None,
    random: bool = False,
    history: bool = False,
    try_: Annotated[list[str] | None, Parameter(name="--try", metavar="POLICY", n_tokens=1)] = None,
    from_: Annotated[Moment, Parameter(name="--from")] = None,
    blip: Duration = None,
    html: Annotated[File | None, Parameter(metavar="FILE")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Try alert policies on thirty days of outages: pages, delays, false alarms, side by side.

    The real engine goes through all of it in seconds, on a clock that jumps. No target is
    contacted, nothing is sent, and no database is needed.

    What happens stands under [[outage]] in configuration files; without any, it is drawn by
    chance, the same for the same --seed; with --history it is what the database has recorded.
    Other policies stand under [[policy]], or are given by --try:

    monitor simulate --try "patient: attempts=5 retry_interval=30s" --html timeline.html

    Without a FILE it is the one of --config; a FILE that declares no tasks is read beside that.

    Args:
        files: TOML files, or directories of them.
        days: How long it goes on (default: 30).
        seed: The number from which chance is drawn (default: 1).
        random: Draw outages too, beside those that are written.
        history: Take what the database has recorded, of its last days.
        try_: Another policy: KEY=VALUE ..., or NAME: KEY=VALUE ...; may be given several times.
        from_: When it begins (default: 2026-01-05T00:00Z, a Monday).
        blip: What is over sooner, nobody needs to hear of (default: 2m).
        html: Write a timeline to look at in a browser.
    """
    import logging

    settings = everywhere.settle(level=logging.ERROR)
    if history and (random or seed is not None):
        raise BadInput("--history is what was recorded, so there is nothing for --random or --seed")
    from monitor.channels.outside import check_channel
    from monitor.cli.leniency import without_secrets
    from monitor.probes import prepare
    from monitor.simulation.trial import make_world, try_policies

    check, check_one = without_secrets(prepare), without_secrets(check_channel)
    wishes = _wishes(days, seed, random, from_, blip)
    notes: list[str] = []
    ids: tuple[int, ...] = ()
    tried = _tried(try_)
    if history:
        from monitor.cli.simulate_history import read_history

        past = await read_history(settings, files, tried, wishes, check, check_one)
        scenario, world, ids, notes = past.scenario, past.world, past.ids, [*past.notes]
        declared = _with_channel(past.declared, notes)
    else:
        scenario, declared = _read(settings, files, tried, wishes, check, check_one)
        declared = _with_channel(declared, notes)
        world = make_world(scenario, declared)
    with _progress(1 + len(scenario.policies)) as on_progress:
        trials = await try_policies(
            scenario,
            declared,
            world,
            check,
            check_one,
            lang=settings.lang,
            ids=ids,
            on_progress=on_progress,
        )
    from monitor.cli.simulated import form, show
    from monitor.simulation.account import Account

    account = Account(
        scenario=scenario,
        world=world,
        trials=tuple(trials),
        recorded=history,
        notes=tuple(notes),
    )
    words = Words(settings.lang)
    if everywhere.json:
        say_json(form(account))
    else:
        show(account, words)
    if html is not None:
        _write(html, account, words)
        if not everywhere.json:
            say(words("the timeline is in {file}", file=html))
    return 0


def _wishes(
    days: int | None, seed: int | None, random: bool, from_: Moment, blip_s: Duration
) -> "Wishes":
    from monitor.config.scenario import Wishes

    if days is not None and not 1 <= days <= _LONGEST_DAYS:
        raise BadInput(f"--days: {days} is out of range; use 1 to {_LONGEST_DAYS}")
    if seed is not None and seed < 0:
        raise BadInput(f"--seed: {seed} is out of range; use 0 or more")
    return Wishes(
        start_at=from_,
        length_s=None if days is None else days * 86400.0,
        seed=seed,
        random=True if random else None,
        blip_s=blip_s,
    )


def _tried(written: Sequence[str] | None) -> "list[Source]":
    """Read the policies of the command line. Raises BadInput."""
    from monitor.config.scenarios import policy_of_words

    found = []
    for one in written or ():
        try:
            found.append(policy_of_words(one))
        except ValueError as error:
            raise BadInput(f"--try: {error}") from None
    return found


def _read(
    settings: "Settings",
    files: Sequence[Path],
    tried: "Sequence[Source]",
    wishes: "Wishes",
    check: Callable[..., object],
    check_channel: Callable[..., object],
) -> "tuple[Scenario, Declarations]":
    """Return what some files say.

    Raises:
        BadInput: there are no files, or no tasks in them.
        BadConfig: with everything that is wrong.
    """
    from monitor.config.declared import read_declared
    from monitor.config.scenarios import read_scenario

    sources = sources_of(settings, files)
    beside = []
    if files and settings.config is not None and not any("task" in one.tables for one in sources):
        beside = sources_of(settings, ())
    declared, warnings = read_declared([*beside, *sources], check, check_channel)
    for warning in warnings:
        journal.say(f"monitor: {warning}")
    if not declared.tasks:
        raise BadInput("there is no [[task]] in these files; see docs/simulate.md")
    scenario = read_scenario([*beside, *sources, *tried], declared, check, check_channel, wishes)
    if not scenario.sights and not scenario.random:
        scenario = attrs.evolve(scenario, random=True)
    return scenario, declared


def _with_channel(declared: "Declarations", notes: list[str]) -> "Declarations":
    """Put somebody there to be told, if the files name nobody."""
    from monitor.core.alerts.notices import ChannelSpec

    if declared.channels:
        return declared
    notes.append(_NOBODY)
    stand_in = ChannelSpec(name=_TAKEN, url="webhook+https://you.example/", default=True)
    return attrs.evolve(declared, channels={_TAKEN: stand_in})


@contextmanager
def _progress(policies: int) -> Iterator[Callable[[int, float], None]]:
    """Show on a terminal how far it is."""
    if not sys.stderr.isatty():
        yield lambda _number, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("", total=policies)
        yield lambda number, part: bar.update(shown, completed=number + min(part, 1.0))


def _write(path: Path, account: "Account", words: Words) -> None:
    """Write the timeline. Raises CouldNotTell if that cannot be."""
    from monitor.cli.timeline import to_html

    try:
        path.write_text(to_html(account, words), encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CouldNotTell(f"the file {path} cannot be written: {why}") from error
