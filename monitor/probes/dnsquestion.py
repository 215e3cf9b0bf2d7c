"""What is asked of a name server, and which value is expected, read of a target once."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

import attrs
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.reversename
from dns.rdtypes.txtbase import TXTBase

from monitor.core.probing import InvalidTask
from monitor.probes.options import did_you_mean
from monitor.probes.target import check_host, parse_url, split_url

ANY_RCODE = "any"


@attrs.frozen(kw_only=True)
class Question:
    """A name, and what is asked of it."""

    servers: tuple[tuple[str, int], ...]
    """Whom to ask; empty: the system's name servers."""
    name: dns.name.Name
    type: dns.rdatatype.RdataType
    rdclass: dns.rdataclass.RdataClass

    def __str__(self) -> str:
        name = self.name.to_text(omit_final_dot=True)
        shown = "" if self.rdclass == dns.rdataclass.IN else f"{self.rdclass.name} "
        return f"{name} {shown}{self.type.name}"

    def message(self, *, recursion: bool, dnssec: bool, size: int) -> dns.message.Message:
        """Write the question, with a number of its own."""
        query = dns.message.make_query(
            self.name,
            self.type,
            self.rdclass,
            use_edns=0,
            payload=size,
            want_dnssec=dnssec,
            flags=dns.flags.RD if recursion else 0,
        )
        if dnssec:
            query.flags |= dns.flags.AD  # for those who do not send it to everybody, RFC 6840, 5.7
        return query

    def expected(self, text: str) -> dns.rdata.Rdata:
        """Read the value that must be among the answers.

        Raises:
            InvalidTask: it is no value of a record of this type.
        """
        if self.type in (dns.rdatatype.TXT, dns.rdatatype.SPF) and not text.startswith('"'):
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            text = f'"{escaped}"'
        try:
            return dns.rdata.from_text(
                self.rdclass, self.type, text, origin=dns.name.root, relativize=False
            )
        except (dns.exception.DNSException, ValueError):
            raise InvalidTask(
                "option expect", f"{text!r} is not the value of a record of type {self.type.name}"
            ) from None


def same(record: dns.rdata.Rdata, expected: dns.rdata.Rdata) -> bool:
    """Say whether a record has the expected value, however it is written."""
    if isinstance(record, TXTBase) and isinstance(expected, TXTBase):
        # Long texts come in pieces; where they are cut means nothing.
        return b"".join(record.strings) == b"".join(expected.strings)
    return bool(record == expected)


def read_question(target: str, default_port: int) -> Question:
    """Read `dns://resolver[:port]/name?type=A&class=IN`.

    An address with `type=PTR` stands for its name in the reverse tree.

    Raises:
        InvalidTask: naming what is wrong with the target.
    """
    parts = split_url(target)
    servers: tuple[tuple[str, int], ...] = ()
    if parts.netloc:
        url = parse_url(target, default_port)
        servers = ((url.host, url.port),)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    rdtype = _read_type(query.pop("type", "A").upper())
    rdclass = _read_class(query.pop("class", "IN").upper())
    if query:
        guess = did_you_mean(next(iter(query)), ["type", "class"])
        raise InvalidTask("target", f"has an unknown part {next(iter(query))!r}{guess}; use ?type=")
    name = unquote(parts.path).strip("/")
    if not name:
        raise InvalidTask("target", "asks for no name; write dns://RESOLVER/example.com?type=A")
    return Question(servers=servers, name=_read_name(name, rdtype), type=rdtype, rdclass=rdclass)


def read_rcodes(text: str) -> frozenset[str] | None:
    """Read the response codes that are well; None if all are.

    Raises:
        InvalidTask: one of them is not known.
    """
    if text.strip().lower() == ANY_RCODE:
        return None
    codes = set()
    for code in text.split(","):
        try:
            codes.add(dns.rcode.to_text(dns.rcode.from_text(code.strip().upper())))
        except (dns.exception.DNSException, ValueError):
            guess = did_you_mean(code.strip().upper(), [known.name for known in dns.rcode.Rcode])
            raise InvalidTask(
                "option rcode",
                f"{code.strip()[:40]!r} is no response code{guess}; write NOERROR, NXDOMAIN ..., "
                "or any",
            ) from None
    return frozenset(codes)


def _read_type(text: str) -> dns.rdatatype.RdataType:
    try:
        rdtype = dns.rdatatype.from_text(text)
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        guess = did_you_mean(text, [known.name for known in dns.rdatatype.RdataType])
        raise InvalidTask("target", f"has an unknown record type {text!r}{guess}") from None
    if dns.rdatatype.is_metatype(rdtype):
        raise InvalidTask("target", f"asks for {text}, which is no type of record; use A, MX ...")
    return rdtype


def _read_class(text: str) -> dns.rdataclass.RdataClass:
    classes: Mapping[str, dns.rdataclass.RdataClass] = {
        name: dns.rdataclass.from_text(name) for name in ("IN", "CH", "HS")
    }
    if text not in classes:
        raise InvalidTask("target", f"has an unknown class {text!r}; use IN, CH or HS")
    return classes[text]


def _read_name(name: str, rdtype: dns.rdatatype.RdataType) -> dns.name.Name:
    if name == ".":
        return dns.name.root
    if rdtype == dns.rdatatype.PTR:
        try:
            return dns.reversename.from_address(name)
        except (dns.exception.DNSException, ValueError):
            pass  # a name, then
    return dns.name.from_text(check_host(name))
