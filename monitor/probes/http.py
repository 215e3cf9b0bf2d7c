"""Ask a web server and look at its answer: `http://...` and `https://...`.

Each look opens a connection of its own, as a new visitor would. Its phases are `resolve`,
`connect`, `tls`, `first_byte` (from the request to the headers of the answer) and `body`; those
of redirects are added up. Cookies that are set on the way are sent on, within one look.

HTTP/1.1 is spoken by h11 directly over our stream: measured at half the CPU of a pooled client,
and no pool is wanted here. HTTP/2 is spoken by h2 in the same way.

Through a proxy, `connect` gives way to `proxy`, `address` is the proxy's, and what the proxy fails
to do is DOWN in that phase; only an answer to an `http:` target may as well be the proxy's own. All
proxies but those by `socks5://` look up names themselves: only they know the address, so only their
own can be judged by `targets.private`.

An OAuth2 token is asked for in phase `token`, on the same way, and kept until 30 s before its end;
if none is given out, the look is DOWN in that phase.

A name server of the option `dns` takes the place of our own: its faults are ours.

What belongs to the task (headers, cookies, credentials) is sent to its own origin only: not to
where a redirect to another scheme, host or port leads.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import trio

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.describe import HIDDEN, without_secrets
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.content import BODY_LIMIT, Body, text_of
from monitor.probes.cookies import Jar
from monitor.probes.exchange import Exchange, Head
from monitor.probes.explain import printable
from monitor.probes.hidden import Hidden, hiding
from monitor.probes.httpoptions import HttpOptions
from monitor.probes.kind import Kind
from monitor.probes.request import Request
from monitor.probes.road import Road, of_others, speaks_http2
from monitor.probes.secure import CERTIFICATE
from monitor.probes.tokens import Tokens

if TYPE_CHECKING:
    from monitor.probes.http2 import Http2Exchange

_REDIRECTS = {301, 302, 303, 307, 308}
_RANGE = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?")


def prepare(target: str, options: HttpOptions) -> Probe:
    """Make a probe; credentials in the target become basic authentication.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    road = Road.of_options(options)
    first = Request.of_options(target, options, road.proxy)
    well = _codes(str(options.status))
    hidden = _hidden(first, options)
    tokens = Tokens.of_options(options, road, hidden)
    away = of_others(options)
    begin = _beginning(options.http_version)

    async def visit(request: Request, trace: Trace) -> Result:
        hops, jar = 0, Jar()
        while True:
            tls = options if request.url.host == first.url.host else away
            async with await road.open(request.url, tls, trace, options.http_version) as stream:
                exchange, head = await _ask(begin, stream, request, trace)
                trace.facts["redirects"] = hops
                if not (options.redirects and _is_redirect(head)):
                    if not any(head.status in codes for codes in well):
                        raise TargetDown(f"{_said(head, hops)}, wanted {options.status}")
                    with trace.enter("body"):
                        body = await exchange.content(head)
                    return _judge(head, hops, body, options.contains, trace)
            if hops == options.redirects:
                raise TargetDown(f"more than {counted(hops, 'redirect')}")
            jar.keep(request.url, head.cookies)
            request = request.redirected(head.status, head.headers["location"], jar)
            hops += 1

    async def visit_with_token(request: Request, trace: Trace) -> Result:
        assert tokens is not None
        was_kept = tokens.kept
        try:
            return await visit(await tokens.put_into(request, trace), trace)
        except TargetDown:
            # It may have been revoked since; a new one tells whether the target is at fault.
            if not (was_kept and trace.facts.get("status") == 401):
                raise
        tokens.forget()
        return await visit(await tokens.put_into(request, trace), trace)

    async def look(trace: Trace) -> Result:
        request = first.unlike_any_other() if options.cache_bust else first
        return await (visit if tokens is None else visit_with_token)(request, trace)

    return hiding(hidden, look) if hidden or tokens else look


_Begin = Callable[[trio.abc.Stream], "Exchange | Http2Exchange"]


def _beginning(http_version: str) -> _Begin:
    """Return what begins an exchange over a stream, in the version of HTTP agreed on there."""
    if http_version == "1.1":
        return Exchange
    # Imported only for tasks that may speak it: that takes 90 ms.
    from monitor.probes.http2 import Http2Exchange

    def begin(stream: trio.abc.Stream) -> Exchange | Http2Exchange:
        return Http2Exchange(stream) if speaks_http2(stream, http_version) else Exchange(stream)

    return begin


async def _ask(
    begin: _Begin, stream: trio.abc.Stream, request: Request, trace: Trace
) -> "tuple[Exchange | Http2Exchange, Head]":
    """Send a request, and return the headers of the answer and who reads its body."""
    with trace.enter("first_byte"):
        exchange = begin(stream)
        if isinstance(exchange, Exchange):
            head = await exchange.ask(request.encoded, request.payload.data)
        else:
            head = await exchange.ask(request.http2_fields, request.payload.data)
    trace.facts["url"] = request.url_shown
    trace.facts["status"] = head.status
    trace.facts["headers"] = head.headers
    trace.facts["http_version"] = head.http_version
    if head.status == 407 and request.proxy is not None and request.proxy.relays(request.url):
        with trace.enter("proxy"):
            raise TargetDown(
                f"the proxy {request.proxy.url.authority}: it refused with {head.said}"
            )
    return exchange, head


def _hidden(first: Request, options: HttpOptions) -> Hidden:
    """Gather what must not be shown, in every form in which it is sent."""
    client, proxy = options.oauth_client_secret, first.proxy
    told = dict(first.headers) | dict(proxy.headers if proxy else {})
    credentials = [value for name, value in told.items() if name.lower().endswith("authorization")]
    return Hidden(
        secrets=[
            *(first.url.password, options.password, options.token, client, quote_plus(client)),
            *(proxy.url.password if proxy else "",),
            *(value.rpartition(" ")[2] for value in credentials),
        ],
        private=[
            *(value for name, value in told.items() if without_secrets({name: ""})[name] == HIDDEN),
            *options.cookies.values(),
        ],
    )


def _judge(head: Head, hops: int, body: Body, contains: str, trace: Trace) -> Result:
    """Look at a complete answer. Raises TargetDown if the wanted text is not in it."""
    data = body.data
    text = text_of(data, head.headers.get("content-type", ""))
    trace.facts["body"] = text
    if contains and contains not in text:
        where = f"the first {BODY_LIMIT // 1024} KiB of the body" if body.cut else "the body"
        packed = f", which is packed as {printable(body.encoding, 20)}" if body.packed else ""
        raise TargetDown(f"{_said(head, hops)}, but {contains!r} is not in {where}{packed}")
    size = f"{counted(len(data), 'byte')}{', there was more' if body.cut else ''}"
    return Result(status=Status.UP, detail=f"{_said(head, hops)}, {size}")


def _is_redirect(head: Head) -> bool:
    return head.status in _REDIRECTS and bool(head.headers.get("location"))


def _said(head: Head, hops: int) -> str:
    after = f" after {counted(hops, 'redirect')}" if hops else ""
    return f"{head.said}{after}"


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
        Name("redirects", Type.NUMBER, "how many redirects were followed", also=("hops",)),
        Name(
            "http_version",
            Type.TEXT,
            'the version of HTTP that was spoken: `"1.1"`, `"2"`',
            also=("protocol", "version"),
        ),
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
