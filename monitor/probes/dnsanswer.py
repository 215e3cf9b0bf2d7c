"""What the answer of a name server says, as facts."""

from collections.abc import Sequence
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.txtbase import TXTBase

from monitor.assertions import Seconds
from monitor.probes.dnsquestion import Question
from monitor.probes.explain import printable


def facts_of(answer: dns.message.Message, question: Question) -> dict[str, Any]:
    """Return what conditions may ask about; a section's records are tables."""
    found = records_of(answer, question)
    facts: dict[str, Any] = {
        "rcode": dns.rcode.to_text(answer.rcode()),
        "answers": [record.to_text() for record, _ttl in found],
        "ttl": min((ttl for _record, ttl in found), default=None),
        "records": _tables(answer.answer),
        "authority": _tables(answer.authority),
        "additional": _tables(answer.additional),
        "flags": dns.flags.to_text(answer.flags).split(),
    }
    texts = [record for record, _ttl in found if isinstance(record, TXTBase)]
    if texts:
        facts["texts"] = [b"".join(one.strings).decode("utf-8", "replace") for one in texts]
    for records in (*answer.answer, *answer.authority):
        for record in records:
            if isinstance(record, SOA):
                facts["serial"] = record.serial
    return facts


def records_of(
    answer: dns.message.Message, question: Question
) -> list[tuple[dns.rdata.Rdata, int]]:
    """Return the records of the type that was asked for, with the time that each may live."""
    return [
        (record, records.ttl)
        for records in answer.answer
        if records.rdtype == question.type
        for record in records
    ]


def complaint_of(answer: dns.message.Message) -> str:
    """Return in parentheses why the name server cannot answer, if it says that (RFC 8914)."""
    for option in answer.options:
        if isinstance(option, dns.edns.EDEOption):
            name = getattr(option.code, "name", str(option.code)).replace("_", " ").lower()
            text = printable(option.text or "", 100)
            return f" ({name}: {text})" if text else f" ({name})"
    return ""


def _tables(section: Sequence[dns.rrset.RRset]) -> list[dict[str, Any]]:
    return [
        {
            "name": records.name.to_text(),
            "type": dns.rdatatype.to_text(records.rdtype),
            "ttl": Seconds(records.ttl),
            "value": record.to_text(),
        }
        for records in section
        for record in records
    ]
