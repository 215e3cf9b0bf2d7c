"""The options of a kind, told to people and editors from the declarations that check them."""

import typing
from collections.abc import Mapping
from typing import Any

import attrs
import msgspec
from msgspec import Meta

from monitor.core.units import format_duration
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds

DURATION = {"type": "string", "pattern": r"^(\s*\d+(\.\d+)?\s*(ms|[smhdw]))+\s*$"}
"""The JSON Schema of a duration as people write it."""

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
    "array": "list",
}


@attrs.frozen
class Option:
    """One option, as it is declared."""

    name: str
    says: str
    default: str
    """As it would be written; empty if there is none."""
    schema: Mapping[str, Any]
    """What it may be, as JSON Schema."""

    @property
    def kind(self) -> str:
        """Say in a word or two what it may be."""
        if choices := self.schema.get("enum"):
            return " or ".join(f"`{choice}`" for choice in choices)
        if self.schema.get("pattern") == DURATION["pattern"]:
            return "duration"
        several = self.schema.get("anyOf", [self.schema])
        return " or ".join(_WORDS.get(one.get("type", ""), "anything") for one in several)


def options_of(kind: Kind) -> list[Option]:
    """Return the options of a kind in the order of their declaration; none if it takes any."""
    return declared_options(kind.options)


def declared_options(declared: type) -> list[Option]:
    """Return the options that a class of them declares; none if it is no such class."""
    if not attrs.has(declared):
        return []
    hints = typing.get_type_hints(declared, include_extras=True)
    return [_option(field, hints[field.name]) for field in attrs.fields(declared)]


def _option(field: "attrs.Attribute[Any]", hint: Any) -> Option:
    meta = next((one for one in typing.get_args(hint)[1:] if isinstance(one, Meta)), Meta())
    schema = msgspec.json.schema(hint, schema_hook=_schema_of)
    schema = _inlined(schema, schema.pop("$defs", {}))
    schema.pop("description", None)
    return Option(field.name, meta.description or "", _default(field.default), schema)


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Put definitions where they are referred to; tables take no keys that are not known."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        table = _inlined(definitions[reference.rpartition("/")[2]], definitions)
        return {**table, "additionalProperties": False}
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _schema_of(wanted: type) -> dict[str, Any]:
    if issubclass(wanted, Seconds):
        return dict(DURATION)
    raise NotImplementedError


def _default(value: Any) -> str:
    if value in (None, "", attrs.NOTHING) or isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        return ""
    if isinstance(value, Seconds):
        return format_duration(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
