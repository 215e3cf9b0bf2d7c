"""`monitor explain`: why somebody was told something, or was not, step by step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, Moment
from monitor.cli.screen import say, say_json
from monitor.core.units import stamp

if TYPE_CHECKING:
    from monitor.core.why.untold import Line
    from monitor.operations.explaining.evidence import Evidence


def register(app: App) -> None:
    app.command(explain)


async def explain(
    alert: str,
    /,
    *,
    at: Moment = None,
    since: Duration = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Show what led to an alert, or why there was none: the stored looks, judged once more.

    Args:
        alert: A task's name or id, or an alert: 7/3/down, 7/3, or a message's key.
        at: The moment in question, such as 2026-11-24T03:00:00Z or 2h (default: now).
        since: How far to look back from it, and beyond it (default: 6h).
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.explaining.account import tell

    async with open_session(settings) as session:
        account = await tell(session, alert, at, since, now())
    if everywhere.json:
        say_json(account.document())
    else:
        _show(account.told, account.left_out, settings.lang)
    return 0


def _show(
    told: Sequence[tuple["Evidence", list["Line"]]], left_out: Sequence[str], lang: str
) -> None:
    from monitor.operations.explaining.sentences import Sentences

    in_words = Sentences(lang)
    for evidence, lines in told:
        if evidence.watched is not None:
            say(in_words.heading(evidence.watched.task))
        for line in lines:
            shown = "" if line.depth else stamp(line.at)
            say(f"{shown:20}  {'  ' * line.depth}{in_words(line)}")
    if left_out:
        say(in_words.left_out(left_out))
