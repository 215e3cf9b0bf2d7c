"""Ask a web server and look at its answer: `http://...` and `https://...`.

Each look opens a connection of its own, as a new visitor would. Its phases are `resolve`,
`connect`, `tls`, `first_byte` (from the request to the headers of the answer) and `body`; those
of redirects are added up.

HTTP/1.1 is spoken by h11 directly over our stream: measured at half the CPU of a pooled client,
and no pool is wanted here.
"""

import re
from http import HTTPStatus
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.ports import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.content import BODY_LIMIT, Body, text_of
from monitor.probes.exchange import Exchange, Head
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.request import Request
from monitor.probes.secure import CERTIFICATE, TlsOptions, certificate_facts, secure
from monitor.probes.target import Url

_REDIRECTS = {301, 302, 303, 307, 308}
_RANGE = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?")


@attrs.frozen(kw_only=True)
class HttpOptions(TlsOptions):
    """How to ask, and which answers are well."""

    method: Annotated[str, Meta(description="the request's method")] = "GET"
    headers: Annotated[dict[str, str], Meta(description="headers to send")] = attrs.field(
        factory=dict
    )
    body: Annotated[str, Meta(description="the body to send")] = ""
    status: Annotated[
        str | int, Meta(description="status codes that are well, such as 200-299,301")
    ] = "200-299"
    redirects: Annotated[
        int, Meta(ge=0, le=20, description="redirects to follow; 0 looks at the redirect itself")
    ] = 5
    contains: Annotated[str, Meta(description="text that the first MiB of the body must have")] = ""


def prepare(target: str, options: HttpOptions) -> Probe:
    """Make a probe; credentials in the target become basic authentication.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    first = Request.of_task(target, options.method, options.headers, options.body)
    well = _codes(str(options.status))

    async def look(trace: Trace) -> Result:
        request, hops = first, 0
        while True:
            async with await _open(request.url, options, trace) as stream:
                exchange = Exchange(stream)
                with trace.enter("first_byte"):
                    head = await exchange.ask(request.encoded, request.body)
                trace.facts["url"] = request.url_shown
                trace.facts["status"] = head.status
                trace.facts["headers"] = head.headers
                if not (options.redirects and _is_redirect(head)):
                    if not any(head.status in codes for codes in well):
                        raise TargetDown(f"{_said(head, hops)}, wanted {options.status}")
                    with trace.enter("body"):
                        body = await exchange.content(head)
                    return _judge(head, hops, body, options.contains, trace)
            if hops == options.redirects:
                raise TargetDown(f"more than {hops} redirects")
            request, hops = request.redirected(head.status, head.headers["location"]), hops + 1

    return look


async def _open(url: Url, options: TlsOptions, trace: Trace) -> trio.abc.Stream:
    stream = await connect(url.host, url.port, trace)
    if url.scheme == "http":
        return stream
    secured = await secure(stream, url.host, options, trace, ("http/1.1",))
    trace.facts["certificate"] = certificate_facts(secured)
    return secured


def _judge(head: Head, hops: int, body: Body, contains: str, trace: Trace) -> Result:
    """Look at a complete answer. Raises TargetDown if the wanted text is not in it."""
    data = body.data
    text = text_of(data, head.headers.get("content-type", ""))
    trace.facts["body"] = text
    if contains and contains not in text:
        where = f"the first {BODY_LIMIT // 1024} KiB of the body" if body.cut else "the body"
        packed = f", which is packed as {printable(body.encoding, 20)}" if body.packed else ""
        raise TargetDown(f"{_said(head, hops)}, but {contains!r} is not in {where}{packed}")
    size = f"{len(data)} bytes{' read, there was more' if body.cut else ''}"
    return Result(status=Status.UP, detail=f"{_said(head, hops)}, {size}")


def _is_redirect(head: Head) -> bool:
    return head.status in _REDIRECTS and bool(head.headers.get("location"))


def _said(head: Head, hops: int) -> str:
    try:
        phrase = f" {HTTPStatus(head.status).phrase}"
    except ValueError:
        phrase = ""
    after = f" after {hops} redirect{'s' if hops > 1 else ''}" if hops else ""
    return f"status {head.status}{phrase}{after}"


def _codes(text: str) -> list[range]:
    """Read `200-299,301`.

    Raises:
        InvalidTask: naming what cannot be read.
    """
    codes = []
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            raise InvalidTask(
                "option status", f"{part.strip()!r} is not allowed; write codes like 200-299,301"
            )
        codes.append(range(first, last + 1))
    return codes


FACTS = Names(
    (
        Name(
            "status",
            Type.NUMBER,
            "the status code of the last answer",
            also=("status_code", "code", "http_status"),
        ),
        Name(
            "header.*",
            Type.TEXT,
            'a header of the answer, whatever the case of its name: `header["x-cache"]`',
            at="headers",
            any_case=True,
            also=("headers", "http_header"),
        ),
        Name(
            "body",
            Type.TEXT,
            "the body of the answer, up to 1 MiB; `body.json.$` reads it as JSON",
            also=("text", "content", "html", "json", "response"),
        ),
        Name("url", Type.TEXT, "the address after redirects, without credentials"),
        *CERTIFICATE,
    )
)

KIND = Kind(
    name="http",
    schemes=("http", "https"),
    summary="Ask a web server and look at status, body and certificate.",
    example="https://example.com/health",
    options=HttpOptions,
    prepare=prepare,
    facts=FACTS,
)
