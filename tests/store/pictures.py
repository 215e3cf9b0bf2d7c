"""Pictures as small as they come."""

import struct
import zlib

from monitor.core.statuspage.logo import Logo, read_logo


def png(width: int = 16, height: int = 16, colour: tuple[int, int, int] = (91, 42, 134)) -> bytes:
    """Return a PNG of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def picture(width: int = 16) -> Logo:
    """Return a logo so many pixels wide."""
    return read_logo(png(width))
