"""Ask a host for echoes (ping): `icmp://host`.

Phases: `resolve` and `echo`. UP when at least one echo came back; how many must, and how fast, is
said by conditions: `loss < 5%`, `rtt.avg < 50ms` (`latency` is the time of the whole look). If some
are lost, the detail names who complained of what on the way.

An echo is answered by what repeats the random bytes in it, whole and within `wait`. The look never
waits for so long that its deadline comes first: then what is missing counts as lost.

The system must let the monitor send ICMP: `net.ipv4.ping_group_range` has to contain its group, or
it must have CAP_NET_RAW. Where neither is so, the status is UNKNOWN, never DOWN.
"""

import itertools
import secrets
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.counting import counted
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.probes.connect import Ip
from monitor.probes.icmpwire import Answer, Complaint, IcmpWire
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds
from monitor.probes.target import bracketed, parse_url
from monitor.probes.threads import part_of_time_left

_TOKEN_SIZE = 8
"""Random bytes by which we know our own echoes; the kernel chooses their identifier."""

_INTERVAL, _WAIT = Seconds(0.2), Seconds(2.0)

_SHARE = 0.9
"""The part of the time left that the look may take, so that it can still tell what it saw."""


@attrs.frozen(kw_only=True)
class IcmpOptions:
    """How many echoes of which sort."""

    count: Annotated[int, Meta(ge=1, le=100, description="how many echoes to ask for")] = 3
    interval: Annotated[Seconds, Meta(description="time from one echo to the next")] = _INTERVAL
    wait: Annotated[Seconds, Meta(description="how long an echo may take, or it is lost")] = _WAIT
    size: Annotated[
        int, Meta(ge=_TOKEN_SIZE, le=65_000, description="bytes in an echo, headers not counted")
    ] = 56
    ttl: Annotated[
        int, Meta(ge=1, le=255, description="how many routers may be on the way (time to live)")
    ] = 64
    dont_fragment: Annotated[
        bool, Meta(description="whether an echo must go there in one piece")
    ] = False
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


@attrs.define
class _Tally:
    """What became of each echo."""

    payload: bytes
    wait_s: float
    sent_s: dict[int, float] = attrs.field(factory=dict)
    took_s: dict[int, float] = attrs.field(factory=dict)
    """Of those that came back, by their numbers."""
    complained: set[int] = attrs.field(factory=set)
    words: str = ""
    """The last complaint."""
    changed: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.sent_s.keys() <= self.took_s.keys() | self.complained

    def note(self, heard: Answer | Complaint) -> None:
        """Take down what was heard."""
        now_s = trio.current_time()
        if isinstance(heard, Complaint):
            self.words = heard.words
            if heard.number is not None:
                self.complained.add(heard.number)
        elif heard.number in self.sent_s and heard.number not in self.took_s:
            took_s = now_s - self.sent_s[heard.number]
            if heard.payload != self.payload:
                self.changed += heard.payload.startswith(self.payload[:_TOKEN_SIZE])
            elif took_s <= self.wait_s:
                self.took_s[heard.number] = took_s

    def facts(self) -> dict[str, object]:
        """Return what conditions may ask about; times only if there are any."""
        sent, received = len(self.sent_s), len(self.took_s)
        found: dict[str, object] = {
            "sent": sent,
            "received": received,
            "loss": 100 * (sent - received) / sent,
        }
        if times := [self.took_s[number] for number in sorted(self.took_s)]:
            steps = [abs(one - other) for one, other in itertools.pairwise(times)]
            found["rtt"] = {"min": min(times), "avg": sum(times) / received, "max": max(times)}
            found["jitter"] = sum(steps) / len(steps) if steps else 0.0
        return found

    def told(self) -> str:
        """Return in words what was seen."""
        sent, received = len(self.sent_s), len(self.took_s)
        echoes = counted(sent, "echo", "echoes")
        told = [f"{received or 'none'} of {echoes} came back"]
        if times := self.took_s.values():
            told[0] += f", after {min(times) * 1000:.2f} to {max(times) * 1000:.2f} ms"
        if received < sent and self.words:
            told.append(self.words)
        if self.changed:
            told.append(f"{self.changed} came back changed or cut")
        return "; ".join(told)


