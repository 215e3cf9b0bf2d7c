"""What CI does: `nox` without arguments lints, checks types, tests, and simulates twenty years.

`nox -l` lists the rest; what follows `--` goes to the tool behind a session.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nox

SUPPORTED = ("3.11", "3.12", "3.13")
PROJECT = nox.project.load_toml("pyproject.toml")


def candidates(version: str) -> Iterator[Path]:
    """Where a Python of this version may be: on PATH, or among pyenv's, which PATH may lack."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = [Path(folder) for folder in os.get_exec_path()]
    with suppress(PermissionError):
        folders += sorted(pyenv.glob(f"versions/{version}.*/bin"))
    yield from (folder / f"python{version}" for folder in folders)


def answers(python: Path) -> bool:
    """Tell a real interpreter from pyenv's shim of a version that is not switched on."""
    try:
        asked = subprocess.run([python, "-c", "import ssl, sqlite3"], capture_output=True)
    except OSError:
        return False
    return asked.returncode == 0


def installed_versions() -> list[str]:
    """Return the supported versions of this machine, and see that nox will find each."""
    versions = []
    for version in SUPPORTED:
        python = next(filter(answers, candidates(version)), None)
        if python is None:
            print(f"noxfile: NO PYTHON {version} HERE, so no tests on it", file=sys.stderr)
            continue
        versions.append(version)
        os.environ["PATH"] += os.pathsep + str(python.parent)
    if not versions:
        sys.exit(f"noxfile: none of Python {', '.join(SUPPORTED)} is installed; install one")
    return versions


INSTALLED = installed_versions()

FAILED = Path(".pytest_cache/v/cache/lastfailed")
IN_PARALLEL = ("--numprocesses=3", "--dist=worksteal")
"""More than the cores of a small machine: much of the time tests wait for servers and processes."""
LIVES = "tests/simulated"
"""Simulated lives, the same on every Python: `simulate` lives them, once."""

nox.needs_version = ">=2026.10"
nox.options.sessions = ["lint", "types", "tests", "simulate"]
nox.options.default_venv_backend = "virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"


def install(session: nox.Session, *groups: str, project: bool = True) -> None:
    """Install the dependency groups, and the project in place, at the pinned versions."""
    wanted = nox.project.dependency_groups(PROJECT, *groups) if groups else ()
    session.install("-c", "constraints.txt", *wanted, *(["-e", "."] if project else []))


@nox.session(python=INSTALLED[0])
def lint(session: nox.Session) -> None:
    """Look for mistakes and disorder in the source."""
    install(session, "lint", project=False)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(python=INSTALLED[0])
def types(session: nox.Session) -> None:
    """Check the types, strictly."""
    install(session, "test", "browser", "types")
    session.run("mypy")


@nox.session(python=INSTALLED)
def tests(session: nox.Session) -> None:
    """Run the tests on each Python of this machine.

    What fails beside others is tried once more by itself: tests of real servers and processes have
    deadlines, and a small machine that runs three at once may miss one. It is said aloud, and what
    fails by itself too fails the session.
    """
    install(session, "test", "browser")
    whole = session.posargs or [f"--ignore={LIVES}"]
    session.run("pytest", "--cache-clear", *IN_PARALLEL, *whole, success_codes=[0, 1])
    if FAILED.exists() and FAILED.read_text().strip() != "{}":
        print("noxfile: ONCE MORE, by itself, what failed beside others", flush=True)
        session.run("pytest", "--last-failed", *whole)


@nox.session(python=INSTALLED[0])
def quick(session: nox.Session) -> None:
    """Run the quick tests on one Python, for scripts/check."""
    install(session, "test")
    session.run("pytest", "-m", "not slow", *session.posargs)


@nox.session(python=INSTALLED[0])
def browser(session: nox.Session) -> None:
    """Use the dashboard in Debian's Chromium, and look for what some people could not use."""
    install(session, "test", "browser")
    session.run("pytest", "tests/browser", *session.posargs, env={"MONITOR_BROWSER": "1"})


@nox.session(python=INSTALLED[0])
def pictures(session: nox.Session) -> None:
    """Take the pictures of the README anew, of the demonstration."""
    install(session, "browser")
    session.run("python", "scripts/pictures.py")


@nox.session(python=INSTALLED[-1])
def cover(session: nox.Session) -> None:
    """Run the tests and list the lines that none of them ran."""
    install(session, "test")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(python=INSTALLED[0])
def bench(session: nox.Session) -> None:
    """Measure what a look costs and how well the schedule is kept."""
    install(session, "test")
    session.run("python", "scripts/bench.py", *session.posargs)


@nox.session(python=INSTALLED[0])
def soak(session: nox.Session) -> None:
    """Run the monitor for long, with faults, and look for what grows or goes missing."""
    install(session, "test")
    session.run("python", "scripts/soak.py", *session.posargs)


@nox.session(python=INSTALLED[0])
def chaos(session: nox.Session) -> None:
    """Break real servers and kill real processes, and judge from outside; see docs/chaos.md."""
    install(session, "test")
    session.run("python", "scripts/chaos.py", *session.posargs)


@nox.session(python=INSTALLED[0])
def storm(session: nox.Session) -> None:
    """Simulate a hundred thousand incidents among crashes and faults, and see who was told."""
    install(session, "test")
    session.run("python", "scripts/storm.py", *session.posargs)


@nox.session(python=INSTALLED[0])
def simulate(session: nox.Session) -> None:
    """Live 20 x 100 tasks x a year of everything that can go wrong; `-- --nightly` does more.

    Before that, that its judges notice each of the mutants; then a week of 200 tasks without
    leaving a single look out.
    """
    install(session, "test")
    if not session.posargs:
        session.run("pytest", *IN_PARALLEL, LIVES)
    session.run("python", "scripts/simulate.py", *session.posargs)
    if not session.posargs:
        session.run("python", "scripts/simulate.py", "--every-look", "--seed", "1")


@nox.session(python=INSTALLED[0])
def fuzz(session: nox.Session) -> None:
    """Fuzz the API of a real monitor; no answer may be a fault, or other than documented."""
    install(session, "fuzz")
    session.run("python", "scripts/fuzz.py", *session.posargs)


@nox.session(python=INSTALLED[0])
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew; `-- --upgrade` takes the newest versions."""
    session.install("uv")
    session.run(
        *("uv", "pip", "compile", "--universal", "--python-version", SUPPORTED[0]),
        *("--group", "dev", "--annotation-style", "line", "--quiet"),
        *("--no-emit-index-url", "--custom-compile-command", "nox -s lock"),
        *("--output-file", "constraints.txt", "pyproject.toml"),
        *session.posargs,
    )
