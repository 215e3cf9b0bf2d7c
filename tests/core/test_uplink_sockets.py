"""The uplink gate with real sockets, real kinds and real time: who is cut off, who is just dead."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
import pytest
import trio

from monitor.app import Tuning, open_monitor
from monitor.core.model import Reason, Status, Task, TaskSpec
from monitor.core.records import LookRecord
from monitor.engine.clock import Clock
from monitor.probes import prepare
from monitor.store.memory import MemoryStore
from tests.probes.real import skip_loudly

BOUND_S = 60.0


def own_address() -> str:
    """Return an address of this machine that is not its loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            skip_loudly("NEEDS AN ADDRESS besides 127.0.0.1: any network interface will do")
        address: str = sock.getsockname()[0]
        return address


@attrs.define(eq=False)
class Door:
    """A port that refuses until it is opened; it is ours all the time."""

    sock: socket.socket

    @property
    def target(self) -> str:
        host, port = self.sock.getsockname()
        return f"tcp://{host}:{port}"

    def open(self) -> None:
        self.sock.listen(100)


@pytest.fixture
def doors() -> Iterator[tuple[Door, Door]]:
    address = own_address()
    with socket.socket() as first, socket.socket() as second:
        for sock in (first, second):
            sock.bind((address, 0))
        yield Door(first), Door(second)


@attrs.define(eq=False)
class Looks:
    """What was judged, as it happens."""

    send: trio.MemorySendChannel[LookRecord]

    def note(self, task: Task, record: LookRecord) -> None:
        del task
        self.send.send_nowait(record)


async def next_record(receive: trio.MemoryReceiveChannel[LookRecord], wanted: Status) -> LookRecord:
    """Return the next look that was judged so; everything before must have been judged UPLINK."""
    async for record in receive:
        if record.result.status is wanted:
            return record
        assert Reason.UPLINK is record.result.reason
    raise AssertionError("the monitor has left")


async def test_a_cut_off_machine_blames_itself_and_a_dead_target_is_down(
    doors: tuple[Door, Door],
) -> None:
    shop, router = doors
    store = MemoryStore(now=lambda: datetime.now(UTC))
    clock = Clock()
    task = store.insert(
        TaskSpec(name="shop", target=shop.target, interval_s=600.0, attempts=1), clock.now()
    )
    send, receive = trio.open_memory_channel[LookRecord](100)
    tuning = Tuning(anchors=(router.target,), anchor_interval_s=0.2)
    with trio.fail_after(BOUND_S):
        async with open_monitor(store, clock, prepare, tuning, Looks(send).note) as app:
            cut_off = await next_record(receive, Status.UNKNOWN)
            assert Reason.UPLINK is cut_off.result.reason
            assert "connection refused" in cut_off.result.detail
            assert app.uplink.lost
            shop.open()
            router.open()
            # Long before its next slot: it is woken when the anchor answers.
            await next_record(receive, Status.UP)
            assert not app.uplink.lost
            shop.sock.close()
            while not app.beat.wake(task.id):  # it may still be recording
                await trio.lowlevel.checkpoint()
            dead = await next_record(receive, Status.DOWN)
            assert "connection refused" in dead.result.detail
    kinds = sorted(event.kind for event in store.tables.events.values())
    assert ["uplink.back", "uplink.lost"] == [kind for kind in kinds if kind.startswith("uplink")]
    assert 1 == len(store.tables.incidents)
