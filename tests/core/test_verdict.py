"""What a result means: readable examples, and any history against a judge of its own."""

from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Incident, Reason, Result, State, Status, TaskSpec, Transition
from monitor.core.verdict import Verdict, judge
from tests.core.judge import believe, judge_incidents, judge_transitions
from tests.core.scene import at

LETTERS = {
    "u": Result(status=Status.UP),
    "g": Result(status=Status.DEGRADED, detail="slow"),
    "d": Result(status=Status.DOWN, detail="refused"),
    "?": Result(status=Status.UNKNOWN, reason=Reason.TASK_ERROR, detail="a bug"),
    "U": Result(status=Status.UP, sure=True),
    "D": Result(status=Status.DOWN, detail="refused", sure=True),
    "!": Result(status=Status.UNKNOWN, reason=Reason.DATABASE, detail="away"),
}
"""Histories are written as one letter a look, one look a minute."""

SHOWN = {
    Status.PENDING: "p",
    Status.UP: "u",
    Status.DEGRADED: "g",
    Status.DOWN: "d",
    Status.UNKNOWN: "?",
}


def task_of(attempts: int = 3, confirmations: int = 2) -> TaskSpec:
    return TaskSpec(
        name="shop", target="x", attempts=attempts, recovery_confirmations=confirmations
    )


def minute(number: int) -> datetime:
    return at(60.0 * number)


def follow(history: str, task: TaskSpec | None = None) -> list[Verdict]:
    """Judge a whole history."""
    state, verdicts = State(task_id=1), []
    for number, letter in enumerate(history):
        verdict = judge(task or task_of(), state, LETTERS[letter], minute(number))
        verdicts.append(verdict)
        state = verdict.state
    return verdicts


@pytest.mark.parametrize(
    ("shown", "history", "example"),
    [
        ("u", "u", "the first good look of a new task needs no other"),
        ("ppd", "ddd", "bad news takes three, also of a new task"),
        ("ppg", "ggg", "being slow too"),
        ("pu", "du", "one good look is believed even after a bad one"),
        ("uuud", "uddd", "three bad looks in a row"),
        ("uuuuuud", "udduddd", "one good look ends any doubt"),
        ("uuuddu", "uddduu", "two good ones end an outage"),
        ("uuudddd", "udddudu", "one good look at a time does not"),
        ("u??u", "u??u", "a fault of ours shows, and is over with the first true look"),
        ("uu?u?d", "ud?d?d", "it neither counts nor interrupts"),
        ("uuud?du", "uddd?uu", "nor does it end an outage"),
        ("uuud", "ugdd", "the target wins no time by failing in two ways"),
        ("uuugggd", "ugggddd", "from slow to dead takes three again"),
        ("uuugggddu", "ugggddduu", "and from dead to well two"),
        ("ppddg", "dddgg", "slow is better than dead"),
        ("uddud", "uDuuD", "what is sure of itself is believed at once"),
        ("uuduu", "udDUu", "also in the middle of a doubt, and when it is good"),
        ("ppddu", "dddgu", "two looks that are better, the last one says how much"),
    ],
)
def test_readable_examples(shown: str, history: str, example: str) -> None:
    verdicts = follow(history)
    assert shown == "".join(SHOWN[one.state.status] for one in verdicts), example


@pytest.mark.parametrize(
    ("since", "history"),
    [(1, "uddd"), (4, "udduddd"), (2, "ugdd"), (1, "ud?d?d"), (1, "uggg")],
)
def test_news_holds_since_the_first_look_that_said_so(since: int, history: str) -> None:
    state = follow(history)[-1].state
    assert minute(since) == state.standing_since_at == state.since_at


def test_an_incident_lasts_from_the_first_failing_to_the_first_good_look() -> None:
    *_, opening, _, closing = follow("uddduu")
    opened = Incident(
        task_id=1, number=1, opened_at=minute(1), confirmed_at=minute(3), detail="refused"
    )
    assert opened == opening.incident
    assert closing.incident == Incident(
        task_id=1, number=1, opened_at=minute(1), confirmed_at=minute(5), closed_at=minute(4)
    )


def test_a_change_is_told_when_it_is_confirmed() -> None:
    change = follow("uddd")[-1].transition
    assert change == Transition(
        task_id=1, seq=2, at=minute(3), before=Status.UP, after=Status.DOWN, detail="refused"
    )


