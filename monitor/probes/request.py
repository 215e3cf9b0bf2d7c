"""One HTTP request, made ready to send, and what a redirect makes of it."""

import re
import secrets
from collections.abc import Mapping
from typing import Self
from urllib.parse import quote, urljoin

import attrs
import h11

from monitor import __version__
from monitor.core.probing import InvalidTask, TargetDown
from monitor.probes.authorization import own_authorization
from monitor.probes.content import ACCEPTED
from monitor.probes.cookies import Jar, own_cookies, read_header, written
from monitor.probes.httpoptions import HttpOptions
from monitor.probes.payload import Payload, read_payload
from monitor.probes.proxy import Proxy
from monitor.probes.target import Url, bracketed, parse_url

PORTS = {"http": 80, "https": 443}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = {"content-length", "transfer-encoding", "connection", "upgrade"}
_WITH_BODY = {"POST", "PUT", "PATCH"}
_NOT_IN_HTTP2 = {"host", "connection", "keep-alive", "proxy-connection", "te"}
"""Headers that HTTP/2 does not have (RFC 9113, 8.2.2), or says otherwise."""
# The backslash is none, but is left for the reader of the URL to refuse.
_DELIMITERS = "/%:@!$&'()*+,;=~-._?#[]\\"


@attrs.frozen(kw_only=True)
class Request:
    """A request and where it goes; `encoded` is checked and can be sent again and again."""

    url: Url
    method: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    """What the task adds to the headers, for its own origin only."""
    payload: Payload = attrs.field(factory=Payload)
    cookies: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """What servers set on the way here."""
    proxy: Proxy | None = None
    fields: Mapping[str, tuple[str, str]] = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: _fields(self), takes_self=True)
    )
    """The headers to send: name in lower case -> name and value."""
    encoded: h11.Request = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: _encode(self), takes_self=True)
    )
    """The request as HTTP/1.1 has it, without the payload."""

    @classmethod
    def of_task(cls, target: str, method: str, headers: Mapping[str, str], body: str) -> Self:
        """Make a request of little; see `of_options`."""
        return cls.of_options(
            target, HttpOptions(method=method, headers=dict(headers), body=body), None
        )

    @classmethod
    def of_options(cls, target: str, options: HttpOptions, proxy: Proxy | None) -> Self:
        """Check what the operator wrote, and make a request of it.

        Raises:
            InvalidTask: naming the target or the option that is wrong.
        """
        url = parse_url(target, PORTS[target.partition(":")[0].lower()])
        payload = read_payload(options)
        method = options.method or ("POST" if payload.data else "GET")
        if not _TOKEN.fullmatch(method) or method.upper() == "CONNECT":
            raise InvalidTask(
                "option method", f"{method!r} is not allowed; use GET, HEAD, POST ..."
            )
        headers = dict(options.headers)
        for name, value in headers.items():
            check_header(name, value)
        names = set(map(str.lower, headers))
        if authorization := own_authorization(url, options):
            headers["Authorization"] = authorization
        if options.cookies:
            if "cookie" in names:
                raise InvalidTask(
                    "option headers.Cookie", "contradicts the option cookies; keep one of them"
                )
            headers["Cookie"] = own_cookies(options.cookies)
        return cls(url=url, method=method.upper(), headers=headers, payload=payload, proxy=proxy)

    @property
    def url_shown(self) -> str:
        """The address without credentials."""
        return f"{self.url.scheme}://{_host_header(self.url)}{self._path}"

    @property
    def http2_fields(self) -> list[tuple[str, str]]:
        """The headers as HTTP/2 has them."""
        return [
            (":method", self.method),
            (":scheme", self.url.scheme),
            (":authority", self.fields["host"][1]),
            (":path", self._path),
            *(
                (name, value)
                for name, (_name, value) in self.fields.items()
                if name not in _NOT_IN_HTTP2
            ),
        ]

    @property
    def _path(self) -> str:
        query = f"?{self.url.query}" if self.url.query else ""
        return f"{self.url.path or '/'}{query}"

    def with_header(self, name: str, value: str) -> Self:
        """Return the request with one of the task's own headers more, or another value for it."""
        return attrs.evolve(self, headers={**self.headers, name: value})

    def unlike_any_other(self) -> Self:
        """Return the request with a random parameter, to which no cache has an answer."""
        parameter = f"nocache={secrets.token_hex(8)}"
        query = f"{self.url.query}&{parameter}" if self.url.query else parameter
        return attrs.evolve(self, url=attrs.evolve(self.url, query=query))

    def redirected(self, status: int, location: str, jar: Jar) -> Self:
        """Return the request that a redirect asks for, with the cookies of a jar.

        The task's own headers, its cookies and credentials do not leave its origin, and
        credentials that a target writes into an address are not sent. A POST becomes a GET where
        browsers do that (301, 302), and everything but HEAD after 303.

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
            payload=Payload() if to_get else self.payload,
            cookies=jar.sent_to(url),
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


def _fields(request: Request) -> dict[str, tuple[str, str]]:
    fields = {
        "host": ("Host", _host_header(request.url)),
        "user-agent": ("User-Agent", f"sleepless-monitor/{__version__}"),
        "accept": ("Accept", "*/*"),
        "accept-encoding": ("Accept-Encoding", ACCEPTED),
        "connection": ("Connection", "close"),
    }
    if request.payload.content_type:
        fields["content-type"] = ("Content-Type", request.payload.content_type)
    if request.payload.data or request.method in _WITH_BODY:
        fields["content-length"] = ("Content-Length", str(len(request.payload.data)))
    fields |= {name.lower(): (name, value) for name, value in request.headers.items()}
    if request.cookies:
        own = read_header(fields["cookie"][1]) if "cookie" in fields else {}
        fields["cookie"] = ("Cookie", written({**own, **request.cookies}))
    if request.proxy is not None and request.proxy.relays(request.url):
        fields |= {name.lower(): (name, value) for name, value in request.proxy.headers.items()}
    return fields


def _encode(request: Request) -> h11.Request:
    relayed = request.proxy is not None and request.proxy.relays(request.url)
    return h11.Request(
        method=request.method,
        target=request.url_shown if relayed else request._path,
        headers=[(name.encode(), value.encode()) for name, value in request.fields.values()],
    )


def _host_header(url: Url) -> str:
    # The zone of an address means nothing to others (RFC 6874).
    host = bracketed(url.host.partition("%")[0])
    return host if url.port == PORTS.get(url.scheme) else f"{host}:{url.port}"
