"""One HTTP request, made ready to send, and what a redirect makes of it."""

import base64
import re
from collections.abc import Mapping
from typing import Self
from urllib.parse import quote, urljoin

import attrs
import h11

from monitor import __version__
from monitor.core.ports import InvalidTask, TargetDown
from monitor.probes.content import ACCEPTED
from monitor.probes.target import Url, bracketed, parse_url

PORTS = {"http": 80, "https": 443}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = {"content-length", "transfer-encoding", "connection", "upgrade"}
_WITH_BODY = {"POST", "PUT", "PATCH"}
# The backslash is none, but is left for the reader of the URL to refuse.
_DELIMITERS = "/%:@!$&'()*+,;=~-._?#[]\\"


@attrs.frozen(kw_only=True)
class Request:
    """A request and where it goes; `encoded` is checked and can be sent again and again."""

    url: Url
    method: str
    headers: Mapping[str, str]
    """What the task adds to the headers, for its own origin only."""
    body: bytes
    encoded: h11.Request = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: _encode(self), takes_self=True)
    )

    @classmethod
    def of_task(cls, target: str, method: str, headers: Mapping[str, str], body: str) -> Self:
        """Check what the operator wrote.

        Raises:
            InvalidTask: naming the target or the option that is wrong.
        """
        url = parse_url(target, PORTS[target.partition(":")[0].lower()])
        if not _TOKEN.fullmatch(method) or method.upper() == "CONNECT":
            raise InvalidTask(
                "option method", f"{method!r} is not allowed; use GET, HEAD, POST ..."
            )
        for name, value in headers.items():
            check_header(name, value)
        if url.user is not None:
            if "authorization" in map(str.lower, headers):
                raise InvalidTask(
                    "option headers.Authorization",
                    "contradicts the user name in the target; keep one of them",
                )
            credentials = base64.b64encode(f"{url.user}:{url.password}".encode()).decode()
            headers = {**headers, "Authorization": f"Basic {credentials}"}
        return cls(url=url, method=method.upper(), headers=headers, body=body.encode())

    @property
    def url_shown(self) -> str:
        """The address without credentials."""
        query = f"?{self.url.query}" if self.url.query else ""
        return f"{self.url.scheme}://{_host_header(self.url)}{self.url.path or '/'}{query}"

    def redirected(self, status: int, location: str) -> Self:
        """Return the request that a redirect asks for.

        The task's own headers and its credentials do not leave its origin, and credentials that a
        target writes into an address are not sent. A POST becomes a GET
        where browsers do that (301, 302), and everything but HEAD after 303.

        Raises:
            TargetDown: the new address is none that can be asked.
        """
        try:
            address = urljoin(self.url_shown, quote(location.strip(), safe=_DELIMITERS))
            url = parse_url(address, PORTS.get(address.partition(":")[0].lower(), 0))
        except (InvalidTask, ValueError) as error:
            why = error.message if isinstance(error, InvalidTask) else "it cannot be read"
            raise TargetDown(f"redirects to an address that is wrong: {why}") from error
        if url.scheme not in PORTS:
            raise TargetDown(f"redirects to {url.scheme}:, which is not HTTP")
        same_origin = (url.scheme, url.host, url.port) == (
            self.url.scheme,
            self.url.host,
            self.url.port,
        )
        to_get = (status in (301, 302) and self.method == "POST") or (
            status == 303 and self.method != "HEAD"
        )
        return attrs.evolve(
            self,
            url=url,
            method="GET" if to_get else self.method,
            headers=self.headers if same_origin else {},
            body=b"" if to_get else self.body,
        )


def check_header(name: str, value: str) -> None:
    """Refuse what would break the request, or is decided here.

    Raises:
        InvalidTask: naming the header; the value may be a secret and is not shown.
    """
    option = f"option headers.{name}"
    if not _TOKEN.fullmatch(name):
        raise InvalidTask("option headers", f"{name!r} is not the name of a header")
    if name.lower() in _OURS:
        raise InvalidTask(option, "is set by the monitor itself; leave it out")
    if not value.isprintable() or value != value.strip():
        raise InvalidTask(option, "contains a control character, or a space at an end; remove it")


def _encode(request: Request) -> h11.Request:
    headers = {
        "host": ("Host", _host_header(request.url)),
        "user-agent": ("User-Agent", f"sleepless-monitor/{__version__}"),
        "accept": ("Accept", "*/*"),
        "accept-encoding": ("Accept-Encoding", ACCEPTED),
        "connection": ("Connection", "close"),
    }
    if request.body or request.method in _WITH_BODY:
        headers["content-length"] = ("Content-Length", str(len(request.body)))
    headers |= {name.lower(): (name, value) for name, value in request.headers.items()}
    query = f"?{request.url.query}" if request.url.query else ""
    return h11.Request(
        method=request.method,
        target=f"{request.url.path or '/'}{query}",
        headers=[(name.encode(), value.encode()) for name, value in headers.values()],
    )


def _host_header(url: Url) -> str:
    # The zone of an address means nothing to others (RFC 6874).
    host = bracketed(url.host.partition("%")[0])
    return host if url.port == PORTS.get(url.scheme) else f"{host}:{url.port}"
