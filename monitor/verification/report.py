"""The report, made of findings alone: as Markdown, as JSON, as lines for a terminal."""

import json
from collections.abc import Sequence
from typing import Any

import attrs

from monitor.verification import phrases
from monitor.verification.findings import Finding, Report, RowVerdict, Side, Step
from monitor.verification.phrases import word
from monitor.verification.scale import CALM, Scale

_MARKS = {True: "✅", False: "❌"}
_SIGNS = {True: "✓", False: "✗"}
_PLAIN_SIGNS = {True: "ok  ", False: "FAIL"}


def _line(finding: Finding, lang: str) -> str:
    claim = phrases.claim(finding.claim, finding.seen, lang)
    seen = phrases.seen(finding.claim, finding.seen, lang)
    return f"{claim}: {seen}" if seen else claim


def _status(report: Report, lang: str) -> str:
    total = len(report.findings)
    failed = sum(not finding.passed for finding in report.findings)
    key = "status.passed" if report.passed else "status.failed"
    return word(key, lang, total=total, failed=failed)


def _conclusion(report: Report, verdict: RowVerdict, lang: str) -> str:
    claim = phrases.row_claim(verdict.row, lang)
    if verdict.passed:
        return word("confirmed", lang, claim=claim)
    failures = "; ".join(
        _line(finding, lang)
        for finding in report.findings
        if finding.row == verdict.row and not finding.passed
    )
    if not failures:
        return word("unexamined", lang, claim=claim)
    return word("refuted", lang, claim=claim, failures=failures)


def _scale(report: Report, lang: str) -> list[str]:
    def load(key: str, step: int, scale: Scale) -> str:
        return word(
            key,
            lang,
            step=step,
            tasks=scale.tasks,
            seconds=scale.load_s,
            shortest=scale.load_interval_s(0),
            longest=scale.load_interval_s(max(1, scale.tasks - 1)),
            factor=scale.load_factor,
        )

    scale = report.scale
    recovery = word(
        "scale.recovery",
        lang,
        factor=scale.factor,
        interval=scale.interval_s,
        calm=CALM,
        base=scale.policy.backoff.base_s,
        reset=scale.policy.reset_after_s,
        attempts=scale.policy.max_attempts,
    )
    return [load("scale.load", 2, scale), recovery, load("scale.leaving", 6, scale.few)]


def _compared(report: Report, lang: str) -> list[tuple[str, str, str]]:
    """Return the lines of the comparison: what, before, after."""
    if report.comparison is None:
        return []

    def cells(side: Side) -> dict[str, str]:
        def of(part: int, whole: int) -> str:
            return word("of", lang, part=part, whole=whole)

        return {
            "side.operations": str(side.operations),
            "side.failed": of(side.failed, side.operations),
            "side.known": str(side.known),
            "side.quoted": str(side.quoted),
            "side.looks": of(side.looks, side.operations),
            "side.moved": of(side.moved, side.tasks),
            "side.usable": word("yes" if side.usable else "no", lang),
        }

    before, after = cells(report.comparison.before), cells(report.comparison.after)
    return [(word(key, lang), before[key], after[key]) for key in before]


def to_markdown(report: Report, lang: str) -> str:
    """Write the report as the one that started this project was written."""
    status = f"**{word('status', lang)}:** {_MARKS[report.passed]} **{_status(report, lang)}**"
    lines = [f"# {word('heading', lang)}", "", status, ""]
    lines += [f"## {word('date', lang)}", ""]
    took = word("seconds", lang, seconds=report.took_s)
    lines += [f"{report.started_at:%Y-%m-%d %H:%M:%S} UTC, {took}", ""]
    lines += [f"## {word('surroundings', lang)}", ""]
    lines += [f"- {word(key, lang)}: {value}" for key, value in report.surroundings.items()]
    lines += ["", f"## {word('scale', lang)}", "", *(f"- {one}" for one in _scale(report, lang))]
    lines += ["", f"## {word('tests', lang)}", ""]
    for number, step in enumerate(report.steps, 1):
        lines += _step(number, step, lang)
    lines += _comparison(report, lang)
    lines += [f"## {word('mechanisms', lang)}", ""]
    lines += _table(
        [word(key, lang) for key in ("row", "claim", "findings", "verdict")],
        [
            (
                verdict.row,
                phrases.row_claim(verdict.row, lang),
                word(
                    "of",
                    lang,
                    part=verdict.findings - verdict.failed,
                    whole=verdict.findings,
                ),
                _MARKS[verdict.passed],
            )
            for verdict in report.rows
        ],
    )
    lines += ["", f"## {word('conclusions', lang)}", ""]
    lines += [
        f"{i}. {_MARKS[verdict.passed]} {_conclusion(report, verdict, lang)}"
        for i, verdict in enumerate(report.rows, 1)
    ]
    lines += ["", f"## {word('advice', lang)}", ""]
    lines += [word("advice.passed" if report.passed else "advice.failed", lang)]
    lines += ["", "---", "", status]
    return "\n".join(lines) + "\n"


