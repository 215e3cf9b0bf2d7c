"""What nobody should send to a listener: none of it ends the monitor, or harms a later request."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.web.conftest import TOKEN, Listening

pytestmark = pytest.mark.slow

WS = (
    b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

HORRORS = {
    "nothing at all": b"",
    "bytes that are no HTTP": b"\x00\xff\xfe\x01" * 50,
    "TLS to a port without": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    "a request line without an end": b"GET /" + b"a" * 100_000,
    "a header without an end": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000,
    "headers without an end": b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 20_000,
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "an unknown version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "a length that is none": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "length and chunks": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0"
    ),
    "a chunk that lies": (
        b"POST /ping/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n"
    ),
    "a null in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "a websocket and one byte more": WS + b"\x81",
    "a websocket that sends no frame": WS + b"\xff\xff\xff\xff",
    "an upgrade to HTTP/2": (
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: !!!!\r\n\r\n"
    ),
    "HTTP/2 and then nonsense": PREFACE + b"\xff" * 64,
    "HTTP/2 with a frame that is too large": PREFACE + b"\xff\xff\xff\x00\x00\x00\x00\x00\x00",
    "a body that ends too early": (
        f"POST /ping/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nlost".encode()
    ),
    "a path that is not UTF-8": b"GET /ping/%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "two requests and a half": (
        b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /li"
    ),
    "a query without an end": b"GET /ping/x?" + b"rid=a&" * 2_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


_WAITS_S = 0.5


def send(listening: Listening, horror: bytes) -> bytes:
    """Send something, say that this is all, and read what comes; who waits for more may do so."""
    answer = b""
    with listening.connection() as connection:
        connection.settimeout(_WAITS_S)
        try:
            connection.sendall(horror)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65_536):
                answer += more
        except (ConnectionError, TimeoutError):
            pass  # it has heard enough, or not yet
    return answer


@pytest.fixture(autouse=True)
def hurried(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """anycorn 0.20 keeps a task of an upgrade to HTTP/2 whose sender hangs up, until the grace."""
    monkeypatch.setenv("MONITOR_GRACE", "1s")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_that_is_sent_ends_the_monitor(listening: Listening, database: str) -> None:
    for name, horror in HORRORS.items():
        answer = send(listening, horror)
        assert b" 500 " not in answer.partition(b"\r\n")[0], name
        assert 200 == listening.ask("/livez").status, name
        assert 200 == listening.ask("/readyz").status, name
    assert 200 == listening.ping().status
    assert 0 == listening.process.signal(15)
    log = listening.process.err
    assert "Traceback" not in log
    assert "system.error" not in log


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_hangs_up_at_any_byte_of_a_request_harms_nobody(
    listening: Listening, database: str
) -> None:
    request = f"POST /ping/{TOKEN}/log HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok".encode()
    for length in range(0, len(request), 3):
        with listening.connection() as connection:
            connection.sendall(request[:length])
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
    assert 200 == listening.ping().status
    assert "Traceback" not in listening.process.err
