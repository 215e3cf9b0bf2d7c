"""The judges of chaos: content with a faultless monitor, and blind to no forgery."""

import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.chaos.evidence import Asked, Evidence, Outage, Restart, Row, Told
from tests.chaos.forgery import FORGERIES
from tests.chaos.judges import Rules
from tests.chaos.patient import Life
from tests.chaos.scene import RECOVERY_BASE_S
from tests.chaos.verdict import JUDGES, Case, table, unseen
from tests.ledger import Page, Slots, Span

RULES = Rules(outages=1)
START = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
INTERVAL_S = 1.0
BROKEN = 3


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def slots(task: int, since: float, until: float) -> list[float]:
    """Return the slots of a task in a span."""
    schedule, found = Slots.of(task, INTERVAL_S), [moment(since)]
    while (slot_at := schedule.after(found[-1])) < moment(until):
        found.append(slot_at)
    return [slot_at.timestamp() for slot_at in found[1:]]


def life(start: float, end: float, asked: str, code: int, tmp_path: Path) -> Life:
    log = tmp_path / f"log {start}"
    log.touch()
    return Life(
        pid=int(start - START) + 1000,
        log=log,
        started_at=start,
        asked=asked,
        asked_at=end - 0.5,
        ended_at=end,
        code=code,
    )


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """Two targets, of which one fell; a monitor that was killed and one that left.

    Nobody watches for ten seconds; the database was lost once; one task broke twice.
    """
    lives = [
        life(START, START + 30.0, "SIGKILL", -9, tmp_path),
        life(START + 40.0, START + 80.0, "SIGTERM", 0, tmp_path),
    ]
    pages, rows, asked = [], {}, {}
    fell_at, rose_at = (slots(1, START + since, START + 80.0)[0] for since in (50.0, 60.0))
    for task in (1, 2):
        looked = slots(task, START + 1.0, START + 29.0) + slots(task, START + 41.0, START + 79.0)
        down = [task == 1 and fell_at <= slot_at < rose_at for slot_at in looked]
        rows[task] = [
            Row(at, at + 0.001, at + 0.003, "down" if bad else "up", "")
            for at, bad in zip(looked, down, strict=True)
        ]
        asked[task] = [Asked(row.looked_at + 0.001, row.status == "up") for row in rows[task]]
        pages.append(page(task, rows[task]))
    pages.append(attrs.evolve(pages[0], task_id=BROKEN, name="broken", results=[], gaps=[]))
    pages[-1].transitions, pages[-1].incidents = [], []
    pages[-1].seq, pages[-1].status, pages[-1].standing = 0, "pending", "pending"
    rest = RECOVERY_BASE_S
    return Evidence(
        pages=pages,
        rows=rows,
        asked=asked,
        told=[told("down", fell_at), told("up", rose_at)],
        outages=[Outage(1, 1, fell_at + 0.001, rose_at + 0.001)],
        restarts=[
            Restart(BROKEN, START + 5.0, START + 5.0 + rest, 1),
            Restart(BROKEN, START + 12.0, START + 12.0 + 2 * rest, 2),
        ],
        calls=[START + 4.9, START + 5.0 + rest, START + 11.9, START + 12.0 + 2 * rest],
        events=["database.lost", "database.back"],
        farewells={one.pid: one.code == 0 for one in lives},
        lives=lives,
        anew_s=[0.7],
    )


def page(task: int, rows: list[Row]) -> Page:
    fell = any(row.status == "down" for row in rows)
    changes = ["pending", "up", *(["down", "up"] if fell else [])]
    absent = slots(task, START + 29.0, START + 41.0)
    return Page(
        task_id=task,
        name=f"target {task}",
        interval_s=INTERVAL_S,
        status="up",
        seq=len(changes) - 1,
        last_slot_at=moment(rows[-1].slot_at),
        next_check_at=None,
        standing="up",
        results=[(moment(row.slot_at), row.status) for row in rows],
        gaps=[
            Span(moment(absent[0]), moment(absent[-1] + INTERVAL_S), "monitor_down", len(absent))
        ],
        transitions=[
            (number, before, after) for number, (before, after) in enumerate(pairwise(changes), 1)
        ],
        incidents=[(1, True)] if fell else [],
    )


