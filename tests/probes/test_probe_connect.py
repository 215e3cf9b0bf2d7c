"""The one way out: which faults are the target's, which are ours, and what is left open."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import trio

from monitor.core.model import Reason, Status
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes import connect as room
from monitor.probes.connect import connect, connect_udp, resolve
from monitor.probes.threads import ThreadFamily
from tests.probes.servers import (
    SHORT_S,
    closed_port,
    deaf_port,
    hang,
    look_at,
    no_more_files,
    open_files,
    serving,
)
from tests.probes.stepping import cancelled_at_step

Names = dict[str, list[str] | Exception]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A table of names that are looked up here instead of at the system's resolver."""
    table: Names = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: bytes | str, port: int, *more: int, **details: int) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        found = [] if details.get("flags", 0) & socket.AI_NUMERICHOST else table.get(name, [])
        if isinstance(found, Exception):
            raise found
        return [
            info for address in found or [name] for info in real(address, port, *more, **details)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return table


async def fails(host: str, port: int = 9) -> BaseException:
    """Return the error of connecting, which must come soon."""
    with trio.fail_after(5), pytest.raises((TargetDown, OwnFault)) as caught:
        await (await connect(host, port, Trace())).aclose()
    return caught.value


# --- names --------------------------------------------------------------------------------------


async def test_an_address_written_as_a_number_needs_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trio.to_thread, "run_sync", None)
    assert ["192.0.2.7:80"] == [str(address) for address in await resolve("192.0.2.7", 80, Trace())]
    assert ["[2001:db8::1]:80"] == [str(a) for a in await resolve("2001:db8::1", 80, Trace())]


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_NODATA])
async def test_a_name_that_does_not_exist_is_the_targets_fault(code: int, names: Names) -> None:
    names["shop.example"] = socket.gaierror(code, "no such name")
    result = await look_at("tcp://shop.example:80")
    assert (Status.DOWN, "resolve") == (result.status, result.phase)
    assert "the name shop.example does not exist or has no address" == result.detail


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Reason.RESOLVER),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), Reason.RESOLVER),
        (socket.gaierror(socket.EAI_MEMORY, "Memory"), Reason.RESOLVER),
        (OSError(errno.EIO, "EAI_SYSTEM looks like this"), Reason.RESOLVER),
        (OSError(errno.EMFILE, "and like this"), Reason.DESCRIPTORS),
    ],
    ids=lambda value: str(value),
)
async def test_a_resolver_in_trouble_is_our_own_fault(
    error: Exception, reason: Reason, names: Names
) -> None:
    names["shop.example"] = error
    caught = await fails("shop.example")
    assert isinstance(caught, OwnFault)
    assert reason == caught.reason


