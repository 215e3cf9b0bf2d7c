"""What a file asks for against what is stored, and back again."""

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.declared import Declarations, Declared, read_declared
from monitor.config.export import to_toml
from monitor.config.plan import differences, left_over, plan
from monitor.config.source import BadConfig, read_sources
from monitor.core.alerts.alerting import Alerting, AlertingChange, Maintenance, Selector
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.changes import FleetChange
from monitor.core.model import AlertPolicy, Escalation, Status, Task, TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.tasks import checked
from tests.store.scene import at

SILENT = Alerting()


def stored(number: int, name: str, **fields: Any) -> Task:
    fields = {"target": "self:", "from_file": True, **fields}
    return Task(id=number, name=name, created_at=at(0), **fields)


def wanted(name: str, *, says_paused: bool = False, **fields: Any) -> Declared:
    spec = TaskSpec(**{"name": name, "target": "self:", "from_file": True, **fields})
    return Declared(spec, says_paused, "a.toml:1:1")


def files(*declared: Declared) -> Declarations:
    return Declarations(tasks={one.spec.name: one for one in declared})


def test_tasks_are_known_by_their_names() -> None:
    same, other, old = stored(1, "same"), stored(2, "other"), stored(3, "old")
    declared = files(wanted("same"), wanted("other", interval_s=5.0), wanted("new"))
    change = plan([same, other, old], SILENT, declared)
    assert ["new"] == [spec.name for spec in change.add]
    assert [(other, declared.tasks["other"].spec)] == list(change.edit)
    assert () == change.remove
    assert ["old"] == left_over([same, other, old], declared)


def test_only_what_a_file_made_is_pruned() -> None:
    ours, theirs = stored(1, "ours"), stored(2, "theirs", from_file=False)
    assert (ours,) == plan([ours, theirs], SILENT, Declarations(), prune=True).remove
    assert ["ours"] == left_over([ours, theirs], Declarations())


def test_a_task_made_by_hand_is_the_files_once_a_file_names_it() -> None:
    task = stored(1, "shop", from_file=False)
    [(before, after)] = plan([task], SILENT, files(wanted("shop"))).edit
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
        [stored(1, "a", paused=paused)], SILENT, files(wanted("a", says_paused=says, paused=says))
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
WORDS = st.lists(NAMES, max_size=3, unique=True).map(tuple)
POLICIES = st.builds(
    AlertPolicy,
    channels=WORDS,
    on=st.lists(
        st.sampled_from([Status.DOWN, Status.DEGRADED, Status.UNKNOWN]), min_size=1, unique=True
    ).map(tuple),
    after_s=st.integers(0, 1000).map(float),
    reminder_s=st.none() | st.integers(1, 1_000_000).map(float),
    escalation=st.lists(
        st.builds(
            Escalation,
            after_s=st.integers(1, 100_000).map(float),
            channels=st.lists(NAMES, min_size=1, max_size=2, unique=True).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    expiry_days=st.lists(st.integers(0, 90), max_size=3).map(tuple),
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
    tags=WORDS,
    depends_on=WORDS,
    alerts=POLICIES,
    paused=st.booleans(),
    from_file=st.just(True),
)
CHANNELS = st.builds(
    ChannelSpec,
    name=NAMES,
    url=NAMES,
    options=st.dictionaries(st.text(min_size=1), VALUES, max_size=2),
    default=st.booleans(),
    system=st.booleans(),
    hours=st.sampled_from(["", "mon-fri 09:00-18:00 UTC"]),
    group_wait_s=st.integers(0, 100).map(float),
    group_interval_s=MILLISECONDS,
    burst=st.integers(1, 50),
    group_by=st.sampled_from([(), ("tags",), ("tags", "kind")]),
    from_file=st.just(True),
)


@given(
    specs=st.lists(SPECS, max_size=4, unique_by=lambda spec: spec.name),
    channels=st.lists(CHANNELS, max_size=2, unique_by=lambda spec: spec.name),
)
def test_what_is_exported_and_applied_changes_nothing(
    specs: list[TaskSpec], channels: list[ChannelSpec], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tasks = []
    for number, spec in enumerate(specs):
        try:
            checked(spec, lambda _spec: None)
        except InvalidTask:
            continue
        fields = {field.name: getattr(spec, field.name) for field in attrs.fields(TaskSpec)}
        tasks.append(Task(id=number, created_at=at(0), **fields))
    work = Maintenance(
        name="patch day",
        selector=Selector(tasks=("sh*",), tags=("prod",)),
        rule={"cron": "0 3 * * sun", "duration": "2h", "zone": "Europe/Berlin"},
        note="as every week",
        from_file=True,
    )
    alerting = Alerting(channels=tuple(channels), maintenances=(work,))
    file: Path = tmp_path_factory.getbasetemp() / "exported.toml"
    file.write_text(to_toml(tasks, alerting), encoding="utf-8")
    sources = read_sources([file])
    try:
        declared, _ = read_declared(sources, lambda _spec: None, lambda _spec: None)
    except BadConfig as error:  # chance has made a circle of them
        assert all("depends on itself" in str(one) for one in error.problems)  # noqa: PT017
        return
    assert {task.name for task in tasks} == set(declared.tasks)
    assert FleetChange() == plan(tasks, alerting, declared, prune=True)


def test_channels_and_windows_are_replaced_when_they_differ_and_pruned_when_asked() -> None:
    same = ChannelSpec(name="same", url="ntfy://a", from_file=True)
    other = ChannelSpec(name="other", url="ntfy://b", from_file=True)
    by_hand = ChannelSpec(name="by hand", url="ntfy://c")
    gone = ChannelSpec(name="gone", url="ntfy://d", from_file=True)
    changed = attrs.evolve(other, url="ntfy://e")
    declared = Declarations(channels={"same": same, "other": changed})
    alerting = Alerting(channels=(same, other, by_hand, gone))
    assert AlertingChange(channels=(changed,)) == plan([], alerting, declared).alerting
    expected = AlertingChange(channels=(changed,), drop_channels=("gone",))
    assert expected == plan([], alerting, declared, prune=True).alerting
