"""Bad web servers."""

import gzip
import zlib

from tests.horrors.acts import (
    MIB,
    answer,
    asked,
    bomb,
    chunked,
    close,
    drip,
    first,
    flood,
    half_close,
    raw_deflate,
    request,
    reset,
)
from tests.horrors.horror import PATIENCE_S, UNKNOWN, UP, Act, Horror, down
from tests.probes.servers import hang

HEAD = b"HTTP/1.1 200 OK\r\n"


def http(
    name: str, act: Act, expected: tuple[tuple[str, str | None], ...], **more: object
) -> Horror:
    fields = {"target": "http://127.0.0.1:{port}/", **more}
    return Horror(name=f"http: {name}", act=act, expected=expected, **fields)  # type: ignore[arg-type]


def slow(name: str, act: Act, *phases: str) -> Horror:
    """Make a horror that never comes to an end."""
    return http(name, act, down(*phases), timeout_s=PATIENCE_S)


def redirect(to: str) -> bytes:
    return answer(b"", f"Location: {to}", status="302 Found")


WEB = [
    # --- connections that end, and where
    http("closes at once", close, down("first_byte")),
    http("resets at once", reset, down("connect", "first_byte")),
    http("closes after the request", asked(close), down("first_byte")),
    http("resets after the request", asked(reset), down("first_byte")),
    http("resets in the middle of a status line", asked(b"HTTP/1.1 2", reset), down("first_byte")),
    http("resets in the middle of headers", asked(HEAD + b"A: b\r\n", reset), down("first_byte")),
    http("closes in the middle of headers", asked(HEAD + b"A: b\r\nC", close), down("first_byte")),
    http("resets in the middle of the body", asked(answer(b"x" * 99)[:-9], reset), down("body")),
    http("closes in the middle of the body", asked(answer(b"x" * 99)[:-9], close), down("body")),
    http("resets in the middle of a chunk", asked(chunked(b"ff\r\nabc"), reset), down("body")),
    http("closes between chunks", asked(chunked(b"3\r\nabc\r\n"), close), down("body")),
    slow("half closes after the request", asked(half_close), "first_byte"),
    http(
        "half closes in the middle of the body",
        asked(answer(b"x" * 9)[:-1], half_close),
        down("body"),
    ),
    # --- silence and slowness
    slow("says nothing", hang, "first_byte"),
    slow("says nothing after the request", asked(hang), "first_byte"),
    slow("drips its headers", asked(drip(HEAD + b"A: " + b"b" * 1000)), "first_byte"),
    slow("drips its body", asked(HEAD + b"Content-Length: 1000\r\n\r\n", drip(b"x" * 999)), "body"),
    slow("drips its chunks", asked(chunked(), drip(b"1\r\nx\r\n" * 999)), "body"),
    slow("never ends its status line", asked(b"HTTP/1.1 200 O", hang), "first_byte"),
    slow(
        "promises more body than it has",
        asked(HEAD + b"Content-Length: 99\r\n\r\nabc", hang),
        "body",
    ),
    # --- too much
    http(
        "endless headers",
        asked(HEAD, flood(b"X-Filler: " + b"y" * 1000 + b"\r\n")),
        down("first_byte"),
    ),
    http("an endless header line", asked(HEAD + b"X: ", flood(b"y" * 4096)), down("first_byte")),
    http(
        "a header line of one MiB",
        asked(HEAD + b"X: " + b"y" * MIB + b"\r\n\r\n"),
        down("first_byte"),
    ),
    http(
        "a status line of one MiB",
        asked(b"HTTP/1.1 200 " + b"y" * MIB + b"\r\n\r\n"),
        down("first_byte"),
    ),
    http(
        "ten thousand headers",
        asked(HEAD + b"".join(b"X-%d: y\r\n" % k for k in range(10_000)) + b"\r\n"),
        down("first_byte"),
    ),
    http(
        "five thousand header lines of one name",
        asked(HEAD + b"A: b\r\n" * 5000 + b"Content-Length: 0\r\n\r\n"),
        UP,
    ),
    http("a status line that never ends", asked(flood(b"H" * 4096)), down("first_byte")),
    http("an endless body", asked(HEAD + b"\r\n", flood(b"z" * 4096)), UP),
    http(
        "an endless body of chunks",
        asked(chunked(), flood(b"1000\r\n" + b"z" * 4096 + b"\r\n")),
        UP,
    ),
    http("endless chunks of one byte", asked(chunked(), flood(b"1\r\nz\r\n" * 1000)), UP),
    http("endless chunk extensions", asked(chunked(), b"1;", flood(b"a=b;" * 1000)), down("body")),
    http("endless trailers", asked(chunked(b"0\r\n"), flood(b"X: y\r\n" * 1000)), down("body")),
    http("an answer after the answer", asked(answer(b"ok"), flood(answer(b"ok"), MIB)), UP),
    http(
        "a flood of 1xx",
        asked(flood(b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n")),
        down("first_byte"),
    ),
    http(
        "a few 1xx, then an answer", asked(b"HTTP/1.1 100 Continue\r\n\r\n" * 9, answer(b"ok")), UP
    ),
    http("a giant title", asked(answer(b"<title>" + b"t" * 8 * MIB + b"</title>")), UP),
    http(
        "a deep JSON",
        asked(answer(b"[" * 500_000, "Content-Type: application/json")),
        down("check"),
        options={"contains": "nothing"},
    ),
    http("a giant JSON number", asked(answer(b"9" * MIB, "Content-Type: application/json")), UP),
    # --- bombs
    http("a gzip bomb", asked(answer(bomb(gzip.compress), "Content-Encoding: gzip")), UP),
    http("a deflate bomb", asked(answer(bomb(zlib.compress), "Content-Encoding: deflate")), UP),
    http("a bare deflate bomb", asked(answer(bomb(raw_deflate), "Content-Encoding: deflate")), UP),
    http(
        "a gzip bomb in a gzip bomb",
        asked(answer(gzip.compress(bomb(gzip.compress)), "Content-Encoding: gzip")),
        UP,
    ),
    http(
        "a hundred thousand empty gzip files",
        asked(answer(gzip.compress(b"") * 50_000, "Content-Encoding: gzip")),
        UP,
    ),
    http(
        "a gzip that is none",
        asked(answer(b"no gzip at all", "Content-Encoding: gzip")),
        down("body"),
    ),
    http(
        "a gzip that ends too early",
        asked(answer(gzip.compress(b"a" * 99)[:-12], "Content-Encoding: gzip")),
        down("body"),
    ),
    http(
        "a packing that nobody asked for",
        asked(answer(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd")),
        UP,
    ),
    # --- lengths and chunks that cannot be
    http("a negative length", asked(HEAD + b"Content-Length: -5\r\n\r\nabc"), down("first_byte")),
    http(
        "a length that is no number",
        asked(HEAD + b"Content-Length: many\r\n\r\nabc"),
        down("first_byte"),
    ),
    http(
        "a length of 4,000 digits",
        asked(HEAD + b"Content-Length: " + b"9" * 4000 + b"\r\n\r\nabc"),
        down("first_byte"),
    ),
    http(
        "two lengths that differ",
        asked(HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc"),
        down("first_byte"),
    ),
    http(
        "a length and chunks",
        asked(
            HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ),
        UP,
    ),
    http("less than its length", asked(HEAD + b"Content-Length: 10\r\n\r\nabc"), down("body")),
    http("more than its length", asked(HEAD + b"Content-Length: 3\r\n\r\nabcdef"), UP),
    http("a negative chunk size", asked(chunked(b"-1\r\nabc\r\n0\r\n\r\n")), down("body")),
    http(
        "a chunk size that is no number", asked(chunked(b"xyz\r\nabc\r\n0\r\n\r\n")), down("body")
    ),
    http("a chunk of 2^80 bytes", asked(chunked(b"1" + b"0" * 20 + b"\r\nabc")), down("body")),
    http("a chunk size of 10,000 digits", asked(chunked(b"f" * 10_000 + b"\r\nabc")), down("body")),
    http("a chunk without its end", asked(chunked(b"3\r\nabcdef\r\n0\r\n\r\n")), down("body")),
    http(
        "a coding that nobody knows",
        asked(HEAD + b"Transfer-Encoding: rot13\r\n\r\nnop"),
        down("first_byte", "body"),
    ),
    # --- bytes that are none of HTTP's
    http("HTTP/0.9", asked(b"<html>hello</html>"), down("first_byte")),
    http("HTTP/9.9", asked(b"HTTP/9.9 200 OK\r\n\r\n"), (*UP, *down("first_byte"))),
    http("a status of 999", asked(answer(b"", status="999 Odd")), down("first_byte", "check")),
    http("a status of 0", asked(answer(b"", status="000 Null")), down("first_byte", "check")),
    http("a status of a million", asked(answer(b"", status="1000000 Much")), down("first_byte")),
    http("a status in letters", asked(answer(b"", status="OK 200")), down("first_byte")),
    http("NULs", asked(bytes(5000)), down("first_byte")),
    http(
        "NULs in a header",
        asked(HEAD + b"A: b\x00c\r\nContent-Length: 0\r\n\r\n"),
        (*UP, *down("first_byte")),
    ),
    http(
        "invalid UTF-8 in a header",
        asked(HEAD + b"A: \xff\xfe\xc3(\r\nContent-Length: 0\r\n\r\n"),
        (*UP, *down("first_byte")),
    ),
    http(
        "invalid UTF-8 in the status",
        asked(b"HTTP/1.1 500 \xff\xfe\xc3(\r\nContent-Length: 0\r\n\r\n"),
        down("first_byte", "check"),
    ),
    http(
        "invalid UTF-8 in the body",
        asked(answer(b"\xff\xfe\xc3(\x00" * 999, "Content-Type: text/html; charset=utf-8")),
        UP,
    ),
    http(
        "a charset that nobody knows",
        asked(answer(b"\xff", "Content-Type: text/html; charset=no-such-thing")),
        UP,
    ),
    http(
        "a charset that is no text",
        asked(answer(b"\xff" * 999, "Content-Type: text/html; charset=zlib_codec")),
        UP,
    ),
    http(
        "a terminal's commands",
        asked(answer(b"", status="500 \x1b[2J\x1b]0;owned\x07")),
        down("first_byte", "check"),
    ),
    http(
        "spaces before the colon",
        asked(HEAD + b"A : b\r\nContent-Length: 0\r\n\r\n"),
        down("first_byte"),
    ),
    http(
        "a header without a name",
        asked(HEAD + b": b\r\nContent-Length: 0\r\n\r\n"),
        down("first_byte"),
    ),
    http(
        "folded headers without end",
        asked(HEAD + b"A: b\r\n", flood(b" more\r\n" * 100)),
        down("first_byte"),
    ),
    http(
        "bare line feeds",
        asked(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        (*UP, *down("first_byte")),
    ),
    http("random bytes", asked(bytes(range(256)) * 64), down("first_byte")),
    http(
        "the preface of HTTP/2",
        asked(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(64)),
        down("first_byte"),
    ),
    http("frames of HTTP/2", asked(bytes.fromhex("000000040000000000") * 99), down("first_byte")),
    http(
        "a request instead of an answer",
        asked(b"GET / HTTP/1.1\r\nHost: you\r\n\r\n"),
        down("first_byte"),
    ),
    http("a TLS alert", asked(bytes.fromhex("15030100020228")), down("first_byte")),
    slow(
        "the greeting of a mail server",
        first(b"220 mail.example ESMTP\r\n", request, hang),
        "first_byte",
    ),
    slow("the banner of SSH", first(b"SSH-2.0-OpenSSH_9\r\n", request, hang), "first_byte"),
    # --- answers that lead elsewhere
    http(
        "an upgrade that nobody asked for",
        asked(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            + bytes(99)
        ),
        down("first_byte", "check"),
    ),
    http("a redirect to itself", asked(redirect("/")), down("check")),
    http("a redirect without a target", asked(answer(b"", status="302 Found")), down("check")),
    http("a redirect to a file", asked(redirect("file:///etc/passwd")), down("check")),
    http("a redirect to gopher", asked(redirect("gopher://127.0.0.1:70/")), down("check")),
    http(
        "a redirect to the metadata of a cloud",
        asked(redirect("http://169.254.169.254/latest/")),
        UNKNOWN,
    ),
    http(
        "a redirect to the metadata, as a number",
        asked(redirect("http://2852039166/latest/")),
        (*UNKNOWN, *down("check", "resolve")),
    ),
    http("a redirect to nowhere", asked(redirect("http://:0/")), down("check")),
    http("a redirect to port 99999", asked(redirect("http://127.0.0.1:99999/")), down("check")),
    http("a redirect of 60 KiB", asked(redirect("/" + "a" * 60_000)), down("check", "first_byte")),
    http(
        "a redirect with line ends",
        asked(
            HEAD.replace(b"200 OK", b"302 Go") + b"Location: /\rX: y\r\nContent-Length: 0\r\n\r\n"
        ),
        down("check", "first_byte"),
    ),
    http(
        "a redirect in invalid UTF-8",
        asked(answer(b"", "Location: /\udcff\udcfe", status="302 Found")),
        down("check", "first_byte"),
    ),
    http(
        "a redirect to another who hangs up",
        asked(redirect("http://127.0.0.1:1/")),
        down("connect"),
    ),
]
