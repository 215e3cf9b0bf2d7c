"""Ask a name server: `dns://resolver[:port]/name?type=A`; an empty resolver is the system's.

Phases: `resolve` (the name server's own address) and `query`. A question is asked again, of the
next name server in turn, when no answer came for RESEND_S, until the look's deadline.
"""

import itertools
from typing import Annotated
from urllib.parse import parse_qsl, unquote

import attrs
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import trio
from dns.rdtypes.txtbase import TXTBase
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Reason, Result, Status
from monitor.core.ports import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.connect import connect, connect_udp
from monitor.probes.explain import explain, printable
from monitor.probes.kind import Kind
from monitor.probes.options import did_you_mean
from monitor.probes.target import check_host, parse_url, split_url

RESEND_S = 2.0
"""How long to wait before asking again: a datagram may get lost without anybody being down."""

_ANSWERS_SHOWN = 5


@attrs.frozen(kw_only=True)
class DnsOptions:
    """Which answers are well."""

    expect: Annotated[str, Meta(description="a value that must be among the answers")] = ""


@attrs.frozen(kw_only=True)
class _Question:
    servers: tuple[tuple[str, int], ...]
    """Empty: the system's, as they are at the time of the look."""
    name: dns.name.Name
    type: dns.rdatatype.RdataType
    expected: dns.rdata.Rdata | None

    def __str__(self) -> str:
        return f"{self.name.to_text(omit_final_dot=True)} {self.type.name}"


