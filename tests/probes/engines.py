"""A real container engine of our own, with containers in every state that tests want."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs
import pytest

from tests.probes.real import needs_program, skip_loudly

START_S = 60.0
COMMAND_S = 60.0

_APPLETS = ("sh", "sleep", "true", "false")


@attrs.frozen
class Engine:
    """A Docker engine that runs in a folder; its image `box` is busybox and nothing else."""

    folder: Path

    @property
    def socket(self) -> str:
        return str(self.folder / "docker.sock")

    def docker(self, *words: str) -> str:
        """Give a command and return what it prints."""
        command = [needs_program("docker", "docker.io"), "-H", f"unix://{self.socket}", *words]
        done = subprocess.run(command, check=True, capture_output=True, timeout=COMMAND_S)
        return done.stdout.decode().strip()

    def run(self, name: str, *words: str) -> None:
        """Start a container of that name, with options, the image and a command."""
        self.docker("run", "--detach", "--network=host", f"--name={name}", *words)

    def wait_until(self, name: str, wanted: str) -> None:
        """Wait until a container is in a state: `running`, `exited`, or `healthy` and so on."""
        template = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
        deadline = time.monotonic() + START_S
        while wanted not in (found := self.docker("inspect", f"--format={template}", name)):
            if time.monotonic() > deadline:
                pytest.fail(f"the container {name} is {found} and not {wanted}")
            time.sleep(0.05)


@contextmanager
def running_engine(folder: Path) -> Iterator[Engine]:
    """Run an engine; where none can run, skip the test loudly. Its containers end with it."""
    server = needs_program("dockerd", "docker.io")
    box = needs_program("busybox", "busybox-static")
    engine, log = Engine(folder), folder / "log"
    (folder / "settings.json").write_text("{}")
    command = [
        *(server, f"--host=unix://{engine.socket}", f"--config-file={folder}/settings.json"),
        *(f"--data-root={folder}/data", f"--exec-root={folder}/run", f"--pidfile={folder}/pid"),
        # Neither networks nor layers are wanted, and this machine may not be able to have them.
        *("--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=vfs"),
        "--default-ulimit=nofile=1024:1024",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _wait_for(engine, process, log)
        _import_box(engine, box)
        yield engine
        if containers := engine.docker("ps", "--all", "--quiet").split():
            engine.docker("rm", "--force", *containers)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
        for mount in folder.glob("run/netns/*"):
            subprocess.run(["umount", mount], check=False, stderr=subprocess.DEVNULL)


def _wait_for(engine: Engine, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        with suppress(subprocess.CalledProcessError):
            engine.docker("version")
            return
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").splitlines()[-1:]
            why = f"NEEDS A REAL dockerd, which cannot run here as user {os.geteuid()}: {said}"
            skip_loudly(why)
        time.sleep(0.05)


def _import_box(engine: Engine, box: str) -> None:
    programs = engine.folder / "box" / "bin"
    programs.mkdir(parents=True)
    shutil.copy(box, programs / "busybox")
    for applet in _APPLETS:
        (programs / applet).symlink_to("busybox")
    archive = shutil.make_archive(str(engine.folder / "box"), "tar", engine.folder / "box")
    engine.docker("import", archive, "box")
