"""The page of a kind in the documentation, made of the declarations that check its tasks."""

import inspect
import sys
from collections.abc import Callable
from typing import Any

from monitor.assertions import COMMON
from monitor.probes.described import Option, options_of
from monitor.probes.kind import Kind


def page_of(kind: Kind) -> str:
    """Return the page of a kind, in Markdown."""
    schemes = ", ".join(f"`{scheme}:`" for scheme in kind.schemes)
    target = f"'{kind.example}'"
    check = f"monitor check {target}\n" if kind.within is None else ""
    parts = [
        f"# {kind.name}",
        f"{kind.summary} Targets begin with {schemes}.",
        f"```sh\n{check}monitor task add {target} --name NAME\n```",
        about(kind.prepare),
        options_section(options_of(kind), takes_any=kind.options is dict),
        _facts(kind),
        _expected(kind),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_of(kinds: list[Kind]) -> str:
    """Return the table of all kinds, in Markdown."""
    rows = [
        row(f"[{kind.name}]({kind.name}.md)", f"`{kind.example}`", kind.summary) for kind in kinds
    ]
    return "\n".join([row("kind", "for example", ""), "|---|---|---|", *rows]) + "\n"


def about(prepare: Callable[..., Any]) -> str:
    """Return what the file that something stands in says of it, without its first sentence."""
    module = sys.modules[prepare.__module__]
    paragraphs = inspect.cleandoc(module.__doc__ or "").split("\n\n")
    return "\n\n".join(paragraphs[1:])


def options_section(options: list[Option], *, takes_any: bool = False) -> str:
    """Return the table of options, in Markdown."""
    if takes_any:
        return "## Options\n\nAny; they are handed on as they are."
    if not options:
        return ""
    head = [row("option", "may be", "default", ""), "|---|---|---|---|"]
    rows = [
        row(f"`{one.name}`", one.kind, f"`{one.default}`" if one.default else "", one.says)
        for one in options
    ]
    return "\n".join(["## Options", "", *head, *rows])


def _facts(kind: Kind) -> str:
    names = [*kind.facts.known, *COMMON.known]
    head = [row("name", "is", ""), "|---|---|---|"]
    rows = [row(f"`{name.path}`", name.type, name.says) for name in names]
    more = ["", "Other names are taken on trust: it may find anything."] if kind.facts.open else []
    return "\n".join(["## What conditions may ask about", "", *head, *rows, *more])


def _expected(kind: Kind) -> str:
    if not kind.expect:
        return ""
    lines = [f"* `{condition}`" for condition in kind.expect]
    head = ["## Expected unless a condition asks about the same names", ""]
    return "\n".join([*head, *lines])


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
