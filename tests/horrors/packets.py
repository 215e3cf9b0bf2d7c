"""Bad servers that speak UDP."""

from collections.abc import Callable
from typing import Any

from tests.horrors.acts import datagrams
from tests.horrors.horror import PATIENCE_S, UP, Horror, down

Answer = bytes | Callable[[bytes], bytes]

_RESPONSE = b"\x81\x80"
_ASKED = b"\x07example\x03com\x00\x00\x01\x00\x01"


def udp(name: str, target: str, *answers: Answer, **more: Any) -> Horror:
    fields = {"timeout_s": PATIENCE_S, "expected": (("down", "*"),), **more}
    return Horror(name=name, target=target, reply=datagrams(*answers), **fields)


def dns(name: str, *answers: Answer, **more: Any) -> Horror:
    return udp(f"dns: {name}", "dns://127.0.0.1:{port}/example.com", *answers, **more)


def ntp(name: str, *answers: Answer, **more: Any) -> Horror:
    return udp(f"ntp: {name}", "ntp://127.0.0.1:{port}", *answers, **more)


def right_id(rest: bytes) -> Callable[[bytes], bytes]:
    """Answer the question that was asked, as far as its number goes."""
    return lambda question: question[:2] + rest


def head(questions: int = 1, answers: int = 0, flags: bytes = _RESPONSE) -> bytes:
    return flags + questions.to_bytes(2, "big") + answers.to_bytes(2, "big") + bytes(4)


def time_packet(first: int, stratum: int = 1, stamp: bytes = bytes(8)) -> Callable[[bytes], bytes]:
    """Answer with the number of the question, and the rest as it is given."""
    return lambda question: (
        bytes([first, stratum, 6, 0xEC])
        + bytes(8)
        + b"\x00\xff\x1b["
        + stamp
        + question[40:48]
        + stamp * 2
    )


PACKETS = [
    dns("nothing", b""),
    dns("one byte", b"x"),
    dns("rubbish", bytes(range(256)) * 4),
    dns("its own question back", lambda question: question),
    dns("another number", lambda question: bytes([question[0] ^ 255]) + question[1:]),
    dns("other numbers, a thousand", *[b"\x00\x00" + head() + _ASKED] * 1000),
    dns("another name", right_id(head() + b"\x05other\x03com\x00\x00\x01\x00\x01")),
    dns(
        "a name that points at itself",
        right_id(head(1, 1) + _ASKED + b"\xc0\x1d\x00\x01\x00\x01" + bytes(6)),
    ),
    dns(
        "a name that points ahead",
        right_id(head(1, 1) + _ASKED + b"\xff\xff\x00\x01\x00\x01" + bytes(6)),
    ),
    dns("65,535 answers that are not there", right_id(head(1, 65_535) + _ASKED)),
    dns("an answer of 64 KiB", right_id(head(1, 1) + _ASKED + bytes(65_000))),
    dns(
        "an address of three bytes",
        right_id(head(1, 1) + _ASKED + b"\xc0\x0c\x00\x01\x00\x01\0\0\0\0\x00\x03abc"),
    ),
    dns("a refusal", right_id(head(flags=b"\x81\x85") + _ASKED), expected=down("check")),
    dns("no answer in the answer", right_id(head() + _ASKED), expected=down("check")),
    dns("a cut answer, and nobody by TCP", right_id(head(flags=b"\x83\x80") + _ASKED)),
    ntp("nothing", b""),
    ntp("one byte", b"x"),
    ntp("NULs", bytes(48)),
    ntp("rubbish", bytes(range(256)) * 4),
    ntp("its own question back", lambda question: question),
    ntp("the answer to another", b"\x24\x01\x06\xec" + b"\x11" * 44),
    ntp("answers to others, a thousand", *[b"\x24\x01\x06\xec" + b"\x11" * 44] * 1000),
    ntp("a kiss of rubbish", time_packet(0x24, stratum=0)),
    ntp("a clock that is not set", time_packet(0xE4)),
    ntp("no time at all", time_packet(0x24)),
    ntp("the end of time", time_packet(0x24, stamp=b"\xff" * 8), expected=(*UP, ("down", None))),
    ntp("a stratum of 255", time_packet(0x24, stratum=255)),
    udp(
        "udp: babble, a thousand datagrams",
        "udp://127.0.0.1:{port}",
        *[b"babble"] * 1000,
        options={"send": "hello", "expect": "world"},
    ),
    udp(
        "udp: the largest datagram",
        "udp://127.0.0.1:{port}",
        b"\xff\x00" * 32_000,
        options={"send": "hello", "expect": "world"},
    ),
    udp(
        "udp: empty datagrams, a thousand",
        "udp://127.0.0.1:{port}",
        *[b""] * 1000,
        options={"send": "hello", "expect": "world"},
    ),
]
