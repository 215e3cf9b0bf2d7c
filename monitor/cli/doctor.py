"""`monitor doctor`: is all well with the monitor itself, its database, and this machine?"""

from typing import TYPE_CHECKING, Any

import attrs
from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.screen import say, say_json
from monitor.core.describe import clean
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.checkup.examination import Report


def register(app: App) -> None:
    app.command(doctor)


async def doctor(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Prove that every task is accounted for, and look at what the monitor stands on.

    Nothing is changed, and a running monitor is not disturbed.

    Exit code: 0 if all is well, 1 if something is not; 3 if the database cannot be read.
    """
    settings = everywhere.settle()
    from monitor.checkup.examination import Examination
    from monitor.cli.database import expect_file, now
    from monitor.cli.neighbours import running

    if settings.address.is_sqlite:
        expect_file(settings)
    report = await Examination(
        address=settings.address,
        policy=settings.tuning.policy,
        max_errors=settings.tuning.max_errors,
        running=running,
        now=now,
    ).carry_out()
    if everywhere.json:
        say_json(_document(report))
    else:
        _show(report, Words(settings.lang))
    return 1 if report.findings else 0


def _document(report: "Report") -> dict[str, Any]:
    return {
        "well": not report.findings,
        "findings": [attrs.asdict(finding) for finding in report.findings],
        "facts": report.facts,
    }


def _show(report: "Report", words: Words) -> None:
    for finding in report.findings:
        say(f"✗ {finding.check}: {clean(finding.found)}")
        say(f"  -> {clean(finding.advice)}")
    facts = report.facts
    if not report.findings:
        phrase = "all is well: {tasks:task|tasks}, each accounted for, in {database}"
        say(words(phrase, tasks=facts["tasks"], database=facts["database"]))
    if facts.get("file", {}).get("checked") is False:
        say(words("the file is too large to be checked here; `monitor db check` reads all of it"))
    say(", ".join(f"{name} {found}" for name, found in facts["versions"].items()))
