"""The OpenAPI document: made of the same operations and schemas as what is served."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from monitor import __version__
from monitor.web.api.operation import Body, Operation, Query
from monitor.web.api.receipts import HEADER
from monitor.web.api.schemas import components, ref

PREFIX = "/api/v1"
_PLACE = re.compile(r"\{(\w+)\}")
_ALWAYS = (401, 403, 429, 503)
_ROLES = {1: "a viewer", 2: "an editor", 3: "an administrator"}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    bodies: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
        if one.body is not None and one.body.keys:
            bodies[one.body.name] = one.body.schema()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "monitor",
            "version": __version__,
            "summary": "What the command line can do, over HTTP.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**components(), **bodies},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "monitor_session"},
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    more = f"{one.more} " if one.more else ""
    found: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.says,
        "description": f"{more}Needs {_ROLES[one.needs]}.",
        "responses": _responses(one),
    }
    parameters = [*_places(one.path), *_queries(one.query), *_headers(one)]
    if parameters:
        found["parameters"] = parameters
    if one.body is not None:
        found["requestBody"] = _body(one.body)
    return found


def _places(path: str) -> list[dict[str, Any]]:
    found = []
    for name in _PLACE.findall(path):
        number = name.endswith("_id") or name == "number"
        schema = (
            {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
            if number
            else {"type": "string", "minLength": 1}
        )
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _queries(query: Mapping[str, Query]) -> list[dict[str, Any]]:
    found = []
    for name, one in query.items():
        schema = {"type": "array", "items": one.schema} if one.several else one.schema
        found.append({"name": name, "in": "query", "description": one.says, "schema": schema})
    return found


def _headers(one: Operation) -> list[dict[str, Any]]:
    found = []
    if one.matched:
        found.append(_header("If-Match", "Only if it is still of this version (its ETag)."))
    if one.once:
        says = "Sent again with the same key within a day, it is not done twice."
        found.append(_header(HEADER, says, maxLength=255))
    return found


def _header(name: str, says: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, **more}
    return {"name": name, "in": "header", "description": says, "schema": schema}


def _body(body: Body) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": ref(body.name) if body.keys else {"type": "string"}}
    if body.example is not None:
        content["example"] = body.example
    return {"required": not body.empty, "content": {body.media_type: content}}


def _responses(one: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(one.status).phrase}
    if one.answer:
        good["content"] = {one.media_type: {"schema": one.answer}}
    if (one.matched and one.status == 200) or one.tagged:
        good["headers"] = {"ETag": {"schema": {"type": "string"}}}
    found = {str(one.status): good}
    for status, schema in one.also.items():
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"schema": schema}},
        }
    for status in sorted({*_refusals(one), *_ALWAYS}):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": ref("Problem")}},
        }
    return found


def _refusals(one: Operation) -> set[int]:
    found = set(one.refusals)
    if one.query or one.body is not None or one.matched:
        found.add(400)
    if _PLACE.search(one.path):
        found.add(404)
    if one.body is not None:
        found |= {408, 413, 415, 422}
    if one.method not in ("GET", "HEAD"):
        found |= {400, 422}
    if one.matched:
        found.add(412)
    return found | {400}
