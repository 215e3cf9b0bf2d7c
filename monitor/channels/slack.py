"""Write into a Slack channel: `slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX`.

These are the last three parts of the address of an incoming webhook. `base_url` leads to others
that take the same, such as Mattermost. What targets say is escaped, so that it mentions nobody.
"""

from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.channels.address import read_parts, service
from monitor.channels.family import Family
from monitor.channels.options import ServiceOptions
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import Message, Send

_COLOURS = {
    Severity.CRITICAL: "#cf222e",
    Severity.WARNING: "#bf8700",
    Severity.INFO: "#57606a",
    Severity.GOOD: "#1a7f37",
}
_HEADER_LIMIT, _SECTION_LIMIT = 150, 2900


@attrs.frozen(kw_only=True)
class SlackOptions(ServiceOptions):
    """Who is mentioned."""

    mention: Annotated[
        str,
        Meta(
            pattern="^(<[!@][A-Za-z0-9^_-]+> ?)*$",
            description="put in front of bad news: `<!channel>`, `<@U012AB3CD>`",
        ),
    ] = ""


def prepare(url: str, options: SlackOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    parts = read_parts(url, "TEAM", "WEBHOOK", "TOKEN")
    server = service(options, "https://hooks.slack.com/services", "/".join(parts), *parts)

    async def send(message: Message) -> None:
        await server.post_json(_body(message, options.mention), path=f"/{'/'.join(parts)}")

    return send


def _body(message: Message, mention: str) -> dict[str, Any]:
    worst = worst_of(message.notices)
    text = _escaped(message.text, _SECTION_LIMIT)
    if mention and worst >= Severity.WARNING:
        text = f"{mention}\n{text}"
    title = message.title[:_HEADER_LIMIT]
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
        {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}},
    ]
    fallback = _escaped(message.title, _SECTION_LIMIT)
    return {"text": fallback, "attachments": [{"color": _COLOURS[worst], "blocks": blocks}]}


def _escaped(text: str, limit: int) -> str:
    """Escape the three letters that mean something to Slack, and cut not through one of them."""
    escaped, size = [], 0
    for letter in text:
        written = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(letter, letter)
        size += len(written)
        if size > limit:
            escaped.append("\N{HORIZONTAL ELLIPSIS}")
            break
        escaped.append(written)
    return "".join(escaped)


FAMILY = Family(
    name="slack",
    schemes=("slack",),
    summary="Write into a Slack channel.",
    example="slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    options=SlackOptions,
    prepare=prepare,
    shows_host=False,
)
