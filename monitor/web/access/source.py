"""Where a request really comes from, and whether one of our own pages sent it.

What proxies say of it is believed only of those that were named. Everything else could be said by
anybody.
"""

import ipaddress
from urllib.parse import urlsplit

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.core.access.options import AccessOptions

SAFE = ("GET", "HEAD", "OPTIONS")


@attrs.frozen
class Source:
    """Reads off requests where they come from."""

    options: AccessOptions

    def is_proxied(self, request: Request) -> bool:
        """Say whether it was handed on by a proxy that we trust."""
        return request.client is not None and self._is_proxy(request.client.host)

    def _is_proxy(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(ip, "ipv4_mapped", None)
        return any((mapped or ip) in network for network in self.options.proxies)

    def address(self, request: Request) -> str:
        """Return the address of whoever asks; behind proxies, the last one that is none."""
        if request.client is None:
            return ""
        address = request.client.host
        if not self.is_proxied(request):
            return address
        passed = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        for one in reversed([text.strip() for text in passed]):
            try:
                address = str(ipaddress.ip_address(one))
            except ValueError:
                break
            if not self._is_proxy(address):
                break
        return address

    def host(self, request: Request) -> str:
        """Return the host and port that the browser asks."""
        if self.is_proxied(request):
            forwarded = request.headers.get("x-forwarded-host", "").split(",")[0].strip()
            if forwarded:
                return forwarded.lower()
        return request.headers.get("host", "").lower()

    def is_secure(self, request: Request) -> bool:
        """Say whether the browser asks by https, as far as we know."""
        if request.url.scheme == "https":
            return True
        if self.is_proxied(request):
            scheme = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
            if scheme:
                return scheme == "https"
        own = urlsplit(self.options.url)
        return own.scheme == "https" and own.netloc.lower() == self.host(request)

    def refuse_strangers(self, request: Request) -> None:
        """Refuse a change that a page of another site made a browser ask for, with our cookies.

        Browsers say which site a page is of; one too old for that names at least its origin. What
        says neither is no browser, and has no business with our cookies.

        Raises:
            HTTPException: 403, it was, or cannot be told.
        """
        if request.method in SAFE:
            return
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site is not None:
            if site == "same-origin" or (site == "none" and origin is None):
                return
        elif origin is not None and self._is_own(request, origin):
            return
        raise HTTPException(
            403,
            "this did not come from a page of ours; open it here, or use a token "
            "(Authorization: Bearer)",
        )

    def _is_own(self, request: Request, origin: str) -> bool:
        said = urlsplit(origin)
        own = urlsplit(self.options.url)
        if own.netloc and (said.scheme, said.netloc.lower()) == (own.scheme, own.netloc.lower()):
            return True
        scheme = "https" if self.is_secure(request) else "http"
        return said.scheme == scheme and said.netloc.lower() == self.host(request)
