"""Units, seen by a real systemd on a real bus; what neither ever says comes from a stand-in.

The real one is a user's manager: it answers as that of the whole machine does. The stand-in is a
socket on which the test itself speaks D-Bus.
"""

from __future__ import annotations

import re
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio
from jeepney import HeaderFields, Message, Parser, new_error, new_method_return

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from tests.probes.managers import Manager, running_bus, running_manager
from tests.probes.servers import SHORT_S, hang, look_at, open_files, probe_of
from tests.probes.stepping import cancelled_at_step

UNITS = {
    "well.service": "[Service];ExecStart=/bin/sleep 1000",
    "mail@.service": "[Service];ExecStart=/bin/sleep 1000",
    "ends.service": "[Service];ExecStart=/bin/sh -c 'exit 3'",
    "shot.service": "[Service];ExecStart=/bin/sh -c 'kill -9 $$$$'",
    "loop.service": "[Service];ExecStart=/bin/false;Restart=always;RestartSec=1000",
    "slow.service": "[Service];Type=notify;ExecStart=/bin/sleep 1000",
    "job.service": "[Service];Type=oneshot;ExecStart=/bin/true",
    "job.timer": "[Timer];OnActiveSec=1000",
    "long.service": "[Service];Type=oneshot;ExecStart=/bin/sleep 1000",
    "bad.service": "[Service];Type=oneshot;ExecStart=/bin/false",
    "rest.service": "[Service];ExecStart=/bin/sleep 1000",
    "broken.service": "[Service];ExecStart=relative/path",
}


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    with running_manager(tmp_path_factory.mktemp("systemd"), UNITS) as manager:
        manager.systemctl("mask", "hidden.service")
        manager.systemctl("start", "job.timer", "well.service", "mail@a.service")
        for unit in ("ends", "shot", "loop", "bad", "job"):
            manager.systemctl("start", f"{unit}.service", check=False)
        manager.systemctl("start", "--no-block", "slow.service", "long.service")
        for unit in ("ends", "shot", "bad"):
            manager.wait_until(f"{unit}.service", "failed")
        yield manager


# --- a real systemd -----------------------------------------------------------------------------


async def test_an_active_service_is_up(manager: Manager) -> None:
    result = await look_at("systemd:well.service", bus=manager.bus)
    assert Status.UP == result.status
    assert result.detail.startswith("active (running) for ")
    assert 0 <= result.facts["since"] < 300
    assert {
        "load": "loaded",
        "state": "active",
        "substate": "running",
        "result": "success",
        "restarts": 0,
        "since": result.facts["since"],
    } == result.facts
    assert ["connect", "login", "unit"] == list(result.timings)
    assert manager.bus == result.address


@pytest.mark.parametrize(
    "unit", ["well", "mail@a", "job.timer", "-.slice", "default.target", "-.mount"]
)
async def test_any_sort_of_unit_may_be_asked_about(manager: Manager, unit: str) -> None:
    result = await look_at(f"systemd://{unit}/", bus=manager.bus)
    assert (Status.UP, "active") == (result.status, result.facts["state"])


@pytest.mark.parametrize(
    ("unit", "begins", "ends"),
    [
        ("ends", "failed for ", "s, result exit-code, exit code 3"),
        ("shot", "failed for ", "s, result signal, exit code 137 (SIGKILL)"),
        ("loop", "activating (auto-restart) for ", "s, result exit-code, exit code 1"),
        ("bad", "failed for ", "s, result exit-code, exit code 1"),
        ("rest", "inactive (dead)", ""),
        ("nowhere", "systemd has no unit nowhere.service", ""),
        ("nowhere.mount", "systemd has no unit nowhere.mount", ""),
        ("hidden", "hidden.service is masked", ""),
        ("broken", "broken.service cannot be loaded (bad-setting)", ""),
    ],
)
async def test_a_unit_that_is_not_well_is_down_and_says_why(
    manager: Manager, unit: str, begins: str, ends: str
) -> None:
    result = await look_at(f"systemd:{unit}", bus=manager.bus)
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert result.detail.startswith(begins)
    assert result.detail.endswith(ends)


