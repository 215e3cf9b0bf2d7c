"""Asks an identity provider: where it answers, by which keys it signs, what a code is worth.

Over the same door as everything that we send out: certificates are verified, answers are bounded,
and all of it takes no longer than ASK_S. Redirects are not followed.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import attrs
import h11
import msgspec
import trio

from monitor import __version__
from monitor.core.access.oidc import BadToken
from monitor.core.access.provider import OidcOptions
from monitor.core.probing import InvalidTask, OwnFault, Refused, TargetDown, Trace
from monitor.probes.connect import connect
from monitor.probes.exchange import Exchange
from monitor.probes.secure import TlsOptions, secure
from monitor.probes.target import Url, bracketed, parse_url
from monitor.web.listen import is_loopback

ASK_S = 10.0
FRESH_S = 3600.0
"""How long it is believed what the provider said of itself."""
_PORTS = {"https": 443, "http": 80}


class ProviderAway(Exception):
    """The provider cannot be asked, or answers nonsense; the message says what, for the log."""


def read_address(address: str) -> Url:
    """Read an address of the provider: by https, unless it is on this machine.

    Raises:
        ValueError: it is none.
    """
    scheme = address.partition(":")[0].lower()
    if scheme not in _PORTS:
        raise ValueError(f"{address!r} is no address; write https://HOST")
    try:
        url = parse_url(address, _PORTS[scheme])
    except InvalidTask as error:
        raise ValueError(f"{address!r}: {error.message}") from None
    if scheme == "http" and url.host != "localhost" and not is_loopback(url.host):
        raise ValueError(f"{address!r} is not safe on the way; write https://")
    return url


@attrs.define(eq=False)
class Provider:
    """One identity provider."""

    options: OidcOptions
    tls: TlsOptions = attrs.field(factory=TlsOptions)
    _known: dict[str, tuple[float, Mapping[str, Any]]] = attrs.field(factory=dict, init=False)

    async def endpoint(self, name: str) -> str:
        """Return where the provider does something, as it says itself. Raises ProviderAway."""
        issuer = self.options.issuer
        said = await self._cached(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise ProviderAway(f"it calls itself {said.get('issuer')!r}, and not {issuer!r}")
        address = said.get(name)
        if not isinstance(address, str):
            raise ProviderAway(f"it does not say its {name}")
        try:
            read_address(address)
        except ValueError as error:
            raise ProviderAway(f"its {name} {error}") from None
        return address

    async def keys(self, *, fresh: bool = False) -> Mapping[str, Any]:
        """Return the keys it signs with. Raises ProviderAway."""
        return await self._cached(await self.endpoint("jwks_uri"), fresh=fresh)

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        """Return the ID token that a code is worth.

        Raises:
            BadToken: it is worth none.
            ProviderAway: the provider cannot be asked.
        """
        options = self.options
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if options.client_secret:
            both = f"{quote(options.client_id, safe='')}:{quote(options.client_secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form["client_id"] = options.client_id
        where = await self.endpoint("token_endpoint")
        status, said = await self._ask("POST", where, urlencode(form).encode(), headers)
        token = said.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise BadToken(f"the provider gave no token (status {status}: {said.get('error')})")
        return token

    async def _cached(self, address: str, *, fresh: bool = False) -> Mapping[str, Any]:
        known = self._known.get(address)
        if known is not None and not fresh and trio.current_time() - known[0] < FRESH_S:
            return known[1]
        status, said = await self._ask("GET", address)
        if status != 200:
            raise ProviderAway(f"{address} answers with status {status}")
        self._known[address] = trio.current_time(), said
        return said

    async def _ask(
        self,
        method: str,
        address: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of an answer. Raises ProviderAway."""
        try:
            url = read_address(address)
            with trio.fail_after(ASK_S):
                status, content = await self._exchange(method, url, body, headers or {})
            said = msgspec.json.decode(content)
        except (TargetDown, OwnFault, Refused, ValueError) as error:
            raise ProviderAway(f"{address}: {error}") from None
        except trio.TooSlowError:
            raise ProviderAway(f"{address} did not answer within {ASK_S:g} s") from None
        if not isinstance(said, dict):
            raise ProviderAway(f"{address} does not answer with a JSON object")
        return status, said

    async def _exchange(
        self, method: str, url: Url, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        trace = Trace()
        stream: trio.abc.Stream = await connect(url.host, url.port, trace)
        async with stream:
            if url.scheme == "https":
                assert isinstance(stream, trio.SocketStream)
                stream = await secure(stream, url.host, self.tls, trace, ("http/1.1",))
            async with stream:
                exchange = Exchange(stream)
                head = await exchange.ask(_request(method, url, body, headers), body)
                return head.status, (await exchange.content(head)).data


def _request(method: str, url: Url, body: bytes, headers: Mapping[str, str]) -> h11.Request:
    host = bracketed(url.host)
    sent = {
        "host": host if url.port == _PORTS[url.scheme] else f"{host}:{url.port}",
        "user-agent": f"sleepless-monitor/{__version__}",
        "accept": "application/json",
        "connection": "close",
        "content-length": str(len(body)),
        **headers,
    }
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
    return h11.Request(method=method, target=target, headers=pairs)
