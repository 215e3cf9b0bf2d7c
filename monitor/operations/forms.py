"""Values as documents for scripts; see `documents` for what they hold."""

from datetime import datetime
from typing import Any

from monitor.core.describe import without_password, without_secrets
from monitor.core.model import (
    Event,
    Gap,
    Look,
    Node,
    Result,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.operations.documents import (
    EventDocument,
    GapDocument,
    LookDocument,
    NodeDocument,
    RecoveryDocument,
    ResultDocument,
    StepDocument,
    TaskDocument,
    TransitionDocument,
    WatchedDocument,
    plain,
)

Form = dict[str, Any]


def moment(value: datetime | None) -> str | None:
    """Write a moment as ISO 8601 in UTC."""
    return None if value is None else value.isoformat()


def task_form(task: Task) -> Form:
    """A task as it was written down, but for its secrets.

    Whoever may read the database may read them there, and in a backup. But output of commands is
    kept in logs and pasted into questions, so nothing that is shown holds them, in no format; it
    cannot be read back as a task where `***` stands. A command for that, which would have to be
    asked for secrets by name, is a later issue.
    """
    form: Form = plain(TaskDocument(**_task_fields(task)))
    return form


def spec_form(spec: TaskSpec) -> Form:
    """What an operator asks for, but for its secrets, not stored yet or stored."""
    form: Form = plain(_spec_fields(spec))
    return form


def _task_fields(task: Task) -> Form:
    return {
        "id": task.id,
        **_spec_fields(task),
        "from_file": task.from_file,
        "created_at": task.created_at,
    }


def _spec_fields(task: TaskSpec) -> Form:
    alerts = task.alerts
    return {
        "name": task.name,
        "target": without_password(task.target),
        "interval_s": task.interval_s,
        "timeout_s": task.timeout_s,
        "attempts": task.attempts,
        "retry_interval_s": task.retry_interval_s,
        "recovery_confirmations": task.recovery_confirmations,
        "options": without_secrets(task.options),
        "expect": list(task.expect),
        "degraded": list(task.degraded),
        "invert": task.invert,
        "tags": list(task.tags),
        "depends_on": list(task.depends_on),
        "channels": list(alerts.channels),
        "alert_on": list(alerts.on),
        "alert_after_s": alerts.after_s,
        "reminder_s": alerts.reminder_s,
        "escalate": [
            StepDocument(after_s=one.after_s, channels=list(one.channels))
            for one in alerts.escalation
        ],
        "expiry_days": list(alerts.expiry_days),
        "paused": task.paused,
    }


def watched_form(watched: WatchedTask) -> Form:
    """A task with what is believed of it."""
    form: Form = plain(watched_document(watched))
    return form


def watched_document(watched: WatchedTask) -> WatchedDocument:
    """A task with what is believed of it, not yet plain."""
    status, reason = watched.shown
    state, recovery = watched.state, watched.recovery
    return WatchedDocument(
        **_task_fields(watched.task),
        status=status,
        reason=reason,
        detail=shown_detail(watched),
        since_at=state.since_at,
        standing=state.standing,
        standing_since_at=state.standing_since_at,
        consecutive_errors=state.consecutive_errors,
        last_looked_at=state.last_looked_at,
        next_check_at=state.next_check_at,
        recovery=RecoveryDocument(
            lifecycle=recovery.lifecycle,
            attempts=recovery.attempts,
            retry_at=recovery.retry_at,
            error=recovery.error,
            changed_at=recovery.changed_at,
        ),
    )


def shown_detail(watched: WatchedTask) -> str:
    """Return why a task is shown as it is: our own trouble with it, or what the last look saw."""
    return watched.recovery.error or watched.state.detail


def _result_fields(result: Result) -> Form:
    return {
        "status": result.status,
        "reason": result.reason,
        "detail": result.detail,
        "phase": result.phase,
        "duration_s": round(result.duration_s, 6),
        "timings": {phase: round(spent_s, 6) for phase, spent_s in result.timings.items()},
        "address": result.address,
    }


def result_form(result: Result) -> Form:
    form: Form = plain(ResultDocument(**_result_fields(result)))
    return form


def look_form(look: Look) -> Form:
    form: Form = plain(
        LookDocument(
            kind="look", at=look.looked_at, slot_at=look.slot_at, **_result_fields(look.result)
        )
    )
    return form


def transition_form(change: Transition) -> Form:
    form: Form = plain(
        TransitionDocument(
            kind="change",
            at=change.at,
            before=change.before,
            after=change.after,
            reason=change.reason,
            detail=change.detail,
            seq=change.seq,
        )
    )
    return form


def gap_form(gap: Gap) -> Form:
    form: Form = plain(
        GapDocument(
            kind="gap", at=gap.from_at, until_at=gap.until_at, reason=gap.reason, slots=gap.slots
        )
    )
    return form


def event_form(event: Event) -> Form:
    form: Form = plain(
        EventDocument(
            kind="event",
            at=event.at,
            event=event.kind,
            detail=event.detail,
            data=dict(event.data),
        )
    )
    return form


def node_form(node: Node) -> Form:
    form: Form = plain(
        NodeDocument(
            node=node.id,
            host=node.host,
            pid=node.pid,
            version=node.version,
            started_at=node.started_at,
            beat_at=node.beat_at,
            stopped_at=node.stopped_at,
            figures=dict(node.figures),
        )
    )
    return form
