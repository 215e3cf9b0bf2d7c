"""Make a TLS connection and look at the certificate: `tls://host:port`.

Phases: `resolve`, `connect`, `tls`.
"""

from typing import Annotated

import attrs
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.ports import Probe, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.kind import Kind
from monitor.probes.secure import CERTIFICATE, TlsOptions, certificate_facts, secure
from monitor.probes.target import parse_url, refuse_path


@attrs.frozen(kw_only=True)
class CertificateOptions(TlsOptions):
    """Which certificates are well."""

    days_left: Annotated[
        int, Meta(ge=0, le=3650, description="days a certificate must still be valid, or DEGRADED")
    ] = 0


def prepare(target: str, options: CertificateOptions) -> Probe:
    """Make a probe: DOWN without a valid certificate, DEGRADED if it expires too soon.

    Raises:
        InvalidTask: naming what is wrong with the target.
    """
    url = parse_url(target, 443)
    refuse_path(url)

    async def look(trace: Trace) -> Result:
        stream = await connect(url.host, url.port, trace)
        async with await secure(stream, url.host, options, trace) as secured:
            facts = certificate_facts(secured)
            protocol = str(secured.version())
        trace.facts["certificate"] = facts
        trace.facts["protocol"] = protocol
        if not facts:
            raise TargetDown("the certificate cannot be read")
        left = facts["days_left"]
        if left < 0:
            raise TargetDown(f"the certificate has expired {-left:.1f} days ago")
        detail = f"{protocol}, certificate valid for {left:.1f} more days"
        if left < options.days_left:
            return Result(status=Status.DEGRADED, detail=f"{detail}, wanted {options.days_left}")
        return Result(status=Status.UP, detail=detail)

    return look


FACTS = Names(
    (
        *CERTIFICATE,
        Name("protocol", Type.TEXT, 'the version that was agreed on, such as `"TLSv1.3"`'),
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
