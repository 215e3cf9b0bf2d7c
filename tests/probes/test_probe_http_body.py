"""Bodies: however large, packed or broken, they cost little and say what they are."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from monitor.core.model import Result, Status
from monitor.probes.content import BODY_LIMIT, Body, text_of
from tests.probes.servers import Stream, answering, http_answer, look_at, read_request, serving

MIB = 1024 * 1024


async def look_at_body(body: bytes, encoding: str = "", **options: object) -> Result:
    headers = {"Content-Encoding": encoding} if encoding else {}
    async with serving(answering(http_answer(body, headers=headers))) as port:
        return await look_at(f"http://127.0.0.1:{port}/", **options)


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"needle in hay", ""),
        (b"needle in hay", "identity"),
        (gzip.compress(b"needle in hay"), "gzip"),
        (gzip.compress(b"needle in hay"), "X-GZIP"),
        (gzip.compress(b"needle ") + gzip.compress(b"in hay") + b"\0\0", "gzip"),
        (gzip.compress(b"needle in hay") + b"rubbish", "gzip"),
        (zlib.compress(b"needle in hay"), "deflate"),
        (bare_deflate(b"needle in hay"), "deflate"),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "gzips", "gzip and rubbish", "zlib", "bare deflate"],
)
async def test_a_body_is_read_however_it_is_packed(body: bytes, encoding: str) -> None:
    result = await look_at_body(body, encoding, contains="needle")
    assert Status.UP == result.status
    assert "needle in hay" == result.facts["body"]


async def test_a_body_without_the_wanted_text_is_down() -> None:
    result = await look_at_body(b"only hay", contains="needle")
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert "status 200 OK, but 'needle' is not in the body" == result.detail
    assert "only hay" == result.facts["body"]


async def test_a_body_in_a_packing_we_did_not_ask_for_is_left_as_it_is() -> None:
    up = await look_at_body(b"\x1b\x03", "br")
    down = await look_at_body(b"\x1b\x03", "br", contains="needle")
    assert Status.UP == up.status
    assert down.detail.endswith("is not in the body, which is packed as br")


@pytest.mark.parametrize(
    ("body", "encoding", "detail"),
    [
        (b"not packed at all", "gzip", "the body is not valid gzip: "),
        (b"not packed at all", "deflate", "the body is not valid deflate: "),
        (gzip.compress(b"x" * 100)[:-9], "gzip", "the body is not valid gzip: it ends too early"),
        (gzip.compress(b"x") + b"\x1frubbish", "gzip", "the body is not valid gzip: "),
    ],
    ids=["text", "text as deflate", "half", "rubbish like gzip"],
)
async def test_a_body_that_cannot_be_unpacked_is_down(
    body: bytes, encoding: str, detail: str
) -> None:
    result = await look_at_body(body, encoding)
    assert (Status.DOWN, "body") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_an_empty_body_is_valid_in_any_packing() -> None:
    assert Status.UP == (await look_at_body(b"", "gzip")).status


async def test_a_body_that_just_fits_is_not_cut() -> None:
    result = await look_at_body(b"x" * (MIB - 6) + b"needle", contains="needle")
    assert f"status 200 OK, {MIB:,} bytes" == result.detail


async def test_what_follows_the_first_mebibyte_is_not_read_and_that_is_said() -> None:
    result = await look_at_body(b"x" * MIB + b"y")
    assert f"status 200 OK, {MIB:,} bytes, there was more" == result.detail
    assert "x" * MIB == result.facts["body"]
    missed = await look_at_body(b"x" * MIB + b"needle", contains="needle")
    assert "'needle' is not in the first 1024 KiB of the body" in missed.detail


@pytest.mark.parametrize(
    ("chunk", "kept"),
    [(b"10000\r\n" + b"x" * 65536 + b"\r\n", MIB), (b"1\r\nx\r\n" * 1000, MIB // 4)],
    ids=["in large chunks", "in chunks of one byte"],
)
async def test_an_endless_body_is_read_only_to_its_limit(chunk: bytes, kept: int) -> None:
    """What is limited is also what came over the wire: chunks may be mostly frame."""

    async def endless(stream: Stream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await stream.send_all(chunk)

    async with serving(endless) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", 20.0)
    assert Status.UP == result.status
    assert result.detail.endswith("bytes, there was more")
    assert len(result.facts["body"]) <= kept


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_zip_bomb_stays_under_the_cap(encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = pack(bytes(200 * MIB))
    async with serving(
        answering(http_answer(bomb, headers={"Content-Encoding": encoding}))
    ) as port:
        tracemalloc.start()
        try:
            result = await look_at(f"http://127.0.0.1:{port}/")
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert result.detail.endswith(f"{MIB:,} bytes, there was more")
    assert peak < 8 * MIB


def test_a_body_keeps_at_most_its_limit_in_whatever_pieces_it_comes() -> None:
    body = Body()
    for _ in range(40):
        body.add(b"x" * 50_000)
    assert body.cut
    assert BODY_LIMIT == len(body.data)


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        ("grüße".encode(), "text/plain", "grüße"),
        ("grüße".encode(), "", "grüße"),
        ("grüße".encode("latin-1"), "text/html; charset=ISO-8859-1", "grüße"),
        ("привет".encode("cp1251"), 'text/html; charset="windows-1251"', "привет"),
        ("привет".encode("koi8-r"), "text/html;charset = KOI8-R;x=y", "привет"),
        (b"abc", "text/plain; charset=no-such-thing", "abc"),
        (b"abc", "text/plain; charset=windows-9999", "abc"),
        (b"616263", "text/plain; charset=hex", "616263"),
        (b"a\xffb", "text/plain; charset=utf-8", "a\ufffdb"),
        (b"abc-", "text/plain; charset=punycode", "abc-"),
    ],
)
def test_a_charset_is_believed_if_it_is_a_harmless_one(
    data: bytes, content_type: str, expected: str
) -> None:
    assert expected == text_of(data, content_type)