async def test_a_service_that_is_on_its_way_is_degraded(manager: Manager) -> None:
    result = await look_at("systemd:slow", bus=manager.bus)
    assert Status.DEGRADED == result.status
    assert result.detail.startswith("activating (start) for ")


@pytest.mark.parametrize(
    ("unit", "expected", "begins"),
    [
        ("job", Status.UP, "inactive (dead) for "),
        ("rest", Status.UP, "inactive (dead)"),
        ("long", Status.UP, "activating (start) for "),
        ("well", Status.UP, "active (running) for "),
        ("bad", Status.DOWN, "failed for "),
        ("loop", Status.DOWN, "activating (auto-restart) for "),
        ("nowhere", Status.DOWN, "systemd has no unit"),
    ],
)
async def test_a_job_may_have_ended_but_not_badly(
    manager: Manager, unit: str, expected: Status, begins: str
) -> None:
    result = await look_at(f"systemd:{unit}", bus=manager.bus, oneshot=True)
    assert expected == result.status
    assert result.detail.startswith(begins)


async def test_the_bus_of_the_monitors_own_user_is_where_its_environment_says(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(manager.folder))
    assert Status.UP == (await look_at("systemd:well", bus="user")).status
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with pytest.raises(OwnFault, match=r"the socket /run/user/\d+/bus cannot be used"):
        await look_at("systemd:well", bus="user")


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(manager: Manager) -> None:
    probe = probe_of("systemd:well", {"bus": manager.bus})

    async def work() -> None:
        await probe(Trace())

    await work()
    before = open_files()
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, work)
        assert before == open_files(), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000


async def test_a_bus_without_systemd_is_our_fault(tmp_path: Path) -> None:
    bus = tmp_path / "bus"
    with (
        running_bus(bus),
        pytest.raises(OwnFault, match=r"does not answer at .*; was this machine"),
    ):
        await look_at("systemd:well", bus=str(bus))


async def test_without_a_bus_it_is_our_fault_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="no such file or directory; install dbus") as caught:
        await look_at("systemd:well", bus=str(tmp_path / "none"))
    assert Reason.NETWORK == caught.value.reason


# --- a stand-in ---------------------------------------------------------------------------------

Talk = Callable[[trio.SocketStream], Awaitable[None]]
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


@asynccontextmanager
async def standing_in(talk: Talk, path: Path) -> AsyncIterator[str]:
    async def handle(stream: trio.SocketStream) -> None:
        async with stream:
            with suppress(trio.BrokenResourceError):
                await talk(stream)

    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(str(path))
    listener.listen()
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, handle, [trio.SocketListener(listener)])
        yield str(path)
        nursery.cancel_scope.cancel()


def bus_that(answers: Callable[[Message], Message | bytes | None]) -> Talk:
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


async def look_at_stand_in(talk: Talk, path: Path, **options: object) -> Result:
    async with standing_in(talk, path / "s") as bus:
        return await look_at("systemd:well", bus=bus, **options)


async def fault_at_stand_in(talk: Talk, path: Path) -> OwnFault:
    async with standing_in(talk, path / "s") as bus:
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


def saying(*pieces: bytes) -> Talk:
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
    talk: Talk, said: str, tmp_path: Path
) -> None:
    fault = await fault_at_stand_in(talk, tmp_path)
    assert Reason.NETWORK == fault.reason
    assert str(fault).startswith(f"the bus at {tmp_path}/s ")
    assert re.search(said, str(fault))


async def test_a_silent_bus_is_our_fault(tmp_path: Path) -> None:
    async with standing_in(hang, tmp_path / "s") as bus:
        with pytest.raises(OwnFault, match=r"the bus at .* gave no answer in time"):
            await look_at("systemd:well", SHORT_S, bus=bus)


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("systemd:", {}, "target"),
        ("systemd:.service", {}, "target"),
        ("systemd:a/b", {}, "target"),
        ("systemd:a b", {}, "target"),
        ("systemd:mail@.service", {}, "target"),
        ("systemd:gr\u00fcn", {}, "target"),
        ("systemd:" + "x" * 300, {}, "target"),
        ("systemd:a", {"bus": "session"}, "option bus"),
        ("systemd:a", {"oneshot": "maybe"}, "option oneshot"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
