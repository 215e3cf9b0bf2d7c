"""Make a TLS connection and look at the certificate: `tls://host:port`.

Phases: `resolve`, `connect`, `tls`.
"""

from typing import Annotated

import attrs
from msgspec import Meta

from monitor.model import Result, Status
from monitor.ports import Kind, Probe, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.secure import certificate_facts, secure, tls_context
from monitor.probes.target import parse_url, refuse_path


@attrs.frozen(kw_only=True)
class TlsOptions:
    """Which certificates are well."""

    days_left: Annotated[
        int, Meta(ge=0, le=3650, description="days a certificate must still be valid, or DEGRADED")
    ] = 0
    verify: Annotated[
        bool, Meta(description="whether name and authority must be right; dates always must")
    ] = True


def prepare(target: str, options: TlsOptions) -> Probe:
    """Make a probe: DOWN without a valid certificate, DEGRADED if it expires too soon.

    Raises:
        InvalidTask: naming what is wrong with the target.
    """
    url = parse_url(target, 443)
    refuse_path(url)

    async def look(trace: Trace) -> Result:
        stream = await connect(url.host, url.port, trace)
        context = tls_context(verify=options.verify)
        async with await secure(stream, url.host, context, trace) as secured:
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


KIND = Kind(
    name="tls",
    schemes=("tls",),
    summary="Make a TLS connection and look at the certificate.",
    example="tls://example.com:443",
    options=TlsOptions,
    prepare=prepare,
)
