"""`monitor explain`, on both databases, filled by the rules that a running monitor goes by."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import attrs
import pytest

from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.alerts.telling import told_of_look
from monitor.core.model import AlertPolicy, Event, Reason, Result, State, Status, Task, TaskSpec
from monitor.core.ports import Session
from monitor.core.records import LookRecord, NoticeRecord
from monitor.core.verdict import judge
from monitor.operations.explaining.texts import SENTENCES
from tests.cli.conftest import Monitor
from tests.cli.outages import write

NOW = datetime.now(UTC).replace(microsecond=0)
LETTERS = {
    "u": Result(status=Status.UP, detail="status 200 OK"),
    "d": Result(status=Status.DOWN, detail="connection refused"),
    "?": Result(status=Status.UNKNOWN, reason=Reason.TASK_ERROR, detail="a bug"),
}


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def live(task: Task, letters: str, channels: tuple[str, ...] = ("ops",)) -> list[LookRecord]:
    """Look once a minute until now, as a running monitor would."""
    state, records = State(task_id=task.id), []
    for number, letter in enumerate(letters):
        at, result = ago(len(letters) - number), LETTERS[letter]
        verdict = judge(task, state, result, at)
        told = told_of_look(task, state, verdict.state, result, verdict.incident, at, channels)
        state = attrs.evolve(
            verdict.state,
            last_slot_at=at,
            last_looked_at=at,
            next_check_at=at + timedelta(minutes=1),
        )
        records.append(
            LookRecord(
                slot_at=at, looked_at=at, result=result, state=state, notices=told,
                transition=verdict.transition, incident=verdict.incident,
            )
        )  # fmt: skip
    return records


def delivered(*notices: Notice, after_s: float = 1.0) -> NoticeRecord:
    """Send notices as one message, at the second attempt."""
    at = notices[0].at + timedelta(seconds=after_s)
    done = [
        attrs.evolve(one, state=NoticeState.SENT, attempts=2, decided_at=at, message="m" * 32)
        for one in notices
    ]
    data = {"channel": "ops", "message": "m" * 32, "keys": [one.key for one in done], "attempt": 2}
    event = Event(
        at=at, kind="alert.sent", task_id=done[0].task_id, data={**data, "notices": len(done)}
    )
    return NoticeRecord(decided=tuple(done), event=event)


def failed(notice: Notice) -> NoticeRecord:
    data = {"channel": "ops", "message": "m" * 32, "keys": [notice.key], "attempt": 1, "notices": 1}
    why = "ops: the server said 503"
    event = Event(
        at=notice.at + timedelta(seconds=0.5), kind="alert.failed", task_id=notice.task_id,
        detail=why, data=data,
    )  # fmt: skip
    return NoticeRecord(event=event)


async def an_outage(session: Session) -> None:
    """The shop is down for a while, and ops hear of it; nobody hears of the cart."""
    ops = ChannelSpec(name="ops", url="ntfy://ops", default=True)
    await session.change_alerting(AlertingChange(channels=(ops,)))
    quiet = AlertPolicy(on=(Status.DEGRADED,))
    specs = [
        TaskSpec(name="shop", target="self:"),
        TaskSpec(name="cart", target="self:", alerts=quiet),
    ]
    shop, cart = await session.add(specs, ago(500))
    records = live(shop, "u" * 215 + "dddddd" + "uuuu")
    await session.commit(records)
    down, up = [one for record in records for one in record.notices]
    await session.commit([failed(down)])
    await session.commit([delivered(down), delivered(up)])
    await session.commit(live(cart, "uuu?" + "d" * 6))
    trouble = Notice(
        key="system/channel boss-20261124T030000/system", channel="ops", kind=NoticeKind.SYSTEM,
        at=ago(30), since_at=ago(30), subject="channel boss", detail="5 failures in a row",
    )  # fmt: skip
    await session.commit([NoticeRecord(notices=(trouble,)), delivered(trouble)])


@pytest.fixture
def story(place: Path, database: str) -> None:
    """Both databases in turn, with an outage in them."""
    write(an_outage)


def kinds(document: dict[str, object]) -> list[str]:
    steps = document["steps"]
    assert isinstance(steps, list)
    return [step["kind"] for step in steps]


@pytest.mark.usefixtures("story")
def test_an_alert_is_explained_from_the_first_failing_look_to_its_delivery(
    monitor: Monitor,
) -> None:
    answer = monitor("explain 1/1/down")
    assert 0 == answer.code
    lines = [line[22:] for line in answer.out.splitlines()]
    for expected in (
        "look: down: connection refused - 1 of 3 in a row that are needed; still up",
        "look: down: connection refused - 2 of 3 in a row that are needed; still up",
        "look: down: connection refused - 3 of 3 in a row that are needed",
        "  changes from up to down (change 2)",
        "  1/1/down is to be told to ops",
        "1/1/down to ops: attempt 1 failed: the server said 503",
        f"1/1/down sent to ops at attempt 2, message {'m' * 32}",
    ):
        assert expected in lines
    assert "DIFFERS" not in answer.out
    assert "1/1/up" not in answer.out


@pytest.mark.usefixtures("story")
def test_a_thread_and_a_message_are_found_by_their_keys(monitor: Monitor) -> None:
    thread = monitor("explain 1/1 --json").document
    assert {"kind": "thread", "key": "1/1"} == thread["about"]
    sent = [step for step in thread["steps"] if step["kind"] == "notice.sent"]
    assert ["1/1/down", "1/1/up"] == [step["data"]["key"] for step in sent]
    message = monitor(f"explain {'m' * 32} --json").document
    assert "message" == message["about"]["kind"]
    assert 3 == kinds(message).count("notice.sent")


@pytest.mark.usefixtures("story")
def test_trouble_of_ours_is_explained_without_looks(monitor: Monitor) -> None:
    document = monitor("explain --json", "system/channel boss-20261124T030000").document
    assert ["notice.told", "notice.sent"] == kinds(document)[:2]
    assert {None} == {step["task"] for step in document["steps"]}


@pytest.mark.usefixtures("story")
def test_a_task_is_explained_shortly_where_nothing_happened(monitor: Monitor) -> None:
    document = monitor("explain shop --json --since 12h").document
    calm = [step["data"]["count"] for step in document["steps"] if step["kind"] == "looks.calm"]
    assert 214 == calm[0]
    assert "start.whole" == kinds(document)[0]
    assert ["answer.believed", "silent.well"] == kinds(document)[-2:]
    assert {"shop"} == {step["task"] for step in document["steps"]}
    moments = [step["at"] for step in document["steps"][1:-2]]
    assert sorted(moments) == moments


@pytest.mark.usefixtures("story")
def test_it_says_what_is_replayed_if_that_is_not_all(monitor: Monitor) -> None:
    document = monitor("explain shop --json --since 30m").document
    assert "start.limited" == kinds(document)[0]
    assert 100 < document["steps"][0]["data"]["looks"] < 140


@pytest.mark.usefixtures("story")
def test_silence_is_explained_for_the_moment_that_is_asked_about(monitor: Monitor) -> None:
    def silence(line: str) -> list[str]:
        steps = monitor(f"{line} --json").document["steps"]
        return [step["text"] for step in steps if step["kind"].startswith(("silent", "answer"))]

    (_, doubt) = silence(f"explain cart --at {ago(5.5).isoformat()}")
    assert "1 of 3" in doubt
    (_, not_on) = silence("explain cart")
    assert "the task's alerts are on for degraded only" in not_on
    (_, told) = silence(f"explain shop --at {ago(6).isoformat()}")
    assert "1/1/down to ops: sent" == told


@pytest.mark.usefixtures("story")
def test_it_speaks_russian(monitor: Monitor) -> None:
    out = monitor("--lang ru explain shop").out
    assert "смена с «работает» на «не работает» (смена 2)" in out
    assert "отправлено в ops" in out


@pytest.mark.usefixtures("story")
def test_what_is_not_known_is_refused_with_what_may_be_meant(monitor: Monitor) -> None:
    answer = monitor("explain shpo")
    assert 2 == answer.code
    assert "there is no task and no alert 'shpo', did you mean 'shop'" in answer.sentence
    answer = monitor("explain 1/2/down")
    assert 2 == answer.code
    assert "1/1/down" in answer.sentence
    assert 2 == monitor("explain ''").code
    assert 2 == monitor("explain shop --since 999999999999d").code
    assert 2 == monitor("explain shop --since 0s").code
    assert 2 == monitor("explain shop --at 2999-01-01T00:00:00Z").code


def test_a_database_that_is_away_is_no_answer(monitor: Monitor) -> None:
    assert 3 == monitor("explain shop --database sqlite:///nowhere/monitor.db").code


@pytest.mark.parametrize("kind", SENTENCES)
def test_both_languages_say_the_same_of_each_line(kind: str) -> None:
    english, russian = (
        {name for _, name, _, _ in Formatter().parse(text) if name} for text in SENTENCES[kind]
    )
    assert english == russian
