"""Ask a gRPC server whether a service is well: `grpcs://host/my.package.Service`.

Phases: `resolve`, `connect`, `tls`, `call`. The server must have the standard health service,
grpc.health.v1.Health; without a name it is asked about itself.
"""

import re
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor import __version__
from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.probes.account import read_name
from monitor.probes.connect import connect
from monitor.probes.explain import printable
from monitor.probes.grpchealth import ask
from monitor.probes.kind import Kind
from monitor.probes.secure import CERTIFICATE, TlsOptions, certificate_facts, secure
from monitor.probes.target import Url, bracketed, parse_url

_METADATA_NAME = re.compile(r"[0-9a-z_.-]{1,100}")
_OURS = {"te", "content-type", "connection", "host", "keep-alive", "proxy-connection"}
_OURS |= {"transfer-encoding", "upgrade", "content-length"}


@attrs.frozen(kw_only=True)
class GrpcOptions(TlsOptions):
    """How to ask."""

    metadata: Annotated[
        dict[str, str],
        Meta(description="metadata to send; values of names that end in -bin are base64"),
    ] = attrs.field(factory=dict)


def prepare(target: str, options: GrpcOptions) -> Probe:
    """Make a probe that finds out what the health service says of a service.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    encrypted = target.partition(":")[0].lower() == "grpcs"
    url = parse_url(target, 443 if encrypted else None)
    service = read_name(url)
    metadata = {"user-agent": f"sleepless-monitor/{__version__}", **_metadata(url, options)}
    authority = f"{bracketed(url.host.partition('%')[0])}:{url.port}"

    async def look(trace: Trace) -> Result:
        async with await _open(url, options if encrypted else None, trace) as stream:
            with trace.enter("call"):
                scheme = "https" if encrypted else "http"
                health = await ask(stream, authority, scheme, service, metadata)
        trace.facts |= {
            "grpc_status": health.status,
            "grpc_message": health.message,
            "serving_status": health.serving,
        }
        if health.serving is not None:
            about = f"service {printable(service, 100)}" if service else "the server"
            return Result(status=Status.UP, detail=f"{about} is {health.serving}")
        words = f": {printable(health.message)}" if health.message else ""
        return Result(status=Status.UP, detail=f"gRPC status {health.status}{words}")

    return look


async def _open(url: Url, tls: TlsOptions | None, trace: Trace) -> trio.abc.Stream:
    stream = await connect(url.host, url.port, trace)
    if tls is None:
        return stream
    secured = await secure(stream, url.host, tls, trace, ("h2",))
    trace.facts["certificate"] = certificate_facts(secured)
    return secured


def _metadata(url: Url, options: GrpcOptions) -> dict[str, str]:
    if url.user is not None:
        raise InvalidTask(
            "target", "has a user; gRPC knows none, write the option metadata.authorization"
        )
    for name, value in options.metadata.items():
        option = f"option metadata.{name}"
        if not _METADATA_NAME.fullmatch(name):
            raise InvalidTask(
                "option metadata", f"{name!r} is not a name; use a-z, 0-9, and any of - _ ."
            )
        if name in _OURS or name.startswith("grpc-"):
            raise InvalidTask(option, "is set by the monitor itself; leave it out")
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            raise InvalidTask(
                option, "has other letters than ASCII, or a space at an end; use a name with -bin"
            )
    return options.metadata


FACTS = Names(
    (
        Name(
            "serving_status",
            Type.TEXT,
            'what the service is doing: `"SERVING"`, `"NOT_SERVING"`, `"UNKNOWN"` ...; null if the '
            "call failed",
            also=("status", "serving", "health", "body"),
        ),
        Name(
            "grpc_status",
            Type.TEXT,
            'the status of the call: `"OK"`, or why nothing was said: `"NOT_FOUND"`, '
            '`"UNIMPLEMENTED"` ...',
            also=("code", "status_code"),
        ),
        Name("grpc_message", Type.TEXT, "what the server says of that", also=("message",)),
        *CERTIFICATE,
    )
)

KIND = Kind(
    name="grpc",
    schemes=("grpc", "grpcs"),
    summary="Ask a gRPC server's health service whether a service is well.",
    example="grpcs://example.com/my.package.Service",
    options=GrpcOptions,
    prepare=prepare,
    facts=FACTS,
    # The second says nothing of a call that failed; that is what the first is for.
    expect=('grpc_status == "OK"', 'serving_status in ["SERVING", null]'),
)