@pytest.fixture
def stuck_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A resolver that answers nobody before the test is over."""
    over = threading.Event()
    real = socket.getaddrinfo

    def getaddrinfo(host: bytes, port: int, **details: Any) -> list[Any]:
        if not details["flags"] & socket.AI_NUMERICHOST:
            over.wait()
        return real(host, port, **details)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    over.set()


async def test_a_silent_resolver_is_our_own_fault_and_said_before_the_deadline(
    stuck_resolver: None,
) -> None:
    with pytest.raises(OwnFault, match=r"our resolver gave no answer for shop\.test") as caught:
        await look_at("tcp://shop.test:80", SHORT_S)
    assert Reason.RESOLVER == caught.value.reason


async def test_lookups_that_wait_for_a_thread_in_vain_are_our_own_fault(
    stuck_resolver: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "RESOLVER_THREADS", ThreadFamily("one thread", 1))
    with pytest.raises(OwnFault):
        await look_at("tcp://first.test:80", 0.05)
    with pytest.raises(OwnFault, match="all 1 lookup threads were busy") as caught:
        await look_at("tcp://second.test:80", SHORT_S)
    assert Reason.RESOLVER == caught.value.reason
    # Numbers need no resolver, so they still go through.
    assert Status.DOWN == (await look_at(f"tcp://127.0.0.1:{closed_port()}")).status


# --- connecting ---------------------------------------------------------------------------------


async def test_a_connection_that_hangs_is_down_in_phase_connect_and_names_the_address() -> None:
    with deaf_port() as port:
        result = await look_at(f"tcp://127.0.0.1:{port}", SHORT_S)
    assert (Status.DOWN, "connect") == (result.status, result.phase)
    assert "no answer within 0.2 s, in phase connect" == result.detail
    assert f"127.0.0.1:{port}" == result.address


async def test_when_one_address_refuses_the_next_is_used(
    names: Names,
) -> None:
    names["two.example"] = ["127.0.0.3", "127.0.0.2"]
    async with serving(hang, host="127.0.0.2") as port:
        result = await look_at(f"tcp://two.example:{port}")
    assert (Status.UP, f"127.0.0.2:{port}") == (result.status, result.address)


async def test_when_one_address_is_silent_the_next_is_tried_and_the_first_closed(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "STAGGER_S", 0.01)
    with deaf_port() as port:
        names["two.example"] = ["127.0.0.1", "127.0.0.2"]
        with socket.socket() as listener:
            listener.bind(("127.0.0.2", port))
            listener.listen()
            before = open_files()
            result = await look_at(f"tcp://two.example:{port}")
            assert before == open_files()
    assert (Status.UP, f"127.0.0.2:{port}") == (result.status, result.address)


async def test_when_all_addresses_refuse_all_are_named(
    names: Names,
) -> None:
    port = closed_port()
    names["two.example"] = ["127.0.0.1", "::1"]
    result = await look_at(f"tcp://two.example:{port}")
    assert Status.DOWN == result.status
    refused = "connection refused"
    assert f"127.0.0.1:{port}: {refused}; [::1]:{port}: {refused}" == result.detail


async def test_a_name_with_very_many_addresses_is_not_tried_for_ever(
    names: Names,
) -> None:
    names["many.example"] = [f"127.0.1.{number}" for number in range(100)]
    assert room.ADDRESSES_TRIED == len(await resolve("many.example", 80, Trace()))


def failing(monkeypatch: pytest.MonkeyPatch, **errors: int) -> None:
    """Let connecting to an address fail with an error number, as the kernel would say it."""

    async def connect_to(self: object, address: tuple[str, int]) -> None:
        await trio.lowlevel.checkpoint()
        number = errors["v6" if ":" in address[0] else "v4"]
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(trio._socket._SocketType, "connect", connect_to)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENETUNREACH, Reason.NETWORK),
        (errno.ENETDOWN, Reason.NETWORK),
        (errno.EADDRNOTAVAIL, Reason.NETWORK),
        (errno.EPERM, Reason.NETWORK),
        (errno.ENOBUFS, Reason.NETWORK),
        (errno.EMFILE, Reason.DESCRIPTORS),
        (errno.ENFILE, Reason.DESCRIPTORS),
    ],
    ids=errno.errorcode.get,
)
async def test_what_this_machine_cannot_do_is_its_own_fault(
    number: int, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, v4=number)
    before = open_files()
    caught = await fails("192.0.2.7")
    assert isinstance(caught, OwnFault)
    assert reason == caught.reason
    assert before == open_files()


@pytest.mark.parametrize(
    "number",
    [errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ECONNRESET],
    ids=errno.errorcode.get,
)
async def test_what_the_target_says_is_a_claim_about_it(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, v4=number)
    caught = await fails("192.0.2.7", 80)
    assert isinstance(caught, TargetDown)
    assert str(caught).startswith("192.0.2.7:80: ")


async def test_no_road_by_ipv6_does_not_hide_that_ipv4_was_refused(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names["two.example"] = ["2001:db8::1", "192.0.2.7"]
    failing(monkeypatch, v6=errno.ENETUNREACH, v4=errno.ECONNREFUSED)
    assert isinstance(await fails("two.example"), TargetDown)
    failing(monkeypatch, v6=errno.ENETUNREACH, v4=errno.ENETUNREACH)
    assert isinstance(await fails("two.example"), OwnFault)
    failing(monkeypatch, v6=errno.EMFILE, v4=errno.ECONNREFUSED)
    assert isinstance(await fails("two.example"), OwnFault)


async def test_too_many_open_files_is_our_own_fault() -> None:
    """By the real limit of this process, lowered for a moment."""
    async with serving(hang) as port:
        with no_more_files():
            caught = await fails("127.0.0.1", port)
    assert isinstance(caught, OwnFault)
    assert Reason.DESCRIPTORS == caught.reason


async def test_a_datagram_socket_fails_like_a_stream() -> None:
    with no_more_files(), pytest.raises(OwnFault):
        await connect_udp("127.0.0.1", 9, Trace())


# --- cancellation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["127.0.0.3", "127.0.0.1", "127.0.0.1"]],
    ids=["one address", "a race"],
)
async def test_connecting_can_be_cancelled_at_every_step_and_leaves_nothing_open(
    addresses: list[str],
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "STAGGER_S", 0.0)
    names["some.example"] = list(addresses)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1000)
        port = listener.getsockname()[1]

        async def work() -> None:
            stream = await connect("some.example", port, Trace())
            stream.socket.close()

        await work()
        before = open_files()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert before == open_files(), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 2 < step < 1000
