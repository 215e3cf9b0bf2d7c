"""What is shown of alerting; see `documents`."""

from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.core.alerts.notices import NoticeKind, NoticeState
from monitor.core.model import Status
from monitor.operations.documents import Moment


def _says(text: str) -> Meta:
    return Meta(description=text)


@attrs.frozen(kw_only=True)
class ChannelDocument:
    """Where messages go, but for its secrets."""

    name: str
    where: Annotated[str, _says("its address, fit to be shown")]
    options: dict[str, Any]
    default: Annotated[bool, _says("tasks that name no channel use it")]
    system: Annotated[bool, _says("the monitor's own trouble goes there")]
    hours: Annotated[str, _says("when it may send")]
    quiet_hours: Annotated[str, _says("when it may not")]
    group_wait_s: float
    group_interval_s: float
    group_by: list[str]
    burst: int
    from_file: bool


@attrs.frozen(kw_only=True)
class PostedDocument(ChannelDocument):
    """A channel and how it is doing."""

    waiting: Annotated[int, _says("alerts that wait")]
    dead: Annotated[int, _says("alerts that could not be delivered")]
    error: Annotated[str, _says("the newest error")]
    last_sent_at: Moment | None


@attrs.frozen(kw_only=True)
class NoticeDocument:
    """One thing told to one channel."""

    key: str
    channel: str
    kind: NoticeKind
    subject: str
    task_id: int | None
    incident: int | None
    at: Annotated[Moment, _says("when it became known")]
    since_at: Annotated[Moment, _says("since when it is true")]
    ended_at: Moment | None
    status: Status
    detail: str
    state: NoticeState
    why: Annotated[str, _says("by which rule it waits or was dropped, or the error")]
    attempts: int
    decided_at: Moment | None
    message: Annotated[str, _says("the key of the message it went out with")]


@attrs.frozen(kw_only=True)
class IncidentNoteDocument:
    """What somebody wrote about an incident."""

    at: Moment
    by: str
    note: str


@attrs.frozen(kw_only=True)
class SilenceDocument:
    """Nobody is told anything of some tasks for a while."""

    id: int
    tasks: Annotated[list[str], _says("names of tasks; `*` and `?` stand for anything")]
    tags: list[str]
    from_at: Moment
    until_at: Moment
    holds: Annotated[bool, _says("whether it holds now")]
    note: str
    by: str


@attrs.frozen(kw_only=True)
class OccurrenceDocument:
    """One time that announced work comes."""

    from_at: Moment
    until_at: Moment


@attrs.frozen(kw_only=True)
class MaintenanceDocument:
    """Announced work, and when it comes next."""

    name: str
    tasks: list[str]
    tags: list[str]
    rule: Annotated[dict[str, str], _says("as it was written")]
    note: str
    from_file: bool
    open: bool
    open_until_at: Moment | None
    next: list[OccurrenceDocument]


@attrs.frozen(kw_only=True)
class AcknowledgementDocument:
    """Who has taken an incident."""

    at: Moment
    until_at: Annotated[Moment | None, _says("null: until it is over")]
    holds: bool
    note: str
    by: str


@attrs.frozen(kw_only=True)
class IncidentDocument:
    """A time during which a target was down."""

    task: Annotated[str, _says("the task's name")]
    task_id: int
    number: Annotated[int, _says("counts the incidents of its task")]
    opened_at: Annotated[Moment, _says("the first failing look")]
    confirmed_at: Moment
    closed_at: Annotated[Moment | None, _says("the first good look")]
    duration_s: float
    detail: str
    acknowledged: AcknowledgementDocument | None
    notices: Annotated[list[NoticeDocument], _says("what was told of it")]
