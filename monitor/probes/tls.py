"""Make a TLS connection and look at the certificate: `tls://host:port`.

Phases: `resolve`, `connect`, `starttls` (with that option), `tls`.

A certificate that was revoked is found with `crl_file`; nobody is asked online (OCSP), because
Python's TLS does not hand out what servers staple to the handshake.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.alerts import alert_after_handshake, alert_of, check_alert
from monitor.probes.certificate import covers
from monitor.probes.connect import Ip, connect
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.secure import HandshakeOptions, check_handshake
from monitor.probes.talk import TLS_FACTS, Talk, begin_tls, check_starttls
from monitor.probes.target import parse_url, refuse_path

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@attrs.frozen(kw_only=True)
class CertificateOptions(HandshakeOptions):
    """Which certificates are well."""

    days_left: Annotated[
        int,
        Meta(
            ge=0,
            le=3650,
            description="days that the certificate and those that vouch for it must still be "
            "valid, or DEGRADED",
        ),
    ] = 0
    names: Annotated[
        str, Meta(description="names that it must be for, with commas between them")
    ] = ""
    fingerprint: Annotated[
        str,
        Meta(description="the SHA-256 that it must have; or several, with commas between them"),
    ] = ""
    expected_alert: Annotated[
        str,
        Meta(
            description="the alert with which the target must refuse us, such as "
            "certificate_required; then it is DOWN if it lets us in"
        ),
    ] = ""
    starttls: Annotated[
        str,
        Meta(
            description="the protocol in which TLS is asked for: smtp, imap, pop3, ftp, nntp, "
            "sieve, ldap, xmpp, xmpp-server, postgresql or mysql"
        ),
    ] = ""
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


def prepare(target: str, options: CertificateOptions) -> Probe:
    """Make a probe: DOWN without a valid certificate, DEGRADED if it expires too soon.

    Raises:
        InvalidTask: naming what is wrong with the target or an option.
    """
    url = parse_url(target, 443)
    refuse_path(url)
    check_handshake(options)
    check_starttls(options.starttls)
    check_alert("expected_alert", options.expected_alert)
    names = [name.strip() for name in options.names.split(",") if name.strip()]
    pins = _pins(options.fingerprint)

    async def look(trace: Trace) -> Result:
        async with Talk(await connect(url.host, url.port, trace, ip=options.ip), url.host) as talk:
            if options.expected_alert:
                return await _refused(talk, options, trace)
            await begin_tls(talk, options.starttls, options, trace)
        return _judged(trace.facts, options, names, pins)

    return look


async def _refused(talk: Talk, options: CertificateOptions, trace: Trace) -> Result:
    """Say whether the target breaks off with the alert that is expected of it."""
    try:
        await begin_tls(talk, options.starttls, options, trace)
        with trace.enter("tls"):
            alert = await alert_after_handshake(talk.stream)
    except TargetDown as failure:
        alert = alert_of(failure)
        if not alert:
            raise
    trace.facts["alert"] = alert or None
    if not alert:
        raise TargetDown(f"the target let us in, without the alert {options.expected_alert}")
    if alert != options.expected_alert:
        raise TargetDown(
            f"the target refused us with the alert {alert}, not with {options.expected_alert}"
        )
    return Result(status=Status.UP, detail=f"the target refused us with the alert {alert}")


def _judged(
    facts: Mapping[str, Any], options: CertificateOptions, names: list[str], pins: list[str]
) -> Result:
    certificate = facts["certificate"]
    if not certificate:
        raise TargetDown("the certificate cannot be read")
    left = certificate["days_left"]
    if left < 0:
        raise TargetDown(f"the certificate has expired {-left:.1f} days ago")
    if missing := [name for name in names if not covers(certificate["names"], name)]:
        raise TargetDown(
            f"the certificate is not for {', '.join(missing)}, only for "
            f"{printable(', '.join(certificate['names']))}"
        )
    if pins and certificate["fingerprint"] not in pins:
        raise TargetDown(f"the certificate is another one: {certificate['fingerprint']}")
    detail = f"{facts['protocol']}, certificate valid for {left:.1f} more days"
    if left < options.days_left:
        return Result(status=Status.DEGRADED, detail=f"{detail}, wanted {options.days_left}")
    if options.days_left and certificate["chain_days_left"] < options.days_left:
        first = min(certificate["chain"], key=lambda one: float(one["days_left"]))
        short = f"{detail}, but that of {first['subject']} for {first['days_left']:.1f}"
        return Result(status=Status.DEGRADED, detail=f"{short}, wanted {options.days_left}")
    return Result(status=Status.UP, detail=detail)


def _pins(text: str) -> list[str]:
    pins = [pin.strip().lower().replace(":", "") for pin in text.split(",") if pin.strip()]
    for pin in pins:
        if not _FINGERPRINT.fullmatch(pin):
            raise InvalidTask(
                "option fingerprint",
                f"{pin[:80]!r} is no SHA-256; write its 64 hexadecimal digits, with colons or "
                "without",
            )
    return pins


FACTS = Names(
    (
        *TLS_FACTS,
        Name("alert", Type.TEXT, "the alert that came, with the option `expected_alert`"),
    )
)

KIND = Kind(
    name="tls",
    schemes=("tls",),
    summary="Make a TLS connection and look at the certificate.",
    example="tls://example.com:443",
    options=CertificateOptions,
    prepare=prepare,
    facts=FACTS,
)
