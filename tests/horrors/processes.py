"""The processes of a test of horrors: the bad servers, and who looks at them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BOUND_S = 300.0


@contextmanager
def bad_servers() -> Iterator[dict[str, int]]:
    """Run them all in a process of their own; yield the port of each by its name."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.horrors.serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as servers:
        try:
            assert servers.stdout is not None
            yield json.loads(servers.stdout.readline())
        finally:
            servers.kill()


def run(module: str, *arguments: str, said: str) -> tuple[int, list[str]]:
    """Run a program of this folder to its end; return its exit code and what it said, by lines."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.horrors.{module}", *arguments],
        input=said,
        stdout=subprocess.PIPE,
        text=True,
        timeout=BOUND_S,
    )
    return done.returncode, done.stdout.splitlines()
