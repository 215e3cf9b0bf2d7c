"""What systemd and its bus never say: a stand-in says it.

The stand-in is a socket on which the test itself speaks D-Bus.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from jeepney import HeaderFields, Message, Parser, new_error, new_method_return

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import OwnFault
from tests.probes.servers import SHORT_S, Handler, hang, look_at, serving_at

UNIT = "/org/freedesktop/systemd1/unit/well_2eservice"
WELL = {
    "LoadState": ("s", "loaded"),
    "ActiveState": ("s", "active"),
    "SubState": ("s", "running"),
    "StateChangeTimestamp": ("t", 1),
    "Result": ("s", "success"),
    "NRestarts": ("u", 0),
    "ExecMainCode": ("i", 0),
    "ExecMainStatus": ("i", 0),
}


def bus_that(answers: Callable[[Message], Message | bytes | None]) -> Handler:
    """Let anybody in, and answer each call by what `answers` makes of it."""

    async def talk(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"OK 1234deadbeef\r\n")
        parser, begun = Parser(), False
        async for data in stream:
            rest = data if begun else data.removeprefix(b"BEGIN\r\n")
            begun = True
            for call in parser.feed(rest):
                answer = answers(call)
                if isinstance(answer, Message):
                    answer = answer.serialise(serial=7)
                await stream.send_all(answer or b"")

    return talk


def systemd_with(
    properties: dict[str, tuple[str, Any]], loaded: tuple[str, Any] = ("o", UNIT)
) -> Callable[[Message], Message]:
    def answer(call: Message) -> Message:
        match call.header.fields[HeaderFields.member]:
            case "Hello":
                return new_method_return(call, "s", (":1.7",))
            case "LoadUnit":
                return new_method_return(call, loaded[0], (loaded[1],))
        name = call.body[1]
        if name not in properties:
            return new_error(call, "org.freedesktop.DBus.Error.UnknownProperty")
        return new_method_return(call, "v", (properties[name],))

    return answer


async def look_at_stand_in(talk: Handler, path: Path, **options: object) -> Result:
    async with serving_at(talk, path / "s") as bus:
        return await look_at("systemd:well", bus=bus, **options)


async def fault_at_stand_in(talk: Handler, path: Path) -> OwnFault:
    async with serving_at(talk, path / "s") as bus:
        with pytest.raises(OwnFault) as caught:
            await look_at("systemd:well", bus=bus)
    return caught.value


async def test_an_old_systemd_that_counts_no_restarts_will_do(tmp_path: Path) -> None:
    properties = {name: value for name, value in WELL.items() if name != "NRestarts"}
    result = await look_at_stand_in(bus_that(systemd_with(properties)), tmp_path)
    assert (Status.UP, None) == (result.status, result.facts.get("restarts"))


@pytest.mark.parametrize(
    ("state", "oneshot", "expected"),
    [
        ("reloading", False, Status.DEGRADED),
        ("refreshing", False, Status.DEGRADED),
        ("deactivating", False, Status.DOWN),
        ("deactivating", True, Status.UP),
        ("maintenance", True, Status.DOWN),
        ("something\nnew", False, Status.DOWN),
    ],
)
async def test_every_state_has_a_meaning(
    state: str, oneshot: bool, expected: Status, tmp_path: Path
) -> None:
    talk = bus_that(systemd_with({**WELL, "ActiveState": ("s", state)}))
    result = await look_at_stand_in(talk, tmp_path, oneshot=oneshot)
    assert expected == result.status
    assert result.detail.isprintable()


async def test_values_of_wrong_types_are_left_away(tmp_path: Path) -> None:
    wrong = {name: ("as", ["x"]) for name in WELL} | {"ActiveState": ("s", "active")}
    result = await look_at_stand_in(bus_that(systemd_with(wrong)), tmp_path)
    assert (Status.UP, {"state": "active"}) == (result.status, result.facts)


@pytest.mark.parametrize(
    "answers",
    [
        systemd_with({}),
        systemd_with({"ActiveState": ("u", 1)}),
        systemd_with(WELL, ("s", "not a path")),
        systemd_with(WELL, ("u", 5)),
        systemd_with(WELL, ("o", "/somewhere/else")),
    ],
    ids=["nothing", "number", "text", "no path", "elsewhere"],
)
async def test_somebody_else_in_the_place_of_systemd_is_our_fault(
    answers: Callable[[Message], Message], tmp_path: Path
) -> None:
    fault = await fault_at_stand_in(bus_that(answers), tmp_path)
    assert "what answers for systemd on the bus is not systemd" == str(fault)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("org.freedesktop.DBus.Error.AccessDenied", "systemd may not be asked at "),
        ("org.freedesktop.DBus.Error.NameHasNoOwner", "systemd does not answer at "),
    ],
)
async def test_a_bus_that_says_no_is_our_fault(name: str, begins: str, tmp_path: Path) -> None:
    def answer(call: Message) -> Message:
        if call.header.fields[HeaderFields.member] == "Hello":
            return new_method_return(call, "s", (":1.7",))
        return new_error(call, name, "s", ("no way",))

    fault = await fault_at_stand_in(bus_that(answer), tmp_path)
    assert str(fault).startswith(begins)
    assert ": no way" in str(fault)


async def test_a_unit_that_systemd_cannot_load_is_down(tmp_path: Path) -> None:
    def answer(call: Message) -> Message:
        if call.header.fields[HeaderFields.member] == "Hello":
            return new_method_return(call, "s", (":1.7",))
        return new_error(call, "org.freedesktop.systemd1.NoSuchUnit", "s", ("Unit is gone.",))

    result = await look_at_stand_in(bus_that(answer), tmp_path)
    assert (Status.DOWN, "unit") == (result.status, result.phase)
    assert "systemd has no unit well.service: Unit is gone." == result.detail


def message_of(signature: bytes, body: bytes) -> bytes:
    """Write a message that the library would not: a reply to the first call."""
    fields = b"\x05\x01u\0\1\0\0\0" + b"\x08\x01g\0" + bytes([len(signature)]) + signature + b"\0"
    head = struct.pack("<cBBBIII", b"l", 2, 0, 1, len(body), 1, len(fields)) + fields
    return head + b"\0" * (-len(head) % 8) + body


EMPTY_STRUCTURES = message_of(b"a()", struct.pack("<II", 64, 0) + b"\0" * 64)


def saying(*pieces: bytes) -> Handler:
    async def talk(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        for piece in pieces:
            await stream.send_all(piece)
        await stream.send_eof()
        await hang(stream)

    return talk


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (saying(), "closed the connection"),
        (saying(b"REJECTED EXTERNAL\r\n"), r"does not let user \d+ in: REJECTED EXTERNAL"),
        (saying(b"HTTP/1.1 400 Bad\r\n"), r"does not let user \d+ in: HTTP"),
        (saying(b"x" * 10_000), "does not let user"),
        (saying(b"OK 12\r\n", b"\0" * 5_000), "does not let user|does not speak D-Bus"),
        (bus_that(lambda _call: b"\xff" * 5_000), "does not speak D-Bus"),
        (bus_that(lambda _call: b"l\2\0\1" + b"\xff" * 12 + b"x" * 300_000), "more than 256 KiB"),
        (bus_that(lambda _call: message_of(b"s", b"\xff\0\0\0")), "does not speak D-Bus"),
        (bus_that(lambda _call: message_of(b"v" * 9, b"\1v\0" * 200)), "does not speak D-Bus"),
        (bus_that(lambda _call: message_of(b"(((", b"")), "does not speak D-Bus"),
        (bus_that(lambda _call: EMPTY_STRUCTURES), "does not speak D-Bus"),
    ],
    ids=[
        *("nothing", "rejected", "http", "line", "zeros", "ones", "huge", "short", "variants"),
        *("signature", "empty structures"),
    ],
)
async def test_a_bus_that_makes_no_sense_is_our_fault(
    talk: Handler, said: str, tmp_path: Path
) -> None:
    fault = await fault_at_stand_in(talk, tmp_path)
    assert Reason.NETWORK == fault.reason
    assert str(fault).startswith(f"the bus at {tmp_path}/s ")
    assert re.search(said, str(fault))


async def test_a_silent_bus_is_our_fault(tmp_path: Path) -> None:
    async with serving_at(hang, tmp_path / "s") as bus:
        with pytest.raises(OwnFault, match=r"the bus at .* gave no answer in time"):
            await look_at("systemd:well", SHORT_S, bus=bus)
