"""The tables, as SQLAlchemy Core sees them; the migrations make them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column declared exactly INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("target", Text, nullable=False),
    Column("interval_s", Double, nullable=False),
    Column("timeout_s", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_interval_s", Double, nullable=False),
    Column("recovery_confirmations", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("expect", JSON, nullable=False, server_default="[]"),
    Column("degraded", JSON, nullable=False, server_default="[]"),
    Column("invert", Boolean, nullable=False, server_default=false()),
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("depends_on", JSON, nullable=False, server_default="[]"),
    Column("alerts", JSON, nullable=False, server_default="{}"),
    Column("paused", Boolean, nullable=False),
    Column("from_file", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice: history may outlive its task
)

task_state = Table(
    "task_state",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("detail", Text, nullable=False),
    Column("since_at", Moment),
    Column("standing", Text, nullable=False),
    Column("standing_since_at", Moment),
    Column("candidate", Text),
    Column("streak", Integer, nullable=False),
    Column("streak_since_at", Moment),
    Column("seq", BigInteger, nullable=False),
    Column("incidents", BigInteger, nullable=False),
    Column("flaps", Integer, nullable=False, server_default="0"),
    Column("flapping_since_at", Moment),
    Column("consecutive_errors", Integer, nullable=False),
    Column("last_slot_at", Moment),
    Column("last_looked_at", Moment),
    Column("next_check_at", Moment),
    Column("lifecycle", Text, nullable=False),
    Column("recovery_attempts", Integer, nullable=False),
    Column("retry_at", Moment),
    Column("error", Text, nullable=False),
    Column("changed_at", Moment),
)
"""No index on `next_check_at`: it changes with every look, and without one PostgreSQL updates the
row in place (measured: 89 % of the updates)."""

result = Table(
    "result",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("slot_at", Moment, primary_key=True),
    Column("looked_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("phase", Text),
    Column("duration_s", Double, nullable=False),
    Column("timings", JSON, nullable=False),
    Column("address", Text),
    Column("detail", Text, nullable=False),
)

transition = Table(
    "transition",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text),
    Column("detail", Text, nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("opened_at", Moment, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("detail", Text, nullable=False),
    Index("incident_by_opening", "opened_at", "task_id", "number"),
    Index(
        "incident_open",
        "opened_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

gap = Table(
    "gap",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("from_at", Moment, primary_key=True),
    Column("until_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("slots", BigInteger, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("at", Moment, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("detail", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Index("event_by_task", "task_id", "at"),
    Index("event_by_kind", "kind", "at"),
)
"""`task_id` is 0 for what belongs to no task; a primary key may not be null."""

notice = Table(
    "notice",
    metadata,
    Column("key", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("thread", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("since_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("task_id", Id, nullable=False),
    Column("incident", BigInteger),
    Column("subject", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("affected", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("decided_at", Moment),
    Column("message", Text, nullable=False),
    Column("due_at", Moment),
    Index("notice_by_thread", "thread"),
    Index("notice_by_task", "task_id", "at"),
    Index("notice_by_moment", "at", "key", "channel"),
    Index("notice_by_state", "state", "at"),
    Index("notice_by_channel", "channel", "at"),
)
"""The outbox: written with what it tells about, in one transaction. `task_id` is 0 for what belongs
to no task."""

channel = Table(
    "channel",
    metadata,
    Column("name", Text, primary_key=True),
    Column("from_file", Boolean, nullable=False),
    Column("data", JSON, nullable=False),
)

maintenance = Table(
    "maintenance",
    metadata,
    Column("name", Text, primary_key=True),
    Column("from_file", Boolean, nullable=False),
    Column("data", JSON, nullable=False),
)

silence = Table(
    "silence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("from_at", Moment, nullable=False),
    Column("until_at", Moment, nullable=False),
    Column("selector", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    sqlite_autoincrement=True,
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("until_at", Moment),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
)

request = Table(
    "request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
)

ping = Table(
    "ping",
    metadata,
    Column("task_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("exit_code", Integer),
    Column("rid", Text),
    Column("run_s", Double),
    Column("body", Text, nullable=False),
    Column("source", Text, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)
"""One row; triggers count it up with every change of `task` and every new `request`, whoever makes
it and by whatever program."""

node = Table(
    "node",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("stopped_at", Moment),
    Column("sessions", JSON, nullable=False),
    Column("figures", JSON, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password", Text),
    Column("subject", Text, nullable=False),
    Column("totp", Text),
    Column("totp_step", BigInteger, nullable=False),
    Column("recovery", JSON, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("disabled", Boolean, nullable=False, server_default=false()),
)
"""Users; `user` is a word of SQL. A new id is the highest plus one, given under a lock, so that a
restored database needs no counter put right."""

access_token = Table(
    "access_token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("owner", BigInteger),
    Column("read_only", Boolean, nullable=False),
    Column("paths", JSON, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("used_at", Moment),
)

web_session = Table(
    "web_session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("via", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Index("web_session_by_user", "user_id"),
)

deed = Table(
    "deed",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("address", Text, nullable=False),
)
"""Who changed what. Its ids sort by time."""

status_page = Table(
    "status_page",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("from_file", Boolean, nullable=False),
    Column("data", JSON, nullable=False),
)

status_post = Table(
    "status_post",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Index("status_post_by_page", "page", "id"),
)
"""What was written about incidents. Its ids sort by time."""

status_logo = Table(
    "status_logo",
    metadata,
    Column("page", Text, primary_key=True),
    Column("data", Text, nullable=False),
)
"""The logo of a page, in Base64."""

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Index("subscriber_once", "page", "way", "address", unique=True),
)
"""Who is told of what happens on a status page. Their ids sort by time."""

letter = Table(
    "letter",
    metadata,
    Column("key", Text, primary_key=True),
    Column("page", Text, nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("about", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
    Index("letter_by_subscriber", "subscriber"),
    Index("letter_by_state", "state", "attempts", "next_at"),
)
"""What subscribers are told, and whether they have been."""

receipt = Table(
    "receipt",
    metadata,
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("receipt_by_moment", "at"),
)
"""What was answered to requests that must not be carried out twice; forgotten after a day."""
