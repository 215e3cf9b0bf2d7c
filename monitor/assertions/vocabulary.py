"""The names that looks of each built-in kind find.

They stand here until each kind declares its own beside its probe; `docs/conditions.md` shows them.
"""

from collections.abc import Mapping

from monitor.assertions.names import Name, Names
from monitor.assertions.values import Type

COMMON = Names(
    (
        Name(
            "latency",
            Type.DURATION,
            "how long the whole look took",
            also=("response_time", "duration", "elapsed", "time", "ping"),
        ),
        Name(
            "phase.*",
            Type.DURATION,
            "how long one phase took: `phase.resolve`, `phase.connect`, `phase.tls` ...",
            also=("phases", "timings", "timing"),
        ),
        Name("address", Type.TEXT, "the address that was really used", also=("ip", "host")),
    )
)

_CERTIFICATE = (
    Name(
        "certificate.days_left",
        Type.NUMBER,
        "days until the certificate expires, with a fraction; negative when it has expired",
        also=("certificate_expiration", "cert", "days_left", "certificate.expires"),
    ),
    Name(
        "certificate.names",
        Type.LIST,
        "the host names and addresses that the certificate is for",
    ),
)

_HTTP = (
    Name(
        "status",
        Type.NUMBER,
        "the status code of the last answer",
        also=("status_code", "code", "http_status"),
    ),
    Name(
        "header.*",
        Type.TEXT,
        'a header of the answer, whatever the case of its name: `header["x-cache"]`',
        at="headers",
        any_case=True,
        also=("headers", "http_header"),
    ),
    Name(
        "body",
        Type.TEXT,
        "the body of the answer, up to 1 MiB; `body.json.$` reads it as JSON",
        also=("text", "content", "html", "json", "response"),
    ),
    Name("url", Type.TEXT, "the address after redirects, without credentials"),
    *_CERTIFICATE,
)
_TLS = (
    *_CERTIFICATE,
    Name("protocol", Type.TEXT, 'the version that was agreed on, such as `"TLSv1.3"`'),
)
_TCP = (Name("answer", Type.TEXT, "what was received", also=("body", "banner", "response")),)
_DNS = (
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
_EXEC = (
    Name("exit_code", Type.NUMBER, "the exit code; -9 after signal 9", also=("status", "code")),
    Name("output", Type.TEXT, "what the program printed", also=("body", "stdout")),
    Name("perfdata.*.value", Type.NUMBER, "a measured value", also=("perf", "metrics")),
    Name("perfdata.*.unit", Type.TEXT, 'its unit, such as `"s"` or `"%"`'),
)
_SELF = (
    Name("loop_lag", Type.DURATION, "how long one turn of the event loop took", at="loop_lag_s"),
    Name("uptime", Type.DURATION, "the age of this process", at="uptime_s"),
    Name("open_files", Type.NUMBER, "files and connections that are open"),
    Name("open_files_limit", Type.NUMBER, "how many may be open"),
    Name("pid", Type.NUMBER, "the number of this process"),
)
_ICMP = (
    Name("loss", Type.PERCENT, "the share of packets without an answer", also=("packet_loss",)),
    Name("jitter", Type.DURATION, "how much the round trips differ"),
)
_SQL = (Name("rows", Type.LIST, "the rows of the answer, each a table of its columns"),)

KINDS: Mapping[str, Names] = {
    "http": COMMON | Names(_HTTP),
    "tcp": COMMON | Names(_TCP),
    "tls": COMMON | Names(_TLS),
    "dns": COMMON | Names(_DNS),
    "icmp": COMMON | Names(_ICMP),
    "exec": COMMON | Names(_EXEC),
    "postgresql": COMMON | Names(_SQL),
    "mysql": COMMON | Names(_SQL),
    "python": COMMON | Names((), open=True),
    "self": COMMON | Names(_SELF),
}
"""Kind -> what its looks find."""

ANYTHING = Names(
    tuple({name.path: name for names in KINDS.values() for name in names.known}.values()),
    open=True,
)
"""The names of all kinds, and any other: for conditions whose kind is not known."""


def names_of(kind: str) -> Names:
    """Return what looks of a kind find; of an unknown kind (a plugin) that may be anything."""
    return KINDS.get(kind, COMMON | Names((), open=True))