def prepare(target: str, options: IcmpOptions) -> Probe:
    """Make a probe that is UP when at least one echo came back.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    host = _read(target)
    _check(options)

    async def look(trace: Trace) -> Result:
        wire = await IcmpWire.open(
            host, trace, ip=options.ip, ttl=options.ttl, dont_fragment=options.dont_fragment
        )
        with wire, trace.enter("echo"):
            tally = await _echoes(wire, options)
            trace.facts |= tally.facts()
            if not tally.took_s:
                raise TargetDown(tally.told())
        return Result(status=Status.UP, detail=tally.told())

    return look


async def _echoes(wire: IcmpWire, options: IcmpOptions) -> _Tally:
    """Ask for all echoes at their times, and listen until all came or waiting is over."""
    end_s, now_s = part_of_time_left(_SHARE), trio.current_time()
    if now_s + (options.count - 1) * options.interval >= end_s:
        raise OwnFault(
            Reason.TASK_ERROR,
            f"{counted(options.count, 'echo', 'echoes')} {options.interval:g} s apart do not fit "
            f"into the {end_s - now_s:.1f} s that the look may take; ask for fewer, or raise its "
            "timeout",
        )
    filler = bytes(number % 256 for number in range(options.size - _TOKEN_SIZE))
    tally = _Tally(secrets.token_bytes(_TOKEN_SIZE) + filler, options.wait)
    for number in range(1, options.count + 1):
        last = number == options.count
        sent_s = tally.sent_s[number] = trio.current_time()
        for complaint in await wire.send(number, tally.payload):
            tally.note(complaint)
        with trio.move_on_at(min(end_s, sent_s + (options.wait if last else options.interval))):
            while not (last and tally.complete):
                tally.note(await wire.receive())
    return tally


def _read(target: str) -> str:
    """Return the host that a target names, and refuse whatever else it has."""
    url = parse_url(target, 0)
    if url.port:
        raise InvalidTask("target", f"has a port, which ICMP has not; write {_written(url.host)}")
    if url.path not in ("", "/") or url.query or url.user is not None:
        raise InvalidTask("target", f"has more than a host; write {_written(url.host)}")
    return url.host


def _written(host: str) -> str:
    return f"icmp://{bracketed(host)}"


def _check(options: IcmpOptions) -> None:
    # Faster is a flood: `ping` too wants to be root for it.
    for name, value in (("interval", options.interval), ("wait", options.wait)):
        if not 0.01 <= value <= 60:
            raise InvalidTask(f"option {name}", f"{value:g}s is out of range; use 10ms to 60s")


FACTS = Names(
    (
        Name(
            "loss",
            Type.PERCENT,
            "how many echoes did not come back: `loss < 5%`",
            also=("packet_loss", "lost"),
        ),
        Name("rtt.min", Type.DURATION, "how long the fastest echo was under way"),
        Name(
            "rtt.avg",
            Type.DURATION,
            "how long an echo was under way on average: `rtt.avg < 50ms`",
            also=("average", "ping", "round_trip"),
        ),
        Name("rtt.max", Type.DURATION, "how long the slowest echo was under way"),
        Name(
            "jitter",
            Type.DURATION,
            "by how much the time of one echo differs from that of the next, on average",
            also=("mdev", "rtt.jitter"),
        ),
        Name("sent", Type.NUMBER, "how many echoes were asked for"),
        Name("received", Type.NUMBER, "how many came back"),
    )
)

KIND = Kind(
    name="icmp",
    schemes=("icmp",),
    summary="Ask a host for echoes (ping).",
    example="icmp://example.com",
    options=IcmpOptions,
    prepare=prepare,
    facts=FACTS,
)
