"""The body of an answer: unpacked under a cap, and made into text."""

import re
import zlib

from monitor.core.probing import TargetDown

BODY_LIMIT = 1024 * 1024
"""Bytes of a body that are kept, after unpacking; what follows is not even read."""

ACCEPTED = "gzip, deflate"

_EITHER_HEADER = zlib.MAX_WBITS | 32
"""zlib's word for: find out yourself whether it is gzip or zlib."""

_GZIP = b"\x1f"
"""How each gzip file begins."""

# Only these, because some of Python's codecs are slow on purpose-made input, or no text codecs.
_CHARSETS = re.compile(
    r"utf-?(8|16|16le|16be|16-le|16-be)|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1"
    r"|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)


class Body:
    """Collect a body piece by piece, and stop at BODY_LIMIT however well it is packed.

    Packings that we do not ask for (`br`, `zstd`) are kept packed.
    """

    def __init__(self, encoding: str = "") -> None:
        self.encoding = encoding.strip().lower()
        packed = self.encoding in {"gzip", "x-gzip", "deflate"}
        self._inflate = zlib.decompressobj(_EITHER_HEADER) if packed else None
        self._begun = False
        # One byte more than is kept, to tell "just fits" from "goes on".
        self._data = bytearray()
        self.cut = False
        """Whether there was more than is kept."""

    @property
    def packed(self) -> bool:
        """Say whether the data is in a packing that was not undone."""
        return self.encoding not in {"", "identity"} and self._inflate is None

    @property
    def data(self) -> bytes:
        """What is kept, at most BODY_LIMIT bytes."""
        return bytes(self._data[:BODY_LIMIT])

    def add(self, piece: bytes | bytearray) -> None:
        """Take a piece as it was received.

        Raises:
            TargetDown: it cannot be unpacked.
        """
        try:
            self._unpack(bytes(piece))
        except zlib.error as error:
            raise TargetDown(f"the body is not valid {self.encoding}: {error}") from error
        self.cut = self.cut or len(self._data) > BODY_LIMIT

    def end(self) -> None:
        """Say that all was received.

        Raises:
            TargetDown: the packed data stops in the middle.
        """
        if self._inflate is not None and self._begun and not self._inflate.eof:
            raise TargetDown(f"the body is not valid {self.encoding}: it ends too early")

    @property
    def _room(self) -> int:
        return BODY_LIMIT + 1 - len(self._data)

    def _unpack(self, piece: bytes) -> None:
        if self._inflate is None:
            self._data += piece[: self._room]
            return
        while piece and self._room:
            if self._inflate.eof:
                if not piece.startswith(_GZIP):
                    return  # padding or rubbish behind the end: browsers do not mind it either
                # gzip files may follow each other (RFC 1952, 2.2).
                self._inflate = zlib.decompressobj(_EITHER_HEADER)
                continue
            try:
                unpacked = self._inflate.decompress(piece, self._room)
            except zlib.error:
                if self._begun or self.encoding != "deflate":
                    raise
                # Some servers mean bare deflate data, without the header that RFC 9110 wants.
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                unpacked = self._inflate.decompress(piece, self._room)
            self._begun = True
            self._data += unpacked
            piece = self._inflate.unused_data


def text_of(data: bytes, content_type: str) -> str:
    """Decode a body by the charset its type names, else as UTF-8; never fails."""
    named = _CHARSET.search(content_type)
    charset = named[1] if named and _CHARSETS.fullmatch(named[1]) else "utf-8"
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
