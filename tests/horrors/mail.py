"""Bad servers of mail and shells."""

from tests.horrors.acts import MIB, anything, first, flood
from tests.horrors.horror import PATIENCE_S
from tests.horrors.wires import on
from tests.probes.servers import hang

MAIL = [
    on("smtp", "a greeting of lines without end", first(flood(b"220-welcome\r\n" * 300))),
    on("smtp", "a greeting of a MiB", first(b"220 " + b"x" * MIB + b"\r\n")),
    on("smtp", "a code that is none", first(b"hello\r\n", hang), timeout_s=PATIENCE_S),
    on("smtp", "lines of other codes", first(b"220-a\r\n550 b\r\n", hang), timeout_s=PATIENCE_S),
    on("smtp", "NULs in the greeting", first(b"220 \0\xff\x1b[2J\r\n", hang), timeout_s=PATIENCE_S),
    on(
        "smtp",
        "abilities without end",
        first(b"220 hello\r\n", anything, flood(b"250-X-ABILITY\r\n" * 300)),
    ),
    on("imap", "a literal of 10^9 bytes", first(b"* OK {1000000000}\r\n", flood(b"x" * 4096))),
    on("imap", "a greeting of lines without end", first(flood(b"* X hello\r\n" * 300))),
    on(
        "imap",
        "untagged answers without end",
        first(b"* OK hi\r\n", anything, flood(b"* X hello\r\n" * 300)),
    ),
    on("imap", "a goodbye", first(b"* BYE too many \x1b[2J\r\n")),
    on(
        "pop3",
        "abilities without end",
        first(b"+OK <1@x>\r\n", anything, b"+OK\r\n", flood(b"X\r\n" * 1000)),
    ),
    on("pop3", "an error of a MiB", first(b"-ERR " + b"e" * MIB + b"\r\n")),
    on("ssh", "lines before the banner without end", first(flood(b"hello\r\n" * 500))),
    on("ssh", "a banner of a MiB", first(b"SSH-2.0-" + b"x" * MIB + b"\r\n")),
    on(
        "ssh",
        "a packet of 4 GiB",
        first(b"SSH-2.0-x\r\n", b"\xff\xff\xff\xff\x04", flood(b"\x14" * 4096)),
    ),
    on(
        "ssh",
        "a packet of nothing but padding",
        first(b"SSH-2.0-x\r\n", b"\0\0\0\x08\xff" + bytes(99), hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "ssh",
        "packets to ignore without end",
        first(b"SSH-2.0-x\r\n", flood(b"\0\0\0\x0c\x04\x02\0\0\0\x02ab\0\0\0\0" * 256)),
    ),
    on("ssh", "SSH 1", first(b"SSH-1.5-x\r\n", hang), timeout_s=PATIENCE_S),
]
