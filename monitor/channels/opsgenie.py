"""Open and close alerts at Opsgenie: `opsgenie://API_KEY`.

The key is that of an API integration. All notices of an incident have the same alias, so Opsgenie
keeps one alert, which counts reminders and escalations, and which good news close. A digest is one
alert for each incident in it. `base_url` leads to others that speak the same, such as the API of
Jira Service Management.
"""

from typing import Annotated, Any, Literal
from urllib.parse import quote

import attrs
from msgspec import Meta

from monitor.channels.address import read_parts, service
from monitor.channels.events import tell_each
from monitor.channels.family import Family
from monitor.channels.options import EventOptions, event_key
from monitor.channels.severity import Severity, severity_of
from monitor.core.alerts.notices import Message, Send
from monitor.core.describe import shorten

_REGIONS = {"us": "https://api.opsgenie.com", "eu": "https://api.eu.opsgenie.com"}
_PRIORITIES = {
    Severity.CRITICAL: "P1",
    Severity.WARNING: "P3",
    Severity.INFO: "P5",
    Severity.GOOD: "P5",
}
_MESSAGE_LIMIT, _ALIAS_LIMIT, _DESCRIPTION_LIMIT, _TAG_LIMIT, _TAGS_KEPT = 130, 512, 15_000, 50, 20


@attrs.frozen(kw_only=True)
class OpsgenieOptions(EventOptions):
    """Which Opsgenie, and who is told there."""

    region: Annotated[Literal["us", "eu"], Meta(description="where the account is")] = "us"
    priority: Annotated[
        str,
        Meta(pattern="^(P[1-5])?$", description="P1 to P5; by how bad it is if nothing is said"),
    ] = ""
    teams: Annotated[list[str], Meta(description="names of the teams that are told")] = attrs.field(
        factory=list
    )


def prepare(url: str, options: OpsgenieOptions) -> Send:
    """Make a sender. Raises InvalidChannel."""
    (key,) = read_parts(url, "API_KEY")
    headers = {"Authorization": f"GenieKey {key}"}
    server = service(options, _REGIONS[options.region], key, headers=headers)

    async def tell(message: Message) -> None:
        notice = message.first
        alias = shorten(event_key(options.source, notice.thread), _ALIAS_LIMIT)
        if notice.is_good:
            path = f"/v2/alerts/{quote(alias, safe='')}/close?identifierType=alias"
            await server.post_json({"source": "monitor", "note": message.title}, path=path)
        else:
            await server.post_json(_alert(alias, message, options), path="/v2/alerts")

    async def send(message: Message) -> None:
        await tell_each(message, tell)

    return send


def _alert(alias: str, message: Message, options: OpsgenieOptions) -> dict[str, Any]:
    notice = message.first
    return {
        "message": shorten(message.title, _MESSAGE_LIMIT),
        "alias": alias,
        "description": shorten(message.text, _DESCRIPTION_LIMIT),
        "responders": [{"type": "team", "name": team} for team in options.teams],
        "tags": [shorten(tag, _TAG_LIMIT) for tag in notice.tags[:_TAGS_KEPT]],
        "entity": notice.subject,
        "source": options.source or "monitor",
        "priority": options.priority or _PRIORITIES[severity_of(notice)],
        "details": {"kind": notice.kind.value, "key": notice.key, "target": notice.target},
    }


FAMILY = Family(
    name="opsgenie",
    schemes=("opsgenie",),
    summary="Open and close alerts at Opsgenie.",
    example="opsgenie://01234567-89ab-cdef-0123-456789abcdef",
    options=OpsgenieOptions,
    prepare=prepare,
    shows_host=False,
)
