"""The whole acceptance run: its steps in order, each on a place of its own, and the report."""

import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import attrs
import trio

from monitor import __version__
from monitor.core.describe import describe
from monitor.core.failures import StoreError
from monitor.core.probing import Prepare
from monitor.departure import Departure, open_departure
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.sql import open_store
from monitor.texts import LANGUAGES
from monitor.verification import (
    control,
    diagnosis,
    leaving,
    load,
    recovery,
    search,
    together,
)
from monitor.verification.capture import open_capture
from monitor.verification.findings import Notes, Report, Step
from monitor.verification.outside import apart, version_of
from monitor.verification.place import open_place
from monitor.verification.progress import Progress
from monitor.verification.report import summary, to_json, to_markdown
from monitor.verification.scale import BadRun, Scale
from monitor.verification.trial import Bench

_LIBRARIES = ("trio", "trio-asyncio", "SQLAlchemy", "asyncpg", "aiosqlite")
_FORMATS = {".md": to_markdown, ".json": to_json}
_LOG_LINES = 14


class HasAddress(Protocol):
    """What the run asks of settings."""

    @property
    def address(self) -> Address:
        """The database to work on."""


Run = Callable[[Bench, Address, Notes], Awaitable[None]]


@attrs.frozen
class Plan:
    """A step, and the rows that have not passed when it cannot be carried to its end."""

    name: str
    run: Run
    rows: tuple[str, ...]
    placed: bool = True
    """Whether it needs a place of its own."""


PLANS = (
    Plan(together.STEP, together.three_at_once, ("S1",)),
    Plan(load.STEP, load.under_load, ("S2",)),
    Plan(search.STEP, search.search, ("S3",), placed=False),
    Plan(control.STEP, control.shared_against_own, ("S4", "S5")),
    Plan(recovery.STEP, diagnosis.heals_itself, ("S6", "S7", "S8")),
    Plan(leaving.STEP, leaving.leaves_in_order, ("S2", "S5")),
)


async def run_verify(
    settings: HasAddress,
    *,
    tasks: int = 8,
    duration_s: float = 30.0,
    report: Path | None = None,
    lang: str = "en",
    as_json: bool = False,
) -> int:
    """Run the acceptance test on the given database and say what was seen.

    Progress goes to stderr, the summary (or one JSON document) to stdout, and the whole report to
    the file `report`, Markdown or JSON by its suffix.

    Returns:
        0 if everything passed, else 1; a run that was interrupted has not passed.

    Raises:
        BadRun: a number is out of range, or the report file has no place or no known format.
        DatabaseAway: the database cannot be reached; nothing was tried.
        StoreRefused: it does not let us make a place of our own.
    """
    scale = Scale(tasks, duration_s)
    if lang not in LANGUAGES:
        raise BadRun(f"language {lang!r} is not known; use {' or '.join(LANGUAGES)}")
    if report is not None:
        _check_report(report)
    from monitor.probes import prepare  # brings every kind of look

    whole = await verify(settings.address, scale, prepare, lang)
    _say(whole, lang, json=as_json)
    if report is not None:
        text = _FORMATS[report.suffix.lower()](whole, lang)
        try:
            await trio.Path(report).write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadRun(f"report file {str(report)!r} cannot be written: {error}") from error
    return 0 if whole.passed else 1


def _check_report(report: Path) -> None:
    if report.suffix.lower() not in _FORMATS:
        raise BadRun(f"report file {str(report)!r} must end in .md or .json")
    if not report.parent.is_dir():
        raise BadRun(f"the directory {str(report.parent)!r} does not exist; create it first")
    if report.is_dir():
        raise BadRun(f"report file {str(report)!r} is a directory")


def _say(whole: Report, lang: str, *, json: bool) -> None:
    text = to_json(whole, lang) if json else summary(whole, lang, sys.stdout.encoding)
    sys.stdout.write(text)
    sys.stdout.flush()


async def verify(address: Address, scale: Scale, prepare: Prepare, lang: str) -> Report:
    """Run all steps and return what they found; SIGINT and SIGTERM end it with what there is."""
    started_at, started_s = datetime.now(UTC), trio.current_time()
    surroundings: dict[str, str] = {}
    refusal: StoreError | None = None
    steps: list[Step] = []
    with open_capture(lang) as capture:
        progress = Progress(sys.stderr, lang, len(PLANS))
        bench = Bench(prepare=prepare, scale=scale, capture=capture, progress=progress, lang=lang)
        async with open_departure() as departure:
            try:
                surroundings = await look_around(address)
            except StoreError as error:
                refusal = error  # raised below, where no nursery wraps it
            else:
                steps += await _carry_out_all(bench, address, departure, started_s + scale.limit_s)
    if refusal is not None:
        raise refusal
    return Report(
        started_at=started_at,
        took_s=trio.current_time() - started_s,
        surroundings=surroundings,
        scale=scale,
        steps=tuple(steps),
        comparison=bench.comparison,
    )


async def _carry_out_all(
    bench: Bench, address: Address, departure: Departure, until_s: float
) -> list[Step]:
    steps = []
    for number, plan in enumerate(PLANS, 1):
        bench.progress.begin(number, plan.name)
        step = await carry_out(plan, bench, address, departure, until_s)
        bench.progress.end(step.passed)
        steps.append(step)
    return steps


async def look_around(address: Address) -> dict[str, str]:
    """Make a place once, to learn early that it cannot be made, and say where we are."""
    async with open_place(address) as place:
        server = await apart(lambda: _open_once(place))
    found = {"program": f"monitor {__version__}", "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        **found,
        "database": str(attrs.evolve(address, url=address.url.set(query={}))),
        "server": server,
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


async def _open_once(place: Address) -> str:
    async with open_store(place, Clock().now):
        return await version_of(place)


async def carry_out(
    plan: Plan, bench: Bench, address: Address, departure: Departure, until_s: float
) -> Step:
    """Carry out one step; whatever goes wrong becomes a finding, and the next step has its turn."""
    notes = Notes()
    started_s = trio.current_time()
    bench.capture.step = plan.name
    scope = trio.CancelScope(deadline=until_s)
    trouble = ""
    if not departure.asked and started_s < until_s:
        trouble = await _attempt(plan, bench, address, notes, departure, scope)
    if departure.asked:
        trouble = trouble or departure.cause
    elif scope.cancelled_caught or started_s >= until_s:
        trouble = f"no time left after {max(0.0, until_s - started_s):.0f} s"
    if trouble:
        for row in plan.rows:
            notes.find(row, "completed", False, trouble=trouble)
    return Step(
        name=plan.name,
        findings=tuple(notes.findings),
        log=tuple(notes.log[:_LOG_LINES]),
        took_s=trio.current_time() - started_s,
    )


async def _attempt(
    plan: Plan,
    bench: Bench,
    address: Address,
    notes: Notes,
    departure: Departure,
    scope: trio.CancelScope,
) -> str:
    """Run a step inside a scope that a signal cancels; return what went wrong."""
    try:
        with scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_cut_short, departure, scope, name="departure")
                if plan.placed:
                    async with open_place(address) as place:
                        await plan.run(bench, place, notes)
                else:
                    await plan.run(bench, address, notes)
                nursery.cancel_scope.cancel()
    except Exception as error:  # noqa: BLE001 - a step that breaks is a finding like any other
        return describe(error)
    return ""


async def _cut_short(departure: Departure, scope: trio.CancelScope) -> None:
    await departure.wait()
    scope.cancel()
