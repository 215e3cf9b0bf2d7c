"""Ask a registry until when a domain is registered: `domain:example.com`.

The registry is asked by RDAP (RFC 9082), which replaces WHOIS; IANA's list says where (RFC 9224),
and is fetched once a day. Give the name that was registered, not one below it; it may be written
with letters other than ASCII. Phases: `resolve`, `connect`, `tls`, `first_byte`, `body`; those of
the list and of redirects are added up.

A domain that the registry does not know is DOWN. Whatever goes wrong with the asking itself is
UNKNOWN, for it says nothing of the domain: registries without RDAP, servers that do not answer,
and those that were asked too often. They are asked rarely for that reason: an answer is used again
for an hour (option `reuse`), and a server that wants to be left alone is.
"""

from datetime import UTC, datetime
from typing import Annotated

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.core.units import format_duration
from monitor.probes.domainregistry import Registry, Unclear, rdap_request
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds
from monitor.probes.rdap import Registration
from monitor.probes.request import Request
from monitor.probes.target import check_host, rest_of

_HOUR = Seconds(3600.0)


@attrs.frozen(kw_only=True)
class DomainOptions:
    """Whom to ask, and how often."""

    server: Annotated[
        str, Meta(description="the base address of the RDAP server to ask, instead of IANA's word")
    ] = ""
    registries: Annotated[str, Meta(description="where the list of RDAP servers is")] = (
        "https://data.iana.org/rdap/dns.json"
    )
    reuse: Annotated[
        Seconds, Meta(description="how long an answer is used again before the registry is asked")
    ] = _HOUR
    expiry: Annotated[
        bool,
        Meta(
            description="whether the registry must say when the registration ends; some never do, "
            "and with false it is enough that there is one"
        ),
    ] = True


def prepare(target: str, options: DomainOptions) -> Probe:
    """Make a probe that is UP as long as the registry knows the domain.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    name = _name(target)
    if options.server:
        _checked("server", options.server)
    registry = Registry(name, options.server, _checked("registries", options.registries))

    async def look(trace: Trace) -> Result:
        try:
            answer, age_s = await registry.known(trace, options.reuse)
        except Unclear as why:
            return Result(status=Status.UNKNOWN, detail=str(why), phase=trace.phase)
        return _judge(answer, age_s, options, trace)

    return look


def _judge(answer: Registration, age_s: float, options: DomainOptions, trace: Trace) -> Result:
    facts: dict[str, object] = {
        "registrar": answer.registrar,
        "statuses": answer.statuses,
        "nameservers": answer.nameservers,
    }
    trace.facts["domain"] = facts
    detail = f"registered with {answer.registrar}" if answer.registrar else "registered"
    asked = f"; asked {format_duration(float(round(age_s)))} ago" if age_s >= 1 else ""
    if answer.expires_at is None:
        detail += f", the registry does not say until when{asked}"
        return Result(status=Status.UNKNOWN if options.expiry else Status.UP, detail=detail)
    left_s = (answer.expires_at - datetime.now(UTC)).total_seconds()
    facts["days_left"] = round(left_s / 86_400, 2)
    facts["expires"] = answer.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    detail += f" until {answer.expires_at:%Y-%m-%d}, {_days(left_s / 86_400)}{asked}"
    return Result(status=Status.UP, detail=detail)


def _days(left: float) -> str:
    return f"for {left:.1f} more days" if left >= 0 else f"expired {-left:.1f} days ago"


def _name(target: str) -> str:
    written = rest_of(target).removeprefix("//").removesuffix("/")
    name = check_host(written).removesuffix(".")
    if "." not in name or name.rpartition(".")[2].isdigit() or ":" in name:
        raise InvalidTask(
            "target", f"{printable(written, 60)!r} is not a domain; write one like example.com"
        )
    return name


def _checked(option: str, address: str) -> Request:
    try:
        return rdap_request(address)
    except InvalidTask as error:
        raise InvalidTask(f"option {option}", error.message) from None


_GONE = '["redemption period", "pending delete", "client hold", "server hold"]'
"""Statuses of domains that are deleted, or not in the DNS (RFC 8056)."""

FACTS = Names(
    (
        Name(
            "domain.days_left",
            Type.NUMBER,
            "days until the registration ends, with a fraction; negative when it has ended",
            also=("domain_expiration", "days_left", "expiration", "expiry"),
        ),
        Name("domain.expires", Type.TEXT, "when it ends, such as `2027-08-13T04:00:00Z`"),
        Name("domain.registrar", Type.TEXT, "with whom it was registered; empty if not said"),
        Name(
            "domain.statuses",
            Type.LIST,
            'what may happen to it, such as `"client transfer prohibited"`',
            also=("status",),
        ),
        Name("domain.nameservers", Type.LIST, "the name servers that the registry points to"),
    )
)

KIND = Kind(
    name="domain",
    schemes=("domain",),
    summary="Ask a registry until when a domain is registered.",
    example="domain:example.com",
    options=DomainOptions,
    prepare=prepare,
    facts=FACTS,
    expect=(
        "domain.days_left > 0 or domain.days_left not exists",
        f"all(domain.statuses, it not in {_GONE})",
    ),
)
