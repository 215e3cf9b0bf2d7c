"""Styles, scripts and pictures: kept by browsers for ever, under names that change with them."""

import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files

import attrs
import trio
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.problem import not_found
from monitor.web.routing import PUBLIC, Entry

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_REFERENCE = re.compile(rb'(?<=")\./([a-z-]+\.(?:js|css|svg))(?=")')


@attrs.frozen
class _Static:
    content: bytes
    etag: str
    media_type: str


@attrs.define(eq=False)
class Statics:
    """All files of the folder `static`, read once."""

    _hashed: dict[str, str] = attrs.field(factory=dict, init=False)
    _found: dict[str, _Static] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        contents = {
            one.name: one.read_bytes()
            for one in files(__package__).joinpath("static").iterdir()
            if one.name.rpartition(".")[2] in _TYPES
        }
        # A module that imports another names it by its content too, so the whole is one version.
        whole = hashlib.sha256(b"".join(contents[name] for name in sorted(contents))).hexdigest()
        for name in contents:
            stem, _, ending = name.rpartition(".")
            self._hashed[name] = f"{stem}.{whole[:12]}.{ending}"
        for name, content in contents.items():
            content = _REFERENCE.sub(self._renamed, content)
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            media_type = _TYPES[name.rpartition(".")[2]]
            self._found[self._hashed[name]] = _Static(content, etag, media_type)

    def _renamed(self, match: "re.Match[bytes]") -> bytes:
        return b"./" + self._hashed[match[1].decode()].encode()

    def path(self, name: str) -> str:
        """Return where a file of the folder is found now."""
        return f"/static/{self._hashed[name]}"

    def entries(self) -> Sequence[Entry]:
        return (Entry(path="/static/{name}", endpoint=self.answer, needs=PUBLIC),)

    async def answer(self, request: Request) -> Response:
        """Send a file, or say that the browser has it already."""
        await trio.lowlevel.checkpoint()
        found = self._found.get(request.path_params["name"])
        if found is None:
            return not_found()
        headers = {
            "Cache-Control": _FOR_EVER,
            "ETag": found.etag,
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)
