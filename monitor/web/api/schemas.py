"""The JSON Schemas of what is answered, made of the same declarations as the answers."""

import functools
from typing import Annotated, Any

import attrs
import msgspec
from msgspec import Meta

from monitor.operations import alert_documents, documents

_PREFIX = "#/components/schemas/"


@attrs.frozen(kw_only=True)
class TaskDocument(documents.WatchedDocument):
    """A task with what is believed of it. Secrets are shown as `***`."""

    ping: Annotated[str | None, Meta(description="where its pings go; only for editors")]


@attrs.frozen(kw_only=True)
class CheckedDocument(documents.ResultDocument):
    """What one look saw that is stored nowhere."""

    target: str


CLASSES: tuple[type, ...] = (
    TaskDocument,
    CheckedDocument,
    documents.LookDocument,
    documents.TransitionDocument,
    documents.GapDocument,
    documents.EventDocument,
    documents.NodeDocument,
    alert_documents.IncidentDocument,
    alert_documents.SilenceDocument,
    alert_documents.MaintenanceDocument,
    alert_documents.PostedDocument,
    alert_documents.NoticeDocument,
)


def ref(name: str) -> dict[str, Any]:
    """Refer to a schema."""
    return {"$ref": f"{_PREFIX}{name}"}


def page_of(name: str) -> dict[str, Any]:
    """Return the schema of a page of a list."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": ref(name)},
            "next": {
                "type": ["string", "null"],
                "description": "the `cursor` of the next page; null: this is the last",
            },
        },
    }


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong (RFC 9457).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one sentence: what is wrong, what to do"},
        "errors": {
            "type": "array",
            "description": "each thing that is wrong, and where",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


@functools.cache
def components() -> dict[str, Any]:
    """Return all schemas by name."""
    _schemas, found = msgspec.json.schema_components(CLASSES, ref_template=_PREFIX + "{name}")
    return {_named(name): _renamed(schema) for name, schema in found.items()} | {"Problem": PROBLEM}


def _named(name: str) -> str:
    return name.removesuffix("Document")


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, value in schema.items():
        if key == "$ref":
            value = _PREFIX + _named(value.removeprefix(_PREFIX))
        elif key == "title":
            value = _named(value)
        found[key] = _renamed(value)
    return found
