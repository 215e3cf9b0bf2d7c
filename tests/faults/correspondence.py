"""A target that is well or not, a receiver of alerts, and what a database says of the two."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import trio

from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import TaskSpec
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.channels.receivers import WebReceiver
from tests.outsider import open_outsider
from tests.probes.servers import Stream, http_answer, read_request, serving

INTERVAL_S = 0.5


@attrs.define(eq=False)
class Correspondence:
    """One target, and who is told of it."""

    well: bool = True
    answers: bool = True
    """Whether the receiver answers what it has taken."""
    receiver: WebReceiver = attrs.field(init=False)
    _came: trio.Event = attrs.field(factory=trio.Event)
    _answering: trio.Event = attrs.field(factory=trio.Event)

    def __attrs_post_init__(self) -> None:
        self.receiver = WebReceiver([self._answer])

    async def play(self, stream: Stream) -> None:
        """Be the target."""
        await read_request(stream)
        await stream.send_all(http_answer("", "200 OK" if self.well else "503 Out of order"))

    async def _answer(self, stream: Stream) -> None:
        self._came.set()
        if not self.answers:
            await self._answering.wait()
        await stream.send_all(http_answer("ok"))

    async def taken(self, key: str) -> None:
        """Return when the receiver has taken a notice, answered or not."""
        while not self.told[key]:
            self._came = trio.Event()
            await self._came.wait()

    def answer_again(self) -> None:
        self.answers = True
        self._answering.set()
        self._answering = trio.Event()

    @property
    def told(self) -> Counter[str]:
        """How often each notice was told, by its key."""
        return Counter(
            notice["key"] for one in self.receiver.requests for notice in one.json["notices"]
        )

    def names(self) -> dict[str, set[str]]:
        """Return by the key of each notice under which keys its messages came."""
        found = defaultdict(set)
        for one in self.receiver.requests:
            assert one.headers["idempotency-key"] == json.loads(one.body)["key"]
            for notice in one.json["notices"]:
                found[notice["key"]].add(one.headers["idempotency-key"])
        return dict(found)


@asynccontextmanager
async def open_correspondence(url: str) -> AsyncIterator[Correspondence]:
    """Serve target and receiver for the time of a block, and write both into a database."""
    here = Correspondence()
    async with serving(here.play) as target, serving(here.receiver.handle) as receiver:
        clock = Clock()
        spec = TaskSpec(
            name="shop",
            target=f"http://127.0.0.1:{target}/",
            interval_s=INTERVAL_S,
            attempts=1,
            recovery_confirmations=1,
        )
        channel = ChannelSpec(name="ops", url=f"webhook+http://127.0.0.1:{receiver}/", default=True)
        async with (
            open_store(parse_address(url), clock.now) as store,
            store.session("set-up") as session,
        ):
            await session.add([spec], clock.now())
            await session.change_alerting(AlertingChange(channels=(channel,)))
        yield here


def read_notices(url: str) -> dict[str, str]:
    """Return what became of each notice of the task, as somebody else reads it; keys are unique."""
    with open_outsider(url) as outsider:
        rows = outsider.ask("SELECT key, state FROM notice WHERE task_id <> 0")
        assert [(1, 1)] == outsider.ask("SELECT count(*), count(closed_at) FROM incident")
    assert len(rows) == len({key for key, _ in rows})
    return dict(rows)
