"""AMQP: logins, queues and round trips; against a real RabbitMQ and scripted brokers."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import trio

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault, TargetDown
from monitor.probes.account import Account
from monitor.probes.amqpwire import AmqpWire, read_table
from monitor.probes.wire import Wire
from tests.probes.conversations import judged, recording, repeating
from tests.probes.real import needs
from tests.probes.servers import look_at, probe_of, serving


@pytest.fixture
def rabbit() -> int:
    return needs("amqp")


async def ask(port: int, **options: object) -> Result:
    return await look_at(f"amqp://127.0.0.1:{port}", **options)


def method(numbers: tuple[int, int], arguments: bytes, channel: int = 0) -> bytes:
    payload = numbers[0].to_bytes(2, "big") + numbers[1].to_bytes(2, "big") + arguments
    head = b"\1" + channel.to_bytes(2, "big") + len(payload).to_bytes(4, "big")
    return head + payload + b"\xce"


def text(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def start(mechanisms: bytes = b"PLAIN", table: bytes = b"") -> bytes:
    return method((10, 10), b"\0\x09" + text(table) + text(mechanisms) + text(b"en_US"))


@asynccontextmanager
async def queued(port: int, messages: int) -> AsyncIterator[str]:
    """Lend the name of a queue that has so many messages."""
    name = f"monitor test {uuid.uuid4()}"
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    async with Wire(stream, "127.0.0.1") as wire:
        broker = AmqpWire(wire)
        await broker.greet()
        await broker.login(Account("guest", "guest"), "/")
        await broker.open_channel()
        short = bytes([len(name)]) + name.encode()
        await wire.send(method((50, 10), bytes(2) + short + b"\0" + text(b""), 1))
        for _ in range(messages):
            await broker.publish(name.encode(), b"x")
        # Asking on the same channel waits until everything before has been done.
        while (await broker.look_at_queue(name))[0] < messages:
            pass
        try:
            yield name
        finally:
            await wire.send(method((50, 40), bytes(2) + short + b"\0", 1))
            with suppress(TargetDown):  # the answer to the deletion comes first
                await broker.close()


LET_IN = method((10, 30), bytes(8)) + method((10, 41), b"\0")


async def test_a_broker_that_lets_us_in_is_up(rabbit: int) -> None:
    result = await ask(rabbit)
    version = result.facts["server_version"]
    assert (Status.UP, f"RabbitMQ {version} let us in") == (result.status, result.detail)
    assert "RabbitMQ" == result.facts["product"]
    assert ["resolve", "connect", "greeting", "login"] == list(result.timings)


async def test_a_message_of_our_own_comes_back(rabbit: int) -> None:
    result = await ask(rabbit, round_trip=True)
    assert Status.UP == result.status, result.detail
    assert 0 < result.facts["round_trip"] < result.duration_s
    target = f"amqp://127.0.0.1:{rabbit}"
    assert Status.UP == (await judged(target, "round_trip < 5s", round_trip=True)).status


async def test_the_depth_of_a_queue_is_a_fact(rabbit: int) -> None:
    async with queued(rabbit, 3) as name:
        result = await ask(rabbit, queue=name)
        assert Status.UP == result.status, result.detail
        assert (3, 0) == (result.facts["messages"], result.facts["consumers"])
        assert f"; 3 messages, 0 consumers in {name}" in result.detail
        target = f"amqp://127.0.0.1:{rabbit}"
        assert Status.UP == (await judged(target, "messages < 4", queue=name)).status
        assert Status.DOWN == (await judged(target, "messages < 3", queue=name)).status
        result = await ask(rabbit, queue=name, round_trip=True)
        assert {"messages", "round_trip"} <= result.facts.keys()


async def test_a_missing_queue_is_down(rabbit: int) -> None:
    result = await ask(rabbit, queue="no such queue")
    assert (Status.DOWN, "queue") == (result.status, result.phase)
    assert "NOT_FOUND - no queue 'no such queue' in vhost '/' (404)" == result.detail


@pytest.mark.parametrize("path", ["", "/", "/%2F"])
async def test_the_virtual_host_is_the_path(rabbit: int, path: str) -> None:
    assert Status.UP == (await look_at(f"amqp://127.0.0.1:{rabbit}{path}")).status
    result = await look_at(f"amqp://127.0.0.1:{rabbit}/nope")
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert "NOT_ALLOWED - vhost nope not found (530)" == result.detail


async def test_a_wrong_password_is_down(rabbit: int) -> None:
    result = await look_at(f"amqp://guest@127.0.0.1:{rabbit}", password="hunter2")
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert result.detail.startswith("ACCESS_REFUSED - Login was refused")


async def test_the_broker_sees_us_leave_politely(rabbit: int) -> None:
    heard = bytearray()
    async with recording(rabbit, heard) as port:
        await ask(port)
    assert heard.endswith(method((10, 51), b""))
    heard.clear()
    async with recording(rabbit, heard) as port:
        await ask(port, queue="no such queue")
    assert heard.endswith(method((10, 51), b""))


async def test_a_broker_that_accepts_no_messages_is_down() -> None:
    said = (
        start()
        + LET_IN
        + method((20, 11), text(b""), 1)
        + method((50, 11), b"\3own" + bytes(8), 1)
        + method((60, 21), b"\1x", 1)
        + method((10, 60), b"\x0alow memory")
    )
    async with serving(repeating(said)) as port:
        result = await ask(port, round_trip=True)
    assert (Status.DOWN, "round_trip") == (result.status, result.phase)
    assert "the broker accepts no messages now: low memory" == result.detail


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"AMQP\0\1\0\0", "the broker speaks another version of AMQP"),
        (b"\1\0\0\xff\xff\xff\xff", "not an AMQP broker"),
        (b"\1\0\0\0\0\0\1x\0", "not an AMQP broker"),
        (start() + method((10, 20), text(b"?")), "not a valid answer of an AMQP broker"),
        (method((10, 50), b"\1\x40\6go now" + bytes(4)), "go now (320)"),
        (start(table=b"\1x?"), "not a valid answer of an AMQP broker"),
    ],
)
async def test_what_is_no_good_answer_is_down(said: bytes, expected: str) -> None:
    async with serving(repeating(said)) as port:
        result = await ask(port)
    assert (Status.DOWN, expected) == (result.status, result.detail)


async def test_a_login_that_is_not_offered_is_our_fault() -> None:
    async with serving(repeating(start(b"SCRAM EXTERNAL"))) as port:
        with pytest.raises(OwnFault, match="no login by PLAIN, only by SCRAM EXTERNAL"):
            await ask(port)


def test_a_table_is_read_whatever_is_in_it() -> None:
    table = (
        b"\7versionS" + text(b"3.10") + b"\1tt\1" + b"\1lI\0\0\0\1" + b"\1dD\0\0\0\0\1"
        + b"\1VV" + b"\4moreF" + text(b"\1xS" + text(b"y")) + b"\1aA" + text(b"V")
    )  # fmt: skip
    assert {"version": "3.10"} == read_table(table)
    for end in range(1, len(table)):
        try:
            read_table(table[:end])
        except TargetDown:
            continue
    with pytest.raises(TargetDown):
        read_table(b"\1xS\xff\xff\xff\xff")


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("amqp://h/" + "x" * 256, {}, "target"),
        ("amqp://h", {"queue": "x" * 256}, "option queue"),
        ("amqp://h", {"password": "x"}, "option user"),
        ("amqp://h", {"round_trip": "yes please"}, "option round_trip"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
