"""All bad servers at once make nobody else's look late; the database is asked afterwards."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import attrs
import pytest

from tests.figures import figures
from tests.horrors.beside import CANARIES, CANARY_S, RUN_S
from tests.horrors.processes import bad_servers, run
from tests.horrors.table import HORRORS

LATE_S = 0.1
ATTEMPTS = 1
"""Other processes of this machine make looks late too; only what comes again and again is ours."""


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
    late_s = sorted((moment(looked) - moment(slot)).total_seconds() for slot, looked, _ in rows)
    return Song(
        looks=len(late_s),
        worst_s=late_s[-1],
        p99_s=late_s[int(0.99 * len(late_s))],
        unwell=sum(status != "up" for _slot, _looked, status in rows),
        horrors=horrors,
    )


@pytest.mark.xfail(
    reason="measured: 1.3 to 2.1 s late in the first two seconds, while all 511 tasks start, and "
    "0.07 to 0.2 s afterwards, on two busy cores; one pass of the loop takes up to 0.1 s. The "
    "control should start as many tasks, or the start not be counted",
    strict=False,
)
def test_no_other_look_is_late_while_all_horrors_are_looked_at(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    note = figures(request.config).note
    for attempt in range(ATTEMPTS):
        control = listen(tmp_path / f"control {attempt}.db", {})
        with bad_servers() as ports:
            beside = listen(tmp_path / f"beside {attempt}.db", ports)
        assert (0, 0) == (control.unwell, beside.unwell)
        assert len(HORRORS) == beside.horrors
        for what, song in (("alone", control), ("beside all horrors", beside)):
            figure = f"p99 {1000 * song.p99_s:.1f} ms, worst {1000 * song.worst_s:.1f} ms"
            note(f"canaries {what}", f"{figure} late, {song.looks} looks in {RUN_S:g} s")
        if beside.worst_s <= LATE_S + control.worst_s:
            break
    assert LATE_S + control.worst_s >= beside.worst_s
    assert beside.looks >= 0.8 * CANARIES * RUN_S / CANARY_S
