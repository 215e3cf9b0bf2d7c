"""What these pages ask of whoever makes pages of templates."""

from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response


class Pages(Protocol):
    """Makes pages of templates."""

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response: ...

    def words(self, request: Request) -> Callable[[str], str]:
        """Return what says a phrase in the language of the answer."""