def told(kind: str, at: float) -> Told:
    return Told(at + 0.1, f"message {kind}", False, f"1/1/{kind}", kind, 1, 1, "target 1")


def test_nothing_is_wrong_with_a_faultless_monitor(evidence: Evidence) -> None:
    assert [] == [
        sentence for judge in JUDGES.values() for sentence in judge(evidence, RULES).violations
    ]


@pytest.mark.parametrize("judge", FORGERIES)
def test_no_forgery_is_overlooked(evidence: Evidence, judge: str) -> None:
    for forge in FORGERIES[judge]:
        for seed in range(5):
            false = forge(evidence, RULES, random.Random(seed))
            assert false is not None, f"nothing to falsify for {forge.__name__}"
            assert JUDGES[judge](false, RULES).violations, forge.__name__


@pytest.mark.parametrize(
    ("judge", "changes"),
    [
        ("outages", {"events": []}),
        ("outages", {"events": ["database.back", "database.lost"]}),
        ("honesty", {"rows": {1: [], 2: [Row(START, START, START, "unknown", "task_error")]}}),
        ("alerts", {"told": [told("down", START), told("up", START), told("up", START + 9.0)]}),
        ("alerts", {"outages": [], "told": [told("down", START)]}),
        ("alerts", {"outages": [Outage(1, 1, START, 0.0)]}),
        ("backoff", {"restarts": [Restart(BROKEN, START, START + 0.5, 1)]}),
    ],
)
def test_other_faults_are_seen(evidence: Evidence, judge: str, changes: Any) -> None:
    assert JUDGES[judge](attrs.evolve(evidence, **changes), RULES).violations


def test_a_look_may_be_lost_and_an_alert_be_repeated_only_with_a_death(evidence: Evidence) -> None:
    died_at = evidence.lives[0].ended_at
    lost = [Asked(died_at - 0.7, True), *evidence.asked[1]]
    excused = attrs.evolve(evidence, asked={**evidence.asked, 1: sorted(lost, key=lambda a: a.at)})
    assert [] == JUDGES["witnesses"](excused, RULES).violations
    too_old = [*lost[1:], Asked(died_at - RULES.loss_s - 0.5, True)]
    seen = attrs.evolve(evidence, asked={**evidence.asked, 1: sorted(too_old, key=lambda a: a.at)})
    assert JUDGES["witnesses"](seen, RULES).violations


def test_time_that_a_process_was_stopped_does_not_count() -> None:
    rules = Rules(at_peace=((10.0, 12.0), (13.0, 14.0)))
    assert 3.0 == rules.awake_s(9.0, 15.0)
    assert (9.0, 14.5, 8.0) == (
        rules.before(15.0, 3.0),
        rules.before(15.0, 0.5),
        rules.before(13.0, 3.0),
    )


def test_the_table_tells_figures_and_violations(evidence: Evidence) -> None:
    case = Case(calamity="kill -9", where="SQLite", done="once", evidence=evidence, rules=RULES)
    lines, sentences = table(case, random.Random(1))
    assert [] == sentences
    assert (24, []) == unseen(case, random.Random(1))
    assert "kill -9, SQLite: once" == lines[1]
    assert "  forgeries      ok   24 of 24 falsifications of this evidence were seen" == lines[-1]
    left = attrs.evolve(case, evidence=attrs.evolve(evidence, backends=2))
    assert ["kill -9, SQLite: leftovers: 2 connections are left at the database"] == table(
        left, random.Random(1)
    )[1]


def test_a_judge_that_sees_nothing_is_found_out(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = JUDGES["leftovers"](evidence, RULES)
    monkeypatch.setitem(JUDGES, "leftovers", lambda _evidence, _rules: honest)
    case = Case(calamity="kill -9", where="SQLite", done="once", evidence=evidence, rules=RULES)
    _, blind = unseen(case, random.Random(1))
    assert [
        "the judge of leftovers does not see that a back end is left",
        "the judge of leftovers does not see that the file is damaged",
    ] == blind
