"""One question to a gRPC server's health service, and its answer, over an open stream.

https://github.com/grpc/grpc/blob/master/doc/health-checking.md and PROTOCOL-HTTP2.md there. The
two messages have one field each, so their protobuf is written and read by hand.
"""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import attrs
import h2.events
import trio

from monitor.core.probing import TargetDown
from monitor.probes.explain import printable
from monitor.probes.frames import STREAM, Frames, error_name
from monitor.probes.wire import Fields

CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""The names of status codes, from 0 on."""

SERVING = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
"""The names of HealthCheckResponse.ServingStatus, from 0 on."""

_READ_LIMIT = 128 * 1024
"""Bytes that are read; headers may have 64 KiB, the answer has seven bytes."""

_ANSWER_LIMIT = 4 * 1024


@attrs.frozen(kw_only=True)
class Health:
    """What the server said."""

    status: str
    """The name of the call's status code, or its number if it has no name."""
    message: str
    serving: str | None
    """The name of what the service is doing, or its number; None if the call failed."""


async def ask(
    stream: trio.abc.Stream, authority: str, scheme: str, service: str, metadata: Mapping[str, str]
) -> Health:
    """Call grpc.health.v1.Health/Check and return what it said, be it an error.

    `metadata` is checked by the caller: names in lower case, values in printable ASCII.

    Raises:
        TargetDown: the connection broke, or what came is no gRPC.
    """
    call = _Call(stream)
    headers = [
        (":method", "POST"),
        (":scheme", scheme),
        (":path", "/grpc.health.v1.Health/Check"),
        (":authority", authority),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        *metadata.items(),
    ]
    call.begin(headers, write_question(service))
    await call.receive()
    return call.result()


class _Call:
    """One stream of one HTTP/2 connection."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._frames = Frames(stream, "calls")
        self._headers: dict[str, str] = {}
        self._data = bytearray()

    def begin(self, headers: list[tuple[str, str]], data: bytes) -> None:
        """Write the call; it leaves when more has to be read."""
        http = self._frames.http
        http.initiate_connection()
        http.send_headers(STREAM, headers)
        http.send_data(STREAM, data, end_stream=True)

    async def receive(self) -> None:
        """Read until the answer is complete."""
        while not any(self._happened(event) for event in await self._frames.next()):
            if self._frames.received >= _READ_LIMIT:
                raise TargetDown(f"the target sent more than {_READ_LIMIT // 1024} KiB")

    def result(self) -> Health:
        """Judge a complete answer."""
        code, kind = self._headers.get("grpc-status"), self._headers.get("content-type", "")
        if code is None:
            http = printable(self._headers.get(":status", ""), 10)
            if http != "200":
                raise TargetDown(f"no gRPC answer, but HTTP status {http}")
            if not kind.startswith("application/grpc"):
                raise TargetDown(f"no gRPC answer, but {printable(kind, 40) or 'something else'}")
            raise TargetDown("the answer ended without a gRPC status")
        status = _name(CODES, code)
        message = unquote_to_bytes(self._headers.get("grpc-message", "")).decode("utf-8", "replace")
        serving = read_answer(bytes(self._data)) if status == "OK" else None
        return Health(
            status=status,
            message=message,
            serving=None if serving is None else _name(SERVING, str(serving)),
        )

    def _happened(self, event: h2.events.Event) -> bool:
        match event:
            case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                for name, value in event.headers:
                    self._headers[bytes(name).decode("latin-1")] = bytes(value).decode("latin-1")
            case h2.events.DataReceived():
                self._data += event.data
                if len(self._data) > _ANSWER_LIMIT:
                    raise TargetDown("the answer is too long for one about health")
            case h2.events.StreamReset():
                raise TargetDown(f"the target gave up the call ({error_name(event.error_code)})")
            case h2.events.StreamEnded():
                return True
        return False


def write_question(service: str) -> bytes:
    """Write HealthCheckRequest (`string service = 1`), framed as gRPC wants it."""
    name = service.encode()
    message = b"\x0a" + _varint(len(name)) + name if name else b""
    return b"\0" + len(message).to_bytes(4, "big") + message


def read_answer(data: bytes) -> int:
    """Return the status of a framed HealthCheckResponse (`ServingStatus status = 1`).

    Raises:
        TargetDown: it is none.
    """
    if len(data) < 5 or data[0] != 0 or int.from_bytes(data[1:5], "big") != len(data) - 5:
        raise TargetDown("the answer is not one unpacked message")
    fields, status = Fields(data[5:], "a health service"), 0
    while fields.left:
        tag = _read_varint(fields)
        match tag & 7:
            case 0:
                value = _read_varint(fields)
                status = value if tag >> 3 == 1 else status
            case 1:
                fields.take(8)
            case 2:
                fields.take(_read_varint(fields))
            case 5:
                fields.take(4)
            case _:
                raise fields.broken()
    return status


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _read_varint(fields: Fields) -> int:
    number = 0
    for shift in range(0, 70, 7):
        byte = fields.big(1)
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
    raise fields.broken()


def _name(names: tuple[str, ...], number: str) -> str:
    """Return the name of a number that the target sent as text, or what it sent."""
    known = number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(names)
    return names[int(number)] if known else printable(number, 20)
