"""Write into a Discord channel: `discord://ID/TOKEN`.

These are the last two parts of the address of a webhook. Whatever targets say, nobody is mentioned.
When Discord is written to too fast it says how long to wait, and that is kept to.
"""

from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.channels.address import read_parts, service
from monitor.channels.family import Family
from monitor.channels.options import ServiceOptions
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import InvalidChannel, Message, Send

_COLOURS = {
    Severity.CRITICAL: 0xCF222E,
    Severity.WARNING: 0xBF8700,
    Severity.INFO: 0x57606A,
    Severity.GOOD: 0x1A7F37,
}
_TITLE_LIMIT, _TEXT_LIMIT = 256, 4000
_MARKS = "\\*_~`|>#[]()-"
"""What Discord's Markdown reads; each is shown as it is behind a backslash."""


@attrs.frozen(kw_only=True)
class DiscordOptions(ServiceOptions):
    """Where in the channel."""

    thread: Annotated[
        str, Meta(pattern="^[0-9]*$", description="the number of a thread in the channel")
    ] = ""


def prepare(url: str, options: DiscordOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    number, token = read_parts(url, "ID", "TOKEN")
    if not number.isdigit():
        raise InvalidChannel("url", "is not like discord://ID/TOKEN, where ID is a number")
    server = service(options, "https://discord.com/api/webhooks", token)
    path = f"/{number}/{token}" + (f"?thread_id={options.thread}" if options.thread else "")

    async def send(message: Message) -> None:
        await server.post_json(_body(message), path=path)

    return send


def _body(message: Message) -> dict[str, Any]:
    embed = {
        "title": _plain(message.title, _TITLE_LIMIT),
        "description": _plain(message.text, _TEXT_LIMIT),
        "color": _COLOURS[worst_of(message.notices)],
        "timestamp": max(notice.at for notice in message.notices).isoformat(),
    }
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _plain(text: str, limit: int) -> str:
    written = []
    for letter in text:
        written.append(f"\\{letter}" if letter in _MARKS else letter)
        limit -= len(written[-1])
        if limit < 1:
            written[-1] = "\N{HORIZONTAL ELLIPSIS}"
            break
    return "".join(written)


FAMILY = Family(
    name="discord",
    schemes=("discord",),
    summary="Write into a Discord channel.",
    example="discord://123456789012345678/abcdefghijklmnopqrstuvwxyz",
    options=DiscordOptions,
    prepare=prepare,
    shows_host=False,
)
