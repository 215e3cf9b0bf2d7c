"""Push to phones through a Gotify server of your own: `gotifys://push.example.com/APP_TOKEN`.

`gotify:` is without TLS.
"""

from typing import Annotated
from urllib.parse import unquote

import attrs
from msgspec import Meta

from monitor.channels.address import behind, is_word, receiver
from monitor.channels.family import Family
from monitor.channels.options import NetworkOptions
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import InvalidChannel, Message, Send

_PRIORITIES = {
    Severity.CRITICAL: 8,
    Severity.WARNING: 5,
    Severity.INFO: 1,
    Severity.GOOD: 4,
}
"""From 4 on the app makes a sound, from 8 on it wakes."""


@attrs.frozen(kw_only=True)
class GotifyOptions(NetworkOptions):
    """How urgent messages are."""

    priority: Annotated[int, Meta(ge=0, le=10, description="0 to 10; by how bad it is if 0")] = 0


def prepare(url: str, options: GotifyOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    base = behind(url)
    folder, _slash, token = base.path.rstrip("/").rpartition("/")
    token = unquote(token)
    if not is_word(token) or base.query:
        raise InvalidChannel("url", "has no token; write gotifys://HOST/APP_TOKEN")
    base = attrs.evolve(base, path=folder)
    server = receiver(options, base, token, headers={"X-Gotify-Key": token})

    async def send(message: Message) -> None:
        priority = options.priority or _PRIORITIES[worst_of(message.notices)]
        body = {"title": message.title, "message": message.text, "priority": priority}
        await server.post_json(body, path="/message")

    return send


FAMILY = Family(
    name="gotify",
    schemes=("gotifys", "gotify"),
    summary="Push to phones through a Gotify server.",
    example="gotifys://push.example.com/AbCdEfGh1234567",
    options=GotifyOptions,
    prepare=prepare,
)
