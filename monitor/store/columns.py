"""Of what the tables are made: where they are gathered, and columns that databases differ in."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
"""Filled by the modules of tables; whole in `schema`."""

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
