"""What these pages ask of whoever makes pages of templates."""

from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response


class Speaks(Protocol):
    """Says what these pages say in the language of an answer."""

    def __call__(self, phrase: str) -> str:
        """Say a phrase."""

    def sentence(self, sentence: str) -> str:
        """Say a sentence that has its values in it already, such as that of an error."""


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

    def words(self, request: Request) -> Speaks:
        """Return what says a phrase in the language of the answer."""
