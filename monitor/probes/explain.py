"""Say in words why a connection failed, whatever wraps the real reason.

trio's own errors often have no text at all: the reason is the cause of the cause. Only what tells
most is told.
"""

import errno
import os
import ssl
from collections.abc import Iterator

from monitor.core.model import Reason
from monitor.core.probing import OwnFault

_CERTIFICATE = {
    # X509_V_ERR_*, see `man X509_STORE_CTX_get_error`
    2: "the certificate is signed by an unknown authority",
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the certificate is signed by an unknown authority",
    20: "the certificate is signed by an unknown authority",
    21: "the certificate is signed by an unknown authority",
    23: "the certificate was revoked",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}

_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"}

_OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, the members of its groups and what caused each, outermost first."""
    todo, seen = [error], set[int]()
    while todo:
        this = todo.pop(0)
        if id(this) in seen:
            continue
        seen.add(id(this))
        yield this
        if isinstance(this, BaseExceptionGroup):
            todo.extend(this.exceptions)
        deeper = this.__cause__ or (None if this.__suppress_context__ else this.__context__)
        if deeper is not None:
            todo.append(deeper)


def explain(error: BaseException) -> str:
    """Return the reason in lower case without a full stop, never empty."""
    found = list(causes(error))
    for this in found:
        if isinstance(this, ssl.SSLError):
            return _explain_tls(this)
    for this in found:
        if isinstance(this, OSError) and this.errno:
            return errno_words(this.errno)
    for this in found:
        if text := printable(str(this)):
            return text
    return type(error).__name__


def errno_words(number: int) -> str:
    """Return `connection refused` for ECONNREFUSED, and so on."""
    words = os.strerror(number)
    return words[:1].lower() + words[1:]


def descriptor_fault(error: OSError) -> OwnFault | None:
    """Return the own fault if an operation failed because we have too many files open."""
    if error.errno in _OUT_OF_DESCRIPTORS:
        return OwnFault(
            Reason.DESCRIPTORS,
            f"{errno_words(error.errno)}; raise the limit (ulimit -n) or run fewer tasks",
        )
    return None


def printable(text: str, limit: int = 200) -> str:
    """Make one line of what a target sent: no control characters, no more than `limit` letters."""
    line = " ".join(text[: 4 * limit].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _explain_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        words = _CERTIFICATE.get(error.verify_code)
        details = printable(error.verify_message or "").removesuffix(".")
        return f"{words} ({details})" if words else f"the certificate is not valid: {details}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the connection was closed during TLS"
    reason = error.reason or ""
    if reason in _NO_TLS:
        return "the target does not speak TLS"
    return f"TLS failed: {reason.lower().replace('_', ' ') or printable(str(error))}"
