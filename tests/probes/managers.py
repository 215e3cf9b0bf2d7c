"""A real systemd of our own: a user's manager on a bus of its own, with units made for tests."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from tests.probes.real import needs_program, skip_loudly

START_S = 30.0
COMMAND_S = 30.0

_NAME = "org.freedesktop.systemd1"

# It runs only where systemd is in charge, or seems to be: nobody else sees this folder.
_AS_IF_BOOTED = """
mount --make-rprivate / && mount -t tmpfs none /run && mkdir -p /run/systemd/system
exec "$0" --user --log-target=console
"""


@attrs.frozen
class Manager:
    """A systemd whose units are files in a folder."""

    folder: Path

    @property
    def bus(self) -> str:
        return str(self.folder / "bus")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this manager and of those who talk with it."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.bus}",
        }

    def systemctl(self, *words: str, check: bool = True) -> bool:
        """Give a command, and say whether it did what it should."""
        command = [needs_program("systemctl", "systemd"), "--user", *words]
        environment = self.environment
        done = subprocess.run(
            command, check=check, capture_output=True, timeout=COMMAND_S, env=environment
        )
        return done.returncode == 0

    def is_on_bus(self) -> bool:
        """Say whether systemd has taken its name on the bus; that is some time after its start."""
        command = [needs_program("busctl", "systemd"), "--user", "status", _NAME]
        done = subprocess.run(
            command, check=False, capture_output=True, timeout=COMMAND_S, env=self.environment
        )
        return done.returncode == 0

    def write(self, units: Mapping[str, str]) -> None:
        """Write unit files; `;` stands between their lines."""
        folder = self.folder / "config" / "systemd" / "user"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            (folder / name).write_text(text.replace(";", "\n") + "\n")

    def wait_until(self, unit: str, state: str) -> None:
        """Wait until a unit is `failed`, `active` and so on."""
        deadline = time.monotonic() + START_S
        while not self.systemctl("is-" + state, unit, check=False):
            if time.monotonic() > deadline:
                pytest.fail(f"the unit {unit} is not {state}")
            time.sleep(0.05)


@contextmanager
def running_bus(path: Path) -> Iterator[None]:
    """Run a message bus on a socket of its own."""
    daemon = needs_program("dbus-daemon", "dbus")
    command = [daemon, "--session", f"--address=unix:path={path}", "--nofork", "--nopidfile"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("dbus-daemon did not start")
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_manager(folder: Path, units: Mapping[str, str]) -> Iterator[Manager]:
    """Run systemd with these units; where it cannot run, skip the test loudly."""
    systemd = needs_program("/usr/lib/systemd/systemd", "systemd")
    manager, log = Manager(folder), folder / "log"
    manager.write(units)
    with running_bus(folder / "bus"), log.open("wb") as output:
        command = [needs_program("unshare", "util-linux"), "-m", "sh", "-ec", _AS_IF_BOOTED]
        process = subprocess.Popen(
            [*command, systemd], stdout=output, stderr=output, env=manager.environment
        )
        try:
            deadline = time.monotonic() + START_S
            while not manager.is_on_bus():
                if process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(errors="replace").splitlines()[-1:]
                    why = f"NEEDS A REAL systemd, which cannot run here: {said}"
                    skip_loudly(why)
                time.sleep(0.05)
            yield manager
        finally:
            # It stops its units first.
            process.terminate()
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
