"""Where a look goes: the parts of a target URL, checked once, when the task is written down."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, quote, unquote, urlsplit

import attrs
import idna

from monitor.core.probing import InvalidTask

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")

_PATH_AS_IT_IS = "/%:@!$&'()*+,;=~-._"
_QUERY_AS_IT_IS = _PATH_AS_IT_IS + "?"


@attrs.frozen(kw_only=True)
class Url:
    """A target with a host, read and checked.

    `host` is what resolver and TLS want: ASCII, lower case, an IPv6 address without brackets.
    `path` and `query` are percent-encoded, ready to be sent.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""
    user: str | None = None
    password: str = attrs.field(default="", repr=False)

    @property
    def authority(self) -> str:
        """The host and port as addresses are written, `[2001:db8::1]:443`."""
        return f"{bracketed(self.host)}:{self.port}"


def scheme_of(target: str) -> str:
    """Return the scheme of a target, in lower case.

    Raises:
        InvalidTask: if there is none.
    """
    scheme, colon, _rest = target.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        raise InvalidTask(
            "target",
            "begins with no kind of look; write one in front, such as https://example.com "
            "or tcp://example.com:25",
        )
    return scheme.lower()


def rest_of(target: str) -> str:
    """Return what follows the scheme's colon, for kinds whose targets are no URLs."""
    return target.partition(":")[2].strip()


def parse_url(target: str, default_port: int | None = None) -> Url:
    """Read `scheme://[user[:password]@]host[:port][/path][?query]`; a fragment is dropped.

    Messages never contain the user's name or password.

    Raises:
        InvalidTask: naming the part that is wrong.
    """
    parts = split_url(target)
    hostport = parts.netloc.rpartition("@")[2]
    host, port_text = _split_port(hostport)
    return Url(
        scheme=scheme_of(target),
        host=check_host(host),
        port=_port(port_text, default_port),
        path=_encode(parts.path, _PATH_AS_IT_IS),
        query=_encode(parts.query, _QUERY_AS_IT_IS),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
    )


@contextmanager
def in_option(option: str) -> Iterator[None]:
    """Let errors about an address name the option in which it stands, instead of the target."""
    try:
        yield
    except InvalidTask as error:
        raise InvalidTask(f"option {option}", error.message) from None


def refuse_path(url: Url) -> None:
    """Raise InvalidTask if a target of a kind that knows only host and port has more."""
    if url.path not in ("", "/") or url.query or url.user is not None:
        raise InvalidTask(
            "target", f"has more than host and port; write {url.scheme}://{url.authority}"
        )


def split_url(target: str) -> SplitResult:
    """Split a target at its delimiters.

    Raises:
        InvalidTask: if it is no URL with `//`.
    """
    scheme = scheme_of(target)
    if not rest_of(target).startswith("//"):
        raise InvalidTask("target", f"has no // after {scheme}:; write {scheme}://HOST")
    if not target.isprintable() or any(c in target for c in " \\"):
        raise InvalidTask(
            "target", "contains a space, a backslash or a control character; percent-encode it"
        )
    try:
        return urlsplit(target)
    except ValueError:
        raise InvalidTask(
            "target", "has a host that cannot be read; an IPv6 address is written [2001:db8::1]"
        ) from None


def check_host(host: str) -> str:
    """Return a name or address in the form in which it is looked up.

    Names with other letters than ASCII are encoded (IDNA 2008). Whether a name exists, and where
    an address leads, is not asked here.

    Raises:
        InvalidTask: saying what is wrong with it.
    """
    if not host:
        raise InvalidTask("target", "names no host")
    if host.startswith("["):
        return _ipv6(unquote(host[1:-1]))
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise InvalidTask("target", f"{host!r} is not a host name: {error}") from None
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidTask(
            "target", f"{host[:80]!r} is not a host name; use letters, digits, hyphens and dots"
        )
    return host.lower()


def bracketed(host: str) -> str:
    """Write a host as it stands in front of a port."""
    return f"[{host}]" if ":" in host else host


def _ipv6(address: str) -> str:
    # RFC 6874 writes the zone as %25eth0; the caller has decoded that.
    number, percent, zone = address.partition("%")
    try:
        ipaddress.IPv6Address(number)
    except ValueError:
        raise InvalidTask("target", f"[{address[:60]}] is not an IPv6 address") from None
    if percent and not _LABEL.fullmatch(zone):
        raise InvalidTask("target", f"{zone[:60]!r} is not the name of a network interface")
    return number.lower() + percent + zone


def _split_port(hostport: str) -> tuple[str, str]:
    """Cut at the colon in front of the port, if there is one."""
    if hostport.startswith("["):
        host, bracket, tail = hostport.partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise InvalidTask("target", "has an IPv6 address without a closing bracket")
        return host + bracket, tail[1:]
    host, _colon, port = hostport.partition(":")
    if ":" in port:
        raise InvalidTask("target", "has an IPv6 address without brackets; write [2001:db8::1]")
    return host, port


def _port(text: str, default: int | None) -> int:
    if not text:
        if default is None:
            raise InvalidTask("target", "names no port; write HOST:PORT")
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise InvalidTask("target", f"port {text[:20]!r} is out of range; use 1 to 65535")
    return int(text)


def _encode(text: str, as_it_is: str) -> str:
    """Percent-encode what may not stand there; what is encoded already stays."""
    return quote(text, safe=as_it_is)
