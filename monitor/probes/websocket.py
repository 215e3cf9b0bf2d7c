"""Open a WebSocket, and perhaps say something, listen, or ping: `wss://host/path`.

Phases: `resolve`, `connect`, `tls`, `handshake`, `pong`, `send`, `receive`, `close`.
"""

import base64
import re
from http import HTTPStatus
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor import __version__
from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.probes.account import check_text
from monitor.probes.connect import connect
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.request import check_header
from monitor.probes.secure import CERTIFICATE, TlsOptions, certificate_facts, secure
from monitor.probes.target import Url, bracketed, parse_url
from monitor.probes.threads import part_of_time_left
from monitor.probes.wstalk import READ_LIMIT, Opening, WebSocket

_PORTS = {"ws": 80, "wss": 443}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_PATIENCE_S = 1.0
"""How long the target may take to answer our close; a look has better to do than to wait for it."""


_QUIET = [1000, 1001, 1005, 1006]
"""Normal, going away, no code, no close at all: how servers answer a close (RFC 6455, 7.4.1)."""


@attrs.frozen(kw_only=True)
class WebSocketOptions(TlsOptions):
    """How to ask for the connection, and what to do with it."""

    headers: Annotated[dict[str, str], Meta(description="headers of the handshake")] = attrs.field(
        factory=dict
    )
    origin: Annotated[str, Meta(description="the page that asks, such as https://example.com")] = ""
    subprotocol: Annotated[
        str, Meta(description="subprotocols to offer, the best first, with commas between them")
    ] = ""
    ping: Annotated[bool, Meta(description="whether to ping, and to wait for the pong")] = False
    send: Annotated[str, Meta(description="a text message to send")] = ""
    receive: Annotated[
        int,
        Meta(ge=0, le=100, description="messages to wait for; one at least if something is sent"),
    ] = 0


def prepare(target: str, options: WebSocketOptions) -> Probe:
    """Make a probe; credentials in the target become basic authentication.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, _PORTS[target.partition(":")[0].lower()])
    opening = _opening(url, options)
    check_text("option send", options.send)
    count = options.receive or bool(options.send)

    async def look(trace: Trace) -> Result:
        async with await _open(url, options, trace) as stream:
            socket = WebSocket(stream)
            try:
                with trace.enter("handshake"):
                    answer = await socket.open(opening)
                trace.facts |= {"status": answer.status, "headers": answer.headers}
                if answer.status != HTTPStatus.SWITCHING_PROTOCOLS:
                    said = f"the handshake was refused with status {_status(answer.status)}"
                    return Result(status=Status.UP, detail=said)
                trace.facts["subprotocol"] = answer.subprotocol
                told = await _talk(socket, options, count, trace)
                with trace.enter("close"):
                    patience_s = min(trio.current_time() + _PATIENCE_S, part_of_time_left(0.5))
                    with trio.move_on_at(patience_s):
                        await socket.close()
            finally:
                trace.facts["close_code"] = socket.close_code
        if socket.close_code not in _QUIET:
            told.append(socket.closed)
        return Result(status=Status.UP, detail=", ".join(["the handshake went through", *told]))

    return look


async def _open(url: Url, options: TlsOptions, trace: Trace) -> trio.abc.Stream:
    stream = await connect(url.host, url.port, trace)
    if url.scheme == "ws":
        return stream
    secured = await secure(stream, url.host, options, trace, ("http/1.1",))
    trace.facts["certificate"] = certificate_facts(secured)
    return secured


async def _talk(
    socket: WebSocket, options: WebSocketOptions, count: int, trace: Trace
) -> list[str]:
    """Do what is wanted over an open connection, and tell what came of it."""
    told = []
    if options.ping:
        with trace.enter("pong"):
            started_s = trio.current_time()
            await socket.ping()
            trace.facts["pong"] = trio.current_time() - started_s
        told.append(f"pong after {trace.facts['pong'] * 1000:.1f} ms")
    if options.send:
        with trace.enter("send"):
            await socket.send(options.send)
    if count:
        with trace.enter("receive"):
            messages: list[str] = []
            trace.facts["messages"] = messages
            while len(messages) < count and not socket.cut:
                messages.append(await socket.message())
                trace.facts["message"] = messages[-1]
        cut = f" (the first {READ_LIMIT // 1024} KiB)" if socket.cut else ""
        told.append(f"received{cut}: {printable(messages[-1], 80)}")
    return told


def _opening(url: Url, options: WebSocketOptions) -> Opening:
    """Check what the operator wrote of the handshake."""
    headers = {"user-agent": f"sleepless-monitor/{__version__}"}
    for name, value in options.headers.items():
        check_header(name, value)
        if name.lower().startswith("sec-websocket-"):
            raise InvalidTask(
                f"option headers.{name}", "is set by the monitor itself; see option subprotocol"
            )
        headers[name.lower()] = value
    if options.origin:
        check_header("Origin", options.origin)
        headers["origin"] = options.origin
    if url.user is not None:
        if "authorization" in headers:
            raise InvalidTask(
                "option headers.Authorization",
                "contradicts the user name in the target; keep one of them",
            )
        credentials = base64.b64encode(f"{url.user}:{url.password}".encode()).decode()
        headers["authorization"] = f"Basic {credentials}"
    offered = [part.strip() for part in options.subprotocol.split(",") if options.subprotocol]
    for protocol in offered:
        if not _TOKEN.fullmatch(protocol):
            raise InvalidTask("option subprotocol", f"{protocol!r} is not the name of one")
    host = headers.pop("host", "") or _host_header(url)
    try:
        host.encode("idna")  # as wsproto does it
    except UnicodeError:
        raise InvalidTask("target", f"{host[:80]!r} cannot be sent as the host's name") from None
    query = f"?{url.query}" if url.query else ""
    return Opening(host=host, path=(url.path or "/") + query, headers=headers, offered=offered)


def _host_header(url: Url) -> str:
    # The zone of an address means nothing to others (RFC 6874).
    host = bracketed(url.host.partition("%")[0])
    return host if url.port == _PORTS[url.scheme] else f"{host}:{url.port}"


def _status(number: int) -> str:
    try:
        return f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        return str(number)


FACTS = Names(
    (
        Name(
            "status",
            Type.NUMBER,
            "the status code of the handshake; 101 if the target has accepted it",
            also=("status_code", "code", "http_status"),
        ),
        Name(
            "header.*",
            Type.TEXT,
            "a header of the handshake's answer, whatever the case of its name",
            at="headers",
            any_case=True,
            also=("headers", "http_header"),
        ),
        Name("subprotocol", Type.TEXT, "what the target has chosen of those offered, or nothing"),
        Name(
            "message",
            Type.TEXT,
            "the last message waited for; `message.json.$` reads it as JSON",
            also=("body", "text", "content", "json", "response", "answer"),
        ),
        Name("messages", Type.LIST, "all messages waited for, as texts"),
        Name("pong", Type.DURATION, "how long a pong took, with the option `ping=true`"),
        Name(
            "close_code",
            Type.NUMBER,
            "the code with which the target closed; 1006 if it went without one, or never opened",
            also=("closecode",),
        ),
        *CERTIFICATE,
    )
)

KIND = Kind(
    name="websocket",
    schemes=("ws", "wss"),
    summary="Open a WebSocket, and perhaps exchange messages.",
    example="wss://example.com/socket",
    options=WebSocketOptions,
    prepare=prepare,
    facts=FACTS,
    expect=("status == 101", f"close_code in {_QUIET}"),
)
