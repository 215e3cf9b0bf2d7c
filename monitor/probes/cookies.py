"""The cookies of one look: what web servers set on the way, and to whom it is sent (RFC 6265)."""

import ipaddress
import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import attrs

from monitor.core.probing import InvalidTask
from monitor.probes.target import Url

COOKIES_KEPT = 50
COOKIE_LIMIT = 4096
"""What a browser keeps at least (RFC 6265, 6.1); more is thrown away."""

_NOT_IN_NAMES = set('()<>@,;:\\"/[]?={} ')


@attrs.frozen
class _Cookie:
    name: str
    value: str
    domain: str
    anywhere_below: bool
    """Whether it is sent to the hosts below its domain too."""
    path: str
    secure: bool

    def is_for(self, url: Url) -> bool:
        path = url.path or "/"
        return (
            (url.host == self.domain or (self.anywhere_below and _below(url.host, self.domain)))
            and (path == self.path or path.startswith(self.path.rstrip("/") + "/"))
            and (url.scheme == "https" or not self.secure)
        )


class Jar:
    """Keep the cookies that were set during one look."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def keep(self, url: Url, headers: Iterable[str]) -> None:
        """Take what the server of a URL set; what it may not set, or makes no sense, is ignored."""
        for header in itertools.islice(headers, 2 * COOKIES_KEPT):
            first, *parts = header.split(";") if len(header) <= COOKIE_LIMIT else ("",)
            name, equals, value = (part.strip() for part in first.partition("="))
            if not (equals and name and _can_be_sent(name) and _can_be_sent(value)):
                continue
            attributes = _attributes(parts)
            domain = attributes.get("domain", "").removeprefix(".").lower()
            if domain not in ("", url.host) and not ("." in domain and _below(url.host, domain)):
                continue
            path = attributes.get("path", "")
            cookie = _Cookie(
                name,
                value,
                domain or url.host,
                bool(domain),
                path if path.startswith("/") else _folder(url),
                "secure" in attributes,
            )
            key = (cookie.domain, cookie.path, name)
            if _is_over(attributes):
                self._cookies.pop(key, None)
            elif key in self._cookies or len(self._cookies) < COOKIES_KEPT:
                self._cookies[key] = cookie

    def sent_to(self, url: Url) -> dict[str, str]:
        """Return the cookies for a URL by name, those of the longest path first."""
        found: dict[str, str] = {}
        for cookie in sorted(self._cookies.values(), key=lambda cookie: -len(cookie.path)):
            if cookie.is_for(url):
                found.setdefault(cookie.name, cookie.value)
        return found


def own_cookies(cookies: Mapping[str, str]) -> str:
    """Write the operator's cookies as a header.

    Raises:
        InvalidTask: naming the cookie that cannot be sent; its value is not shown.
    """
    for name, value in cookies.items():
        if not _can_be_sent(name) or not _NOT_IN_NAMES.isdisjoint(name) or not name:
            raise InvalidTask("option cookies", f"{name!r} is not the name of a cookie")
        if not _can_be_sent(value):
            raise InvalidTask(
                f"option cookies.{name}",
                "contains a semicolon, a control character, another letter than ASCII, or a space "
                "at an end; encode it as the server wants it",
            )
    return written(cookies)


def written(cookies: Mapping[str, str]) -> str:
    """Write cookies as the header Cookie has them."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def read_header(header: str) -> dict[str, str]:
    """Return the cookies that a header Cookie has."""
    pairs = (part.strip().partition("=") for part in header.split(";") if part.strip())
    return {name: value for name, _equals, value in pairs}


def _attributes(parts: Iterable[str]) -> dict[str, str]:
    """Return the attributes of a cookie by name in lower case; the last of a name counts."""
    split = (part.partition("=") for part in parts)
    return {name.strip().lower(): value.strip() for name, _equals, value in split}


def _is_over(attributes: Mapping[str, str]) -> bool:
    """Say whether a cookie is set only to be thrown away."""
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal() and age.isascii():
        return age.startswith("-") or not age.strip("0")
    try:
        until = parsedate_to_datetime(attributes["expires"])
    except (KeyError, ValueError, IndexError, OverflowError):
        return False
    return until.replace(tzinfo=until.tzinfo or UTC) < datetime.now(UTC)


def _below(host: str, domain: str) -> bool:
    """Say whether a host's name lies below a domain; an address lies below nothing."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.endswith(f".{domain}")
    return False


def _folder(url: Url) -> str:
    return url.path.rpartition("/")[0] or "/"


def _can_be_sent(text: str) -> bool:
    return text.isascii() and text.isprintable() and ";" not in text and text == text.strip()
