"""The documentation of the API for people, a page made of the same declarations as for programs.

It needs no script and asks no other host for anything.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from monitor import __version__
from monitor.web.api.openapi import PREFIX, document
from monitor.web.api.operation import Operation

STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem 1.25rem 4rem; }
a { color: light-dark(#0b57b0, #8ab8ff); }
h1 { font-size: 1.6rem; }
h2 { border-bottom: 1px solid light-dark(#ccd, #445); margin-top: 2.5rem; }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace; }
pre { background: light-dark(#f2f4f8, #1c222c); overflow-x: auto; padding: 0.75rem; }
details { border: 1px solid light-dark(#ccd, #445); border-radius: 6px; margin: 0.5rem 0; }
summary { cursor: pointer; padding: 0.5rem 0.75rem; }
details > :not(summary) { margin-inline: 0.75rem; }
table { border-collapse: collapse; margin-block: 0.5rem; width: calc(100% - 1.5rem); }
td, th { border-top: 1px solid light-dark(#dde, #334); padding: 0.3rem 0.5rem; text-align: left;
  vertical-align: top; }
.method { display: inline-block; font-weight: 700; min-width: 4.5rem; }
"""


def page(operations: Iterable[Operation]) -> str:
    """Return the whole page."""
    described = document(operations)
    return "".join(_page(described))


def _page(described: Mapping[str, Any]) -> Iterator[str]:
    yield (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>API of monitor</title><link rel="stylesheet" href="{PREFIX}/docs.css"></head>'
        f"<body><h1>API of monitor {escape(__version__)}</h1>"
        f'<p>For programs: <a href="{PREFIX}/openapi.json">the OpenAPI document</a>. Send '
        "<code>Authorization: Bearer mon_...</code>; <code>monitor token add</code> makes such a "
        "token. What is wrong with a request is said as <code>application/problem+json</code>."
        "</p><nav><p>"
    )
    tags = dict.fromkeys(
        one["tags"][0] for path in described["paths"].values() for one in path.values()
    )
    yield " &middot; ".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in tags)
    yield "</p></nav><main>"
    for tag in tags:
        yield f'<h2 id="{escape(tag)}">{escape(tag)}</h2>'
        for path, methods in described["paths"].items():
            for method, one in methods.items():
                if one["tags"][0] == tag:
                    yield from _operation(method, path, one)
    yield '<h2 id="schemas">schemas</h2>'
    for name, schema in described["components"]["schemas"].items():
        says = schema.get("description", "")
        yield (
            f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code> '
            f"{escape(says)}</summary>{_json(schema)}</details>"
        )
    yield "</main></body></html>"


def _operation(method: str, path: str, one: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f'<details id="{escape(one["operationId"])}"><summary><code class="method">'
        f"{escape(method.upper())}</code> <code>{escape(path)}</code> {escape(one['summary'])}"
        f"</summary><p>{escape(one['description'])}</p>"
    )
    if parameters := one.get("parameters"):
        yield "<table><tr><th>parameter</th><th>in</th><th>may be</th><th></th></tr>"
        for each in parameters:
            yield (
                f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
                f"<td>{_kind(each['schema'])}</td><td>{escape(each.get('description', ''))}</td>"
                "</tr>"
            )
        yield "</table>"
    if body := one.get("requestBody"):
        ((media_type, content),) = body["content"].items()
        yield f"<p>Body: {escape(media_type)}, {_kind(content['schema'])}</p>"
        if example := content.get("example"):
            yield f"<pre>{escape(example)}</pre>" if isinstance(example, str) else _json(example)
    yield "<table><tr><th>answer</th><th></th><th></th></tr>"
    for status, answer in one["responses"].items():
        schemas = [each["schema"] for each in answer.get("content", {}).values()]
        yield (
            f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td>"
            f"<td>{', '.join(map(_kind, schemas))}</td></tr>"
        )
    yield "</table></details>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Say what a value may be, in a word or two, with a link if it is described elsewhere."""
    if (reference := schema.get("$ref")) is not None:
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and "items" in schema.get("properties", {}):
        return f"page of {_kind(schema['properties']['items'].get('items', {}))}"
    return escape(kind if isinstance(kind, str) else " or ".join(kind))


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
