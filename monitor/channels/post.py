"""Post something to a web server, and judge its answer: the one way in which families of HTTP send.

A connection is opened for each message, through the same door as looks (`probes.connect`: the
operator's policy on addresses holds here too), and a certificate is always verified.

2xx is delivered, and the rest of the answer is not waited for: a receiver that has taken a message
must not get it again because it is slow to say more. 401, 403, 408, 425, 429, 5xx and a broken
connection are passing failures; the receiver may say in `Retry-After`, or as chat services do in
its JSON, how long to wait. Everything else is permanent.
"""

import email.utils
import math
import time
from collections.abc import Mapping
from typing import Any

import attrs
import h11
import msgspec
import trio

from monitor import __version__
from monitor.channels.redaction import Redaction
from monitor.core.alerts.notices import InvalidChannel, NotDelivered
from monitor.core.probing import InvalidTask, OwnFault, Refused, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.content import text_of
from monitor.probes.exchange import Exchange, Head
from monitor.probes.request import PORTS, check_header
from monitor.probes.secure import TlsOptions, secure
from monitor.probes.target import Url, bracketed, parse_url

LONGEST_WAIT_S = 24 * 3600.0
"""A receiver that asks for more is not believed."""

_PASSING = {401, 403, 408, 425, 429}
"""Too slow, too early, too many: trying again may help, although the code begins with 4. So it may
once somebody has mended a key that is not accepted, and no alert was lost meanwhile."""


@attrs.frozen(kw_only=True)
class Receiver:
    """A web server that takes messages; its fields are secrets, so it shows none."""

    base: Url = attrs.field(repr=False)
    """Where it is; its path and query are what is posted to if nothing else is said."""
    tls: TlsOptions = attrs.field(factory=TlsOptions)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    redaction: Redaction = attrs.field(factory=lambda: Redaction(()), repr=False)
    method: str = "POST"

    async def post(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        path: str | None = None,
    ) -> None:
        """Post a body, and return when the receiver has taken it.

        `path` is percent-encoded and comes behind that of the base; the base's query then is not
        sent.

        Raises:
            NotDelivered: without secrets, also if the receiver repeats them.
        """
        try:
            await self._post(body, {**self.headers, **(headers or {})}, path)
        except Refused as error:
            raise NotDelivered(self.redaction.words(str(error), 400), permanent=True) from None
        except (TargetDown, OwnFault) as error:
            # Not `from error`: what it was made of may repeat secrets.
            raise NotDelivered(self.redaction.words(str(error), 400)) from None

    async def post_json(
        self, body: Any, headers: Mapping[str, str] | None = None, *, path: str | None = None
    ) -> None:
        """Post a value as JSON; see `post`."""
        await self.post(
            msgspec.json.encode(body),
            {"Content-Type": "application/json", **(headers or {})},
            path=path,
        )

    async def _post(self, body: bytes, headers: Mapping[str, str], path: str | None) -> None:
        trace = Trace()
        stream: trio.abc.Stream = await connect(self.base.host, self.base.port, trace)
        async with stream:
            if self.base.scheme == "https":
                assert isinstance(stream, trio.SocketStream)
                stream = await secure(stream, self.base.host, self.tls, trace, ("http/1.1",))
            async with stream:
                exchange = Exchange(stream)
                head = await exchange.ask(self._request(body, headers, path), body)
                if not 200 <= head.status < 300:
                    raise self._refusal(head, await _words(exchange, head))

    def _request(self, body: bytes, headers: Mapping[str, str], path: str | None) -> h11.Request:
        sent = {
            "host": _host(self.base),
            "user-agent": f"sleepless-monitor/{__version__}",
            "accept": "application/json, */*",
            "connection": "close",
            "content-length": str(len(body)),
            **{name.lower(): value for name, value in headers.items()},
        }
        target = self.base.path or "/"
        if path is not None:
            target = self.base.path.rstrip("/") + path
        elif self.base.query:
            target += f"?{self.base.query}"
        return h11.Request(
            method=self.method,
            target=target,
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
        )

    def _refusal(self, head: Head, text: str) -> NotDelivered:
        said = self.redaction.words(text)
        told = f"the receiver answered with status {head.status}{f': {said}' if said else ''}"
        if 300 <= head.status < 400:
            told += "; redirects are not followed, write the final address"
        passing = head.status >= 500 or head.status in _PASSING
        wait_s = _retry_after_s(head, text) if passing else None
        return NotDelivered(told, permanent=not passing, retry_after_s=wait_s)


def read_base(field: str, address: str) -> Url:
    """Read the address of a web server.

    Raises:
        InvalidChannel: it is none; the address may be a secret and is not shown.
    """
    scheme = address.partition(":")[0].lower()
    if scheme not in PORTS:
        raise InvalidChannel(field, "is no address of a web server; write https://HOST")
    try:
        return parse_url(address, PORTS[scheme])
    except InvalidTask as error:
        raise InvalidChannel(field, error.message) from None


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that would break the request. Raises InvalidTask naming the header."""
    for name, value in headers.items():
        check_header(name, value)


async def _words(exchange: Exchange, head: Head) -> str:
    """Return what a refusal says, or nothing: that it is one is known already."""
    try:
        body = await exchange.content(head)
    except TargetDown:
        return ""
    return text_of(body.data, head.headers.get("content-type", ""))


def _host(url: Url) -> str:
    host = bracketed(url.host.partition("%")[0])
    return host if url.port == PORTS.get(url.scheme) else f"{host}:{url.port}"


def _retry_after_s(head: Head, text: str) -> float | None:
    """Return how long to wait, as the header or the JSON of an answer says; None: it does not."""
    for said in (head.headers.get("retry-after", ""), *_in_json(text)):
        wait_s = _seconds(said)
        if wait_s is not None:
            return min(max(0.0, wait_s), LONGEST_WAIT_S)
    return None


def _seconds(said: Any) -> float | None:
    if isinstance(said, str):
        try:
            said = float(said)
        except ValueError:
            try:
                said = email.utils.parsedate_to_datetime(said).timestamp() - time.time()
            except (ValueError, OverflowError):
                return None
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return float(said) if math.isfinite(said) else None


def _in_json(text: str) -> list[Any]:
    """Return what chat services say: Discord, Telegram (in `parameters`), Matrix (in ms)."""
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return []
    if not isinstance(said, dict):
        return []
    inner = said.get("parameters")
    found = [said.get("retry_after"), inner.get("retry_after") if isinstance(inner, dict) else None]
    wait_ms = said.get("retry_after_ms")
    if isinstance(wait_ms, int | float):
        found.append(wait_ms / 1000)
    return found
