"""What every answer tells browsers: run nothing, load nothing, show nothing that is not ours.

The one place where this is said. Of what an answer says itself, only how long it may be kept
counts; pictures and widgets for other sites ask here to be let out, and files that others gave us
to be shut in.
"""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'"),
        *("img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'"),
        *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: browsers would then hide the origin of our own forms from us, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


_LOOSER = "monitor.looser"
_LOADED = {"Cross-Origin-Resource-Policy": "cross-origin"}
_FRAMED = {
    **_LOADED,
    "Content-Security-Policy": POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"),
    "Cross-Origin-Opener-Policy": "unsafe-none",
}


_PICTURE = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}


def let_others_load(request: Request) -> None:
    """Let pages of other sites load this answer, as a picture say; only for what is public."""
    request.scope[_LOOSER] = _LOADED


def let_others_frame(request: Request) -> None:
    """Let pages of other sites show this answer in a frame; only for what asks nobody who he is.

    Nothing in it may be worth a click that was meant for something else.
    """
    request.scope[_LOOSER] = _FRAMED


def be_only_a_picture(request: Request) -> None:
    """Have browsers take this answer for a picture only, whatever is in it."""
    request.scope[_LOOSER] = _PICTURE


class SafeHeaders:
    """Adds the headers to whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, **scope.get(_LOOSER, {})})
                if scope.get(_LOOSER) is _FRAMED:
                    del headers["X-Frame-Options"]
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sealed)
