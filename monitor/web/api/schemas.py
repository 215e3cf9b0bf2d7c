"""The JSON Schemas of what is answered, made of the same declarations as the answers."""

import functools
from typing import Annotated, Any

import attrs
import msgspec
from msgspec import Meta

from monitor.operations import access_documents, alert_documents, documents, kinds, statuspages

_PREFIX = "#/components/schemas/"


@attrs.frozen(kw_only=True)
class TaskDocument(documents.WatchedDocument):
    """A task with what is believed of it. Secrets are shown as `***`."""

    ping: Annotated[str | None, Meta(description="where its pings go; only for editors")]


@attrs.frozen(kw_only=True)
class CheckedDocument(documents.ResultDocument):
    """What one look saw that is stored nowhere."""

    target: str


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


_MOMENT = {"type": "string", "format": "date-time"}
_MAYBE_MOMENT = {"anyOf": [_MOMENT, {"type": "null"}]}
_TEXT, _FLAG, _COUNT = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
_TEXTS = {"type": "array", "items": _TEXT}


def _object(says: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": says,
        "required": list(properties),
        "properties": properties,
    }


_TOLD = {"type": "array", "items": _object("An alert.", key=_TEXT, channel=_TEXT)}
_DIFFERENCES = {
    "type": "object",
    "description": "each key with what it was and what it is",
    "additionalProperties": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2},
}
OTHERS: dict[str, Any] = {
    "Asked": _object("It was asked for.", asked=_FLAG),
    "Trial": _object(
        "What came of sending a message.",
        channel=_TEXT,
        where=_TEXT,
        delivered=_FLAG,
        why=_TEXT,
        permanent={**_FLAG, "description": "whether trying again cannot help"},
        took_s={"type": "number"},
    ),
    "Latency": _object(
        "How long looks took, stretch by stretch, oldest first.",
        items={"type": "array", "items": {"$ref": f"{_PREFIX}Stretch"}},
    ),
    "Resent": _object("What will be sent again.", resent=_TOLD, without_channel=_TOLD),
    "Overall": _object(
        "How all is.",
        version=_TEXT,
        at=_MOMENT,
        alive=_FLAG,
        ready=_FLAG,
        why={**_TEXTS, "description": "what is not well with the monitor itself"},
        tasks={"type": "object", "additionalProperties": _COUNT},
        bad={**_COUNT, "description": "tasks that are down, degraded or unknown"},
        alerts_waiting=_COUNT,
        figures={"type": "object", "additionalProperties": {"type": "number"}},
    ),
    "Child": _object(
        "A task's child in the running monitor.",
        task_id=_COUNT,
        name=_TEXT,
        doing=_TEXT,
        since_at=_MOMENT,
        due_at=_MAYBE_MOMENT,
        incarnations=_COUNT,
        lifecycle=_TEXT,
        attempts=_COUNT,
        retry_at=_MAYBE_MOMENT,
        error=_TEXT,
        consecutive_errors=_COUNT,
        session_opened_at=_MAYBE_MOMENT,
    ),
    "Session": _object(
        "An open session of the database.",
        owner=_TEXT,
        task_id={"type": ["integer", "null"]},
        opened_at=_MOMENT,
    ),
    "Account": _object(
        "What led to an alert.",
        about=_object("What was asked about.", kind=_TEXT, key=_TEXT),
        at=_MOMENT,
        from_at=_MOMENT,
        until_at=_MOMENT,
        tasks_left_out=_TEXTS,
        steps={
            "type": "array",
            "items": _object(
                "One step.",
                at=_MOMENT,
                kind=_TEXT,
                depth=_COUNT,
                task={"type": ["string", "null"]},
                text=_TEXT,
                data={"type": "object"},
            ),
        },
    ),
    "Drills": _object(
        "Exercises of recovery.",
        items={
            "type": "array",
            "items": _object(
                "One exercise.",
                began_at=_MOMENT,
                task_id={"type": ["integer", "null"]},
                task={"type": ["string", "null"]},
                ending=_TEXT,
                good={"type": ["boolean", "null"]},
                took_s={"type": ["number", "null"]},
                detail=_TEXT,
            ),
        },
        next_at=_MAYBE_MOMENT,
        overdue=_FLAG,
    ),
    "Checkup": _object(
        "What was found.",
        well=_FLAG,
        findings={
            "type": "array",
            "items": _object("A finding.", check=_TEXT, found=_TEXT, advice=_TEXT),
        },
        facts={"type": "object"},
    ),
    "Applied": _object(
        "What applying a file did, or would do.",
        dry_run=_FLAG,
        added={"type": "array", "items": _object("A task.", name=_TEXT, target=_TEXT)},
        changed={"type": "object", "additionalProperties": _DIFFERENCES},
        removed=_TEXTS,
        adopted={**_TEXTS, "description": "tasks that only belong to a file from now on"},
        unchanged=_COUNT,
        channels=_TEXTS,
        channels_removed=_TEXTS,
        maintenances=_TEXTS,
        maintenances_removed=_TEXTS,
        status_pages=_TEXTS,
        status_pages_removed=_TEXTS,
        left_over={**_TEXTS, "description": "tasks that a file made and this one does not name"},
        warnings=_TEXTS,
    ),
    "BulkEdited": _object(
        "What was changed, or would be.",
        dry_run=_FLAG,
        chosen=_COUNT,
        changed=_COUNT,
        changes={
            "type": "array",
            "items": _object("A task.", id=_COUNT, name=_TEXT, changes=_DIFFERENCES),
        },
    ),
    "Problem": PROBLEM,
}

CLASSES: tuple[type, ...] = (
    TaskDocument,
    CheckedDocument,
    documents.LookDocument,
    documents.StretchDocument,
    documents.TransitionDocument,
    documents.GapDocument,
    documents.EventDocument,
    documents.NodeDocument,
    alert_documents.IncidentDocument,
    alert_documents.IncidentNoteDocument,
    alert_documents.SilenceDocument,
    alert_documents.MaintenanceDocument,
    alert_documents.PostedDocument,
    alert_documents.NoticeDocument,
    access_documents.UserDocument,
    access_documents.TokenDocument,
    access_documents.MadeTokenDocument,
    access_documents.DeedDocument,
    statuspages.StatusPageDocument,
    statuspages.PostDocument,
    statuspages.LogoDocument,
    statuspages.SubscriberDocument,
    kinds.KindDocument,
    kinds.FamilyDocument,
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


@functools.cache
def components() -> dict[str, Any]:
    """Return all schemas by name."""
    _schemas, found = msgspec.json.schema_components(CLASSES, ref_template=_PREFIX + "{name}")
    return {_named(name): _renamed(schema) for name, schema in found.items()} | OTHERS


def _named(name: str) -> str:
    return "Channel" if name == "PostedDocument" else name.removesuffix("Document")


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, value in schema.items():
        if key == "$ref":
            value = _PREFIX + _named(value.removeprefix(_PREFIX))
        elif key == "title" and isinstance(value, str):
            value = _named(value)
        found[key] = _renamed(value)
    return found