def prepare(target: str, options: DnsOptions) -> Probe:
    """Make a probe that is UP when the name has records of that type, the expected one among them.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    question = _read(target, options.expect)

    async def look(trace: Trace) -> Result:
        answer = await _ask(question, trace)
        rcode = dns.rcode.to_text(answer.rcode())
        found = [
            (record, records.ttl)
            for records in answer.answer
            if records.rdtype == question.type
            for record in records
        ]
        texts = [record.to_text() for record, _ttl in found]
        trace.facts |= {
            "rcode": rcode,
            "answers": texts,
            "ttl": min((ttl for _record, ttl in found), default=None),
        }
        if answer.rcode() != dns.rcode.NOERROR:
            raise TargetDown(f"{question}: the name server said {rcode}")
        if not found:
            raise TargetDown(f"{question}: the name has no such record")
        more = f" and {len(texts) - _ANSWERS_SHOWN} more" if len(texts) > _ANSWERS_SHOWN else ""
        shown = printable(", ".join(texts[:_ANSWERS_SHOWN])) + more
        if question.expected is not None and not any(
            _same(record, question.expected) for record, _ttl in found
        ):
            raise TargetDown(f"{question}: {options.expect!r} is not among the answers: {shown}")
        return Result(status=Status.UP, detail=f"{question}: {shown}")

    return look


def _read(target: str, expect: str) -> _Question:
    parts = split_url(target)
    servers: tuple[tuple[str, int], ...] = ()
    if parts.netloc:
        url = parse_url(target, 53)
        servers = ((url.host, url.port),)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    kind = query.pop("type", "A").upper()
    if query:
        guess = did_you_mean(next(iter(query)), ["type"])
        raise InvalidTask("target", f"has an unknown part {next(iter(query))!r}{guess}; use ?type=")
    try:
        rdtype = dns.rdatatype.from_text(kind)
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        guess = did_you_mean(kind, [known.name for known in dns.rdatatype.RdataType])
        raise InvalidTask("target", f"has an unknown record type {kind!r}{guess}") from None
    if dns.rdatatype.is_metatype(rdtype):
        raise InvalidTask("target", f"asks for {kind}, which is no type of record; use A, MX ...")
    name = unquote(parts.path).strip("/")
    if not name:
        raise InvalidTask("target", "asks for no name; write dns://RESOLVER/example.com?type=A")
    return _Question(
        servers=servers,
        name=dns.name.from_text(check_host(name)),
        type=rdtype,
        expected=_expected(rdtype, expect) if expect else None,
    )


def _expected(rdtype: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    if rdtype in (dns.rdatatype.TXT, dns.rdatatype.SPF) and not text.startswith('"'):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        text = f'"{escaped}"'
    try:
        return dns.rdata.from_text(
            dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError):
        raise InvalidTask(
            "option expect", f"{text!r} is not the value of a record of type {rdtype.name}"
        ) from None


def _same(record: dns.rdata.Rdata, expected: dns.rdata.Rdata) -> bool:
    if isinstance(record, TXTBase) and isinstance(expected, TXTBase):
        # Long texts come in pieces; where they are cut means nothing.
        return b"".join(record.strings) == b"".join(expected.strings)
    return bool(record == expected)


async def _ask(question: _Question, trace: Trace) -> dns.message.Message:
    """Return the first valid answer, by UDP, or by TCP if it does not fit into a datagram."""
    query = dns.message.make_query(question.name, question.type, use_edns=0, payload=1232)
    for host, port in itertools.cycle(question.servers or _system_servers()):
        sock = await connect_udp(host, port, trace)
        with sock, trace.enter("query"):
            answer = await _exchange(sock, query)
        if answer is not None:
            if answer.flags & dns.flags.TC:
                return await _ask_by_tcp(host, port, query, trace)
            return answer
    raise AssertionError("unreachable")


def _system_servers() -> list[tuple[str, int]]:
    # Read anew each time: the system's name servers change while we run.
    try:
        resolver = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise OwnFault(
            Reason.RESOLVER, f"this machine has no name server set: {explain(error)}"
        ) from error
    return [(str(server), resolver.port) for server in resolver.nameservers]


async def _exchange(
    sock: trio.socket.SocketType, query: dns.message.Message
) -> dns.message.Message | None:
    """Send the question once, and return its answer, or None if none came within RESEND_S."""
    try:
        await sock.send(query.to_wire())
        with trio.move_on_after(RESEND_S):
            while True:
                wire = await sock.recv(65535)
                try:
                    answer = dns.message.from_wire(wire, ignore_trailing=True)
                except (dns.exception.DNSException, ValueError):
                    continue  # not for us to judge: anybody can send a datagram
                if query.is_response(answer):
                    return answer
    except OSError as error:
        raise TargetDown(f"the name server did not answer: {explain(error)}") from error
    return None


async def _ask_by_tcp(
    host: str, port: int, query: dns.message.Message, trace: Trace
) -> dns.message.Message:
    async with await connect(host, port, trace) as stream:
        with trace.enter("query"):
            try:
                await stream.send_all(query.to_wire(prepend_length=True))
                length = int.from_bytes(await _read_exactly(stream, 2))
                answer = dns.message.from_wire(await _read_exactly(stream, length))
            except trio.BrokenResourceError as error:
                raise TargetDown(explain(error)) from error
            except (dns.exception.DNSException, ValueError) as error:
                raise TargetDown(f"not a valid DNS answer: {explain(error)}") from error
            if not query.is_response(answer):
                raise TargetDown("not an answer to the question that was asked")
            return answer


async def _read_exactly(stream: trio.abc.Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await stream.receive_some(count - len(data))
        if not piece:
            raise TargetDown("the connection was closed in the middle of the answer")
        data += piece
    return data


FACTS = Names(
    (
        Name(
            "dns.answers",
            Type.LIST,
            "the records of the type asked for, as texts",
            at="answers",
            also=("answer", "record", "records", "body"),
        ),
        Name(
            "dns.rcode",
            Type.TEXT,
            'the response code, such as `"NOERROR"` or `"NXDOMAIN"`',
            at="rcode",
            also=("dns_rcode", "status"),
        ),
        Name("dns.ttl", Type.DURATION, "the shortest time to live of these records", at="ttl"),
    )
)

KIND = Kind(
    name="dns",
    schemes=("dns",),
    summary="Ask a name server for the records of a name.",
    example="dns:///example.com?type=MX",
    options=DnsOptions,
    prepare=prepare,
    facts=FACTS,
)
