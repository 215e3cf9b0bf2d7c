"""Values as JSON documents; scripts rely on these names."""

from datetime import datetime
from typing import Any

from monitor.core.describe import without_password, without_secrets
from monitor.core.model import (
    Event,
    Gap,
    Look,
    Node,
    Recovery,
    Result,
    State,
    Task,
    Transition,
    WatchedTask,
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
    return {
        "id": task.id,
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
        "paused": task.paused,
        "from_file": task.from_file,
        "created_at": moment(task.created_at),
    }


def watched_form(watched: WatchedTask) -> Form:
    """A task with what is believed of it."""
    status, reason = watched.shown
    return {
        **task_form(watched.task),
        "status": status,
        "reason": reason,
        "detail": shown_detail(watched),
        **_state_form(watched.state),
        "recovery": _recovery_form(watched.recovery),
    }


def shown_detail(watched: WatchedTask) -> str:
    """Return why a task is shown as it is: our own trouble with it, or what the last look saw."""
    return watched.recovery.error or watched.state.detail


def _state_form(state: State) -> Form:
    return {
        "since_at": moment(state.since_at),
        "standing": state.standing,
        "standing_since_at": moment(state.standing_since_at),
        "consecutive_errors": state.consecutive_errors,
        "last_looked_at": moment(state.last_looked_at),
        "next_check_at": moment(state.next_check_at),
    }


def _recovery_form(recovery: Recovery) -> Form:
    return {
        "lifecycle": recovery.lifecycle,
        "attempts": recovery.attempts,
        "retry_at": moment(recovery.retry_at),
        "error": recovery.error,
        "changed_at": moment(recovery.changed_at),
    }


def result_form(result: Result) -> Form:
    return {
        "status": result.status,
        "reason": result.reason,
        "detail": result.detail,
        "phase": result.phase,
        "duration_s": round(result.duration_s, 6),
        "timings": {phase: round(spent_s, 6) for phase, spent_s in result.timings.items()},
        "address": result.address,
    }


def look_form(look: Look) -> Form:
    return {
        "kind": "look",
        "at": moment(look.looked_at),
        "slot_at": moment(look.slot_at),
        **result_form(look.result),
    }


def transition_form(change: Transition) -> Form:
    return {
        "kind": "change",
        "at": moment(change.at),
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "detail": change.detail,
        "seq": change.seq,
    }


def gap_form(gap: Gap) -> Form:
    return {
        "kind": "gap",
        "at": moment(gap.from_at),
        "until_at": moment(gap.until_at),
        "reason": gap.reason,
        "slots": gap.slots,
    }


def event_form(event: Event) -> Form:
    return {
        "kind": "event",
        "at": moment(event.at),
        "event": event.kind,
        "detail": event.detail,
        "data": dict(event.data),
    }


def node_form(node: Node) -> Form:
    return {
        "node": node.id,
        "host": node.host,
        "pid": node.pid,
        "version": node.version,
        "started_at": moment(node.started_at),
        "beat_at": moment(node.beat_at),
        "stopped_at": moment(node.stopped_at),
        "figures": dict(node.figures),
    }
