"""The API, called as its server calls it; every answer is held against the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import trio
from jsonschema import Draft202012Validator, FormatChecker
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.app import App
from monitor.web.api.guarded import ApiOptions
from monitor.web.api.openapi import PREFIX, document
from monitor.web.api.room import Api
from monitor.web.desk import Desk
from monitor.web.feed import Feed
from monitor.web.routing import Role, Who
from monitor.web.site import make_site


@attrs.define
class Doorman:
    """Lets in everybody as somebody of a role that the test chooses."""

    role: Role = Role.ADMIN
    name: str = "ann"
    token: str = "ci"

    async def admit(self, request: Request, needs: Role) -> Who:
        await trio.lowlevel.checkpoint()
        if self.role < needs:
            raise HTTPException(403, f"it takes {needs.name.lower()}")
        return Who(
            name=self.name, role=self.role, via="token", token=self.token, address="192.0.2.9"
        )


@attrs.frozen
class Answer:
    """What came back."""

    status: int
    raw: bytes
    headers: Mapping[str, str]

    @property
    def document(self) -> Any:
        return json.loads(self.raw)

    @property
    def problem(self) -> str:
        """The sentence of an error."""
        assert "application/problem+json" == self.headers["content-type"], self
        document = self.document
        assert self.status == document["status"]
        sentence: str = document["detail"]
        return sentence

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        return {one["field"]: one["detail"] for one in self.document["errors"]}


Hook = Callable[[dict[str, Any]], None]


@attrs.define(eq=False)
class Caller:
    """Somebody who asks."""

    app: App
    options: ApiOptions = attrs.field(factory=ApiOptions)
    doorman: Doorman = attrs.field(factory=Doorman)
    feed: Feed = attrs.field(factory=Feed)
    api: Api = attrs.field(init=False)
    site: Starlette = attrs.field(init=False)
    described: dict[str, Any] = attrs.field(init=False)
    used: set[str] = attrs.field(factory=set, init=False)
    """Operations that were asked for."""

    def __attrs_post_init__(self) -> None:
        desk = Desk(self.app.store)
        self.api = Api(monitor=self.app, desk=desk, feed=self.feed, options=self.options)
        self.site = make_site([self.api], self.doorman)
        self.described = document(self.api.operations)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, None, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.ask("POST", path, body, **headers)

    async def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.ask("PATCH", path, body, **headers)

    async def delete(self, path: str, **headers: str) -> Answer:
        return await self.ask("DELETE", path, None, **headers)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request, and hold the answer against the document."""
        raw = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        if body is not None:
            headers = {"content_type": "application/json", **headers}
        answer = await self.exchange(method, PREFIX + path, raw, headers)
        self._check(method, path.partition("?")[0], answer)
        return answer

    async def exchange(
        self,
        method: str,
        path: str,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
        on_body: Callable[[bytes], None] | None = None,
    ) -> Answer:
        path, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (name.replace("_", "-").encode(), value.encode())
                for name, value in (headers or {}).items()
            ],
            "client": ("192.0.2.9", 1234),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Any] = []
        chunks = [raw]

        async def receive() -> dict[str, Any]:
            if not chunks:
                await trio.sleep_forever()
            return {"type": "http.request", "body": chunks.pop(), "more_body": False}

        async def send(message: Any) -> None:
            await trio.lowlevel.checkpoint()
            sent.append(message)
            if on_body is not None and message["type"] == "http.response.body":
                on_body(message["body"])

        await self.site(scope, receive, send)
        start, *rest = sent
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], b"".join(one["body"] for one in rest), found)

    def _check(self, method: str, path: str, answer: Answer) -> None:
        """Hold an answer against what is documented of its operation."""
        for pattern, methods in self.described["paths"].items():
            matcher = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern.removeprefix(PREFIX)))
            if re.fullmatch(matcher, path) and method.lower() in methods:
                operation = methods[method.lower()]
                break
        else:
            assert answer.status in (404, 405), (method, path)
            return
        self.used.add(operation["operationId"])
        responses = operation["responses"]
        assert str(answer.status) in responses, (method, path, answer)
        content = responses[str(answer.status)].get("content")
        if content is None:
            assert b"" == answer.raw
            return
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in content, (method, path, answer)
        if media_type.endswith("json"):
            self.validate(content[media_type]["schema"], answer.document)

    def validate(self, schema: Mapping[str, Any], instance: Any) -> None:
        whole = {**schema, "components": {"schemas": self._closed()}}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        found = validator.iter_errors(instance)
        errors = [f"{one.json_path}: {one.message[:300]}" for one in found]
        assert not errors, errors

    def _closed(self) -> dict[str, Any]:
        """Return the schemas without room for keys that they do not name."""
        return {
            name: _close(schema) for name, schema in self.described["components"]["schemas"].items()
        }


def _close(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_close(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _close(value) for key, value in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found
