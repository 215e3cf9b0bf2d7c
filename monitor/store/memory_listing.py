"""Pages of lists in the store that lives in memory; see `memory`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from monitor.core.listing import (
    Gaps,
    Happenings,
    Incidents,
    Looks,
    Notices,
    Page,
    Tasks,
    Transitions,
)
from monitor.store.memory_tables import Tables, fleet

T = TypeVar("T")


def page(tables: Tables, wanted: Page[T]) -> list[T]:
    """Return one page."""
    found: list[T] = _READERS[type(wanted)](tables, wanted)
    return found[: wanted.limit]


def _tasks(tables: Tables, wanted: Tasks) -> list[Any]:
    found = [one for one in fleet(tables) if wanted.chooses(one)]
    if wanted.by_name:
        found = [one for one in found if one.task.name > wanted.after_name]
        return sorted(found, key=lambda one: one.task.name)
    return [one for one in found if one.task.id > wanted.after_id]


def _incidents(tables: Tables, wanted: Incidents) -> list[Any]:
    found = [
        one
        for one in tables.incidents.values()
        if _of(one.task_id, wanted.task_ids)
        and (wanted.numbers is None or one.number in wanted.numbers)
        and wanted.is_open in (None, one.closed_at is None)
        and (wanted.since_at is None or one.closed_at is None or one.closed_at >= wanted.since_at)
        and (wanted.until_at is None or one.opened_at < wanted.until_at)
    ]
    return _behind(found, lambda one: (one.opened_at, one.task_id, one.number), wanted.before)


def _looks(tables: Tables, wanted: Looks) -> list[Any]:
    found = [
        one
        for one in tables.looks.values()
        if one.task_id == wanted.task_id and _within(one.slot_at, wanted)
    ]
    return _behind(found, lambda one: one.slot_at, wanted.before)


def _transitions(tables: Tables, wanted: Transitions) -> list[Any]:
    found = [
        one
        for one in tables.transitions.values()
        if one.task_id == wanted.task_id and _within(one.at, wanted)
    ]
    return _behind(found, lambda one: one.seq, wanted.before)


def _gaps(tables: Tables, wanted: Gaps) -> list[Any]:
    found = [
        one
        for one in tables.gaps.values()
        if one.task_id == wanted.task_id
        and (wanted.since_at is None or one.until_at > wanted.since_at)
        and (wanted.until_at is None or one.from_at < wanted.until_at)
    ]
    return _behind(found, lambda one: one.from_at, wanted.before)


def _notices(tables: Tables, wanted: Notices) -> list[Any]:
    found = [
        one
        for one in tables.alerts.notices.values()
        if _of(one.task_id or 0, wanted.task_ids)
        and (wanted.threads is None or one.thread in wanted.threads)
        and (not wanted.channels or one.channel in wanted.channels)
        and (not wanted.states or one.state in wanted.states)
        and _within(one.at, wanted)
    ]
    return _behind(found, lambda one: (one.at, one.key, one.channel), wanted.before)


def _happenings(tables: Tables, wanted: Happenings) -> list[Any]:
    found = [
        one
        for one in tables.events.values()
        if _of(one.task_id or 0, wanted.task_ids)
        and (not wanted.kinds or one.kind in wanted.kinds)
        and _within(one.at, wanted)
    ]
    return _behind(found, lambda one: (one.at, one.kind, one.task_id or 0), wanted.before)


def _of(task_id: int, ids: tuple[int, ...] | None) -> bool:
    return ids is None or task_id in ids


def _within(moment: datetime, wanted: Any) -> bool:
    return (wanted.since_at is None or moment >= wanted.since_at) and (
        wanted.until_at is None or moment < wanted.until_at
    )


def _behind(found: Iterable[Any], order: Callable[[Any], Any], before: Any) -> list[Any]:
    """Return what comes behind what was shown last, newest first."""
    rest = [one for one in found if before is None or order(one) < before]
    return sorted(rest, key=order, reverse=True)


_READERS: dict[type, Callable[[Tables, Any], list[Any]]] = {
    Tasks: _tasks,
    Incidents: _incidents,
    Looks: _looks,
    Transitions: _transitions,
    Gaps: _gaps,
    Notices: _notices,
    Happenings: _happenings,
}
