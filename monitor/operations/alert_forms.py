"""Values of alerting as documents; see `alert_documents` for what they hold."""

from collections.abc import Sequence
from datetime import datetime

from monitor.core.alerts.alerting import Acknowledgement, Maintenance, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, Notice
from monitor.core.calendar.windows import Occurrence
from monitor.core.model import Incident
from monitor.operations.alert_documents import (
    AcknowledgementDocument,
    ChannelDocument,
    IncidentDocument,
    MaintenanceDocument,
    NoticeDocument,
    OccurrenceDocument,
    PostedDocument,
    SilenceDocument,
)
from monitor.operations.documents import plain
from monitor.operations.forms import Form
from monitor.operations.mailbags import Mailbag
from monitor.operations.selecting import written


def channel_form(spec: ChannelSpec) -> Form:
    """A channel as it was written down, but for its secrets; see `forms.task_form`."""
    form: Form = plain(ChannelDocument(**_channel_fields(spec)))
    return form


def posted_form(spec: ChannelSpec, bag: Mailbag) -> Form:
    """A channel and how it is doing."""
    form: Form = plain(
        PostedDocument(
            **_channel_fields(spec),
            waiting=bag.waiting,
            dead=bag.dead,
            error=bag.error,
            last_sent_at=bag.sent_at,
        )
    )
    return form


def _channel_fields(spec: ChannelSpec) -> Form:
    from monitor.channels import shown_url  # brings what sends
    from monitor.operations.channelspecs import shown_options

    return {
        "name": spec.name,
        "where": shown_url(spec.url),
        "options": shown_options(spec),
        "default": spec.default,
        "system": spec.system,
        "hours": spec.hours,
        "quiet_hours": spec.quiet_hours,
        "group_wait_s": spec.group_wait_s,
        "group_interval_s": spec.group_interval_s,
        "group_by": list(spec.group_by),
        "burst": spec.burst,
        "from_file": spec.from_file,
    }


def notice_form(notice: Notice) -> Form:
    form: Form = plain(_notice(notice))
    return form


def _notice(notice: Notice) -> NoticeDocument:
    return NoticeDocument(
        key=notice.key,
        channel=notice.channel,
        kind=notice.kind,
        subject=notice.subject,
        task_id=notice.task_id,
        incident=notice.incident,
        at=notice.at,
        since_at=notice.since_at,
        ended_at=notice.ended_at,
        status=notice.status,
        detail=notice.detail,
        state=notice.state,
        why=notice.why,
        attempts=notice.attempts,
        decided_at=notice.decided_at,
        message=notice.message,
    )


def selector_form(selector: Selector) -> Form:
    return {"tasks": [written(one) for one in selector.tasks], "tags": list(selector.tags)}


def silence_form(silence: Silence, at: datetime) -> Form:
    form: Form = plain(
        SilenceDocument(
            id=silence.id,
            **selector_form(silence.selector),
            from_at=silence.from_at,
            until_at=silence.until_at,
            holds=silence.from_at <= at < silence.until_at,
            note=silence.note,
            by=silence.by,
        )
    )
    return form


def maintenance_form(
    one: Maintenance, now: Occurrence | None, coming: Sequence[Occurrence]
) -> Form:
    """Announced work, with the occurrence that is open now and the next ones."""
    form: Form = plain(
        MaintenanceDocument(
            name=one.name,
            **selector_form(one.selector),
            rule=dict(one.rule),
            note=one.note,
            from_file=one.from_file,
            open=now is not None,
            open_until_at=None if now is None else now[1],
            next=[OccurrenceDocument(from_at=begin, until_at=end) for begin, end in coming],
        )
    )
    return form


def acknowledgement_form(taken: Acknowledgement, at: datetime) -> Form:
    form: Form = plain(_acknowledgement(taken, at))
    return form


def _acknowledgement(taken: Acknowledgement, at: datetime) -> AcknowledgementDocument:
    return AcknowledgementDocument(
        at=taken.at, until_at=taken.until_at, holds=taken.holds(at), note=taken.note, by=taken.by
    )


def incident_form(
    incident: Incident,
    task: str,
    notices: Sequence[Notice],
    taken: Acknowledgement | None,
    at: datetime,
) -> Form:
    """An incident, who has taken it, and what was told of it."""
    lasted = (incident.closed_at or at) - incident.opened_at
    form: Form = plain(
        IncidentDocument(
            task=task,
            task_id=incident.task_id,
            number=incident.number,
            opened_at=incident.opened_at,
            confirmed_at=incident.confirmed_at,
            closed_at=incident.closed_at,
            duration_s=round(lasted.total_seconds(), 3),
            detail=incident.detail,
            acknowledged=None if taken is None else _acknowledgement(taken, at),
            notices=[_notice(one) for one in notices],
        )
    )
    return form
