"""From rows to values of alerting and back; see `rows`."""

from typing import Any

import msgspec
from sqlalchemy import Row

from monitor.core.alerts.alerting import Acknowledgement, Maintenance, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.model import Status
from monitor.store.rows import Values

DECIDED = ("state", "why", "attempts", "decided_at", "message", "due_at")
"""What changes of a notice after it was written."""


def notice_values(notice: Notice) -> Values:
    return {
        "key": notice.key,
        "channel": notice.channel,
        "thread": notice.thread,
        "kind": notice.kind,
        "at": notice.at,
        "since_at": notice.since_at,
        "ended_at": notice.ended_at,
        "task_id": notice.task_id or 0,
        "incident": notice.incident,
        "subject": notice.subject,
        "target": notice.target,
        "status": notice.status,
        "detail": notice.detail,
        "tags": list(notice.tags),
        "affected": list(notice.affected),
        **decided_values(notice),
    }


def decided_values(notice: Notice) -> Values:
    return {
        "state": notice.state,
        "why": notice.why,
        "attempts": notice.attempts,
        "decided_at": notice.decided_at,
        "message": notice.message,
        "due_at": notice.due_at,
    }


def notice_of(row: Row[Any]) -> Notice:
    values = dict(row._mapping)
    del values["thread"]
    return Notice(
        **{
            **values,
            "kind": NoticeKind(row.kind),
            "status": Status(row.status),
            "state": NoticeState(row.state),
            "task_id": row.task_id or None,
            "tags": tuple(row.tags),
            "affected": tuple(row.affected),
        }
    )


def channel_values(spec: ChannelSpec) -> Values:
    data = msgspec.to_builtins(spec)
    return {"name": data.pop("name"), "from_file": data.pop("from_file"), "data": data}


def channel_of(row: Row[Any]) -> ChannelSpec:
    return msgspec.convert({**row.data, "name": row.name, "from_file": row.from_file}, ChannelSpec)


def maintenance_values(one: Maintenance) -> Values:
    data = msgspec.to_builtins(one)
    return {"name": data.pop("name"), "from_file": data.pop("from_file"), "data": data}


def maintenance_of(row: Row[Any]) -> Maintenance:
    return msgspec.convert({**row.data, "name": row.name, "from_file": row.from_file}, Maintenance)


def silence_values(one: Silence) -> Values:
    return {
        "from_at": one.from_at,
        "until_at": one.until_at,
        "selector": msgspec.to_builtins(one.selector),
        "note": one.note,
        "by": one.by,
    }


def silence_of(row: Row[Any]) -> Silence:
    selector = msgspec.convert(row.selector, Selector)
    return Silence(**{**row._mapping, "selector": selector})


def acknowledgement_values(one: Acknowledgement) -> Values:
    return {
        "task_id": one.task_id,
        "incident": one.incident,
        "at": one.at,
        "until_at": one.until_at,
        "note": one.note,
        "by": one.by,
    }


def acknowledgement_of(row: Row[Any]) -> Acknowledgement:
    return Acknowledgement(**row._mapping)
