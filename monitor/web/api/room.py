"""All operations of the API, as a room of the listener."""

from collections.abc import Callable, Iterator, Sequence

import attrs
import msgspec
import trio
from starlette.requests import Request
from starlette.responses import Response

from monitor.app import App
from monitor.web.access.hashing import Passwords
from monitor.web.api import docs
from monitor.web.api.audit_log import AuditLog
from monitor.web.api.bulk import Bulk
from monitor.web.api.channels import ChannelDesk
from monitor.web.api.configuration import Configuration
from monitor.web.api.counter import Counter
from monitor.web.api.events import Events
from monitor.web.api.guarded import ApiOptions
from monitor.web.api.history import History
from monitor.web.api.incidents import IncidentDesk
from monitor.web.api.latency import Latency
from monitor.web.api.looking import Looking
from monitor.web.api.maintenances import MaintenanceDesk
from monitor.web.api.notices import NoticeDesk
from monitor.web.api.openapi import PREFIX, document
from monitor.web.api.operation import Operation
from monitor.web.api.overview import Overview
from monitor.web.api.silences import SilenceDesk
from monitor.web.api.status_pages import StatusPageDesk
from monitor.web.api.status_posts import PostDesk
from monitor.web.api.tasks import TaskDesk
from monitor.web.api.tokens import TokenDesk
from monitor.web.api.upkeep import Upkeep
from monitor.web.api.users import UserDesk
from monitor.web.desk import Desk
from monitor.web.feed import Feed
from monitor.web.problem import HEADERS
from monitor.web.routing import Entry, Role


@attrs.define(eq=False, kw_only=True)
class Api:
    """What is served below /api/v1."""

    monitor: App
    desk: Desk
    feed: Feed
    options: ApiOptions = attrs.field(factory=ApiOptions)
    passwords: Passwords = attrs.field(factory=Passwords)
    """Where all who change passwords hash: few at a time."""
    published: Callable[[], object] = lambda: None
    """Called when something has changed that the public sees."""
    operations: Sequence[Operation] = attrs.field(init=False)
    _described: bytes = attrs.field(default=b"", init=False)

    def __attrs_post_init__(self) -> None:
        self.operations = tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        monitor, options = self.monitor, self.options
        now, hint = monitor.clock.now, monitor.reconcile.hint
        tasks = TaskDesk(monitor=monitor, options=options, hint=hint)
        yield from tasks.operations()
        yield from Looking(options=options, feed=self.feed, hint=hint).operations()
        yield from IncidentDesk(now=now, hint=hint).operations()
        yield from SilenceDesk(hint=hint).operations()
        yield from Bulk(hint=hint).operations()
        yield from History(now=now).operations()
        yield from Latency(now=now).operations()
        yield from MaintenanceDesk(hint=hint).operations()
        yield from PostDesk(changed=self.published).operations()
        yield from StatusPageDesk(
            changed=self.published,
            passwords=self.passwords,
            allow_references=options.allow_references,
        ).operations()
        yield from ChannelDesk(options=options, hint=hint).operations()
        yield from NoticeDesk(now=now).operations()
        yield from Overview(monitor=monitor).operations()
        yield from Upkeep(options=options, now=now, hint=hint).operations()
        yield from Configuration(options=options, hint=hint).operations()
        yield from UserDesk(passwords=self.passwords).operations()
        yield from TokenDesk().operations()
        yield from AuditLog(now=now).operations()
        yield from Events(feed=self.feed, doors=monitor.doors).operations()

    def entries(self) -> Sequence[Entry]:
        counter = Counter(now=self.monitor.clock.now, desk=self.desk)
        return (
            *(
                Entry(
                    path=PREFIX + one.path.replace("{name}", "{name:path}"),
                    endpoint=counter.endpoint(one),
                    needs=one.needs,
                    methods=_methods(one),
                )
                for one in self.operations
            ),
            Entry(path=f"{PREFIX}/openapi.json", endpoint=self.describe, needs=Role.VIEWER),
            Entry(path=f"{PREFIX}/docs", endpoint=self.tell, needs=Role.VIEWER),
            Entry(path=f"{PREFIX}/docs.css", endpoint=self.style, needs=Role.VIEWER),
        )

    async def describe(self, _request: Request) -> Response:
        """Answer with the OpenAPI document, which is made once."""
        if not self._described:
            self._described = await trio.to_thread.run_sync(
                lambda: msgspec.json.encode(document(self.operations))
            )
        await trio.lowlevel.checkpoint()
        return Response(self._described, 200, HEADERS, "application/json")

    async def tell(self, _request: Request) -> Response:
        """Answer with the documentation for people."""
        text = await trio.to_thread.run_sync(docs.page, self.operations)
        return Response(text, 200, HEADERS, "text/html")

    async def style(self, _request: Request) -> Response:
        """Answer with what the documentation looks like."""
        await trio.lowlevel.checkpoint()
        return Response(docs.STYLE, 200, HEADERS, "text/css")


def _methods(one: Operation) -> tuple[str, ...]:
    """Return what an entry answers to: who may get something may also ask if it is there."""
    has_head = one.method == "GET" and one.media_type != "text/event-stream"
    return ("GET", "HEAD") if has_head else (one.method,)
