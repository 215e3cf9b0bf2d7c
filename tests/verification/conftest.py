"""A place to verify on, and a way to carry out single steps."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
import trio

from monitor.departure import Departure
from monitor.probes import prepare
from monitor.store.address import Address, parse_address
from monitor.verification.capture import Capture, open_capture
from monitor.verification.findings import Step
from monitor.verification.progress import Progress
from monitor.verification.run import PLANS, carry_out
from monitor.verification.scale import Scale
from monitor.verification.trial import Bench


@pytest.fixture
def sqlite_address(tmp_path: Path) -> Address:
    return parse_address(f"sqlite:///{tmp_path}/own.db")


@pytest.fixture
def postgres_address(postgres_url: str) -> Address:
    return parse_address(postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> Address:
    found: Address = request.getfixturevalue(f"{request.param}_address")
    return found


@pytest.fixture
def capture() -> Iterator[Capture]:
    with open_capture("en") as capture:
        yield capture


@attrs.frozen
class Verifier:
    """Carry out single steps, short ones, with all that they leave to each other."""

    bench: Bench

    async def carry_out(self, name: str, address: Address) -> Step:
        (plan,) = (plan for plan in PLANS if plan.name == name)
        until_s = trio.current_time() + 30.0
        with heard_by_nobody_but(self.bench.capture):
            return await carry_out(plan, self.bench, address, Departure(), until_s)


@contextmanager
def heard_by_nobody_but(capture: Capture) -> Iterator[None]:
    """Keep ten thousand lines a test from pytest, which begins to listen after the set-up."""
    root = logging.getLogger()
    others = [handler for handler in root.handlers if handler is not capture]
    for handler in others:
        root.removeHandler(handler)
    try:
        yield
    finally:
        for handler in others:
            root.addHandler(handler)


@pytest.fixture
def verifier(capture: Capture) -> Verifier:
    progress = Progress(io.StringIO())
    return Verifier(Bench(prepare=prepare, scale=Scale(4, 5.0), capture=capture, progress=progress))


def failed(step: Step) -> set[str]:
    """Return the claims that were not confirmed."""
    return {finding.claim for finding in step.findings if not finding.passed}