def _step(number: int, step: Step, lang: str) -> list[str]:
    lines = [
        f"### {number}. {phrases.title(step.name, lang)}",
        "",
        f"**{word('goal', lang)}:** {phrases.goal(step.name, lang)}.",
        "",
        f"**{word('results', lang)}** ({word('seconds', lang, seconds=step.took_s)}):",
        "",
    ]
    lines += [f"- {_MARKS[one.passed]} {one.row} {_line(one, lang)}" for one in step.findings]
    if step.log:
        lines += ["", f"**{word('log', lang)}:**", "", "```text"]
        lines += [line.replace("```", "'''") for line in step.log]
        lines += ["```"]
    return [*lines, ""]


def _comparison(report: Report, lang: str) -> list[str]:
    lines = [f"## {word('comparison', lang)}", ""]
    if report.comparison is None:
        return [*lines, word("comparison.none", lang), ""]
    lines += _table(
        [word(key, lang) for key in ("seen", "before", "after")], _compared(report, lang)
    )
    faces = report.comparison.before.faces
    if faces:
        lines += ["", word("faces", lang), ""]
        lines += [f"- {number} x `{text.replace('`', chr(39))}`" for text, number in faces.items()]
    return [*lines, ""]


def _table(head: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def to_json(report: Report, lang: str) -> str:
    """Write the report as one JSON document; texts are in the language asked for."""
    document: dict[str, Any] = {
        "passed": report.passed,
        "status": _status(report, lang),
        "started_at": report.started_at.isoformat(),
        "took_s": round(report.took_s, 3),
        "lang": lang,
        "surroundings": dict(report.surroundings),
        "scale": {
            "tasks": report.scale.tasks,
            "duration_s": report.scale.duration_s,
            "load_s": report.scale.load_s,
            "load_factor": report.scale.load_factor,
            "recovery_factor": report.scale.factor,
            "text": _scale(report, lang),
        },
        "steps": [
            {
                "number": number,
                "name": step.name,
                "title": phrases.title(step.name, lang),
                "goal": phrases.goal(step.name, lang),
                "passed": step.passed,
                "took_s": round(step.took_s, 3),
                "findings": [
                    {
                        "row": one.row,
                        "name": one.claim,
                        "passed": one.passed,
                        "claim": phrases.claim(one.claim, one.seen, lang),
                        "seen": phrases.seen(one.claim, one.seen, lang),
                        "numbers": dict(one.seen),
                    }
                    for one in step.findings
                ],
                "log": list(step.log),
            }
            for number, step in enumerate(report.steps, 1)
        ],
        "comparison": attrs.asdict(report.comparison) if report.comparison else None,
        "rows": [
            {
                "row": verdict.row,
                "claim": phrases.row_claim(verdict.row, lang),
                "passed": verdict.passed,
                "findings": verdict.findings,
                "failed": verdict.failed,
                "conclusion": _conclusion(report, verdict, lang),
            }
            for verdict in report.rows
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n"


def summary(report: Report, lang: str, encoding: str | None) -> str:
    """Write what a terminal shows: a line a finding, the comparison in one, the status last."""
    signs = _SIGNS if _can_show("".join(_SIGNS.values()), encoding) else _PLAIN_SIGNS
    lines = [f"{report.surroundings.get('server', '')} {report.surroundings.get('database', '')}"]
    lines += _scale(report, lang)
    for number, step in enumerate(report.steps, 1):
        took = word("seconds", lang, seconds=step.took_s)
        lines += ["", f"{number}. {phrases.title(step.name, lang)} ({took})"]
        lines += [f"  {signs[one.passed]} {one.row} {_line(one, lang)}" for one in step.findings]
    lines += ["", f"{signs[report.passed]} {_status(report, lang)}"]
    text = "\n".join(lines) + "\n"
    return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")


def _can_show(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
