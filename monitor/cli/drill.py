"""`monitor drill`: have the running monitor prove that it recovers."""

from typing import TYPE_CHECKING

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.refusals import CouldNotTell
from monitor.cli.screen import say, say_json
from monitor.cli.words import Words
from monitor.core.model import RequestKind

if TYPE_CHECKING:
    from monitor.core.model import Event
    from monitor.core.ports import Session

_POLL_S = 0.2
_PATIENCE_S = 10.0
"""How much longer than the exercise we wait: the monitor takes wishes up within two seconds, and
needs a moment to write down what became of them."""


def register(app: App) -> None:
    app.command(drill)


async def drill(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Have the running monitor let a canary fall, and wait until it has recovered.

    The canary is a child of the monitor's own; no task is touched. With the setting `drill.every`
    the monitor does this by itself.

    Exit code: 0 recovered in time, 1 late or not at all, 3 no monitor is running.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.cli.neighbours import running
    from monitor.engine.drill import RECOVERED

    async with open_session(settings) as session:
        if not running(await session.nodes(), now()):
            raise CouldNotTell(
                f"no monitor is running; start one with `{everywhere.command('run')}`"
            )
        outcome = await _outcome(session)
    good = outcome.kind == RECOVERED and not outcome.data["late"]
    if everywhere.json:
        at = outcome.at.isoformat()
        say_json({"recovered": good, "at": at, "detail": outcome.detail, **outcome.data})
    elif outcome.kind == RECOVERED:
        say(Words(settings.lang)("the canary recovered: {detail}", detail=outcome.detail))
    else:
        say(Words(settings.lang)("the canary did not recover: {detail}", detail=outcome.detail))
    return 0 if good else 1


async def _outcome(session: "Session") -> "Event":
    """Leave a wish, and return the first outcome that is newer than those there were."""
    import trio

    from monitor.engine.drill import MISSED, MISSED_S, RECOVERED

    kinds = (RECOVERED, MISSED)
    known = await session.events(limit=1, kinds=kinds)
    await session.request(0, RequestKind.DRILL)
    limit_s = MISSED_S + _PATIENCE_S
    with trio.move_on_after(limit_s):
        while True:
            newest = await session.events(limit=1, kinds=kinds)
            if newest and newest != known:
                return newest[0]
            await trio.sleep(_POLL_S)
    raise CouldNotTell(
        f"the running monitor wrote no outcome of an exercise within {limit_s:g} s; see its log"
    )
