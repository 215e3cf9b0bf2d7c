"""`monitor channel kinds`: which families of channels there are, and their options."""

from typing import TYPE_CHECKING

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.channels.family import Family


async def kinds(family: str | None = None, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List the families of channels; of one of them show its options.

    Args:
        family: Its name or a scheme of it, such as mailtos.
    """
    settings = everywhere.settle()
    from monitor.channels import families
    from monitor.operations.kinds import family_form
    from monitor.probes.options import did_you_mean

    known, words = families(), Words(settings.lang)
    if family is None:
        if everywhere.json:
            say_json([family_form(one) for one in known])
        else:
            lines = [(one.name, one.example, words(one.summary)) for one in known]
            say(table([words(heading) for heading in ("kind", "for example", "")], lines))
        return 0
    wanted = family.lower().partition(":")[0]
    found = [one for one in known if wanted in (one.name, *one.schemes)]
    if not found:
        names = [one.name for one in known]
        guess = did_you_mean(wanted, names)
        raise BadInput(
            f"there is no family of channels {family!r}{guess}; there are: {', '.join(names)}"
        )
    if everywhere.json:
        say_json(family_form(found[0]))
    else:
        _show(found[0], words)
    return 0


def _show(family: "Family", words: Words) -> None:
    from monitor.probes.described import declared_options

    say(words(family.summary))
    say()
    say(f"  monitor channel add ops '{family.example}'")
    if options := declared_options(family.options):
        say()
        headings = [words(heading) for heading in ("option", "may be", "default", "")]
        lines = [
            (o.name, words(o.kind.replace("`", "")), o.default, words(o.says)) for o in options
        ]
        say(table(headings, lines))
