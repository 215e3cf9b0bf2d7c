"""What browsers keep for us: secrets that only come back to us, and that no script can read.

Over https the name begins with `__Host-`, so that no neighbour under the same domain can set it.
Otherwise it holds the port: monitors on several ports of one machine do not log each other out.
"""

from datetime import timedelta

import attrs
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.access.source import Source


@attrs.frozen
class Cookie:
    """One of our cookies."""

    name: str
    source: Source
    same_site: str = "Strict"

    def read(self, request: Request) -> str:
        """Return what the browser kept; empty if nothing."""
        return request.cookies.get(self._name(request), "")

    def write(self, request: Request, value: str, age: timedelta) -> str:
        """Return the header that makes a browser keep it."""
        secure = "; Secure" if self.source.is_secure(request) else ""
        return (
            f"{self._name(request)}={value}; Path=/; Max-Age={round(age.total_seconds())}; "
            f"HttpOnly; SameSite={self.same_site}{secure}"
        )

    def clear(self, request: Request) -> str:
        """Return the header that makes a browser forget it."""
        return self.write(request, "", timedelta())

    def _name(self, request: Request) -> str:
        if self.source.is_secure(request):
            return f"__Host-{self.name}"
        port = self.source.host(request).rpartition(":")[2]
        return f"{self.name}-{port}" if port.isascii() and port.isdigit() else self.name


def keep(response: Response, *headers: str) -> Response:
    """Add Set-Cookie headers to an answer."""
    for header in headers:
        response.headers.append("Set-Cookie", header)
    return response
