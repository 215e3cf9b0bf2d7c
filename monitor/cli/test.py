"""`monitor test`: is everybody told what he should be told? Tried on a virtual clock."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import App, Parameter

from monitor import journal
from monitor.cli.apply import sources_of
from monitor.cli.everywhere import NOTHING_SAID, Everywhere, File
from monitor.cli.leniency import without_secrets
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.core.describe import clean
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.config.case import Case
    from monitor.config.declared import Declarations
    from monitor.settings import Settings
    from monitor.simulation.difference import Line
    from monitor.simulation.rehearsal import Outcome


def register(app: App) -> None:
    app.command(try_policies, name="test")


async def try_policies(
    *files: Annotated[File, Parameter(name="FILE")],
    only: Annotated[str, Parameter(name=["--only", "-k"], metavar="TEXT")] = "",
    junit: Annotated[File | None, Parameter(metavar="FILE")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Try alert policies: given these results at these times, who is told what, and when?

    The tests stand under [[test]] in configuration files. The real engine carries them out, on a
    clock that jumps; no target is contacted, nothing is sent, and no database is needed. Without a
    FILE it is the one of --config; a FILE that declares no tasks is read beside that.

    Exit code: 0 if everybody is told what is expected, else 1.

    Args:
        files: TOML files, or directories of them.
        only: Only tests with this text in their names.
        junit: Write the outcome as JUnit XML too.
    """
    import logging

    settings = everywhere.settle(level=logging.ERROR)
    cases, declared = _read(settings, files)
    chosen = [case for case in cases if only.casefold() in case.name.casefold()]
    if not chosen:
        why = (
            f"no test has {only!r} in its name" if cases else "there is no [[test]] in these files"
        )
        raise BadInput(f"{why}; see docs/testing-alerts.md")
    from monitor.simulation.rehearsal import Manner, concerned, rehearse

    words = Words(settings.lang)
    trials = []
    for case in chosen:
        outcome = await rehearse(case, concerned(case, declared), Manner(lang=settings.lang))
        trial = Trial.of(case, outcome)
        trials.append(trial)
        if not everywhere.json:
            trial.show(words)
    if junit is not None:
        _write(junit, trials)
    failed = sum(not trial.ok for trial in trials)
    took_s = round(sum(trial.outcome.took_s for trial in trials), 3)
    if everywhere.json:
        shown = [trial.form() for trial in trials]
        say_json(
            {"tests": shown, "passed": len(trials) - failed, "failed": failed, "took_s": took_s}
        )
    else:
        passed = len(trials) - failed
        said = words(
            "{passed} passed, {failed} failed, in {took} s",
            passed=passed,
            failed=failed,
            took=f"{took_s:.1f}",
        )
        say(said)
    return 1 if failed else 0


def _read(settings: "Settings", files: Sequence[Path]) -> tuple[Sequence["Case"], "Declarations"]:
    """Return the tests of some files, and what they are tests of.

    Raises:
        BadInput: there are no files.
        BadConfig: with everything that is wrong.
    """
    from monitor.channels.outside import check_channel
    from monitor.config.cases import read_cases
    from monitor.config.declared import read_declared
    from monitor.probes import prepare

    sources = sources_of(settings, files)
    beside = []
    if files and settings.config is not None and not any("task" in one.tables for one in sources):
        beside = sources_of(settings, ())
    check, check_one = without_secrets(prepare), without_secrets(check_channel)
    declared, warnings = read_declared([*beside, *sources], check, check_one)
    for warning in warnings:
        journal.say(f"monitor: {warning}")
    return read_cases(sources, declared, check), declared


def _write(path: Path, trials: "Sequence[Trial]") -> None:
    """Write the outcome as JUnit XML. Raises CouldNotTell if that cannot be."""
    from monitor.cli.junit import to_junit

    try:
        path.write_text(to_junit([trial.tested() for trial in trials]), encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CouldNotTell(f"the file {path} cannot be written: {why}") from error


@attrs.frozen
class Trial:
    """A test that was carried out."""

    case: "Case"
    outcome: "Outcome"
    lines: "Sequence[Line]"
    ok: bool

    @classmethod
    def of(cls, case: "Case", outcome: "Outcome") -> "Trial":
        from monitor.simulation.difference import difference, is_well

        lines = difference(case, outcome)
        return cls(case, outcome, lines, is_well(lines, outcome))

    def show(self, words: Words) -> None:
        """Show whether it went well; if not, what was expected against what was told."""
        from monitor.core.units import format_duration

        mark = words("ok") if self.ok else words("FAILED")
        length = format_duration(self.case.until_s)
        took = words("{length} in {took} s", length=length, took=f"{self.outcome.took_s:.2f}")
        say(clean(f"{mark}  {self.case.name}  ({took})"))
        if not self.ok:
            say(f"    {clean(self.case.where)}")
            for line in self._told(words):
                say(f"    {line}")

    def _told(self, words: Words) -> list[str]:
        lines = [f"! {clean(remark)}" for remark in self.outcome.remarks]
        lines += [f"--- {words('expected')}", f"+++ {words('told')}"]
        for line in self.lines:
            lines.append(
                "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(line))
            )
            if line.why:
                lines.append(f"    {clean(line.why)}")
        return lines

    def form(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "name": self.case.name,
            "where": self.case.where,
            "ok": self.ok,
            "length_s": self.case.until_s,
            "took_s": round(self.outcome.took_s, 3),
            "remarks": list(self.outcome.remarks),
            "messages": [
                {
                    "sign": line.sign.strip() or "=",
                    "at_s": round(line.at_s, 3),
                    "until_s": line.until_s,
                    "channel": line.channel,
                    "about": line.about,
                    "kind": line.kind,
                    "late": line.late,
                    "why": line.why,
                }
                for line in self.lines
            ],
        }

    def tested(self) -> Any:
        """Return it as `junit` wants it."""
        from monitor.cli.junit import Tested

        return Tested(
            name=self.case.name,
            where=self.case.where,
            took_s=self.outcome.took_s,
            failure="" if self.ok else "\n".join(self._told(Words())),
        )
