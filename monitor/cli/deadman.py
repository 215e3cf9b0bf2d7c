"""The dead man's switch of `monitor run`, as the settings have it."""

from monitor.app import App
from monitor.channels.post import Receiver, read_base
from monitor.channels.redaction import Redaction, secrets_of
from monitor.engine.deadman import Deadman
from monitor.settings import Settings


async def keep_deadman(monitor: App, *, settings: Settings) -> None:
    """Ping whoever watches us from outside, as long as we are well."""
    address = settings.deadman
    receiver = Receiver(
        base=read_base("deadman.url", address),
        redaction=Redaction(secrets_of(address)),
        method="GET",
    )
    await monitor.reconcile.settled()
    await Deadman(
        ping=lambda: receiver.post(b""),
        ailments=lambda: monitor.word().ailing,
        alarm=monitor.alarm,
        interval_s=settings.deadman_interval_s,
    ).run()
