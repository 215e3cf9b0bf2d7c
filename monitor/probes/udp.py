"""Send a datagram, and perhaps wait for the right answer: `udp://host:port`.

Phases: `resolve`, `send`, `receive`. DOWN when the host says that nobody listens there (ICMP port
unreachable), or when the text of `expect` does not come.

Silence proves nothing with UDP: most services say nothing to what they do not understand, and many
firewalls say nothing at all. So without `expect` a silent target is UP, and the detail says what
that is worth. Set `send` to what the service answers and `expect` to what its answer has, or ask
for any answer by the condition `answer exists`.

With `expect` the datagram is sent again when nothing came for the time of `wait`, until the look's
deadline; without, it is sent once.
"""

from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.connect import Ip, connect_udp
from monitor.probes.datagrams import DATAGRAM_LIMIT, receive, send
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.options import Seconds
from monitor.probes.target import parse_url, refuse_path
from monitor.probes.tcp import unescape
from monitor.probes.threads import part_of_time_left

ANSWERS_LIMIT = 100
"""Datagrams that are searched for the expected text before the target is believed to babble."""

_WAIT = Seconds(1.0)

_SHARE = 0.9
"""The part of the time left that silence may take, where silence is no failure."""


@attrs.frozen(kw_only=True)
class UdpOptions:
    """What to say, and what to hear."""

    send: Annotated[
        str,
        Meta(description=r"text to send, else nothing in it; \r \n \t \\ \xHH are understood"),
    ] = ""
    expect: Annotated[str, Meta(description="text that a datagram of the answer must have")] = ""
    wait: Annotated[
        Seconds,
        Meta(description="how long to listen, then send again; without `expect` that was all"),
    ] = _WAIT
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"


def prepare(target: str, options: UdpOptions) -> Probe:
    """Make a probe that is UP when the expected text came, or without one, when nobody objected.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target)
    refuse_path(url)
    message = unescape("send", options.send)
    expected = unescape("expect", options.expect)
    _check(message, options)

    async def look(trace: Trace) -> Result:
        with await connect_udp(url.host, url.port, trace, ip=options.ip) as sock:
            while True:
                with trace.enter("send"):
                    await send(sock, message, trace)
                with trace.enter("receive"):
                    answered = await _listen(sock, expected, options, trace)
                if answered or not expected:
                    break
        return Result(status=Status.UP, detail=_told(answered, options, trace))

    return look


async def _listen(
    sock: trio.socket.SocketType, expected: bytes, options: UdpOptions, trace: Trace
) -> bool:
    """Say whether the expected text came, or at least something if none is expected.

    Raises:
        TargetDown: something else came.
    """
    until_s = trio.current_time() + options.wait
    if not expected:
        until_s = min(until_s, part_of_time_left(_SHARE))
    with trio.move_on_at(until_s):
        for _ in range(ANSWERS_LIMIT):
            answer = await receive(sock, trace)
            trace.facts["answer"] = answer.decode("utf-8", "replace")
            if expected in answer:
                return True
    if "answer" in trace.facts:
        got = printable(trace.facts["answer"], 100)
        raise TargetDown(f"{options.expect!r} did not come; the answer was {got!r}")
    return False


def _told(answered: bool, options: UdpOptions, trace: Trace) -> str:
    if not answered:
        return (
            f"{trace.address} said nothing, neither yes nor no, which proves nothing with UDP; "
            "set expect to know more"
        )
    if options.expect:
        return f"{trace.address} answered, {options.expect!r} received"
    return f"{trace.address} answered: {printable(trace.facts['answer'], 100)!r}"


def _check(message: bytes, options: UdpOptions) -> None:
    if len(message) > DATAGRAM_LIMIT:
        raise InvalidTask(
            "option send", f"has {len(message)} bytes; a datagram takes up to {DATAGRAM_LIMIT}"
        )
    if not 0.01 <= options.wait <= 60:
        raise InvalidTask("option wait", f"{options.wait:g}s is out of range; use 10ms to 60s")


FACTS = Names(
    (
        Name(
            "answer",
            Type.TEXT,
            "the last datagram that was received; there is none if the target was silent",
            also=("body", "banner", "response"),
        ),
    )
)

KIND = Kind(
    name="udp",
    schemes=("udp",),
    summary="Send a datagram, and perhaps wait for the right answer.",
    example="udp://example.com:5060",
    options=UdpOptions,
    prepare=prepare,
    facts=FACTS,
)
