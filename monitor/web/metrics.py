"""`/metrics`: what Prometheus asks for, as text or as OpenMetrics.

Nothing is counted here: a scrape reads the running parts. It never holds the loop for long: with
many tasks the text is made a few hundred lines at a time, and whoever else is due has its turn in
between. Those who scrape at the same moment get the same text.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from socket import socket
from typing import Self

import attrs
import trio
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder, gzip_accepted
from starlette.requests import Request
from starlette.responses import Response

from monitor.app import App
from monitor.core.model import Status
from monitor.web.listen import MetricsOptions
from monitor.web.problem import HEADERS
from monitor.web.routing import PUBLIC, Entry, Role
from monitor.web.series import TASK_FAMILIES, Row, families, row_of

ROWS = 500
"""Tasks that are read, or told of in one family, in one go: a millisecond or two."""
FRESH_S = 1.0
"""A text no older than this is given to whoever asks next: a crowd costs no more than one."""
_COMPRESSED = 16 * 1024
"""Bytes above which a text is compressed for those who can read it."""
_OPENMETRICS = "application/openmetrics-text"
_END = b"# EOF\n"

Encode = Callable[["_Families"], bytes]


@attrs.frozen
class _Families:
    """Some families, as the encoders want them."""

    found: Sequence[Metric]

    def collect(self) -> Sequence[Metric]:
        return self.found


@attrs.frozen
class _Page:
    """A text, and when it was made."""

    made_s: float
    content_type: str
    text: bytes


@attrs.define(eq=False)
class Metrics:
    """The room of `/metrics`."""

    monitor: App
    needs: Role | None = PUBLIC
    per_task: bool = True
    _lock: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _threads: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(1), init=False
    )
    _pages: dict[bool, _Page] = attrs.field(factory=dict, init=False)
    """The newest text of each format."""

    @classmethod
    def of(cls, monitor: App, options: MetricsOptions, sockets: Iterable[socket]) -> Self:
        """Return the room as it is set, on a listener at these sockets."""
        needs = PUBLIC if options.is_public(sockets) else Role.VIEWER
        return cls(monitor, needs, options.per_task)

    def entries(self) -> Sequence[Entry]:
        return (Entry(path="/metrics", endpoint=self.show, needs=self.needs),)

    async def show(self, request: Request) -> Response:
        """Answer a scrape."""
        modern = _OPENMETRICS in request.headers.get("accept", "")
        async with self._lock:
            page = self._pages.get(modern)
            if page is None or trio.current_time() - page.made_s >= FRESH_S:
                page = self._pages[modern] = await self._make(modern)
        headers = {**HEADERS, "Content-Type": page.content_type, "Vary": "Accept, Accept-Encoding"}
        text = page.text
        wants = gzip_accepted(request.headers.get("accept-encoding", ""))
        if wants and len(text) > _COMPRESSED:
            text = await trio.to_thread.run_sync(gzip.compress, text, 1, limiter=self._threads)
            headers["Content-Encoding"] = "gzip"
        return Response(text, headers=headers)

    async def _make(self, modern: bool) -> _Page:
        encode, content_type = _encoder(modern)
        made_s = trio.current_time()
        rows = await self._rows()
        statuses = Counter[Status](row.status for row in rows)
        parts = [encode(_Families([*families(self.monitor, statuses)]))]
        for family in TASK_FAMILIES if self.per_task else ():
            parts.append(encode(_Families([family.empty])))
            for start in range(0, len(rows), ROWS):
                await trio.lowlevel.checkpoint()
                parts.append("".join(map(family.line, rows[start : start + ROWS])).encode())
        if modern:
            parts = [*(part.removesuffix(_END) for part in parts), _END]
        return _Page(made_s, content_type, b"".join(parts))

    async def _rows(self) -> list[Row]:
        rows: list[Row] = []
        names = iter([task.name for task in self.monitor.surroundings.tasks])
        while some := list(islice(names, ROWS)):
            await trio.lowlevel.checkpoint()
            rows += filter(None, [row_of(self.monitor, name) for name in some])
        return rows


def _encoder(modern: bool) -> tuple[Encode, str]:
    return choose_encoder(f"{_OPENMETRICS}; version=1.0.0" if modern else "text/plain")
