"""Push to phones through ntfy: `ntfys://ntfy.sh/topic`; `ntfy:` is without TLS.

A user and password in the address, or the option `token`, log in. Who knows a topic of a public
server can read it, so the monitor treats its name as a secret.
"""

from typing import Annotated
from urllib.parse import unquote

import attrs
from msgspec import Meta

from monitor.channels.address import behind, receiver
from monitor.channels.credentials import authorized
from monitor.channels.family import Family
from monitor.channels.options import NetworkOptions
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import InvalidChannel, Message, Send
from monitor.core.describe import shorten

_LOOKS = {
    Severity.CRITICAL: (5, "rotating_light"),
    Severity.WARNING: (4, "warning"),
    Severity.INFO: (2, "information_source"),
    Severity.GOOD: (3, "white_check_mark"),
}
"""Priority (5 is the most urgent), and the emoji in front of the title."""

_MESSAGE_LIMIT = 4000
"""Bytes; longer ones arrive as files."""


@attrs.frozen(kw_only=True)
class NtfyOptions(NetworkOptions):
    """How to log in."""

    token: Annotated[str, Meta(description="an access token, instead of user and password")] = (
        attrs.field(default="", repr=False)
    )


def prepare(url: str, options: NtfyOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    base = behind(url)
    folder, _slash, topic = base.path.rstrip("/").rpartition("/")
    if not topic or base.query:
        raise InvalidChannel("url", "names no topic; write ntfys://ntfy.sh/TOPIC")
    topic = unquote(topic)
    headers = authorized(base, token=options.token)
    base = attrs.evolve(base, path=folder)
    server = receiver(options, base, topic, options.token, headers=headers)

    async def send(message: Message) -> None:
        priority, tag = _LOOKS[worst_of(message.notices)]
        body = {
            "topic": topic,
            "title": message.title,
            "message": shorten(message.text, _MESSAGE_LIMIT),
            "priority": priority,
            "tags": [tag],
        }
        await server.post_json(body, path="/")

    return send


FAMILY = Family(
    name="ntfy",
    schemes=("ntfys", "ntfy"),
    summary="Push to phones through an ntfy server.",
    example="ntfys://ntfy.sh/my-secret-topic",
    options=NtfyOptions,
    prepare=prepare,
)
