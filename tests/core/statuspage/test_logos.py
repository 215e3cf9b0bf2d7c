"""Logos are pictures and nothing else, known by what is in them."""

import pytest

from monitor.core.statuspage.logo import LIMIT, read_logo
from monitor.core.statuspage.making import InvalidPage
from tests.store.pictures import png

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc4\x00\x04\x00\x00\xff\xff\xc2\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x11\x00\xff\xd9"
)


def webp(sort: bytes, body: bytes) -> bytes:
    inner = b"WEBP" + sort + len(body).to_bytes(4, "little") + body
    return b"RIFF" + len(inner).to_bytes(4, "little") + inner


EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (63).to_bytes(3, "little") + (31).to_bytes(3, "little"))
LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + b"\x40\0\x20\0" + b"\0" * 8)
LOSSLESS = webp(b"VP8L", b"\x2f" + (63 | 31 << 14).to_bytes(4, "little") + b"\0" * 8)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (png(64, 32), "image/png"),
        (JPEG, "image/jpeg"),
        (EXTENDED, "image/webp"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
    ],
)
def test_a_picture_is_known_by_what_is_in_it(data: bytes, media_type: str) -> None:
    logo = read_logo(data)
    assert (media_type, 64, 32, data) == (logo.media_type, logo.width, logo.height, logo.data)
    assert logo.version != read_logo(png(64, 33)).version


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is neither PNG"),
        (b"<html><script>alert(1)</script>", "is neither PNG"),
        (b"GIF89a" + b"\0" * 50, "is neither PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "is SVG, which can hold"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "is SVG, which can hold"),
        (b" \n<SVG></SVG>", "is SVG, which can hold"),
        (png(64, 64)[:-20], "is neither PNG"),
        (EXTENDED[:-1], "is neither PNG"),
        (JPEG[:30], "is neither PNG"),
        (b"\xff\xd8\xff" + b"\xff" * 100, "is neither PNG"),
        (png(8, 64), "is 8 x 64 pixels"),
        (png(2001, 16), "is 2001 x 16 pixels"),
        (png() + b"\0" * LIMIT, "at most 262144 are kept"),
    ],
)
def test_anything_else_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvalidPage) as caught:
        read_logo(data)
    assert ("logo", True) == (caught.value.field, said in caught.value.message)
