"""Values of alerting as JSON documents; scripts rely on these names."""

from collections.abc import Sequence
from datetime import datetime

from monitor.core.alerts.alerting import Acknowledgement, Maintenance, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, Notice
from monitor.core.calendar.windows import Occurrence
from monitor.core.model import Incident
from monitor.operations.forms import Form, moment
from monitor.operations.selecting import written


def channel_form(spec: ChannelSpec) -> Form:
    """A channel as it was written down, but for its secrets; see `forms.task_form`."""
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
    return {
        "key": notice.key,
        "channel": notice.channel,
        "kind": notice.kind,
        "subject": notice.subject,
        "task_id": notice.task_id,
        "incident": notice.incident,
        "at": moment(notice.at),
        "since_at": moment(notice.since_at),
        "ended_at": moment(notice.ended_at),
        "status": notice.status,
        "detail": notice.detail,
        "state": notice.state,
        "why": notice.why,
        "attempts": notice.attempts,
        "decided_at": moment(notice.decided_at),
        "message": notice.message,
    }


def selector_form(selector: Selector) -> Form:
    return {"tasks": [written(one) for one in selector.tasks], "tags": list(selector.tags)}


def silence_form(silence: Silence, at: datetime) -> Form:
    return {
        "id": silence.id,
        **selector_form(silence.selector),
        "from_at": moment(silence.from_at),
        "until_at": moment(silence.until_at),
        "holds": silence.from_at <= at < silence.until_at,
        "note": silence.note,
        "by": silence.by,
    }


def maintenance_form(
    one: Maintenance, now: Occurrence | None, coming: Sequence[Occurrence]
) -> Form:
    """Announced work, with the occurrence that is open now and the next ones."""
    return {
        "name": one.name,
        **selector_form(one.selector),
        "rule": dict(one.rule),
        "note": one.note,
        "from_file": one.from_file,
        "open": now is not None,
        "open_until_at": None if now is None else moment(now[1]),
        "next": [{"from_at": moment(begin), "until_at": moment(end)} for begin, end in coming],
    }


def acknowledgement_form(taken: Acknowledgement, at: datetime) -> Form:
    return {
        "at": moment(taken.at),
        "until_at": moment(taken.until_at),
        "holds": taken.holds(at),
        "note": taken.note,
        "by": taken.by,
    }


def incident_form(
    incident: Incident,
    task: str,
    notices: Sequence[Notice],
    taken: Acknowledgement | None,
    at: datetime,
) -> Form:
    """An incident, who has taken it, and what was told of it."""
    lasted = (incident.closed_at or at) - incident.opened_at
    return {
        "task": task,
        "task_id": incident.task_id,
        "number": incident.number,
        "opened_at": moment(incident.opened_at),
        "confirmed_at": moment(incident.confirmed_at),
        "closed_at": moment(incident.closed_at),
        "duration_s": round(lasted.total_seconds(), 3),
        "detail": incident.detail,
        "acknowledged": None if taken is None else acknowledgement_form(taken, at),
        "notices": [notice_form(one) for one in notices],
    }
