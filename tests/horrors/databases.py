"""Bad databases and queues."""

import trio

from tests.horrors.acts import MIB, anything, close, first, flood
from tests.horrors.horror import PATIENCE_S
from tests.horrors.wires import on
from tests.probes.servers import hang

REDIS = [
    on("redis", "a text of 2^40 bytes", first(anything, b"$1099511627776\r\n", flood(b"x" * 4096))),
    on("redis", "a list of 10^9", first(anything, b"*1000000000\r\n", flood(b"$1\r\nx\r\n" * 500))),
    on("redis", "lists in lists", first(anything, flood(b"*1\r\n" * 1000))),
    on("redis", "a negative text", first(anything, b"$-5\r\n", hang), timeout_s=PATIENCE_S),
    on("redis", "a number of a MiB", first(anything, b":", b"9" * MIB, b"\r\n")),
    on("redis", "an error of a MiB", first(anything, b"-ERR " + b"e" * MIB + b"\r\n")),
    on(
        "redis", "an error with a terminal's commands", first(anything, b"-ERR \x1b[2J\x00\xff\r\n")
    ),
]


async def _scram(stream: trio.SocketStream) -> None:
    """Ask for more work than a login is worth."""
    await stream.receive_some()
    offer = b"R" + (4 + 4 + 15).to_bytes(4, "big") + (10).to_bytes(4, "big") + b"SCRAM-SHA-256\0\0"
    await stream.send_all(offer)
    said = await stream.receive_some()
    nonce = said.partition(b"r=")[2]
    challenge = b"r=" + nonce + b"more,s=c2FsdA==,i=2000000000"
    head = (8 + len(challenge)).to_bytes(4, "big") + (11).to_bytes(4, "big")
    await stream.send_all(b"R" + head + challenge)
    await hang(stream)


async def _n(stream: trio.SocketStream) -> None:
    """Say that there is no TLS here, and wait for the login."""
    await stream.receive_some()
    await stream.send_all(b"N")
    await stream.receive_some()


POSTGRESQL = [
    on("postgresql", "a message of 2 GiB", first(_n, b"R\x7f\xff\xff\xff", flood(b"x" * 4096))),
    on("postgresql", "a message of no length", first(_n, b"R\0\0\0\0" * 1000)),
    on("postgresql", "a negative message", first(_n, b"R\xff\xff\xff\xff", flood(b"x" * 4096))),
    on("postgresql", "an error without fields", first(_n, b"E\0\0\0\x04")),
    on("postgresql", "notices without end", first(_n, flood(b"N\0\0\0\x06x\0" * 500))),
    on(
        "postgresql",
        "parameters without end",
        first(_n, b"R\0\0\0\x08\0\0\0\0", flood(b"S\0\0\0\x08a\0b\0" * 500)),
    ),
    on("postgresql", "a login of 2 * 10^9 rounds", first(_scram)),
    on(
        "postgresql",
        "an error of a MiB",
        first(_n, b"E" + (MIB + 4).to_bytes(4, "big") + b"M" + b"e" * (MIB - 1)),
    ),
]

MYSQL = [
    on("mysql", "a packet of 16 MiB", first(b"\xff\xff\xff\0", flood(b"\x0a" * 4096))),
    on("mysql", "an empty packet", first(b"\0\0\0\0" * 1000)),
    on("mysql", "a greeting that ends early", first(b"\x05\0\0\0\x0a8.0\0", close)),
    on("mysql", "a greeting of version 9", first(b"\x05\0\0\0\x098.0\0", close)),
    on(
        "mysql",
        "an error instead of a greeting",
        first(b"\x12\0\0\0\xff\x10\x04Too many \x1b[2J\0"),
    ),
]

MQTT = [
    on("mqtt", "a packet of 256 MiB", first(anything, b"\x20\xff\xff\xff\x7f", flood(b"x" * 4096))),
    on("mqtt", "a length without end", first(anything, b"\x20" + b"\xff" * 99)),
    on("mqtt", "a welcome of no bytes", first(anything, b"\x20\x00")),
    on("mqtt", "a welcome of another type", first(anything, b"\x90\x03\x00\x01\x00")),
    on("mqtt", "a refusal of no known reason", first(anything, b"\x20\x02\x00\xfe")),
]

AMQP = [
    on(
        "amqp", "a frame of 4 GiB", first(anything, b"\x01\0\0\xff\xff\xff\xff", flood(b"x" * 4096))
    ),
    on(
        "amqp",
        "a frame without its end",
        first(anything, b"\x01\0\0\0\0\0\x04\0\x0a\0\x0a\x00" * 50),
    ),
    on("amqp", "another version", first(anything, b"AMQP\0\x01\0\0", close)),
    on("amqp", "heartbeats without end", first(anything, flood(b"\x08\0\0\0\0\0\0\xce" * 500))),
    on(
        "amqp",
        "tables in tables",
        first(
            anything,
            b"\x01\0\0\0\0\xff\xff\0\x0a\0\x0a\0\x09",
            flood(b"\0\0\xff\x00\x01aF" * 500, MIB),
        ),
    ),
]

NATS = [
    on("nats", "an INFO of many MiB", first(b'INFO {"x":"', flood(b"x" * 4096))),
    on(
        "nats",
        "an INFO of lists in lists",
        first(b"INFO " + b"[" * 30_000 + b"\r\n", hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "nats",
        "an INFO of a huge number",
        first(b'INFO {"max_payload":' + b"9" * 5000 + b"}\r\n", hang),
        timeout_s=PATIENCE_S,
    ),
    on("nats", "an INFO that is no table", first(b"INFO 5\r\n", hang), timeout_s=PATIENCE_S),
    on("nats", "an INFO that is no JSON", first(b"INFO {]\r\n", hang), timeout_s=PATIENCE_S),
    on(
        "nats",
        "a message of 10^12 bytes",
        first(b"INFO {}\r\n", anything, b"MSG a 1 1000000000000\r\n", flood(b"x" * 4096)),
    ),
    on("nats", "INFO without end", first(flood(b"INFO {}\r\n" * 400))),
]

DATABASES = [*REDIS, *POSTGRESQL, *MYSQL, *MQTT, *AMQP, *NATS]
