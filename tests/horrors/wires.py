"""Bad servers of everything else that speaks TCP: what each kind of them can do wrong."""

from typing import Any

from tests.horrors.acts import answer, anything, close, drip, first, flood, half_close, reset
from tests.horrors.horror import PATIENCE_S, UP, Act, Horror
from tests.probes.servers import hang

ANYWHERE = (("down", "*"),)
"""DOWN in any phase, as long as it is named."""
ANSWERED = (*ANYWHERE, ("down", None))
"""DOWN also because an answer that is right is not the wanted one."""

TARGETS: dict[str, tuple[str, dict[str, Any]]] = {
    "tcp": ("tcp://127.0.0.1:{port}", {"send": "hello", "expect": "world"}),
    "tls": ("tls://127.0.0.1:{port}", {}),
    "https": ("https://127.0.0.1:{port}/", {}),
    "ssh": ("ssh://127.0.0.1:{port}", {}),
    "postgresql": ("postgresql://me:secret@127.0.0.1:{port}/db", {}),
    "mysql": ("mysql://me:secret@127.0.0.1:{port}/db", {}),
    "redis": ("redis://:secret@127.0.0.1:{port}/0", {}),
    "mqtt": ("mqtt://me:secret@127.0.0.1:{port}", {}),
    "amqp": ("amqp://me:secret@127.0.0.1:{port}/queue", {}),
    "nats": ("nats://127.0.0.1:{port}", {}),
    "ws": ("ws://127.0.0.1:{port}/", {}),
    "grpc": ("grpc://127.0.0.1:{port}", {}),
    "smtp": ("smtp://127.0.0.1:{port}", {}),
    "imap": ("imap://127.0.0.1:{port}", {}),
    "pop3": ("pop3://127.0.0.1:{port}", {}),
    "dns by tcp": ("dns://127.0.0.1:{port}/example.com", {"transport": "tcp"}),
    "dns by tls": ("dns://127.0.0.1:{port}/example.com", {"transport": "tls"}),
}

EVERYWHERE: dict[str, tuple[Act, float]] = {
    # What it does, and how long the look may take: None of them ever comes to an end by itself
    # where PATIENCE_S stands.
    "says nothing": (hang, PATIENCE_S),
    "closes at once": (close, 0.0),
    "resets at once": (reset, 0.0),
    "half closes at once": (half_close, 0.0),
    "resets when spoken to": (first(anything, reset), PATIENCE_S),
    "drips rubbish": (drip(b"a" * 99), PATIENCE_S),
    "drips NULs": (drip(bytes(99)), PATIENCE_S),
    "floods with NULs": (flood(bytes(4096)), 0.0),
    "floods with 0xff": (flood(b"\xff" * 4096), 0.0),
    "floods with a line that never ends": (flood(b"x" * 4096), 0.0),
    "floods with empty lines": (flood(b"\r\n" * 2048), 0.0),
    "floods with rubbish": (flood(bytes(range(256)) * 16), 0.0),
    "answers as a web server": (first(answer(b"<html>hello</html>"), hang), PATIENCE_S),
    "answers as a TLS server": (first(bytes.fromhex("15030100020228"), hang), PATIENCE_S),
}


def on(
    kind: str,
    name: str,
    act: Act,
    expected: tuple[tuple[str, str | None], ...] = ANYWHERE,
    **more: Any,
) -> Horror:
    target, options = TARGETS[kind]
    fields = {"target": target, "options": options, **more}
    return Horror(name=f"{kind}: {name}", act=act, expected=expected, **fields)


def slow(kind: str, name: str, act: Act, **more: Any) -> Horror:
    """Make a horror that may never come to an end."""
    return on(kind, name, act, timeout_s=PATIENCE_S, **more)


def generic() -> list[Horror]:
    """Return what every kind of server can do wrong."""
    return [
        on(kind, name, act, ANSWERED, **({"timeout_s": limit_s} if limit_s else {}))
        for kind in TARGETS
        for name, (act, limit_s) in EVERYWHERE.items()
    ]


DNS = [
    on("dns by tcp", "an answer of no bytes", first(anything, b"\0\0" * 1000)),
    on("dns by tcp", "an answer that ends early", first(anything, b"\xff\xff" + bytes(99))),
    on("dns by tcp", "an answer of rubbish", first(anything, b"\0\x63" + b"\xc0" * 99)),
]

PLAIN = [
    on("tcp", "a flood where one line is wanted", first(flood(b"almost worl" * 400))),
    on("tcp", "the right word at last", first(b"x" * 1000 + b"world", hang), UP),
]

WIRES = [*generic(), *DNS, *PLAIN]
