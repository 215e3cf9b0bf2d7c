"""The TLS handshake, and what a certificate says about itself."""

import functools
import ssl
import time
from pathlib import Path
from typing import Annotated, Any

import attrs
import trio
from cryptography import x509
from msgspec import Meta

from monitor.assertions import Name, Type
from monitor.core.model import Reason
from monitor.core.ports import OwnFault, TargetDown, Trace
from monitor.probes.explain import causes, explain

CERTIFICATE = (
    Name(
        "certificate.days_left",
        Type.NUMBER,
        "days until the certificate expires, with a fraction; negative when it has expired",
        also=("certificate_expiration", "cert", "days_left", "certificate.expires"),
    ),
    Name(
        "certificate.names",
        Type.LIST,
        "the host names and addresses that the certificate is for",
    ),
)
"""What `certificate_facts` finds, for the kinds that show it."""

_NAMES_KEPT = 100
"""A certificate may carry thousands of names; nobody reads them."""

_UNKNOWN_ISSUER = 20
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY"""


@attrs.frozen(kw_only=True)
class TlsOptions:
    """How to make a TLS connection; kinds that make one inherit these options."""

    verify: Annotated[bool, Meta(description="whether a certificate must be valid")] = True
    server_name: Annotated[
        str, Meta(description="the name to ask for and to expect, if it is not the target's")
    ] = ""
    ca_file: Annotated[
        str, Meta(description="a PEM file of the authorities to trust, instead of this machine's")
    ] = ""
    client_certificate: Annotated[
        str, Meta(description="a PEM file with the certificate to show, and perhaps its key")
    ] = ""
    client_key: Annotated[str, Meta(description="a PEM file with its key")] = ""


def tls_context(options: TlsOptions, protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
    """Return the context that all looks with these settings share; making one takes 20 ms.

    With `verify`, the certificate must be valid, for the name asked for, and signed by an
    authority this machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured) or one of
    `ca_file`. `protocols` are offered by ALPN. Files are read again when they have changed, so a
    renewed certificate needs no restart.

    Raises:
        OwnFault: a file cannot be read; it may be there again at the next look.
    """
    files = (options.ca_file, options.client_certificate, options.client_key)
    if not any(files):
        return shared_context(options.verify, files, (), protocols)
    try:
        changed = tuple(Path(file).stat().st_mtime_ns for file in files if file)
        return shared_context(options.verify, files, changed, protocols)
    except OSError as error:  # ssl.SSLError is one of them
        reason = explain(error)
        named = f"{error.filename}: " if error.filename else ""
        raise OwnFault(Reason.TASK_ERROR, f"cannot use the TLS files: {named}{reason}") from error


@functools.lru_cache(maxsize=256)
def shared_context(
    verify: bool,
    files: tuple[str, str, str],
    _changed: tuple[int, ...],
    protocols: tuple[str, ...],
) -> ssl.SSLContext:
    """Make a context, or return the one made before of the same files as they were then."""
    ca_file, certificate, key = files
    context = ssl.create_default_context(cafile=ca_file or None)
    # Python 3.13 began to refuse certificates that browsers accept; what is said of a target must
    # not depend on the Python that looks.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        # The password is there so that a locked key fails instead of asking on the terminal.
        context.load_cert_chain(certificate, key or None, password="")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


async def secure(
    stream: trio.SocketStream,
    host: str,
    options: TlsOptions,
    trace: Trace,
    protocols: tuple[str, ...] = (),
) -> trio.SSLStream[trio.SocketStream]:
    """Make a TLS connection of a connected stream, in phase `tls`.

    Closing the returned stream closes the connection; it is closed already if this fails.

    Raises:
        TargetDown: the handshake failed; the message says why, in words.
        OwnFault: this machine knows no certificate authority, so it can verify nothing, or a file
            of the options cannot be read.
    """
    # The zone of an address is our own affair, and a final dot is no part of a certificate.
    name = options.server_name or host.partition("%")[0].removesuffix(".")
    with trace.enter("tls"):
        try:
            context = tls_context(options, protocols)
            secured = trio.SSLStream(stream, context, server_hostname=name, https_compatible=True)
            await secured.do_handshake()
        except trio.BrokenResourceError as error:
            stream.socket.close()
            raise _failure(error, context) from error
        except BaseException:
            stream.socket.close()
            raise
    return secured


def certificate_facts(secured: trio.SSLStream[trio.SocketStream]) -> dict[str, Any]:
    """Return what the target's certificate says, verified or not.

    `days_left` (negative when expired), `names` (host names and addresses it is for); empty if
    it cannot be read.
    """
    raw: bytes | None = secured.getpeercert(True)
    if raw is None:
        return {}
    try:
        certificate = x509.load_der_x509_certificate(raw)
        left_s = certificate.not_valid_after_utc.timestamp() - time.time()
    except ValueError:
        return {}
    return {"days_left": round(left_s / 86400, 2), "names": _names(certificate)}


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return []
    names = found.get_values_for_type(x509.DNSName)
    addresses = found.get_values_for_type(x509.IPAddress)
    return [*names, *map(str, addresses)][:_NAMES_KEPT]


def _failure(error: trio.BrokenResourceError, context: ssl.SSLContext) -> TargetDown | OwnFault:
    for cause in causes(error):
        if (
            isinstance(cause, ssl.SSLCertVerificationError)
            and cause.verify_code == _UNKNOWN_ISSUER
            and _no_authorities(context)
        ):
            return OwnFault(
                Reason.TASK_ERROR,
                "this machine knows no certificate authorities; install its ca-certificates "
                "package, or set SSL_CERT_FILE",
            )
    return TargetDown(explain(error))


def _no_authorities(context: ssl.SSLContext) -> bool:
    folder = ssl.get_default_verify_paths().capath
    # What lies in the folder is loaded only when it is asked for, so it is not counted here.
    in_folder = bool(folder) and any(Path(folder).iterdir())
    return not in_folder and context.cert_store_stats()["x509_ca"] == 0
