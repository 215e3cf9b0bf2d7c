"""Trigger and resolve incidents at PagerDuty: `pagerduty://ROUTING_KEY`.

The key is that of an integration "Events API v2". All notices of an incident have the same
`dedup_key`, so PagerDuty keeps one incident, which reminders and escalations repeat and good news
resolve. A digest is one event for each incident in it.
"""

from typing import Annotated, Any, Literal

import attrs
from msgspec import Meta

from monitor.channels.address import read_parts, service
from monitor.channels.events import tell_each
from monitor.channels.family import Family
from monitor.channels.options import EventOptions, event_key
from monitor.channels.payload import names_of
from monitor.channels.severity import Severity, severity_of
from monitor.core.alerts.notices import Message, Send
from monitor.core.describe import shorten

_REGIONS = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
    Severity.GOOD: "info",
}
_SUMMARY_LIMIT = 1024
_KEY_LIMIT = 255
_DETAIL_LIMIT = 64 * 1024
"""Bytes; an event may have 512 KiB."""


@attrs.frozen(kw_only=True)
class PagerDutyOptions(EventOptions):
    """Which PagerDuty."""

    region: Annotated[Literal["us", "eu"], Meta(description="where the account is")] = "us"


def prepare(url: str, options: PagerDutyOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    (key,) = read_parts(url, "ROUTING_KEY")
    server = service(options, _REGIONS[options.region], key)

    async def tell(message: Message) -> None:
        await server.post_json(_event(key, message, options), path="/v2/enqueue")

    async def send(message: Message) -> None:
        await tell_each(message, tell)

    return send


def _event(key: str, message: Message, options: PagerDutyOptions) -> dict[str, Any]:
    notice = message.first
    event: dict[str, Any] = {
        "routing_key": key,
        "event_action": "resolve" if notice.is_good else "trigger",
        "dedup_key": shorten(event_key(options.source, notice.thread), _KEY_LIMIT),
    }
    if notice.is_good:
        return event
    (told,) = names_of(message)["notices"]
    return {
        **event,
        "client": "monitor",
        "payload": {
            "summary": shorten(message.title, _SUMMARY_LIMIT),
            "source": options.source or notice.subject or "monitor",
            "severity": _SEVERITIES[severity_of(notice)],
            "timestamp": notice.since_at.isoformat(),
            "component": notice.subject,
            "class": notice.kind.value,
            "custom_details": {**told, "text": shorten(message.text, _DETAIL_LIMIT)},
        },
    }


FAMILY = Family(
    name="pagerduty",
    schemes=("pagerduty",),
    summary="Trigger and resolve incidents at PagerDuty.",
    example="pagerduty://0123456789abcdef0123456789abcdef",
    options=PagerDutyOptions,
    prepare=prepare,
    shows_host=False,
)
