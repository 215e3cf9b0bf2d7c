"""Logos of status pages: pictures that are nothing but pictures, known by what is in them."""

import hashlib
from collections.abc import Mapping

import attrs

from monitor.core.statuspage.making import InvalidPage

LIMIT = 256 * 1024
"""Bytes of a logo."""
SHORTEST, LONGEST = 16, 2000
"""Pixels of a side."""
ENDINGS: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
"""Names of files end like that, by media type."""


@attrs.frozen(kw_only=True)
class Logo:
    """A picture. Construct through `read_logo`."""

    media_type: str
    width: int
    height: int
    data: bytes = attrs.field(repr=False)

    @property
    def version(self) -> str:
        """Differs when the picture does."""
        return hashlib.sha256(self.data).hexdigest()[:12]


def read_logo(data: bytes) -> Logo:
    """Return a picture as PNG, JPEG or WebP has it; what it is called does not count.

    Raises:
        InvalidPage: it is none of these, or too large or too small. SVG is refused: it can hold
            scripts and load what lies elsewhere.
    """
    if len(data) > LIMIT:
        raise InvalidPage("logo", f"has {len(data)} bytes; at most {LIMIT} are kept")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() in (b"<?xml", b"<!doc", b"<svg ", b"<svg>"):
        raise InvalidPage("logo", "is SVG, which can hold scripts; make a PNG of it")
    found = _png(data) or _webp(data) or _jpeg(data)
    if found is None:
        raise InvalidPage("logo", "is neither PNG nor JPEG nor WebP, or not all of it")
    media_type, width, height = found
    if not (SHORTEST <= width <= LONGEST and SHORTEST <= height <= LONGEST):
        raise InvalidPage(
            "logo",
            f"is {width} x {height} pixels; each side may have {SHORTEST} to {LONGEST} of them",
        )
    return Logo(media_type=media_type, width=width, height=height, data=data)


def _png(data: bytes) -> tuple[str, int, int] | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR" or len(data) < 45:
        return None
    if b"IEND" not in data[-16:]:
        return None
    return "image/png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _webp(data: bytes) -> tuple[str, int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        return None
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            height = int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width = int.from_bytes(data[26:28], "little") & 0x3FFF
            height = int.from_bytes(data[28:30], "little") & 0x3FFF
        case _:
            return None
    return "image/webp", width, height


_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG behind which the size of the picture stands."""


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    """Go from marker to marker until the size of the picture is found."""
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # what may fill up
            at += 1
            continue
        if marker in _FRAMES:
            height = int.from_bytes(data[at + 5 : at + 7])
            return "image/jpeg", int.from_bytes(data[at + 7 : at + 9]), height
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
