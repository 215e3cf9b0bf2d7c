"""The map of the rooms in `monitor/__init__.py` is true."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import monitor

ROOT = Path(monitor.__file__).parent
MAP = re.findall(r"(?m)^(\w+)/? {2,}\S", monitor.__doc__ or "")
"""The rooms as the map lists them, the innermost first."""


def rooms() -> set[str]:
    found = {path.stem for path in ROOT.iterdir() if path.suffix == ".py"}
    found |= {path.name for path in ROOT.iterdir() if any(path.glob("*.py"))}
    return found - {"__init__", "__main__"}


def known_to(room: str) -> Iterator[str]:
    """Find the rooms that some room imports, wherever in it."""
    folder = ROOT / room
    for path in folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            for module in modules:
                if module.startswith("monitor.") and module.split(".")[1] in rooms():
                    yield module.split(".")[1]


def test_each_room_is_on_the_map_once() -> None:
    assert sorted(rooms()) == sorted(MAP)


def test_each_room_knows_only_those_above_it() -> None:
    down = [
        (room, other)
        for room in MAP
        for other in sorted({*known_to(room)} - {room})
        if MAP.index(other) > MAP.index(room)
    ]
    assert [] == down
