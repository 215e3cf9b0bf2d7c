"""A small identity provider: as much of OpenID Connect as a login takes, really listening."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import attrs
import h11
import trio
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "monitor client", "a secret: of two/parts"


@cache
def new_key(kid: str, number: int = 1) -> RSAKey:
    """Make a key, once for all tests: that takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid})


@attrs.define(eq=False)
class IdentityProvider:
    """Knows one person; a test says what it claims about them, and how it misbehaves."""

    port: int = 0
    key: RSAKey = attrs.field(factory=lambda: new_key("first"))
    published: RSAKey | None = None
    """What it publishes, if that is not the key it signs with."""
    claims: dict[str, Any] = attrs.field(factory=dict)
    """What is different in its tokens."""
    algorithm: str = "RS256"
    asked: list[str] = attrs.field(factory=list)
    silent: bool = False
    _codes: dict[str, dict[str, str]] = attrs.field(factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visit(self, address: str, **different: str) -> str:
        """Do as a browser does whose user agrees: return the query it comes back with."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{self.issuer}/authorize" == f"{parts.scheme}://{parts.netloc}{parts.path}"
        assert ("code", "S256") == (asked["response_type"], asked["code_challenge_method"])
        assert CLIENT == asked["client_id"]
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        query = {"code": code, "state": asked["state"], **different}
        return "&".join(f"{name}={value}" for name, value in query.items())

    async def serve(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        await trio.serve_listeners(self._answer, listeners, task_status=task_status)  # type: ignore[arg-type]

    async def _answer(self, stream: trio.SocketStream) -> None:
        async with stream:
            connection = h11.Connection(h11.SERVER)
            request, body = None, b""
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    connection.receive_data(await stream.receive_some())
                elif isinstance(event, h11.Request):
                    request = event
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
                else:
                    break
            assert request is not None
            if self.silent:
                return
            path = request.target.decode()
            self.asked.append(path)
            headers = {name.decode(): value.decode() for name, value in request.headers}
            status, said = self._said(path, headers, body.decode())
            content = json.dumps(said).encode()
            length = ("content-length", str(len(content)))
            response = h11.Response(status_code=status, headers=[length])
            pieces = (response, h11.Data(data=content), h11.EndOfMessage())
            await stream.send_all(b"".join(connection.send(piece) or b"" for piece in pieces))

    def _said(self, path: str, headers: dict[str, str], body: str) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            where = dict(zip(places, ("authorize", "token", "keys"), strict=True))
            said = {name: f"{self.issuer}/{place}" for name, place in where.items()}
            return 200, {"issuer": self.issuer, **said}
        if path == "/keys":
            key = self.published or self.key
            return 200, {"keys": [key.as_dict(private=False)]}
        assert path == "/token"
        return self._token(headers, {name: one[0] for name, one in parse_qs(body).items()})

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> tuple[int, Any]:
        kind, _, both = headers["authorization"].partition(" ")
        user, _, password = base64.b64decode(both).decode().partition(":")
        if (kind, unquote(user), unquote(password)) != ("Basic", CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form["code"], None)
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "sub": "4711",
            "aud": CLIENT,
            "nonce": asked["nonce"],
            "iat": time.time(),
            "exp": time.time() + 300,
            "preferred_username": "anna",
            **self.claims,
        }
        kid = str(self.key.kid)
        return 200, {"id_token": jwt.encode({"alg": self.algorithm, "kid": kid}, claims, self.key)}
