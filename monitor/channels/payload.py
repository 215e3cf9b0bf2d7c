"""A message as values that others read: the body of a webhook, and the names in a template.

Names and meanings are a contract: what exists stays as it is while `version` stays, and what is new
comes beside it.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import attrs
import msgspec
from msgspec import Meta

from monitor.core.alerts.notices import Message, Notice

VERSION: Literal[1] = 1


@attrs.frozen(kw_only=True)
class NoticePayload:
    """One notice."""

    key: Annotated[str, Meta(description="names the notice for ever, `7/3/down`")]
    thread: Annotated[
        str, Meta(description="the same for all notices of one incident, from beginning to end")
    ]
    kind: Annotated[str, Meta(description="down, up, degraded, improved, reminder ...")]
    good: Annotated[bool, Meta(description="whether it ends something")]
    subject: Annotated[str, Meta(description="the task's name, or a part of the monitor")]
    target: Annotated[str, Meta(description="what is looked at, without passwords")]
    status: Annotated[str, Meta(description="the status now: up, degraded, down, unknown")]
    detail: Annotated[str, Meta(description="what the last look says")]
    at: Annotated[datetime, Meta(description="when it became known")]
    since_at: Annotated[datetime, Meta(description="since when it is true")]
    ended_at: Annotated[
        datetime | None, Meta(description="of good news: when what it ends was over")
    ]
    lasted_s: Annotated[
        float, Meta(description="seconds from `since_at` to the end, or to `at` if it lasts")
    ]
    task_id: Annotated[int | None, Meta(description="the task's number, if it is about a task")]
    incident: Annotated[int | None, Meta(description="the number of the task's incident")]
    tags: Annotated[list[str], Meta(description="the task's tags")]
    affected: Annotated[
        list[str], Meta(description="names of tasks that cannot be seen because of this one")
    ]


@attrs.frozen(kw_only=True)
class Payload:
    """One message."""

    version: Annotated[Literal[1], Meta(description="of these names and meanings")]
    key: Annotated[str, Meta(description="names the message; the same each time it is sent again")]
    channel: Annotated[str, Meta(description="the name of the channel")]
    title: Annotated[str, Meta(description="one line")]
    text: Annotated[str, Meta(description="several lines")]
    late: Annotated[bool, Meta(description="whether it tells what is over already")]
    notices: Annotated[list[NoticePayload], Meta(description="at least one, the oldest first")]


def payload_of(message: Message) -> Payload:
    """Return a message as a receiver gets it."""
    return Payload(
        version=VERSION,
        key=message.key,
        channel=message.first.channel,
        title=message.title,
        text=message.text,
        late=message.late,
        notices=[_notice(notice) for notice in message.notices],
    )


def names_of(message: Message) -> dict[str, Any]:
    """Return a message as texts, numbers, lists and tables; moments are ISO 8601."""
    names: dict[str, Any] = msgspec.to_builtins(payload_of(message))
    return names


def json_of(message: Message) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(payload_of(message))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a message."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(Payload),
    }


def lasted_s(notice: Notice) -> float:
    """Return how long it lasted, or has lasted so far."""
    return max(0.0, ((notice.ended_at or notice.at) - notice.since_at).total_seconds())


def _notice(notice: Notice) -> NoticePayload:
    return NoticePayload(
        key=notice.key,
        thread=notice.thread,
        kind=notice.kind.value,
        good=notice.is_good,
        subject=_whole(notice.subject),
        target=_whole(notice.target),
        status=notice.status.value,
        detail=_whole(notice.detail),
        at=notice.at,
        since_at=notice.since_at,
        ended_at=notice.ended_at,
        lasted_s=lasted_s(notice),
        task_id=notice.task_id,
        incident=notice.incident,
        tags=[_whole(tag) for tag in notice.tags],
        affected=[_whole(name) for name in notice.affected],
    )


def _whole(text: str) -> str:
    """Replace halves of letters (lone surrogates), which no JSON holds."""
    return text.encode("utf-8", "replace").decode()
