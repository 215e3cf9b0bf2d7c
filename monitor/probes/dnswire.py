"""How a question gets to a name server and its answer back: UDP, TCP, DNS over TLS and HTTPS.

Over UDP a question is asked again, of the next name server in turn, when no answer came for
RESEND_S, until the look's deadline; what does not fit into a datagram is asked for by TCP. What
strangers send in between is no answer: it must come from the address that was asked, with the
number of the question and the question itself.
"""

import base64
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import attrs
import dns.exception
import dns.flags
import dns.message
import dns.resolver
import trio

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes.connect import Ip, connect, connect_udp
from monitor.probes.content import Body
from monitor.probes.dnsmessages import (
    MESSAGE_LIMIT,
    RESEND_S,
    ask_over,
    next_answer,
    read_answer,
)
from monitor.probes.exchange import Exchange, Head
from monitor.probes.explain import explain, printable
from monitor.probes.http2 import Http2Exchange
from monitor.probes.request import Request
from monitor.probes.secure import TlsOptions, certificate_facts, secure
from monitor.probes.target import bracketed

DNS_MESSAGE = "application/dns-message"

Transport = Literal["udp", "tcp", "tls", "https"]

PORTS: dict[Transport, int] = {"udp": 53, "tcp": 53, "tls": 853, "https": 443}

Server = tuple[str, int]


@attrs.frozen(kw_only=True)
class Asking:
    """Whom to ask, and how."""

    servers: tuple[Server, ...]
    """Empty: the system's, as they are at the time of the look."""
    transport: Transport
    tls: TlsOptions
    path: str
    """Of DNS over HTTPS."""
    ip: Ip


async def ask(asking: Asking, query: dns.message.Message, trace: Trace) -> dns.message.Message:
    """Return the first valid answer; the phases are those of `connect` and `secure`, and `query`.

    Raises:
        TargetDown: no name server could be asked, or what it said is no answer.
        OwnFault: this machine has no name server set; and as `connect` and `secure` do.
    """
    servers = asking.servers or system_servers(asking.transport)
    if asking.transport == "udp":
        return await _by_udp(servers, query, asking.ip, trace)
    way = {"tcp": _by_tcp, "tls": _by_tls, "https": _by_https}[asking.transport]
    return await _in_turn(servers, lambda server: way(server, asking, query, trace))


def system_servers(transport: Transport = "udp") -> list[Server]:
    """Return the system's name servers.

    Raises:
        OwnFault: there are none.
    """
    # Read anew each time: the system's name servers change while we run.
    try:
        resolver = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise OwnFault(
            Reason.RESOLVER, f"this machine has no name server set: {explain(error)}"
        ) from error
    plain = transport in ("udp", "tcp")
    port = resolver.port if plain else PORTS[transport]
    return [(str(server), port) for server in resolver.nameservers]


async def _in_turn(
    servers: Sequence[Server], ask_one: Callable[[Server], Awaitable[dns.message.Message]]
) -> dns.message.Message:
    """Ask one after the other until one answers. Raises what the last one is down with."""
    *others, last = servers
    for server in others:
        try:
            return await ask_one(server)
        except TargetDown:
            continue
    return await ask_one(last)


# --- datagrams ------------------------------------------------------------------------------------


async def _by_udp(
    servers: Sequence[Server], query: dns.message.Message, ip: Ip, trace: Trace
) -> dns.message.Message:
    refusals = 0
    for host, port in itertools.cycle(servers):
        sock = await connect_udp(host, port, trace, ip=ip)
        with sock, trace.enter("query"):
            answer = await _exchange(sock, query)
            if isinstance(answer, OSError):
                refusals += 1
                if refusals >= len(servers):
                    raise TargetDown(
                        f"the name server did not answer: {explain(answer)}"
                    ) from answer
                continue
        if answer is not None:
            if answer.flags & dns.flags.TC:
                return await _over(await connect(host, port, trace, ip=ip), query, trace)
            return answer
    raise AssertionError("unreachable")


async def _exchange(
    sock: trio.socket.SocketType, query: dns.message.Message
) -> dns.message.Message | OSError | None:
    """Send the question once, and return its answer, or None if none came within RESEND_S.

    That nobody is there is returned too: it may be another's turn.
    """
    try:
        await sock.send(query.to_wire())
        with trio.move_on_after(RESEND_S):
            return await next_answer(sock, [query])
    except OSError as error:
        return error
    return None


# --- streams --------------------------------------------------------------------------------------


async def _by_tcp(
    server: Server, asking: Asking, query: dns.message.Message, trace: Trace
) -> dns.message.Message:
    return await _over(await connect(*server, trace, ip=asking.ip), query, trace)


async def _by_tls(
    server: Server, asking: Asking, query: dns.message.Message, trace: Trace
) -> dns.message.Message:
    """Ask over TLS (RFC 7858)."""
    return await _over(await _secured(server, asking, trace), query, trace)


async def _by_https(
    server: Server, asking: Asking, query: dns.message.Message, trace: Trace
) -> dns.message.Message:
    """Ask over HTTPS (RFC 8484), by HTTP/2 where the name server speaks it, as most want it."""
    host, port = server
    question = base64.urlsafe_b64encode(query.to_wire()).rstrip(b"=").decode()
    authority = f"{bracketed(host.partition('%')[0])}:{port}"
    path = f"{asking.path}?dns={question}"
    secured = await _secured(server, asking, trace, ("h2", "http/1.1"))
    async with secured:
        with trace.enter("query"):
            if secured.selected_alpn_protocol() == "h2":
                fields = {
                    ":method": "GET",
                    ":scheme": "https",
                    ":authority": authority,
                    ":path": path,
                    "accept": DNS_MESSAGE,
                }
                http2 = Http2Exchange(secured)
                head = await http2.ask(list(fields.items()))
                body = await http2.content(head)
            else:
                accept = {"Accept": DNS_MESSAGE}
                request = Request.of_task(f"https://{authority}{path}", "GET", accept, "")
                http = Exchange(secured)
                head = await http.ask(request.encoded)
                body = await http.content(head)
            return read_answer(_message(head, body), query)


def _message(head: Head, body: Body) -> bytes:
    """Return the message that an answer by HTTPS carries."""
    if head.status != 200:
        raise TargetDown(f"the name server answered with status {head.status}")
    found = head.headers.get("content-type", "")
    if found.partition(";")[0].strip().lower() != DNS_MESSAGE:
        what = printable(found, 80) or "no content type"
        raise TargetDown(f"the name server answered with {what}, not with {DNS_MESSAGE}")
    if len(body.data) > MESSAGE_LIMIT:
        raise TargetDown("not a valid DNS answer: it is too long")
    return body.data


async def _secured(
    server: Server, asking: Asking, trace: Trace, protocols: tuple[str, ...] = ()
) -> trio.SSLStream[trio.SocketStream]:
    host, port = server
    plain = await connect(host, port, trace, ip=asking.ip)
    secured = await secure(plain, host, asking.tls, trace, protocols)
    trace.facts["certificate"] = certificate_facts(secured)
    return secured


async def _over(
    stream: trio.abc.Stream, query: dns.message.Message, trace: Trace
) -> dns.message.Message:
    """Ask over a connection, which is closed then."""
    async with stream:
        with trace.enter("query"):
            return await ask_over(stream, query)
