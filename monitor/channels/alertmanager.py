"""Give alerts to Prometheus Alertmanager: `alertmanager+https://alerts.example.com:9093`.

Alerts come through its API v2, all of a message in one request, and are resolved when what they
tell is over. Their labels are `alertname` (`TaskDown`, `TaskDegraded`, `TaskUnknown`,
`TaskFlapping`, `TaskExpiry`, `MonitorTrouble`, `Trial`), `severity` (`critical`, `warning` or
`info`), `task`, `incident` and `source`, and those of the option `labels`; annotations are
`summary`, `description`, `target` and `tags`.

Alertmanager forgets alerts that nobody repeats. Prometheus repeats its own every minute; the
monitor tells when an alert ends, and until then gives it the time `lasts`, which each reminder
begins anew.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.channels.address import receiver
from monitor.channels.credentials import authorized
from monitor.channels.family import Family
from monitor.channels.options import SOURCE, NetworkOptions, event_key
from monitor.channels.post import read_base
from monitor.channels.wording import one_by_one
from monitor.core.alerts.notices import InvalidChannel, Message, Notice, NoticeKind, Send
from monitor.probes.options import Seconds

TRIAL_LASTS_S = 300.0

_WEEK = Seconds(7 * 86400.0)

_DOWN = ("TaskDown", "critical")
_DEGRADED = ("TaskDegraded", "warning")
_UNKNOWN = ("TaskUnknown", "warning")
_FLAPPING = ("TaskFlapping", "warning")
_TROUBLE = ("MonitorTrouble", "critical")
_NAMED = {
    NoticeKind.DOWN: _DOWN,
    NoticeKind.UP: _DOWN,
    NoticeKind.REMINDER: _DOWN,
    NoticeKind.ESCALATION: _DOWN,
    NoticeKind.DEGRADED: _DEGRADED,
    NoticeKind.IMPROVED: _DEGRADED,
    NoticeKind.UNKNOWN: _UNKNOWN,
    NoticeKind.KNOWN: _UNKNOWN,
    NoticeKind.FLAPPING: _FLAPPING,
    NoticeKind.STEADY: _FLAPPING,
    NoticeKind.EXPIRY: ("TaskExpiry", "warning"),
    NoticeKind.SYSTEM: _TROUBLE,
    NoticeKind.SYSTEM_OVER: _TROUBLE,
    NoticeKind.TRIAL: ("Trial", "info"),
}
"""Labels are what an alert is known by, so its beginning and its end must have the same."""

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@attrs.frozen(kw_only=True)
class AlertmanagerOptions(NetworkOptions):
    """What alerts look like."""

    source: SOURCE = ""
    labels: Annotated[
        dict[str, str], Meta(description="more labels, for Alertmanager's routes")
    ] = attrs.field(factory=dict)
    lasts: Annotated[
        Seconds, Meta(description="how long an alert stands that nobody ends or repeats")
    ] = _WEEK
    user: Annotated[str, Meta(description="who logs in (basic), if the address does not say")] = ""
    password: Annotated[str, Meta(description="the password, if the address does not say")] = (
        attrs.field(default="", repr=False)
    )
    token: Annotated[str, Meta(description="sent as `Authorization: Bearer ...`")] = attrs.field(
        default="", repr=False
    )


def prepare(url: str, options: AlertmanagerOptions) -> Send:
    """Make a sender.

    Raises:
        InvalidChannel, InvalidTask: naming what is wrong.
    """
    base = read_base("url", url.strip().partition("+")[2])
    if base.query:
        raise InvalidChannel("url", "has a part after '?'; leave it out")
    for name in options.labels:
        if not _LABEL.fullmatch(name):
            raise InvalidChannel(
                f"option labels.{name[:40]}", "is no label; use letters, digits, _"
            )
    headers = authorized(base, options.user, options.password, options.token)
    server = receiver(options, base, options.password, options.token, headers=headers)

    async def send(message: Message) -> None:
        alerts = [_alert(one, options) for one in one_by_one(message)]
        await server.post_json(alerts, path="/api/v2/alerts")

    return send


def _alert(message: Message, options: AlertmanagerOptions) -> dict[str, Any]:
    notice = message.first
    alertname, severity = _NAMED[notice.kind]
    labels = {
        "alertname": alertname,
        "severity": severity,
        "task": notice.subject,
        "incident": event_key(options.source, notice.thread),
        "source": options.source,
        **options.labels,
    }
    annotations = {
        "summary": message.title,
        "description": message.text,
        "target": notice.target,
        "tags": ", ".join(notice.tags),
    }
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {name: value for name, value in annotations.items() if value},
        "startsAt": notice.since_at.isoformat(),
        "endsAt": _ends_at(notice, options.lasts).isoformat(),
    }


def _ends_at(notice: Notice, lasts_s: float) -> datetime:
    if notice.is_good:
        return max(notice.since_at, notice.ended_at or notice.at)
    stands_s = TRIAL_LASTS_S if notice.kind is NoticeKind.TRIAL else lasts_s
    return notice.at + timedelta(seconds=stands_s)


FAMILY = Family(
    name="alertmanager",
    schemes=("alertmanager+https", "alertmanager+http"),
    summary="Give alerts to Prometheus Alertmanager, and resolve them.",
    example="alertmanager+https://alerts.example.com:9093",
    options=AlertmanagerOptions,
    prepare=prepare,
)
