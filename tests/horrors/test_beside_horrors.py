"""Beside all bad servers at once the other looks go on; the database is asked afterwards."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from tests.figures import figures
from tests.horrors.beside import CANARIES, CANARY_S, RUN_S
from tests.horrors.processes import bad_servers, run
from tests.horrors.table import HORRORS

START_S = 2.0
"""Looks of this time are not counted: all tasks start at once, which is no fault of bad servers."""


@attrs.frozen(kw_only=True)
class Song:
    """How the canaries sang in one run."""

    looks: int
    worst_s: float
    p99_s: float
    unwell: int
    horrors: int
    """Bad servers of which there is a result."""


def listen(path: Path, ports: dict[str, int]) -> Song:
    """Run a monitor, and ask its database."""
    code, _said = run("beside", str(path), said=json.dumps(ports))
    assert 0 == code, "the monitor has failed; see stderr"
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT result.slot_at, result.looked_at, result.status FROM result JOIN task"
            " ON task.id = result.task_id WHERE task.name LIKE 'canary%'"
        ).fetchall()
        (horrors,) = database.execute(
            "SELECT count(DISTINCT task_id) FROM result JOIN task ON task.id = result.task_id"
            " WHERE task.name NOT LIKE 'canary%'"
        ).fetchone()
    moment = datetime.fromisoformat
    times = [(moment(slot), moment(looked)) for slot, looked, _ in rows]
    counted_at = min(slot for slot, _ in times) + timedelta(seconds=START_S)
    late_s = sorted((b - a).total_seconds() for a, b in times if a >= counted_at)
    return Song(
        looks=len(late_s),
        worst_s=late_s[-1],
        p99_s=late_s[int(0.99 * len(late_s))],
        unwell=sum(status != "up" for _slot, _looked, status in rows),
        horrors=horrors,
    )


def test_other_looks_go_on_while_all_horrors_are_looked_at(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    note = figures(request.config).note
    control = listen(tmp_path / "control.db", {})
    with bad_servers() as ports:
        beside = listen(tmp_path / "beside.db", ports)
    assert (0, 0) == (control.unwell, beside.unwell)
    assert len(HORRORS) == beside.horrors
    # How late they are depends on what else this machine does: it is shown, and not judged here.
    for what, song in (("alone", control), ("beside all horrors", beside)):
        figure = f"p99 {1000 * song.p99_s:.1f} ms, worst {1000 * song.worst_s:.1f} ms"
        note(f"canaries {what}", f"{figure} late, {song.looks} looks")
    assert beside.looks >= 0.8 * CANARIES * (RUN_S - START_S) / CANARY_S
