"""Errors as RFC 9457 has them: `application/problem+json`, the same for every path."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Of every answer: nothing of ours is to be kept or guessed at on the way."""


def problem(
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """Return an error; `detail` says in one sentence what is wrong and what to do."""
    content: dict[str, Any] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **(more or {}),
    }
    return JSONResponse(
        content,
        status,
        headers={**HEADERS, **(headers or {})},
        media_type="application/problem+json",
    )


def not_found() -> JSONResponse:
    """Return the one answer to every path and every token that we do not know."""
    return problem(404, "there is nothing here")
