"""One flow through the dashboard in a real browser, by a process of its own (see conftest.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ALL, path_of_chromium

pytestmark = pytest.mark.slow


def test_somebody_finds_what_is_down_in_a_real_browser() -> None:
    path_of_chromium()  # skips, and says what is missing
    flow = Path(__file__).with_name("test_first_flow.py")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(flow)]
    environment = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        command, env={**environment, ALL: "1"}, capture_output=True, text=True, timeout=240
    )
    assert 0 == done.returncode, done.stdout[-4000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout
