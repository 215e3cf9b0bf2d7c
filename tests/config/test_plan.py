"""What a file asks for against what is stored, and back again."""

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.declared import Declared, read_tasks
from monitor.config.export import to_toml
from monitor.config.plan import differences, left_over, plan
from monitor.config.source import read_sources
from monitor.core.model import FleetChange, Task, TaskSpec
from monitor.core.ports import InvalidTask
from monitor.core.tasks import checked
from tests.store.scene import at


def stored(number: int, name: str, **fields: Any) -> Task:
    fields = {"target": "self:", "from_file": True, **fields}
    return Task(id=number, name=name, created_at=at(0), **fields)


def wanted(name: str, *, says_paused: bool = False, **fields: Any) -> Declared:
    spec = TaskSpec(**{"name": name, "target": "self:", "from_file": True, **fields})
    return Declared(spec, says_paused, "a.toml:1:1")


def files(*declared: Declared) -> dict[str, Declared]:
    return {one.spec.name: one for one in declared}


def test_tasks_are_known_by_their_names() -> None:
    same, other, old = stored(1, "same"), stored(2, "other"), stored(3, "old")
    declared = files(wanted("same"), wanted("other", interval_s=5.0), wanted("new"))
    change = plan([same, other, old], declared)
    assert ["new"] == [spec.name for spec in change.add]
    assert [(other, declared["other"].spec)] == list(change.edit)
    assert () == change.remove
    assert ["old"] == left_over([same, other, old], declared)


def test_only_what_a_file_made_is_pruned() -> None:
    ours, theirs = stored(1, "ours"), stored(2, "theirs", from_file=False)
    assert (ours,) == plan([ours, theirs], {}, prune=True).remove
    assert ["ours"] == left_over([ours, theirs], {})


def test_a_task_made_by_hand_is_the_files_once_a_file_names_it() -> None:
    task = stored(1, "shop", from_file=False)
    [(before, after)] = plan([task], files(wanted("shop"))).edit
    assert before is task
    assert after.from_file
    assert [] == list(differences(before, after))


@pytest.mark.parametrize(
    ("paused", "says", "expected"),
    [(True, False, None), (False, True, True), (True, True, None), (False, False, None)],
)
def test_whoever_paused_a_task_decides_unless_its_file_says(
    paused: bool, says: bool, expected: bool | None
) -> None:
    change = plan(
        [stored(1, "a", paused=paused)], files(wanted("a", says_paused=says, paused=says))
    )
    assert expected == (change.edit[0][1].paused if change.edit else None)


def test_what_differs_is_shown_without_passwords() -> None:
    before = stored(1, "a", target="tcp://me:old@h:1", options={"password": "p", "send": "x"})
    after = attrs.evolve(before, target="tcp://me:new@h:1", options={"password": "q"}, attempts=1)
    assert [
        ("target", "tcp://me:***@h:1", "tcp://me:***@h:1"),
        ("attempts", "3", "1"),
        ("options", "password=***, send=x", "password=***"),
    ] == list(differences(before, after))


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda name: not name.isdigit()
)
MILLISECONDS = st.integers(100, 10_000_000).map(lambda ms: ms / 1000)
VALUES = st.recursive(
    st.text() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SPECS = st.builds(
    TaskSpec,
    name=NAMES,
    target=NAMES,
    interval_s=MILLISECONDS,
    timeout_s=MILLISECONDS,
    attempts=st.integers(1, 100),
    retry_interval_s=MILLISECONDS,
    recovery_confirmations=st.integers(1, 100),
    options=st.dictionaries(st.text(min_size=1), VALUES, max_size=3),
    expect=st.lists(st.text(), max_size=3).map(tuple),
    degraded=st.lists(st.text(), max_size=3).map(tuple),
    invert=st.booleans(),
    paused=st.booleans(),
    from_file=st.just(True),
)


@given(specs=st.lists(SPECS, max_size=4, unique_by=lambda spec: spec.name))
def test_what_is_exported_and_applied_changes_nothing(
    specs: list[TaskSpec], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tasks = []
    for number, spec in enumerate(specs):
        try:
            checked(spec, lambda _spec: None)
        except InvalidTask:
            continue
        fields = {field.name: getattr(spec, field.name) for field in attrs.fields(TaskSpec)}
        tasks.append(Task(id=number, created_at=at(0), **fields))
    file: Path = tmp_path_factory.getbasetemp() / "exported.toml"
    file.write_text(to_toml(tasks), encoding="utf-8")
    declared, warnings = read_tasks(read_sources([file]), lambda _spec: None)
    assert [] == warnings
    assert {task.name for task in tasks} == set(declared)
    assert FleetChange() == plan(tasks, declared, prune=True)
