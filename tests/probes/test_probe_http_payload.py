"""What is sent along with a request: JSON, forms, XML, GraphQL, and with which method and type."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from monitor.core.model import Status
from monitor.core.probing import InvalidTask
from tests.probes.servers import Stream, http_answer, look_at, probe_of, read_request, serving


async def sent(**options: object) -> tuple[str, dict[str, str], bytes]:
    """Return the method, the headers in lower case and the body of what a look sends."""
    received: list[bytes] = []

    async def handler(stream: Stream) -> None:
        request = await read_request(stream)
        head, _end, body = request.partition(b"\r\n\r\n")
        length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if b"-Length" in x), 0)
        while len(body) < length:
            body += await stream.receive_some()
        received.extend([head, body])
        await stream.send_all(http_answer())

    async with serving(handler) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", **options)
    assert Status.UP == result.status
    lines = received[0].decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return lines[0].split(" ")[0], headers, received[1]


@pytest.mark.parametrize(
    "value", [{"a": [1, None, "ü"]}, [], {}, '{"a": [1, null, "ü"]}', '"text"', "1"]
)
async def test_json_is_sent_as_a_value_or_as_text(value: object) -> None:
    method, headers, body = await sent(json=value)
    assert ("POST", "application/json") == (method, headers["content-type"])
    assert (json.loads(value) if isinstance(value, str) else value) == json.loads(body)
    assert str(len(body)) == headers["content-length"]


async def test_a_form_is_encoded_and_a_command_line_may_name_its_fields() -> None:
    method, headers, body = await sent(**{"form.user": "me & you", "form.note": "grüße"})
    assert ("POST", "application/x-www-form-urlencoded") == (method, headers["content-type"])
    assert {"user": ["me & you"], "note": ["grüße"]} == parse_qs(body.decode())


@pytest.mark.parametrize(
    ("kind", "body", "content_type"),
    [
        ("json", '{"a": 1}', "application/json"),
        ("form", "a=1&a=2", "application/x-www-form-urlencoded"),
        ("xml", "<a>ü</a>", "application/xml; charset=utf-8"),
        ("raw", "anything", None),
    ],
)
async def test_a_body_is_sent_as_it_is_with_the_type_that_it_is_said_to_have(
    kind: str, body: str, content_type: str | None
) -> None:
    method, headers, received = await sent(body=body, body_type=kind)
    assert ("POST", content_type) == (method, headers.get("content-type"))
    assert body.encode() == received


async def test_a_graphql_query_is_wrapped_into_json() -> None:
    query = 'query { shop(name: "x") { open } }'
    method, headers, body = await sent(body=query, body_type="graphql")
    assert ("POST", "application/json") == (method, headers["content-type"])
    assert {"query": query} == json.loads(body)


async def test_the_operators_own_type_and_method_are_stronger() -> None:
    method, headers, _body = await sent(
        json={"a": 1}, method="put", headers={"content-TYPE": "application/ld+json"}
    )
    assert ("PUT", "application/ld+json") == (method, headers["content-type"])


async def test_a_get_may_have_a_body_if_that_is_wanted() -> None:
    method, headers, body = await sent(method="GET", json={"query": {"match_all": {}}})
    assert ("GET", "26") == (method, headers["content-length"])
    assert b'{"query":{"match_all":{}}}' == body


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_every_method_is_sent(method: str) -> None:
    assert method == (await sent(method=method))[0]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"json": '{"a": s3cr3t}'}, "option json"),
        ({"json": "[" * 100_000}, "option json"),
        ({"json": 5}, "option json"),
        ({"json": {"a": float("nan")}, "body": "x"}, "option json"),
        ({"json": {}, "form": {"a": "b"}}, "option form"),
        ({"form": {"a": "b"}, "body": "x"}, "option form"),
        ({"form": {"a": 1}}, "option form.a"),
        ({"form": "a=1"}, "option form"),
        ({"body": '{"a": s3cr3t}', "body_type": "json"}, "option body"),
        ({"body": "\ud800"}, "option body"),
        ({"body_type": "xml"}, "option body_type"),
        ({"json": {}, "body_type": "json"}, "option body_type"),
        ({"body": "x", "body_type": "yaml"}, "option body_type"),
    ],
)
def test_a_wrong_body_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("http://host.example/", options)
    assert field == caught.value.field
    assert "s3cr3t" not in str(caught.value)


def test_json_that_is_none_says_where() -> None:
    with pytest.raises(InvalidTask, match=r"is not JSON: invalid character \(byte 6\)"):
        probe_of("http://host.example/", {"json": '{"a": x}'})
