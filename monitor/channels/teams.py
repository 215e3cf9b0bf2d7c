"""Write into a Microsoft Teams channel: `teams+https://...`, with the address of a workflow.

The workflow is "Post to a channel when a webhook request is received"; it gets an adaptive card.
"""

from typing import Any

import attrs

from monitor.channels.address import receiver
from monitor.channels.family import Family
from monitor.channels.options import NetworkOptions
from monitor.channels.post import read_base
from monitor.channels.redaction import secrets_of
from monitor.channels.severity import Severity, worst_of
from monitor.core.alerts.notices import Message, Send
from monitor.core.describe import shorten

_COLOURS = {
    Severity.CRITICAL: "Attention",
    Severity.WARNING: "Warning",
    Severity.INFO: "Default",
    Severity.GOOD: "Good",
}
_TEXT_LIMIT = 16 * 1024
"""Bytes; a card may have 28 KB."""


@attrs.frozen(kw_only=True)
class TeamsOptions(NetworkOptions):
    """Nothing more."""


def prepare(url: str, options: TeamsOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    address = url.strip().partition("+")[2]
    server = receiver(options, read_base("url", address), *secrets_of(address))

    async def send(message: Message) -> None:
        await server.post_json(_body(message))

    return send


def _body(message: Message) -> dict[str, Any]:
    lines = shorten(message.text, _TEXT_LIMIT).split("\n")
    title = {
        "text": message.title,
        "weight": "Bolder",
        "size": "Medium",
        "color": _COLOURS[worst_of(message.notices)],
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        # Runs of text have no Markdown; a paragraph would have.
        "body": [_paragraph(title), *(_paragraph({"text": line}) for line in lines if line)],
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "content": card}]}


def _paragraph(run: dict[str, str]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **run}]}


FAMILY = Family(
    name="teams",
    schemes=("teams+https",),
    summary="Write into a Microsoft Teams channel.",
    example="teams+https://prod-00.westeurope.logic.azure.com/workflows/abc?sig=xyz",
    options=TeamsOptions,
    prepare=prepare,
    shows_host=False,
)