def test_each_reason_of_ours_is_told() -> None:
    told = [one.transition.reason for one in follow("u??!u") if one.transition is not None]
    assert [None, Reason.TASK_ERROR, Reason.DATABASE, None] == told


@pytest.mark.parametrize(
    ("confirming", "history"),
    [
        ([True, True, False], "ddd"),
        ([False, True, True, False, True, False], "uddduu"),
        ([False, False, True], "u?d"),
    ],
)
def test_while_a_candidate_waits_the_next_look_comes_sooner(
    confirming: list[bool], history: str
) -> None:
    assert confirming == [one.confirming for one in follow(history)]


def test_a_fault_of_ours_in_a_confirmation_leaves_the_candidate_waiting() -> None:
    before, after = follow("ud?")[1:]
    shown = {"status", "reason", "detail", "since_at", "seq"}
    for field in attrs.fields_dict(State):
        if field not in shown:
            assert getattr(before.state, field) == getattr(after.state, field), field


histories = st.text(alphabet="uuuggdddd?!", max_size=60)
tasks = st.builds(task_of, attempts=st.integers(1, 4), confirmations=st.integers(1, 3))


@given(histories, tasks)
def test_the_transitions_are_gapless_and_tell_the_status(history: str, task: TaskSpec) -> None:
    transitions = []
    for verdict in follow(history, task):
        if verdict.transition is not None:
            transitions.append(verdict.transition)
        state = verdict.state
        assert (state.reason is not None) is (state.status is Status.UNKNOWN)
        assert state.status in (state.standing, Status.UNKNOWN)
        judge_transitions(state, transitions)


@given(histories, tasks)
def test_incidents_open_and_close_in_turn(history: str, task: TaskSpec) -> None:
    incidents: dict[int, Incident] = {}
    for verdict in follow(history, task):
        incident = verdict.incident
        if incident is not None:
            known = incidents.get(incident.number)
            assert (known is None) is (incident.closed_at is None)
            assert known is None or known.opened_at == incident.opened_at
            incidents[incident.number] = incident
        judge_incidents(verdict.state, list(incidents.values()))


@given(histories, tasks)
def test_what_is_believed_is_what_a_naive_reader_of_all_results_believes(
    history: str, task: TaskSpec
) -> None:
    results = [(minute(number), LETTERS[letter]) for number, letter in enumerate(history)]
    for number, verdict in enumerate(follow(history, task), 1):
        believed = believe(results[:number], task.attempts, task.recovery_confirmations)
        state = verdict.state
        assert (believed.status, believed.incidents) == (state.standing, state.incidents)
        if believed.status is not Status.PENDING:
            assert state.standing_since_at in believed.since


@given(histories, tasks, st.sampled_from("?!"))
def test_a_fault_of_ours_touches_nothing_that_is_believed_of_the_target(
    history: str, task: TaskSpec, fault: str
) -> None:
    verdicts = follow(history + fault, task)
    if len(verdicts) < 2:
        return
    before, after = verdicts[-2:]
    assert after.incident is None
    assert not after.confirming
    for field in ("standing", "standing_since_at", "candidate", "streak", "incidents"):
        assert getattr(before.state, field) == getattr(after.state, field)
    assert before.state.streak_since_at == after.state.streak_since_at


@given(st.text(alphabet="ug?!", max_size=60), tasks)
def test_a_target_that_was_never_down_is_never_called_down(history: str, task: TaskSpec) -> None:
    assert all(one.state.standing is not Status.DOWN for one in follow(history, task))


@given(st.integers(1, 100), st.integers(1, 100))
def test_confirmations_are_counted_exactly(attempts: int, confirmations: int) -> None:
    task = task_of(attempts, confirmations)
    down = follow("u" + "d" * attempts, task)
    assert [Status.UP] * attempts + [Status.DOWN] == [one.state.standing for one in down]
    up = follow("u" + "d" * attempts + "u" * confirmations, task)[-confirmations - 1 :]
    assert [Status.DOWN] * confirmations + [Status.UP] == [one.state.standing for one in up]


def test_the_detail_of_the_last_look_is_kept_and_a_change_is_needed_to_tell_it() -> None:
    steps = follow("ug")
    assert "slow" == steps[-1].state.detail
    assert steps[-1].transition is None
    assert timedelta(0) == (steps[-1].state.since_at or at(9)) - minute(0)
