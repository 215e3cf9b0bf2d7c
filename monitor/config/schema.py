"""The JSON Schema of the configuration file, for editors: made of what checks the file itself."""

from collections.abc import Mapping
from typing import Any

import attrs

from monitor.config.alerting import CHANNEL_SCHEMA, MAINTENANCE_SCHEMA
from monitor.config.casekeys import CASE_SCHEMA
from monitor.config.fields import FIELDS
from monitor.config.scenariokeys import OUTAGE_SCHEMA, POLICY_SCHEMA, SIMULATION_SCHEMA
from monitor.config.statuspages import STATUS_PAGE_SCHEMA
from monitor.probes import kinds
from monitor.probes.described import options_of
from monitor.probes.kind import Kind


def json_schema(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a whole file; `settings` is that of its table `[monitor]`."""
    fields = {key: {"description": field.says, **field.schema} for key, field in FIELDS.items()}
    every = [kind for kind in kinds() if attrs.has(kind.options)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of monitor",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "monitor": settings,
            "defaults": {
                "type": "object",
                "description": "what tasks have that do not say otherwise",
                "additionalProperties": False,
                "properties": {key: fields[key] for key in fields if FIELDS[key].common},
            },
            "task": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": fields,
                    "required": ["target"],
                    "allOf": [_of_kind(kind) for kind in every],
                },
            },
            "channel": CHANNEL_SCHEMA,
            "maintenance": MAINTENANCE_SCHEMA,
            "status_page": STATUS_PAGE_SCHEMA,
            "test": CASE_SCHEMA,
            "simulation": SIMULATION_SCHEMA,
            "outage": OUTAGE_SCHEMA,
            "policy": POLICY_SCHEMA,
        },
        "$defs": {kind.name: _options(kind) for kind in every},
    }


def _of_kind(kind: Kind) -> dict[str, Any]:
    """Say which options a task may have whose target begins with a scheme of this kind."""
    pattern = f"^({'|'.join(kind.schemes)}):"
    return {
        "if": {"properties": {"target": {"pattern": pattern}}, "required": ["target"]},
        "then": {"properties": {"options": {"$ref": f"#/$defs/{kind.name}"}}},
    }


def _options(kind: Kind) -> dict[str, Any]:
    properties = {}
    for option in options_of(kind):
        # Every option may also be a text, as on a command line, or a reference to a secret.
        either = {"anyOf": [option.schema, {"type": "string"}]}
        schema = option.schema if option.schema.get("type") == "string" else either
        properties[option.name] = {"description": option.says, **schema}
    return {"type": "object", "additionalProperties": False, "properties": properties}
