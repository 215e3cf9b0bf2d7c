"""What people want to read after all tests: figures measured, and servers they went without."""

from __future__ import annotations

from typing import Any

import pytest

ABSENT: set[str] = set()
"""Servers that tests needed and this machine lacks, with how to get them. A skip raised deep in a
nursery loses its reason on the way; what is noted here is always told."""


class Figures:
    """A pytest plugin that keeps what tests measured and prints it in the summary."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._absent: set[str] = set()

    def note(self, what: str, figure: str) -> None:
        """Keep a line; of the same thing measured twice the last one stays."""
        self._lines[what] = figure

    def add(self, what: str, count: int) -> None:
        """Add to a sum."""
        self._counts[what] = self._counts.get(what, 0) + count

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand what a worker of pytest-xdist measured to the process that prints."""
        self._absent |= ABSENT
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["figures"] = (self._lines, self._counts, sorted(self._absent))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        lines, counts, absent = getattr(node, "workeroutput", {}).get("figures", ({}, {}, ()))
        self._lines |= lines
        self._absent |= set(absent)
        for what, count in counts.items():
            self.add(what, count)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = {what: str(count) for what, count in self._counts.items()} | self._lines
        if lines:
            terminalreporter.section("measured")
        for what, figure in lines.items():
            terminalreporter.write_line(f"{what}: {figure}")
        if self._absent:
            terminalreporter.section("NOT TESTED, for want of a real server", red=True)
        for line in sorted(self._absent):
            terminalreporter.write_line(line)


def figures(config: pytest.Config) -> Figures:
    found = config.pluginmanager.get_plugin("figures")
    assert isinstance(found, Figures)
    return found
