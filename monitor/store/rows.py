"""From rows to values and back; the only place that knows both."""

from typing import Any

import msgspec
from sqlalchemy import Row

from monitor.core.model import (
    AlertPolicy,
    Event,
    Gap,
    GapReason,
    Incident,
    Lifecycle,
    Look,
    Node,
    Reason,
    Recovery,
    Result,
    State,
    Status,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping, PingKind
from monitor.core.records import LookRecord

Values = dict[str, Any]


def spec_values(spec: TaskSpec) -> Values:
    return {
        "name": spec.name,
        "target": spec.target,
        "interval_s": spec.interval_s,
        "timeout_s": spec.timeout_s,
        "attempts": spec.attempts,
        "retry_interval_s": spec.retry_interval_s,
        "recovery_confirmations": spec.recovery_confirmations,
        "options": dict(spec.options),
        "expect": list(spec.expect),
        "degraded": list(spec.degraded),
        "invert": spec.invert,
        "tags": list(spec.tags),
        "depends_on": list(spec.depends_on),
        "alerts": msgspec.to_builtins(spec.alerts),
        "paused": spec.paused,
        "from_file": spec.from_file,
    }


def task_of(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        name=row.name,
        target=row.target,
        interval_s=row.interval_s,
        timeout_s=row.timeout_s,
        attempts=row.attempts,
        retry_interval_s=row.retry_interval_s,
        recovery_confirmations=row.recovery_confirmations,
        options=row.options,
        expect=tuple(row.expect),
        degraded=tuple(row.degraded),
        invert=row.invert,
        tags=tuple(row.tags),
        depends_on=tuple(row.depends_on),
        alerts=msgspec.convert(row.alerts, AlertPolicy),
        paused=row.paused,
        from_file=row.from_file,
        created_at=row.created_at,
    )


def _status(value: str | None) -> Status | None:
    return None if value is None else Status(value)


def _reason(value: str | None) -> Reason | None:
    return None if value is None else Reason(value)


def watched_of(row: Row[Any]) -> WatchedTask:
    state = State(
        task_id=row.id,
        status=Status(row.status),
        reason=_reason(row.reason),
        detail=row.detail,
        since_at=row.since_at,
        standing=Status(row.standing),
        standing_since_at=row.standing_since_at,
        candidate=_status(row.candidate),
        streak=row.streak,
        streak_since_at=row.streak_since_at,
        seq=row.seq,
        incidents=row.incidents,
        flaps=row.flaps,
        flapping_since_at=row.flapping_since_at,
        consecutive_errors=row.consecutive_errors,
        last_slot_at=row.last_slot_at,
        last_looked_at=row.last_looked_at,
        next_check_at=row.next_check_at,
    )
    recovery = Recovery(
        lifecycle=Lifecycle(row.lifecycle),
        attempts=row.recovery_attempts,
        retry_at=row.retry_at,
        error=row.error,
        changed_at=row.changed_at,
    )
    return WatchedTask(task=task_of(row), state=state, recovery=recovery)


def state_values(state: State) -> Values:
    return {
        "status": state.status,
        "reason": state.reason,
        "detail": state.detail,
        "since_at": state.since_at,
        "standing": state.standing,
        "standing_since_at": state.standing_since_at,
        "candidate": state.candidate,
        "streak": state.streak,
        "streak_since_at": state.streak_since_at,
        "seq": state.seq,
        "incidents": state.incidents,
        "flaps": state.flaps,
        "flapping_since_at": state.flapping_since_at,
        "consecutive_errors": state.consecutive_errors,
        "last_slot_at": state.last_slot_at,
        "last_looked_at": state.last_looked_at,
        "next_check_at": state.next_check_at,
    }


def recovery_values(recovery: Recovery) -> Values:
    return {
        "lifecycle": recovery.lifecycle,
        "recovery_attempts": recovery.attempts,
        "retry_at": recovery.retry_at,
        "error": recovery.error,
        "changed_at": recovery.changed_at,
    }


def result_values(record: LookRecord) -> Values:
    result = record.result
    return {
        "task_id": record.task_id,
        "slot_at": record.slot_at,
        "looked_at": record.looked_at,
        "status": result.status,
        "reason": result.reason,
        "phase": result.phase,
        "duration_s": result.duration_s,
        "timings": {phase: round(spent_s, 6) for phase, spent_s in result.timings.items()},
        "address": result.address,
        "detail": result.detail,
    }


def look_of(row: Row[Any]) -> Look:
    return Look(
        task_id=row.task_id,
        slot_at=row.slot_at,
        looked_at=row.looked_at,
        result=Result(
            status=Status(row.status),
            reason=_reason(row.reason),
            phase=row.phase,
            duration_s=row.duration_s,
            timings=row.timings,
            address=row.address,
            detail=row.detail,
        ),
    )


def transition_values(transition: Transition) -> Values:
    return {
        "task_id": transition.task_id,
        "seq": transition.seq,
        "at": transition.at,
        "before": transition.before,
        "after": transition.after,
        "reason": transition.reason,
        "detail": transition.detail,
    }


def transition_of(row: Row[Any]) -> Transition:
    return Transition(
        task_id=row.task_id,
        seq=row.seq,
        at=row.at,
        before=Status(row.before),
        after=Status(row.after),
        reason=_reason(row.reason),
        detail=row.detail,
    )


def incident_values(incident: Incident) -> Values:
    return {
        "task_id": incident.task_id,
        "number": incident.number,
        "opened_at": incident.opened_at,
        "confirmed_at": incident.confirmed_at,
        "closed_at": incident.closed_at,
        "detail": incident.detail,
    }


def incident_of(row: Row[Any]) -> Incident:
    return Incident(**_plain(row))


def gap_values(gap: Gap) -> Values:
    return {
        "task_id": gap.task_id,
        "from_at": gap.from_at,
        "until_at": gap.until_at,
        "reason": gap.reason,
        "slots": gap.slots,
    }


def gap_of(row: Row[Any]) -> Gap:
    return Gap(**{**_plain(row), "reason": GapReason(row.reason)})


def event_values(event: Event) -> Values:
    return {
        "at": event.at,
        "kind": event.kind,
        "task_id": event.task_id or 0,
        "detail": event.detail,
        "data": dict(event.data),
    }


def event_of(row: Row[Any]) -> Event:
    return Event(**{**_plain(row), "task_id": row.task_id or None})


def ping_values(ping: Ping) -> Values:
    return {
        "task_id": ping.task_id,
        "kind": ping.kind,
        "at": ping.at,
        "exit_code": ping.exit_code,
        "rid": ping.rid,
        "run_s": ping.run_s,
        "body": ping.body,
        "source": ping.source,
    }


def ping_of(row: Row[Any]) -> Ping:
    return Ping(**{**_plain(row), "kind": PingKind(row.kind)})


def node_values(node: Node) -> Values:
    values: Values = {
        "id": node.id,
        "host": node.host,
        "pid": node.pid,
        "version": node.version,
        "started_at": node.started_at,
        "beat_at": node.beat_at,
        "stopped_at": node.stopped_at,
        "figures": dict(node.figures),
    }
    if node.sessions is not None:
        values["sessions"] = dict(node.sessions)
    return values


def node_of(row: Row[Any]) -> Node:
    return Node(**_plain(row))


def _plain(row: Row[Any]) -> Values:
    return dict(row._mapping)
