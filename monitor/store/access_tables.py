"""The tables of users, tokens, web sessions and the audit log; see `tables`."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Table, Text, false

from monitor.store.columns import Id, Moment, metadata

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
