"""What may be set about a request to a web server, and about the way it takes."""

from typing import Annotated, Any, Literal

import attrs
from msgspec import Meta

from monitor.probes.account import LoginOptions
from monitor.probes.connect import Ip

BodyType = Literal["raw", "json", "form", "xml", "graphql"]
HttpVersion = Literal["1.1", "2", "auto"]


@attrs.frozen(kw_only=True)
class AuthOptions(LoginOptions):
    """Who asks: by a password (basic), by a token, or by one that OAuth2 gives out."""

    token: Annotated[str, Meta(description="a bearer token to send")] = attrs.field(
        default="", repr=False
    )
    oauth_token_url: Annotated[
        str, Meta(description="where OAuth2 (client credentials) gives out tokens")
    ] = ""
    oauth_client_id: Annotated[str, Meta(description="who asks for a token there")] = ""
    oauth_client_secret: Annotated[str, Meta(description="the client's secret")] = attrs.field(
        default="", repr=False
    )
    oauth_scope: Annotated[str, Meta(description="the scopes to ask for, parted by spaces")] = ""
    oauth_audience: Annotated[str, Meta(description="the audience to ask for")] = ""
    oauth_auth: Annotated[
        Literal["basic", "post"],
        Meta(description="how the client says who it is: in a header, or in the form"),
    ] = "basic"


@attrs.frozen(kw_only=True)
class HttpOptions(AuthOptions):
    """How to ask, and which answers are well."""

    method: Annotated[
        str, Meta(description="the request's method; if not given, GET, or POST with a body")
    ] = ""
    headers: Annotated[dict[str, str], Meta(description="headers to send")] = attrs.field(
        factory=dict, repr=False
    )
    cookies: Annotated[dict[str, str], Meta(description="cookies to send")] = attrs.field(
        factory=dict, repr=False
    )
    body: Annotated[str, Meta(description="the body to send")] = ""
    body_type: Annotated[
        BodyType,
        Meta(
            description="what the body is: json, form and xml set the header Content-Type; a "
            "graphql query is sent as JSON"
        ),
    ] = "raw"
    json: Annotated[
        str | dict[str, Any] | list[Any],
        Meta(description="a body of JSON, as a value or as text"),
    ] = ""
    form: Annotated[dict[str, str], Meta(description="fields of a form to send as the body")] = (
        attrs.field(factory=dict, repr=False)
    )
    cache_bust: Annotated[
        bool, Meta(description="add a random parameter to the address, so that no cache answers")
    ] = False
    http_version: Annotated[
        HttpVersion,
        Meta(description="1.1, 2 (also without TLS), or auto: what the server prefers"),
    ] = "1.1"
    ip: Annotated[Ip, Meta(description="the version of IP to use")] = "any"
    dns: Annotated[
        str, Meta(description="HOST or HOST:PORT of a name server to ask instead of this machine's")
    ] = ""
    proxy: Annotated[
        str,
        Meta(
            description="the proxy to go through: http://HOST:PORT, https://, socks5://, or "
            "socks5h:// to let it look up names; a user and a password may stand before the host"
        ),
    ] = attrs.field(default="", repr=False)
    status: Annotated[
        str | int, Meta(description="status codes that are well, such as 200-299,301")
    ] = "200-299"
    redirects: Annotated[
        int, Meta(ge=0, le=20, description="redirects to follow; 0 looks at the redirect itself")
    ] = 5
    contains: Annotated[str, Meta(description="text that the first MiB of the body must have")] = ""
