"""Ask a time server for the time, and whether it knows it: `ntp://host`, port 123 if none is given.

Phases: `resolve` and `query`. The question (SNTP, RFC 5905) is sent again when no answer came for
two seconds, until the look's deadline. What does not repeat the random number of our question is
nobody's answer.

DOWN when the server does not answer, refuses by a kiss code, or says that its own clock is not set.
The offset is the difference to the clock of this machine, and cannot tell which of them is wrong.
"""

import secrets
import struct
import time
from typing import Annotated, Self

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import Probe, TargetDown, Trace
from monitor.probes.connect import Ip, connect_udp
from monitor.probes.datagrams import receive, send
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.target import parse_url, refuse_path

RESEND_S = 2.0
"""How long to wait before asking again: a datagram may get lost without anybody being down."""

_HEADER = struct.Struct("!BBbb II 4s Q 8s Q Q")
"""Leap, version and mode; stratum; poll; precision; root delay and dispersion; reference; when the
clock was set; the number of the question; when it came; when the answer left (RFC 5905, 7.3)."""

_QUESTION = bytes([4 << 3 | 3])
"""Version 4, from a client."""

_SERVER = 4
_NOT_SET = 3
_LEAPS = ("none", "insert", "delete")

_ERA = 2**32
_UNIX_S = 2_208_988_800
"""Seconds from 1900, when NTP begins to count, to 1970."""

_KISSES = {
    "DENY": "denies us access",
    "RSTR": "denies us access",
    "RATE": "is asked too often; use a longer interval",
    "INIT": "has not yet set its clock",
    "STEP": "is just setting its clock",
}
"""RFC 5905, 7.4; all others end an association that we do not have."""


@attrs.frozen(kw_only=True)
class NtpOptions:
    """Whom to ask; what is well is said by conditions."""

    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


@attrs.frozen(kw_only=True)
class _Answer:
    """What a server says of its time."""

    leap: int
    stratum: int
    reference: bytes
    root_delay_s: float
    dispersion_s: float
    received_s: float
    """When our question came, by its clock, in seconds from 1970."""
    sent_s: float
    unset: bool

    @classmethod
    def read(cls, data: bytes, now_s: float) -> tuple[Self, bytes] | None:
        """Return an answer and the number of the question it answers, or None if it is none.

        The protocol counts in 32 bits, from 1900 and again from 2036: what is meant is the moment
        nearest to now.
        """
        if len(data) < _HEADER.size:
            return None
        first, stratum, _poll, _precision, delay, dispersion, *rest = _HEADER.unpack_from(data)
        reference, _set_at, number, received, sent = rest
        if first & 7 != _SERVER or not 1 <= first >> 3 & 7 <= 4:
            return None
        answer = cls(
            leap=first >> 6,
            stratum=stratum,
            reference=reference,
            root_delay_s=delay / 2**16,
            dispersion_s=dispersion / 2**16,
            received_s=_moment(received, now_s),
            sent_s=_moment(sent, now_s),
            unset=not (received and sent),
        )
        return answer, number

    def refuse(self) -> None:
        """Raise TargetDown if the server itself says that its time is worth nothing."""
        if self.stratum == 0:
            code = printable(self.reference.rstrip(b"\0").decode("latin-1"), 4)
            raise TargetDown(f"the server {_KISSES.get(code, 'refuses')} (kiss code {code!r})")
        if self.leap == _NOT_SET or self.stratum >= 16 or self.unset:
            raise TargetDown(
                f"the server's clock is not set: leap {self.leap}, stratum {self.stratum}"
            )


