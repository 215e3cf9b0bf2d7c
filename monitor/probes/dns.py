"""Ask a name server: `dns://resolver[:port]/name?type=A`; an empty resolver is the system's.

Phases: `resolve` (the name server's own address), `connect` and `tls` (by TCP, TLS and HTTPS) and
`query`. By UDP a question is asked again, of the next name server in turn, when no answer came for
2 seconds, until the look's deadline; an answer that does not fit into a datagram is fetched by TCP.

Any type of record may be asked for: `A`, `AAAA`, `CAA`, `CNAME`, `DNSKEY`, `DS`, `HTTPS`, `MX`,
`NAPTR`, `NS`, `PTR` (also of an address), `SOA`, `SRV`, `SVCB`, `TLSA`, `TXT` ..., or `TYPE65280`.

A response code other than NOERROR is DOWN, and so is NOERROR without such a record. With
`rcode=NXDOMAIN` the name must not exist; with `rcode=any` conditions alone decide:

```conditions
dns.rcode == "NOERROR" and len(dns.answers) == 0
all(dns.answers, it in ["192.0.2.7", "192.0.2.8"]) and len(dns.answers) == 2
any(dns.authority, it.type == "SOA" and it.name == "example.com.")
dns.flags contains "AA" and dns.ttl >= 5m
```

With `dnssec=true` the name server must say that it has validated the answer (the flag AD). That is
its word, not our own validation: over plain UDP or TCP trust it only on a way that you trust.
"""

from typing import Annotated

import attrs
import dns.flags
import dns.message
import dns.rcode
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.connect import Ip
from monitor.probes.dnsanswer import complaint_of, facts_of, records_of
from monitor.probes.dnsquestion import Question, read_question, read_rcodes, same
from monitor.probes.dnswire import PORTS, Asking, Transport, ask
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.secure import CERTIFICATE, TlsOptions

_ANSWERS_SHOWN = 5


@attrs.frozen(kw_only=True)
class DnsOptions(TlsOptions):
    """How to ask, and which answers are well."""

    expect: Annotated[str, Meta(description="a value that must be among the answers")] = ""
    rcode: Annotated[
        str,
        Meta(description="response codes that are well, with commas between them, or any"),
    ] = "NOERROR"
    dnssec: Annotated[
        bool, Meta(description="whether the name server must have validated the answer")
    ] = False
    recursion: Annotated[
        bool, Meta(description="whether it shall ask others for what it does not know itself")
    ] = True
    transport: Annotated[
        Transport, Meta(description="how to ask; tls is DNS over TLS, https DNS over HTTPS")
    ] = "udp"
    path: Annotated[str, Meta(description="the path of DNS over HTTPS")] = "/dns-query"
    udp_size: Annotated[
        int, Meta(ge=512, le=65535, description="the largest datagram to accept, in bytes (EDNS)")
    ] = 1232
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


def prepare(target: str, options: DnsOptions) -> Probe:
    """Make a probe that is UP when the name has records of that type, the expected one among them.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    question = read_question(target, PORTS[options.transport])
    expected = question.expected(options.expect) if options.expect else None
    rcodes = read_rcodes(options.rcode)
    asking = _asking(question, options)

    async def look(trace: Trace) -> Result:
        query = question.message(
            recursion=options.recursion, dnssec=options.dnssec, size=options.udp_size
        )
        if options.transport == "https":
            query.id = 0  # so that answers can be cached (RFC 8484, 4.1); TLS protects them
        answer = await ask(asking, query, trace)
        trace.facts |= facts_of(answer, question)
        rcode, texts = trace.facts["rcode"], trace.facts["answers"]
        if rcodes is not None and rcode not in rcodes:
            raise TargetDown(f"{question}: the name server said {rcode}{complaint_of(answer)}")
        if options.dnssec and not answer.flags & dns.flags.AD:
            raise TargetDown(f"{question}: the name server has not validated the answer (no AD)")
        if rcodes is not None and answer.rcode() == dns.rcode.NOERROR and not texts:
            raise TargetDown(f"{question}: the name has no such record")
        shown = _shown(texts)
        if expected is not None and not any(
            same(record, expected) for record, _ttl in records_of(answer, question)
        ):
            raise TargetDown(f"{question}: {options.expect!r} is not among the answers: {shown}")
        if not texts:
            return Result(status=Status.UP, detail=f"{question}: {rcode}, no such record")
        return Result(status=Status.UP, detail=f"{question}: {shown}")

    return look


def _shown(texts: list[str]) -> str:
    more = f" and {len(texts) - _ANSWERS_SHOWN} more" if len(texts) > _ANSWERS_SHOWN else ""
    return (printable(", ".join(texts[:_ANSWERS_SHOWN])) or "there are none") + more


def _asking(question: Question, options: DnsOptions) -> Asking:
    path = options.path
    if not path.startswith("/") or not path.isprintable() or any(c in path for c in " ?#\\"):
        raise InvalidTask("option path", f"{path[:80]!r} is no path; write it like /dns-query")
    if options.transport in ("udp", "tcp"):
        for name in ("ca_file", "server_name", "client_certificate", "client_key"):
            if getattr(options, name):
                raise InvalidTask(
                    f"option {name}",
                    f"means nothing with transport={options.transport}; use tls or https",
                )
    return Asking(
        servers=question.servers,
        transport=options.transport,
        tls=options,
        path=path,
        ip=options.ip,
    )


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
        Name(
            "dns.texts",
            Type.LIST,
            "of TXT records the texts themselves, without quotes and in one piece",
            at="texts",
        ),
        Name(
            "dns.records",
            Type.LIST,
            "all of the answer, the aliases (CNAME) that led to it too; each record has `name`, "
            "`type`, `ttl` and `value`",
            at="records",
        ),
        Name("dns.authority", Type.LIST, "the records of the authority section", at="authority"),
        Name("dns.additional", Type.LIST, "those of the additional section", at="additional"),
        Name(
            "dns.flags",
            Type.LIST,
            'the flags of the answer, such as `"AA"`, `"RA"` and `"AD"`',
            at="flags",
        ),
        Name(
            "dns.serial",
            Type.NUMBER,
            "the serial number of the zone, where the answer or its authority has a SOA record",
            at="serial",
        ),
        *CERTIFICATE,
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
