"""`monitor kinds`: what it can look at, and with which options."""

from typing import TYPE_CHECKING

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.probes.kind import Kind


def register(app: App) -> None:
    app.command(kinds)


async def kinds(kind: str | None = None, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List the kinds of looks; of one of them show its options and what conditions may ask about.

    Args:
        kind: Its name or a scheme of it, such as http.
    """
    settings = everywhere.settle()
    from monitor import probes
    from monitor.operations.kinds import kind_form
    from monitor.probes.options import did_you_mean

    known = probes.kinds()
    words = Words(settings.lang)
    if kind is None:
        if everywhere.json:
            say_json([kind_form(one) for one in known])
        else:
            lines = [(one.name, one.example, words(one.summary)) for one in known]
            say(table([words(heading) for heading in ("kind", "for example", "")], lines))
        return 0
    wanted = kind.lower().partition(":")[0]
    found = [one for one in known if wanted in (one.name, *one.schemes)]
    if not found:
        names = [one.name for one in known]
        guess = did_you_mean(wanted, names)
        raise BadInput(f"there is no kind {kind!r}{guess}; there are: {', '.join(sorted(names))}")
    if everywhere.json:
        say_json(kind_form(found[0]))
    else:
        _show(found[0], words)
    return 0


def _show(kind: "Kind", words: Words) -> None:
    from monitor.probes.described import options_of

    say(words(kind.summary))
    say()
    command = "check" if kind.within is None else "task add"
    say(f"  monitor {command} '{kind.example}'")
    if options := options_of(kind):
        say()
        headings = [words(heading) for heading in ("option", "may be", "default", "")]
        lines = [
            (o.name, words(o.kind.replace("`", "")), o.default, words(o.says)) for o in options
        ]
        say(table(headings, lines))
    if kind.facts.known:
        say()
        headings = [words(heading) for heading in ("conditions may ask about", "is", "")]
        say(
            table(
                headings, [(n.path, words(n.type.value), words(n.says)) for n in kind.facts.known]
            )
        )
    if kind.expect:
        say()
        say(words("expected, unless a condition asks about the same names:"))
        for condition in kind.expect:
            say(f"  {condition}")
