"""The monitor, looking at itself."""

from __future__ import annotations

import os
import resource
from contextlib import ExitStack

import pytest

from monitor.core.model import Status
from monitor.core.probing import InvalidTask
from tests.probes.servers import look_at, open_files, probe_of


async def test_it_is_up_and_says_what_it_looked_at() -> None:
    before = open_files()
    result = await look_at("self:")
    assert Status.UP == result.status
    assert os.getpid() == result.facts["pid"]
    assert result.detail.startswith(f"pid {os.getpid()}, up ")
    # Counting opens one itself.
    assert before - 1 == result.facts["open_files"]
    assert 0 < result.facts["loop_lag_s"] < 1
    assert 0 < result.facts["uptime_s"] < 86400
    assert before == open_files()


async def test_it_is_degraded_when_hardly_any_file_can_be_opened() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        for _ in range(100):
            stack.callback(os.close, os.dup(0))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() + 2, hard))
        result = await look_at("self:")
    assert Status.DEGRADED == result.status
    assert "files open" in result.detail


@pytest.mark.parametrize("target", ["self:me", "self://"])
def test_a_wrong_target_is_refused(target: str) -> None:
    with pytest.raises(InvalidTask, match="target: has more than a scheme"):
        probe_of(target, {})


def test_it_has_no_options() -> None:
    with pytest.raises(InvalidTask, match="option depth: is not known here; this kind has none"):
        probe_of("self:", {"depth": "3"})
