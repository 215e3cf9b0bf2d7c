"""Figures that tests measured and people want to read: printed once, after all tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Note = Callable[[str, str], None]


class Figures:
    """A pytest plugin that keeps lines and prints them in the summary."""

    def __init__(self) -> None:
        self.lines: dict[str, str] = {}
        self.points = 0

    def note(self, what: str, figure: str) -> None:
        """Keep a line; of the same thing measured twice the last one counts."""
        self.lines[what] = figure

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.lines:
            return
        terminalreporter.section("measured")
        if self.points:
            terminalreporter.write_line(f"cancellation sweep, points in all: {self.points}")
        for what, figure in self.lines.items():
            terminalreporter.write_line(f"{what}: {figure}")


def register(config: pytest.Config) -> None:
    """Have figures printed at the end; called by every conftest that uses them."""
    if not config.pluginmanager.has_plugin("figures"):
        config.pluginmanager.register(Figures(), "figures")


def figures(config: pytest.Config) -> Figures:
    found = config.pluginmanager.get_plugin("figures")
    assert isinstance(found, Figures)
    return found
