"""`monitor audit-log`: who changed what. The ledger of looks is another thing."""

from typing import Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Count, Everywhere, Moment
from monitor.cli.screen import say, say_json, table
from monitor.core.units import stamp
from monitor.words import Words

Name = Annotated[str, Parameter(metavar="NAME")]


def register(app: App) -> None:
    app.command(audit_log, name="audit-log")


async def audit_log(
    *,
    since: Moment = None,
    actor: Name = "",
    about: Name = "",
    action: Name = "",
    limit: Count = 50,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Show who changed what, by commands, over HTTP or by configuration files; the newest last.

    Args:
        since: Only what was done since 2026-11-24T03:00:00Z, or within an age such as 7d.
        actor: Only what this user, token or user of this machine did.
        about: Only what was done to the thing of this name.
        action: Only actions of this name, or below it, such as task or task.edit.
        limit: How many at most, the newest.
    """
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.core.access.people import Deeds
    from monitor.operations.access_documents import deed_form
    from monitor.operations.people import differences

    wanted = Deeds(since=since, actor=actor, about=about, action=action, limit=limit)
    async with open_session(settings) as session:
        found = (await session.registry.deeds(wanted))[::-1]
    if everywhere.json:
        say_json([deed_form(one) for one in found])
    elif found:
        headings = ("at", "who", "by way of", "what", "to what", "before and after")
        lines = [
            (
                stamp(one.at),
                one.actor,
                ", ".join(filter(None, (one.via, one.address))),
                one.action,
                one.about,
                "; ".join(f"{key}: {change}" for key, change in differences(one)),
            )
            for one in found
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        say(words("nothing was changed"))
    return 0
