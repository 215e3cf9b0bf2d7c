"""Access tokens of OAuth2: asked for with a client's credentials, and kept while they are good.

Who gives out tokens is a part of what the operator wants to be looked at: nobody who logs in there
would get in either. So if it fails, the look is DOWN in phase `token`, and the message says which
address failed. What this machine cannot do is our own fault, as ever.
"""

from typing import Any, Self
from urllib.parse import quote_plus

import attrs
import trio

from monitor.assertions.jsontext import NotJson, read_json
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes.authorization import basic, sendable
from monitor.probes.content import Body, text_of
from monitor.probes.exchange import Exchange, Head
from monitor.probes.explain import printable
from monitor.probes.hidden import Hidden
from monitor.probes.httpoptions import HttpOptions
from monitor.probes.request import PORTS, Request
from monitor.probes.road import Road, of_others
from monitor.probes.secure import TlsOptions
from monitor.probes.target import in_option, parse_url

SPARE_S = 30.0
"""A token is thrown away so long before its end, lest it end on the way."""

LONGEST_S = 24 * 3600.0
"""No token is kept longer, whatever is said of it."""

TOKEN_LIMIT = 16 * 1024
"""More letters than the headers of a request may have at most servers."""


class Tokens:
    """The tokens of one task."""

    def __init__(self, request: Request, road: Road, tls: TlsOptions, hidden: Hidden) -> None:
        self._request = request
        self._road = road
        self._tls = tls
        self._hidden = hidden
        self._token = ""
        self._until_s = 0.0

    @classmethod
    def of_options(cls, options: HttpOptions, road: Road, hidden: Hidden) -> Self | None:
        """Read what the operator wrote of it; None if there is nothing.

        Raises:
            InvalidTask: naming the option that is wrong.
        """
        if not options.oauth_token_url:
            for name in ("client_id", "client_secret", "scope", "audience"):
                if getattr(options, f"oauth_{name}"):
                    raise InvalidTask(
                        f"option oauth_{name}", "means nothing without the option oauth_token_url"
                    )
            return None
        if not options.oauth_client_id:
            raise InvalidTask("option oauth_client_id", "is not given; say who asks for the token")
        request = _request(options)
        request = attrs.evolve(request, proxy=road.proxy)
        return cls(request, road, of_others(options), hidden)

    @property
    def kept(self) -> bool:
        """Whether there is a token that was asked for before."""
        return bool(self._token) and trio.current_time() < self._until_s

    def forget(self) -> None:
        """Throw the token away: the target does not take it any more."""
        self._token = ""

    async def put_into(self, request: Request, trace: Trace) -> Request:
        """Return a request with a good token, one that is kept or one asked for in phase `token`.

        Raises:
            TargetDown: no token was given out; the message names the address and says why.
            OwnFault, Refused: as all connections do.
        """
        if not self.kept:
            await self._renew(trace)
        return request.with_header("Authorization", f"Bearer {self._token}")

    async def _renew(self, trace: Trace) -> None:
        with trace.enter("token"):
            try:
                self._token, lasts_s = await self._ask()
            except TargetDown as error:
                raise TargetDown(f"no token from {self._request.url_shown}: {error}") from error
        self._hidden.add(self._token)
        self._until_s = trio.current_time() + min(lasts_s, LONGEST_S) - SPARE_S

    async def _ask(self) -> tuple[str, float]:
        # A trace of its own: phases do not nest, and its facts are not the target's.
        async with await self._road.open(self._request.url, self._tls, Trace()) as stream:
            exchange = Exchange(stream)
            head = await exchange.ask(self._request.encoded, self._request.payload.data)
            return _read(head, await exchange.content(head))


def _request(options: HttpOptions) -> Request:
    form = {"grant_type": "client_credentials"}
    if options.oauth_scope:
        form["scope"] = options.oauth_scope
    if options.oauth_audience:
        form["audience"] = options.oauth_audience
    headers = {"Accept": "application/json"}
    if options.oauth_auth == "post":
        form["client_id"] = options.oauth_client_id
        form["client_secret"] = options.oauth_client_secret
    else:
        # Encoded once more, as RFC 6749, 2.3.1 has it.
        user, password = map(quote_plus, (options.oauth_client_id, options.oauth_client_secret))
        headers["Authorization"] = f"Basic {basic(user, password)}"
    with in_option("oauth_token_url"):
        scheme = options.oauth_token_url.partition(":")[0].lower()
        if scheme not in PORTS:
            raise InvalidTask("target", "is no address of a web server; write https://HOST/PATH")
        if parse_url(options.oauth_token_url, PORTS[scheme]).user is not None:
            raise InvalidTask("target", "has a user; write the options oauth_client_id and _secret")
    return Request.of_options(
        options.oauth_token_url, HttpOptions(method="POST", headers=headers, form=form), None
    )


def _read(head: Head, body: Body) -> tuple[str, float]:
    """Return a token and how long it is good. Raises TargetDown, without its address."""
    try:
        found: Any = read_json(text_of(body.data, head.headers.get("content-type", "")))
        why = "" if isinstance(found, dict) else "is not a JSON object"
    except NotJson as error:
        found, why = {}, str(error)
    found = found if isinstance(found, dict) else {}
    if head.status != 200:
        words = [found.get(name) for name in ("error", "error_description")]
        said = ": ".join(printable(word) for word in words if isinstance(word, str) and word)
        raise TargetDown(f"{head.said}{said and f', {said}'}")
    if why:
        raise TargetDown(f"{head.said}, but the body {printable(why)}")
    token, kind = found.get("access_token"), found.get("token_type", "Bearer")
    if not isinstance(token, str) or not 0 < len(token) <= TOKEN_LIMIT:
        raise TargetDown(f"{head.said}, but there is no access_token that could be sent")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TargetDown(f"{head.said}, but its token is of the type {printable(str(kind), 40)}")
    try:
        sendable("access_token", token)
    except InvalidTask as error:
        raise TargetDown(f"{head.said}, but its access_token {error.message}") from None
    return token, _seconds(found.get("expires_in"))


def _seconds(expires_in: Any) -> float:
    """Return for how long a token is good; 0 if that is not said, or not to be understood."""
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdecimal():
        return float(expires_in[:10])
    if isinstance(expires_in, int | float) and not isinstance(expires_in, bool):
        return max(0.0, float(min(expires_in, LONGEST_S)))
    return 0.0