def prepare(target: str, options: NtpOptions) -> Probe:
    """Make a probe that is UP when the server answered and its clock is set.

    Raises:
        InvalidTask: naming what is wrong with the target.
    """
    url = parse_url(target, 123)
    refuse_path(url)

    async def look(trace: Trace) -> Result:
        sock = await connect_udp(url.host, url.port, trace, ip=options.ip)
        with sock, trace.enter("query"):
            answer, asked_s, took_s = await _ask(sock, trace)
        # Halfway through the exchange, both clocks should have shown the same.
        held_s = answer.sent_s - answer.received_s
        offset_s = (answer.received_s - asked_s + answer.sent_s - asked_s - took_s) / 2
        trace.facts |= {
            "stratum": answer.stratum,
            "offset": offset_s,
            "delay": max(took_s - held_s, 0.0),
            "dispersion": answer.dispersion_s,
            "root_delay": answer.root_delay_s,
            "reference": _reference(answer),
            "leap": _LEAPS[answer.leap] if answer.leap < _NOT_SET else "unknown",
        }
        answer.refuse()
        return Result(
            status=Status.UP,
            detail=f"stratum {answer.stratum} ({trace.facts['reference']}), its clock is "
            f"{_span(abs(offset_s))} {'ahead of' if offset_s >= 0 else 'behind'} ours, "
            f"root dispersion {_span(answer.dispersion_s)}",
        )

    return look


async def _ask(sock: trio.socket.SocketType, trace: Trace) -> tuple[_Answer, float, float]:
    """Return the first answer, when its question was sent by our clock, and how long it took."""
    asked: dict[bytes, tuple[float, float]] = {}
    while True:
        # Nobody who has not seen the question can answer it; our clock is nobody's business.
        number = secrets.token_bytes(8)
        asked[number] = time.time(), time.perf_counter()
        await send(sock, _QUESTION + bytes(39) + number, trace)
        with trio.move_on_after(RESEND_S):
            while True:
                data = await receive(sock, trace)
                now_s = time.perf_counter()
                read = _Answer.read(data, time.time())
                if read is not None and read[1] in asked:
                    asked_s, started_s = asked[read[1]]
                    # By the clock that cannot be set while we wait.
                    return read[0], asked_s, now_s - started_s


def _moment(stamp: int, now_s: float) -> float:
    """Return the moment nearest to now that a timestamp may mean, in seconds from 1970."""
    seconds = stamp / 2**32 - _UNIX_S
    return seconds + _ERA * round((now_s - seconds) / _ERA)


def _reference(answer: _Answer) -> str:
    """Return whom the server follows: a name such as `GPS`, or an address.

    Of a server that follows an IPv6 address it is a hash, which looks like an IPv4 one.
    """
    if answer.stratum < 2:
        return printable(answer.reference.rstrip(b"\0").decode("latin-1"), 4)
    return ".".join(map(str, answer.reference))


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:,.1f} s"


FACTS = Names(
    (
        Name("stratum", Type.NUMBER, "how many servers away from a reference clock, from 1"),
        Name(
            "offset",
            Type.DURATION,
            "how far its clock is ahead of ours, negative when behind: `offset in -50ms..50ms`",
            also=("drift", "skew"),
        ),
        Name(
            "delay",
            Type.DURATION,
            "how long question and answer were under way",
            also=("rtt", "round_trip"),
        ),
        Name(
            "dispersion",
            Type.DURATION,
            "how wrong it may be, by its own estimate (root dispersion)",
            also=("root_dispersion",),
        ),
        Name("root_delay", Type.DURATION, "how far the reference clock is away from it"),
        Name("reference", Type.TEXT, 'whom it follows: `"GPS"`, `"PPS"`, or an address'),
        Name("leap", Type.TEXT, 'a leap second that is due: `"none"`, `"insert"` or `"delete"`'),
    )
)

KIND = Kind(
    name="ntp",
    schemes=("ntp",),
    summary="Ask a time server for the time, and whether it knows it.",
    example="ntp://pool.ntp.org",
    options=NtpOptions,
    prepare=prepare,
    facts=FACTS,
    expect=("stratum <= 5", "offset in -1s..1s", "dispersion <= 500ms"),
)
