"""The tables of status pages and their subscribers; see `tables`."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text

from monitor.store.columns import Moment, metadata

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
