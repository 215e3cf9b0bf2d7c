"""Real servers: those that this machine runs, and throwaway ones with settings of our own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from tests.figures import ABSENT

START_S = 30.0

STANDARD = {
    "postgresql": (5432, "apt-get install postgresql && service postgresql start"),
    "mysql": (3306, "apt-get install mariadb-server && service mariadb start"),
    "redis": (6379, "apt-get install redis-server && service redis-server start"),
    "mqtt": (1883, "apt-get install mosquitto && service mosquitto start"),
    "amqp": (5672, "apt-get install rabbitmq-server && service rabbitmq-server start"),
    "nats": (4222, "apt-get install nats-server && nats-server -js"),
}
"""Server -> its port on 127.0.0.1, and how to get it."""


def needs(name: str) -> int:
    """Return the port of a server that this machine runs; without it, skip the test loudly."""
    port, how = STANDARD[name]
    if not _listens(port):
        skip_loudly(f"NEEDS A REAL {name} on 127.0.0.1:{port}: {how}")
    return port


def needs_program(name: str, package: str) -> str:
    """Return the path of a server's program; without it, skip the test loudly."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        skip_loudly(f"NEEDS A REAL {name}: apt-get install {package}")
    return path


def needs_icmp() -> None:
    """Skip the test loudly if this machine lets us send no ICMP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with suppress(OSError), socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP):
            return
    skip_loudly("NEEDS ICMP: sysctl -w net.ipv4.ping_group_range='0 2147483647'")


def needs_namespaces() -> None:
    """Skip the test loudly if this machine lets us make no network of our own."""
    for program, package in (("unshare", "util-linux"), ("ip", "iproute2"), ("sysctl", "procps")):
        needs_program(program, package)
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        skip_loudly("NEEDS NETWORK NAMESPACES: unshare -rn has to work")


def skip_loudly(why: str) -> NoReturn:
    """Skip the test, and have it named after all tests what it went without."""
    ABSENT.add(why)
    pytest.skip(why)


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port that is free now, of TCP or of UDP."""
    with socket.socket(type=kind) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running(
    port: int, log: Path, *command: str | Path, kind: int = socket.SOCK_STREAM
) -> Iterator[None]:
    """Run a server from when it listens on its port; it is killed afterwards."""
    listens = _listens if kind == socket.SOCK_STREAM else _has_udp
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_S
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start: {log.read_text(errors='replace')}")
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _has_udp(port: int) -> bool:
    connections = psutil.net_connections("udp4")
    return any(found.laddr and found.laddr.port == port for found in connections)
