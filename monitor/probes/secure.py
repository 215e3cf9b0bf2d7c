"""The TLS handshake, and what is shown in it."""

import functools
import ssl
import warnings
from pathlib import Path
from typing import Annotated, Any, TypeVar

import attrs
import trio
from msgspec import Meta

from monitor.core.model import Reason
from monitor.core.probing import InvalidTask, OwnFault, TargetDown, Trace
from monitor.probes.certificate import CERTIFICATE, facts_of_chain
from monitor.probes.explain import causes, explain, printable

__all__ = [
    "CERTIFICATE",
    "HandshakeOptions",
    "TlsOptions",
    "abandon",
    "certificate_facts",
    "check_handshake",
    "secure",
    "shared_context",
    "tls_context",
]

Below = TypeVar("Below", bound=trio.SocketStream | trio.SSLStream[trio.SocketStream])
"""What TLS is made of: a connection, or one that is under TLS already, to a proxy."""

_DER = 2
"""As the certificates of Python before 3.13 name it."""

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_OLD = ("TLSv1", "TLSv1.1")
_VERSION = r"^(TLSv1(\.[1-3])?)?$"

_UNKNOWN_ISSUER = 20
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY"""

_NO_USE_OF_LIST = {3, 5, 8, 11, 12, 15, 16, 33, 44}
"""X509_V_ERR_* about a list of revoked certificates: it is missing, over, or not right."""


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


@attrs.frozen(kw_only=True)
class HandshakeOptions(TlsOptions):
    """How the handshake is made, for kinds that look at TLS itself."""

    min_version: Annotated[
        str,
        Meta(
            pattern=_VERSION,
            description="the oldest version to accept, TLSv1 to TLSv1.3; TLSv1.2 if nothing is "
            "said",
        ),
    ] = ""
    max_version: Annotated[
        str, Meta(pattern=_VERSION, description="the newest version to offer; all if not given")
    ] = ""
    alpn: Annotated[
        str, Meta(description="protocols to offer, the best first, such as h2,http/1.1")
    ] = ""
    crl_file: Annotated[
        str,
        Meta(
            description="a PEM file with the authority's list of revoked certificates, on which "
            "the target's own must not be"
        ),
    ] = ""

    @property
    def protocols(self) -> tuple[str, ...]:
        """What is offered by ALPN."""
        return tuple(one.strip() for one in self.alpn.split(",")) if self.alpn else ()


def check_handshake(options: HandshakeOptions) -> None:
    """Refuse what contradicts itself.

    Raises:
        InvalidTask: naming the option.
    """
    if options.min_version and options.max_version and options.min_version > options.max_version:
        raise InvalidTask(
            "option max_version",
            f"{options.max_version} is older than min_version, {options.min_version}",
        )
    if options.crl_file and not options.verify:
        raise InvalidTask("option crl_file", "means nothing with verify=false; leave one of them")
    if not all(0 < len(one.encode()) < 256 for one in options.protocols):
        raise InvalidTask(
            "option alpn", f"{options.alpn[:80]!r} is no list of protocols; write h2,http/1.1"
        )


@attrs.frozen
class _Settings:
    """All that a context is made of, so that looks with the same ones can share it."""

    verify: bool
    ca_file: str
    certificate: str
    key: str
    crl_file: str = ""
    protocols: tuple[str, ...] = ()
    min_version: str = ""
    max_version: str = ""
    changed: tuple[int, ...] = ()
    """When the files were written."""

    @property
    def files(self) -> list[str]:
        return [f for f in (self.ca_file, self.certificate, self.key, self.crl_file) if f]


def tls_context(options: TlsOptions, protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
    """Return the context that all looks with these settings share; making one takes 20 ms.

    With `verify`, the certificate must be valid, for the name asked for, and signed by an
    authority this machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured) or one of
    `ca_file`. `protocols` are offered by ALPN. Files are read again when they have changed, so a
    renewed certificate needs no restart.

    Raises:
        OwnFault: a file cannot be read; it may be there again at the next look.
    """
    settings = _Settings(
        options.verify, options.ca_file, options.client_certificate, options.client_key
    )
    if isinstance(options, HandshakeOptions):
        settings = attrs.evolve(
            settings,
            crl_file=options.crl_file,
            min_version=options.min_version,
            max_version=options.max_version,
        )
        protocols = protocols or options.protocols
    settings = attrs.evolve(settings, protocols=protocols)
    try:
        changed = tuple(Path(file).stat().st_mtime_ns for file in settings.files)
        return shared_context(attrs.evolve(settings, changed=changed))
    except OSError as error:  # ssl.SSLError is one of them
        reason = explain(error)
        named = f"{error.filename}: " if error.filename else ""
        raise OwnFault(Reason.TASK_ERROR, f"cannot use the TLS files: {named}{reason}") from error


@functools.lru_cache(maxsize=256)
def shared_context(settings: _Settings) -> ssl.SSLContext:
    """Make a context, or return the one made before of the same files as they were then."""
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    # Python 3.13 began to refuse certificates that browsers accept; what is said of a target must
    # not depend on the Python that looks.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.crl_file:
        context.load_verify_locations(cafile=settings.crl_file)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if settings.certificate:
        # The password is there so that a locked key fails instead of asking on the terminal.
        context.load_cert_chain(settings.certificate, settings.key or None, password="")
    if settings.protocols:
        context.set_alpn_protocols(list(settings.protocols))
    _limit(context, settings.min_version, settings.max_version)
    return context


def _limit(context: ssl.SSLContext, oldest: str, newest: str) -> None:
    """Limit the versions of TLS; the old ones need the weak ciphers of their time too."""
    if newest in _OLD and not oldest:
        oldest = newest
    with warnings.catch_warnings():
        # They are deprecated; whoever names one wants to know whether a server still speaks it.
        warnings.simplefilter("ignore", DeprecationWarning)
        if oldest:
            context.minimum_version = _VERSIONS[oldest]
        if newest:
            context.maximum_version = _VERSIONS[newest]
    if oldest in _OLD:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")


async def secure(
    stream: Below,
    host: str,
    options: TlsOptions,
    trace: Trace,
    protocols: tuple[str, ...] = (),
) -> trio.SSLStream[Below]:
    """Make a TLS connection of a connected stream, in phase `tls`.

    Closing the returned stream closes the connection; it is closed already if this fails.

    Raises:
        TargetDown: the handshake failed; the message says why, in words.
        OwnFault: this machine knows no certificate authority, so it can verify nothing, or a file
            of the options cannot be read or is of no use.
    """
    # The zone of an address is our own affair, and a final dot is no part of a certificate.
    name = options.server_name or host.partition("%")[0].removesuffix(".")
    with trace.enter("tls"):
        try:
            context = tls_context(options, protocols)
            secured = trio.SSLStream(stream, context, server_hostname=name, https_compatible=True)
            await secured.do_handshake()
        except trio.BrokenResourceError as error:
            abandon(stream)
            raise _failure(error, context, options) from error
        except BaseException:
            abandon(stream)
            raise
    return secured


def abandon(stream: trio.SocketStream | trio.SSLStream[trio.SocketStream]) -> None:
    """Close a connection at once, without a word and without a checkpoint."""
    plain = stream.transport_stream if isinstance(stream, trio.SSLStream) else stream
    plain.socket.close()


def certificate_facts(secured: trio.SSLStream[Any]) -> dict[str, Any]:
    """Return what the target's certificates say, verified or not: see CERTIFICATE.

    The chain is the verified one, which ends with an authority that we trust; if nothing was
    verified, it is what the target has sent. Empty if the target's own cannot be read.
    """
    return facts_of_chain(_chain(secured))


def _chain(secured: trio.SSLStream[Any]) -> list[bytes]:
    """Return the certificates in DER, the target's own first."""
    verified = secured.context.verify_mode == ssl.CERT_REQUIRED
    method = "get_verified_chain" if verified else "get_unverified_chain"
    # trio hands out only some of the SSLObject's methods; Python made these public with 3.13.
    shown: Any = secured._ssl_object
    if not hasattr(shown, method):
        shown = shown._sslobj
    found = getattr(shown, method)() or ()
    # Before 3.13 they were objects of their own.
    return [one if isinstance(one, bytes) else one.public_bytes(_DER) for one in found]


def _failure(
    error: trio.BrokenResourceError, context: ssl.SSLContext, options: TlsOptions
) -> TargetDown | OwnFault:
    for cause in causes(error):
        if not isinstance(cause, ssl.SSLCertVerificationError):
            continue
        if cause.verify_code == _UNKNOWN_ISSUER and _no_authorities(context):
            return OwnFault(
                Reason.TASK_ERROR,
                "this machine knows no certificate authorities; install its ca-certificates "
                "package, or set SSL_CERT_FILE",
            )
        if isinstance(options, HandshakeOptions) and cause.verify_code in _NO_USE_OF_LIST:
            return OwnFault(
                Reason.TASK_ERROR,
                f"{options.crl_file} does not tell whether the certificate was revoked: "
                f"{printable(cause.verify_message or '')}; put a new list there",
            )
    return TargetDown(explain(error))


def _no_authorities(context: ssl.SSLContext) -> bool:
    folder = ssl.get_default_verify_paths().capath
    # What lies in the folder is loaded only when it is asked for, so it is not counted here.
    in_folder = bool(folder) and any(Path(folder).iterdir())
    return not in_folder and context.cert_store_stats()["x509_ca"] == 0
