"""What a service manager is told of us."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.cli.commands import make_app
from monitor.service import Report, ServiceManager
from tests.probes.real import needs_program


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": ""}, None),
        ({"NOTIFY_SOCKET": "vsock:2:1234"}, None),
        ({"NOTIFY_SOCKET": "/run/notify"}, ServiceManager("/run/notify")),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "60000000"}, ServiceManager("@x", 60.0)),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "soon"}, ServiceManager("@x")),
        (
            {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"},
            ServiceManager("@x"),
        ),
        (
            {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "9000000", "WATCHDOG_PID": f"{os.getpid()}"},
            ServiceManager("@x", 9.0),
        ),
    ],
)
def test_whoever_asks_is_told_and_nobody_else(
    environ: dict[str, str], asked: ServiceManager | None
) -> None:
    assert asked == ServiceManager.asked(environ)


@pytest.mark.parametrize(("watchdog_s", "round_s"), [(None, 5.0), (60.0, 5.0), (6.0, 2.0)])
def test_it_is_told_three_times_in_the_time_it_waits(
    watchdog_s: float | None, round_s: float
) -> None:
    assert round_s == ServiceManager("@x", watchdog_s).round_s


@pytest.fixture(params=["file", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    address = f"{tmp_path}/notify" if request.param == "file" else f"@monitor-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("\0" + address[1:] if address[0] == "@" else address)
        channel.setblocking(False)
        yield address, channel


def test_it_is_told_over_its_socket(heard: tuple[str, socket.socket]) -> None:
    address, channel = heard
    ServiceManager(address).tell("READY=1", "STATUS=watching")
    assert b"READY=1\nSTATUS=watching" == channel.recv(4096)


def test_one_that_is_gone_or_does_not_listen_harms_nobody(tmp_path: Path) -> None:
    ServiceManager(str(tmp_path / "nothing")).tell("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        for _ in range(5000):
            ServiceManager(str(tmp_path / "deaf")).tell("WATCHDOG=1")


@attrs.define
class Remembering:
    """A service manager in memory."""

    told: list[str] = attrs.field(factory=list)
    round_s: float = 2.0

    def tell(self, *lines: str) -> None:
        self.told += lines


async def test_a_sign_of_life_is_given_only_while_we_are_well(autojump_clock: MockClock) -> None:
    manager, why = Remembering(), list[str]()
    report = Report(manager, lambda: why, lambda: 7)  # type: ignore[arg-type]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(report.run)
        await trio.sleep(3)
        well = "WATCHDOG=1", "STATUS=watching 7 tasks"
        assert ["READY=1", *well, *well] == manager.told
        manager.told.clear()
        why += ["nobody has audited for 20s", "3 tasks did not look in time"]
        await trio.sleep(2)
        assert ["STATUS=not well: nobody has audited for 20s; 3 tasks did not look in time"] == (
            manager.told
        )
        manager.told.clear()
        report.leave()
        await trio.sleep(2)
        assert ["STOPPING=1", "STATUS=leaving", "WATCHDOG=1"] == manager.told
        nursery.cancel_scope.cancel()


def test_the_example_unit_is_sound(tmp_path: Path) -> None:
    program = needs_program("systemd-analyze", "systemd")
    text = (Path(__file__).parents[2] / "docs" / "examples" / "monitor.service").read_text()
    (command,) = re.findall(r"^ExecStart=\S+ (.*)$", text, re.MULTILINE)
    chain, apps, _rest = make_app().parse_commands(command.split())
    assert ("run",) == tuple(chain)
    known = {name for one in apps[-1].assemble_argument_collection() for name in one.names}
    assert {word for word in command.split() if word.startswith("--")} <= known
    unit = tmp_path / "monitor.service"
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", text))
    done = subprocess.run([program, "verify", unit], text=True, capture_output=True, check=False)
    said = [line for line in done.stderr.splitlines() if "monitor.service" in line]
    assert [] == said
