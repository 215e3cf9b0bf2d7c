"""The letters to subscribers of status pages, as the settings of `monitor run` have it."""

from monitor.app import App
from monitor.channels.bulletin import Bulletins
from monitor.engine.mailing import Mailing
from monitor.operations.works import announcements
from monitor.settings import Settings


async def keep_mailing(monitor: App, *, settings: Settings) -> None:
    """Tell subscribers what happens, as long as the monitor runs."""
    await monitor.reconcile.settled()
    await Mailing(
        store=monitor.store,
        clock=monitor.clock,
        fleet=lambda: monitor.surroundings.standing,
        deliver=Bulletins(url=settings.access.url).deliver,
        announce=announcements,
    ).run()
