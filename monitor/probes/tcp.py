"""Connect to a port, and perhaps say something and listen: `tcp://host:port`.

Phases: `resolve`, `connect`, `send`, `receive`.
"""

import re
from typing import Annotated

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.ports import InvalidTask, Probe, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.explain import explain, printable
from monitor.probes.kind import Kind
from monitor.probes.target import parse_url, refuse_path

ANSWER_LIMIT = 1024
"""Bytes of an answer that are read and searched."""

_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.|$)", re.DOTALL)
_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


@attrs.frozen(kw_only=True)
class TcpOptions:
    """What to say, and what to hear."""

    send: Annotated[str, Meta(description=r"text to send; \r \n \t \\ \xHH are understood")] = ""
    expect: Annotated[
        str, Meta(description="text that the first 1024 bytes of the answer must have")
    ] = ""


def prepare(target: str, options: TcpOptions) -> Probe:
    """Make a probe that is UP when the connection stands and the expected text came.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target)
    refuse_path(url)
    message = unescape("send", options.send)
    expected = unescape("expect", options.expect)

    async def look(trace: Trace) -> Result:
        async with await connect(url.host, url.port, trace) as stream:
            try:
                if message:
                    with trace.enter("send"):
                        await stream.send_all(message)
                if expected:
                    with trace.enter("receive"):
                        await _expect(stream, expected, options.expect, trace)
            except trio.BrokenResourceError as error:
                raise TargetDown(explain(error)) from error
        said = f", {options.expect!r} received" if expected else ""
        return Result(status=Status.UP, detail=f"connected to {trace.address}{said}")

    return look


async def _expect(stream: trio.abc.Stream, expected: bytes, shown: str, trace: Trace) -> None:
    answer = b""
    while expected not in answer:
        room = ANSWER_LIMIT - len(answer)
        piece = bytes(await stream.receive_some(room)) if room else b""
        answer += piece
        trace.facts["answer"] = answer.decode("utf-8", "replace")
        if not piece:
            got = printable(trace.facts["answer"], 100)
            what = f"the answer was {got!r}" if answer else "the connection was closed unanswered"
            raise TargetDown(f"{shown!r} did not come; {what}")


def unescape(option: str, text: str) -> bytes:
    r"""Return the bytes of a text in which `\r`, `\n`, `\t`, `\\` and `\xHH` are escapes.

    Raises:
        InvalidTask: for any other backslash.
    """

    def replace(found: re.Match[bytes]) -> bytes:
        escape = found[1]
        if len(escape) == 3:
            return bytes([int(escape[1:], 16)])
        if escape not in _ESCAPES:
            raise InvalidTask(
                f"option {option}",
                f"{found[0].decode(errors='replace')!r} is not an escape; "
                r"use \r \n \t \xHH, and \\ for a backslash",
            )
        return _ESCAPES[escape]

    return _ESCAPE.sub(replace, text.encode())


FACTS = Names(
    (Name("answer", Type.TEXT, "what was received", also=("body", "banner", "response")),)
)

KIND = Kind(
    name="tcp",
    schemes=("tcp",),
    summary="Connect to a port, and perhaps exchange a few words.",
    example="tcp://example.com:25",
    options=TcpOptions,
    prepare=prepare,
    facts=FACTS,
)
