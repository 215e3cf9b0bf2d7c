"""Tables of files: which keys they may have, what these say, and all that is wrong with them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import attrs

from monitor.config.places import Path
from monitor.config.source import Problem, Source


class Readable(Protocol):
    """A key of a table."""

    @property
    def read(self) -> Callable[[Any], Any]:
        """Raises ValueError with a sentence that says what was found and what to write."""
        ...


@attrs.frozen
class Key:
    """A key whose value becomes a field of one of our own values."""

    field: str
    read: Callable[[Any], Any]
    """See `Readable`."""
    says: str
    schema: Mapping[str, Any]
    """Its JSON Schema."""


def read_tables(source: Source, name: str, problems: list[Problem]) -> list[Mapping[str, Any]]:
    """Return the tables `[[name]]` of a file; none, and a problem, if it is something else."""
    tables = source.tables.get(name, [])
    if isinstance(tables, list) and all(isinstance(one, dict) for one in tables):
        return tables
    said = f"must be a list of tables, each written [[{name}]]"
    problems.append(Problem(source.where((name,)), said))
    return []


def read_keys(
    source: Source,
    path: Path,
    who: str,
    keys: Mapping[str, Readable],
    found: Mapping[str, Any],
    problems: list[Problem],
) -> dict[str, Any]:
    """Return what the keys of one table say, by key.

    Args:
        path: where in the file the table stands.
        who: what it is called in problems.
        problems: gets what is wrong; such keys are left out.
    """
    values = {}
    for key, value in found.items():
        here = (*path, key)
        if key not in keys:
            problems.append(source.unknown(here, keys, f"{who}, {key}"))
            continue
        try:
            values[key] = keys[key].read(value)
        except ValueError as error:
            problems.append(Problem(source.where(here, f"{who}, {key}"), str(error)))
    return values


def by_field(keys: Mapping[str, Key], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what keys say by the fields that they become."""
    return {keys[key].field: value for key, value in values.items()}


def schema_of(keys: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the JSON Schema of a list of tables with such keys."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": {
                key: {"description": one.says, **one.schema} for key, one in keys.items()
            },
        },
    }
