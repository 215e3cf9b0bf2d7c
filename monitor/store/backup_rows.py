"""Rows as a backup holds them: written as JSON, and checked value by value when they come back."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Column, Double, Integer, Row, Table, Text

from monitor.core.alerts.notices import NoticeKind, NoticeState
from monitor.core.model import AlertPolicy, GapReason, Lifecycle, Reason, Status
from monitor.core.pings import PingKind
from monitor.core.statuspage.readers import LetterState, Way
from monitor.core.statuspage.values import PostState
from monitor.store.backed_up import ADDED_LATER
from monitor.store.columns import Moment


class BadBackup(Exception):
    """A backup cannot be restored; the message names file and line, and what is wrong there."""


_ENUMS: Mapping[str, type[StrEnum]] = {
    "task_state.status": Status,
    "task_state.reason": Reason,
    "task_state.standing": Status,
    "task_state.candidate": Status,
    "task_state.lifecycle": Lifecycle,
    "result.status": Status,
    "result.reason": Reason,
    "transition.before": Status,
    "transition.after": Status,
    "transition.reason": Reason,
    "gap.reason": GapReason,
    "ping.kind": PingKind,
    "notice.kind": NoticeKind,
    "notice.status": Status,
    "notice.state": NoticeState,
    "status_post.state": PostState,
    "subscriber.way": Way,
    "letter.state": LetterState,
}
"""Columns whose words must be ours: one unknown word would make the whole fleet unreadable."""


_LISTS = {"expect", "degraded", "tags", "depends_on", "affected", "recovery", "paths"}
"""JSON columns that hold lists; the others hold tables."""


def written(row: Row[Any]) -> list[Any]:
    """Return a row as JSON takes it."""
    return [value.isoformat() if isinstance(value, datetime) else value for value in row]


def columns_of(header: Any, tables: Iterable[Table]) -> dict[str, list[Column[Any]]] | None:
    """Return the columns that a backup holds of each table, in its order, by the table's name.

    A backup of an older schema may lack columns which have a default, and what was added later.
    None if it does not fit.
    """
    if not isinstance(header, Mapping):
        return None
    found = {}
    for table in tables:
        if table.name in ADDED_LATER and table.name not in header:
            continue
        names = header.get(table.name)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return None
        missing = [column for column in table.c if column.name not in names]
        if set(names) - set(table.c.keys()) or any(
            column.server_default is None and str(column) not in ADDED_LATER for column in missing
        ):
            return None
        found[table.name] = [table.c[name] for name in names]
    return found if found.keys() == header.keys() else None


def read(
    where: str, document: Any, known: Mapping[str, list[Column[Any]]]
) -> tuple[Table, dict[str, Any]]:
    """Return the table and the values of a line; `known` are the columns the backup holds.

    Raises:
        BadBackup: naming the place and what is wrong.
    """
    if not isinstance(document, list) or not document or document[0] not in known:
        raise BadBackup(f"{where}: this is not a row of a table we know")
    columns = known[document[0]]
    table = columns[0].table
    if len(document) != len(columns) + 1:
        raise BadBackup(
            f"{where}: a row of {table.name} has {len(columns)} values, here are "
            f"{len(document) - 1}"
        )
    values = {}
    for column, value in zip(columns, document[1:], strict=True):
        try:
            values[column.name] = _value(column, value)
        except (ValueError, TypeError, OverflowError):
            shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
            raise BadBackup(
                f"{where}: {shown} cannot stand in {table.name}.{column.name}"
            ) from None
    return table, values


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise ValueError
        return None
    value = _reader(column)(value)
    words = _ENUMS.get(f"{column.table.name}.{column.name}")
    return value if words is None else words(value)


@cache
def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """Return the function that reads values of a column's type; it raises ValueError."""
    readers: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (Moment, _moment),
        (Boolean, _exactly(bool)),
        (Integer, _integer),
        (Double, _number),
        (Text, _exactly(str)),
        (JSON, _exactly(list if column.name in _LISTS else dict)),
    )
    if str(column) == "task.alerts":
        return _policy
    return next(reader for family, reader in readers if isinstance(column.type, family))


def _policy(value: Any) -> Any:
    """Accept what a task can be made of; msgspec says what is wrong by a ValueError."""
    msgspec.convert(value, AlertPolicy)
    return value


def _exactly(wanted: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not wanted:
            raise ValueError
        return value

    return check


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError
    return float(value)


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment
