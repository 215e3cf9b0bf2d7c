"""What this machine lacks is never booked on a target, whatever the kind of look.

The looks are made in a child process that really lacks it. Every kind is tried, so that a new one
cannot forget to tell its own faults from the target's.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import attrs
import pytest

from monitor.probes import kinds
from tests.probes.real import skip_loudly
from tests.probes.servers import closed_port

BOUND_S = 120.0

Target = tuple[str, dict[str, Any]]

ASK_NOBODY = {"heartbeat", "group"}
"""Kinds that only read what the running monitor knows already; they open nothing."""

KINDS = [kind.name for kind in kinds() if kind.name not in ASK_NOBODY]

OF_THIS_MACHINE: dict[str, Target] = {
    "exec": ("exec:/bin/true", {}),
    "python": ("python:tests.probes.faulty:content", {}),
    "self": ("self:", {}),
    "docker": ("docker:web", {}),
    "systemd": ("systemd:nginx.service", {}),
}
"""Kinds that look at this machine: what they are asked about here. They need no network."""

WITHOUT_HOST: dict[str, Target] = {"domain": ("domain:example.com", {})}
"""Kinds that choose themselves whom to ask: always by a name."""


@attrs.frozen
class Saw:
    """What a look in the child said."""

    status: str
    reason: str | None
    error: str | None
    detail: str


def target_of(name: str, host: str, port: int = 9) -> Target:
    """Return what a kind is to look at, on that host if the kind looks at hosts."""
    if name in OF_THIS_MACHINE:
        return OF_THIS_MACHINE[name]
    if name in WITHOUT_HOST:
        return WITHOUT_HOST[name]
    if name == "flow":
        return "flow:", {"steps": [{"target": target_of("http", host, port)[0]}]}
    if name == "icmp":
        return f"icmp://{host}", {}
    if name == "dns":
        return f"dns://{host}:{port}/example.com", {}
    example = next(kind.example for kind in kinds() if kind.name == name)
    place = re.compile(r"(://(?:[^/@]*@)?)[^/?]+")
    target, replaced = place.subn(rf"\g<1>{host}:{port}", example, count=1)
    assert 1 == replaced, f"say in this test what {name} shall look at"
    return target, {}


@cache
def _run(host: str, port: int, fault: tuple[str, ...], before: tuple[str, ...]) -> tuple[int, str]:
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.probes.faulty", *fault],
        input=json.dumps([target_of(name, host, port) for name in KINDS]),
        stdout=subprocess.PIPE,
        text=True,
        timeout=BOUND_S,
    )
    return done.returncode, done.stdout


def looks(host: str, *fault: str, port: int = 9, before: tuple[str, ...] = ()) -> dict[str, Saw]:
    """Look at a target of every kind in a process that lacks something."""
    code, said = _run(host, port, fault, before)
    assert 0 == code, "the process that looks has failed; see stderr"
    found = [Saw(**json.loads(line)) for line in said.splitlines()]
    return dict(zip(KINDS, found, strict=True))


@cache
def dead_port() -> int:
    return closed_port()


def judge(saw: Saw, reasons: Sequence[str], *, well: bool = False) -> None:
    """Make sure that a look blamed us, and by one of these reasons; with `well`, it may be UP."""
    assert saw.error in (None, "OwnFault"), f"an error that nobody foresaw: {saw.detail}"
    assert saw.status == "unknown" or (well and saw.status == "up"), saw.detail
    if saw.status == "unknown":
        assert saw.reason in reasons, saw.detail


@cache
def without_network() -> tuple[str, ...]:
    """Return the command that runs another without any network; skip loudly if there is none."""
    command = ("unshare", "--map-root-user", "--net")
    if shutil.which("unshare") is None or subprocess.run([*command, "true"]).returncode:
        why = "NEEDS A MACHINE that lets processes leave its network (unshare -rn)"
        skip_loudly(why)
    return command


@pytest.mark.parametrize("name", KINDS)
def test_without_a_thread_for_lookups_it_is_our_resolver(name: str) -> None:
    saw = looks("target.example.com", "resolver")[name]
    if name in OF_THIS_MACHINE:
        judge(saw, ["network"], well=True)
    else:
        judge(saw, ["resolver"])


@pytest.mark.parametrize("name", KINDS)
def test_without_descriptors_it_is_us_when_the_host_is_an_address(name: str) -> None:
    saw = looks("127.0.0.1", "descriptors")[name]
    judge(saw, ["descriptors"], well=name in OF_THIS_MACHINE)


@pytest.mark.parametrize("name", KINDS)
def test_without_descriptors_it_is_us_when_the_host_is_a_name(name: str) -> None:
    """The C library says then that no such name exists."""
    saw = looks("target.example.com", "descriptors")[name]
    judge(saw, ["descriptors"], well=name in OF_THIS_MACHINE)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.9.8.7", "[fd00::7]"])
def test_without_a_network_it_is_us_when_the_host_is_an_address(name: str, host: str) -> None:
    saw = looks(host, "nothing", before=without_network())[name]
    judge(saw, ["network", "resolver"], well=name in OF_THIS_MACHINE)


@pytest.mark.parametrize("name", KINDS)
def test_without_a_network_it_is_us_when_the_host_is_a_name(name: str) -> None:
    saw = looks("target.example.com", "nothing", before=without_network())[name]
    judge(saw, ["network", "resolver"], well=name in OF_THIS_MACHINE)


WITH_PORT = [name for name in KINDS if name not in {*OF_THIS_MACHINE, *WITHOUT_HOST, "icmp"}]


@pytest.mark.parametrize("name", WITH_PORT)
def test_with_all_that_is_needed_a_dead_host_is_down(name: str) -> None:
    """The control: the same looks blame the target when nothing is lacking."""
    saw = looks("127.0.0.1", "nothing", port=dead_port())[name]
    assert (None, "down") == (saw.error, saw.status), saw.detail
