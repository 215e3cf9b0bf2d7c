"""The tables of tasks, looks and alerts, as SQLAlchemy Core sees them; the migrations make them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
)

from monitor.store.columns import Id, Moment, metadata

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
