"""What a running monitor says of itself, asked through the command line."""

from typing import Any

from tests.cli.conftest import Monitor


def status(monitor: Monitor) -> dict[str, Any]:
    document: dict[str, Any] = monitor("status --json").document
    return document


def task(monitor: Monitor, name: str) -> dict[str, Any]:
    return next(one for one in status(monitor)["tasks"] if one["name"] == name)


def owners(monitor: Monitor) -> set[str]:
    return {session["owner"] for session in status(monitor)["sessions"]}


def looks(monitor: Monitor, name: str) -> int:
    entries = monitor(f"history {name} --json").document["entries"]
    return sum(entry["kind"] == "look" for entry in entries)


def recorded(monitor: Monitor) -> float:
    """Return how many results the monitor says it has written; 0 before it says anything."""
    answer = monitor("status --json")
    figures = answer.document["monitor"].get("figures", {}) if answer.out else {}
    return float(figures.get("results_recorded", 0))
