"""`monitor incidents` and `monitor ack`: what was down, who took it, who was told."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Monitor, Start, part, wait_until
from tests.cli.outages import outages, write
from tests.cli.receiver import Receiver
from tests.cli.story import ago

WRONG = [
    ("ack", "TASK is missing; see `monitor ack --help`"),
    ("ack nope", "there is no task 'nope'"),
    ("ack calm", "task 'calm' has no open incident to acknowledge; it is up since"),
    ("ack shop --for 4", "--for: '4' has no unit"),
    ("ack shop --for 0s", "--for: 0s is out of range; use 1s to 366d"),
    ("ack shop --for 1h --until 2099-01-01", "--for: excludes an end (until); decide for one"),
    ("ack shop --until 2019-01-01", "--until: 2019-01-01 00:00:00Z lies in the past"),
    ("ack shop --until soon", "--until: 'soon' is not a moment"),
    ("ack shop --undo --note x", "--undo takes no --note, --for or --until"),
    (f"ack shop --note {'x' * 501}", "--note: has 501 characters"),
    ("note shop", "TEXT is missing"),
    ("note shop ''", "note: is empty; write what was seen or done"),
    ("note nope x", "there is no task 'nope'"),
    ("note calm x", "task 'calm' has no incident; `monitor incidents` lists them"),
    ("note shop x --incident 3", "task 'shop' has no incident 3"),
    ("incidents shop", "'shop' is one argument too many"),
    ("incidents --task nope", "there is no task 'nope'"),
    ("incidents --since yesterday", "--since: 'yesterday' is not a moment"),
    ("incidents --limit 0", "--limit: 0 is out of range"),
    ("incidents --csv --json", "--csv and --json exclude each other"),
]


@pytest.fixture(autouse=True)
def _user(place: object, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.whoami.whoami", lambda: "ann")


@pytest.fixture
def _outages(_user: None) -> None:
    write(outages)


def found(monitor: Monitor, words: str = "") -> list[dict[str, Any]]:
    forms: list[dict[str, Any]] = monitor(f"incidents {words} --json").document
    return forms


@pytest.mark.usefixtures("_outages")
def test_incidents_are_told_with_all_that_came_of_them(monitor: Monitor) -> None:
    first, second = found(monitor)
    expected = {
        "task": "shop",
        "number": 1,
        "opened_at": ago(7200).isoformat(),
        "closed_at": ago(7100).isoformat(),
        "duration_s": 100.0,
        "detail": "status 500",
        "acknowledged": None,
    }
    assert expected == part(first, expected)
    assert ["down", "up"] == [one["kind"] for one in first["notices"]]
    assert None is second["closed_at"]
    told = [(one["channel"], one["kind"], one["state"], one["why"]) for one in second["notices"]]
    assert [
        ("boss", "down", "dead", "no such room"),
        ("ops", "down", "sent", ""),
        ("ops", "reminder", "pending", "held: silence 1"),
    ] == sorted(told)
    lines = monitor("incidents").out.splitlines()
    assert "ops: down, up" in lines[1]
    assert "boss: down (dead: no such room)" in lines[2]
    assert "reminder-1 (pending: held: silence 1)" in lines[2]


@pytest.mark.usefixtures("_outages")
def test_a_note_is_written_on_the_newest_incident_or_on_another(monitor: Monitor) -> None:
    assert "written on incident 2" in monitor("note shop 'swapped the disk'").out
    written = monitor("note shop 'it was the disk' --incident 1 --json").document
    assert ("ann", "it was the disk") == (written["by"], written["note"])
    assert "ann notes: swapped the disk" in monitor("explain shop").out


@pytest.mark.usefixtures("_outages")
def test_incidents_can_be_chosen(monitor: Monitor) -> None:
    def numbers(words: str) -> list[int]:
        return [one["number"] for one in found(monitor, words)]

    assert [1, 2] == numbers("--task shop")
    assert [] == numbers("--task calm")
    assert [2] == numbers("--open")
    assert [2] == numbers("--since 1h")
    assert [1, 2] == numbers("--since 7d")
    assert [2] == numbers("--limit 1")
    assert "there are no incidents" in monitor("incidents --task calm").out


@pytest.mark.usefixtures("_outages")
def test_incidents_as_csv(monitor: Monitor) -> None:
    monitor("ack shop --note 'on it'")
    first, second = csv.DictReader(io.StringIO(monitor("incidents --csv").out))
    assert ("shop", "1", "100.0", "ops: down, up") == (
        first["task"],
        first["number"],
        first["duration_s"],
        first["told"],
    )
    assert ("", "ann", "on it") == (
        second["closed_at"],
        second["acknowledged_by"],
        second["note"],
    )


@pytest.mark.usefixtures("_outages")
def test_taken_again_an_incident_keeps_what_was_said_of_it(monitor: Monitor) -> None:
    monitor("ack shop --note 'on it'")
    monitor("ack shop --for 2h")
    assert "on it" == found(monitor)[1]["acknowledged"]["note"]
    monitor("ack shop --note 'disk replaced'")
    assert "disk replaced" == found(monitor)[1]["acknowledged"]["note"]


@pytest.mark.usefixtures("_outages")
def test_the_open_incident_is_taken_and_given_back(monitor: Monitor) -> None:
    answer = monitor("ack shop --note 'on it'")
    assert (0, 'task 1 "shop": incident 2 is yours until it is over\n') == (answer.code, answer.out)
    first, second = found(monitor)
    expected = {"until_at": None, "holds": True, "note": "on it", "by": "ann"}
    assert (None, expected) == (first["acknowledged"], part(second["acknowledged"], expected))
    assert "ann (on it)" in monitor("incidents").out
    assert "[acknowledged by ann]" in monitor("status").out
    assert "ann" == monitor("status --json").document["tasks"][0]["alerts"]["acknowledged"]["by"]
    assert "incident 2 is given back\n" in monitor("ack shop --undo").out
    assert "incident 2 is not acknowledged; nothing to undo\n" in monitor("ack shop --undo").out
    assert None is found(monitor)[1]["acknowledged"]


@pytest.mark.usefixtures("_outages")
def test_an_incident_can_be_taken_for_a_while(monitor: Monitor) -> None:
    document = monitor("ack 1 --for 4h --json").document
    taken = document["acknowledged"]
    begin, end = (datetime.fromisoformat(taken[key]) for key in ("at", "until_at"))
    assert timedelta(hours=4) == end - begin
    assert 3 == len(document["notices"])
    assert "until 2099-01-01 00:00:00Z" in monitor("ack shop --until 2099-01-01").out
    assert "ann until 2099-01-01 00:00:00Z" in monitor("incidents --open").out


@pytest.mark.usefixtures("_outages")
def test_a_wrong_command_says_one_sentence_and_takes_nothing(monitor: Monitor) -> None:
    for line, expected in WRONG:
        answer = monitor(line)
        assert 2 == answer.code, line
        assert expected in answer.sentence
    assert [None, None] == [one["acknowledged"] for one in found(monitor)]


@pytest.mark.usefixtures("_outages")
def test_they_speak_russian(monitor: Monitor) -> None:
    assert "инцидент 2 ваш до его окончания" in monitor("ack shop --lang ru").out
    out = monitor("incidents --lang ru").out
    assert "открыт" in out
    assert "down (не доставлено: no such room)" in out


@pytest.mark.slow
def test_an_outage_is_told_once_taken_and_remembered(
    monitor: Monitor, start: Start, receiver: Receiver, port: int
) -> None:
    process = start(f"run tcp://127.0.0.1:{port} --interval 200ms")
    process.wait_shown("✓ up")
    assert 0 == monitor(f"channel add ops {receiver.url} --default").code
    line = "task add tcp://127.0.0.1:1 --name shop --interval 200ms --attempts 2"
    assert 0 == monitor(f"{line} --retry-interval 100ms").code
    wait_until(lambda: receiver.messages)
    assert ["down"] == receiver.kinds
    assert "shop" in receiver.messages[0]["title"]
    assert 0 == monitor("ack shop --note 'on it'").code

    def told() -> list[tuple[str, str, str]]:
        (incident,) = found(monitor, "--task shop")
        return [(one["channel"], one["kind"], one["state"]) for one in incident["notices"]]

    wait_until(lambda: [("ops", "down", "sent")] == told())
    (incident,) = found(monitor, "--open")
    assert ("shop", "on it") == (incident["task"], incident["acknowledged"]["note"])
    process.wait_for("ops: told of ")
    assert 0 == monitor(f"task edit shop --target tcp://127.0.0.1:{port}").code
    wait_until(lambda: len(receiver.messages) > 1)
    assert ["down", "up"] == receiver.kinds
    wait_until(lambda: None is not found(monitor)[0]["closed_at"])
    assert 0 == process.signal(15)
    assert ["down", "up"] == receiver.kinds


@pytest.mark.slow
def test_an_alert_that_was_refused_is_sent_again_when_asked(
    monitor: Monitor, start: Start, receiver: Receiver
) -> None:
    receiver.status = 410
    monitor(f"channel add ops {receiver.url} --default")
    process = start("run tcp://127.0.0.1:1 --interval 200ms")
    process.wait_for("could not be sent: the receiver answered with status 410")
    wait_until(lambda: monitor("channel dead --json").document)
    (letter,) = monitor("channel dead ops --json").document
    assert ("1/1/down", 1) == (letter["key"], letter["attempts"])
    assert 1 == len(receiver.messages)
    receiver.status = 200
    document = monitor("channel resend --key 1/1/down --json").document
    assert (True, "ops") == (document["running"], document["resent"][0]["channel"])
    process.wait_for("ops: told of 1/1/down")
    wait_until(lambda: "sent" == found(monitor)[0]["notices"][0]["state"])
    assert 2 == len(receiver.messages)
    assert receiver.messages[0]["key"] == receiver.messages[1]["key"]
    assert [] == monitor("channel dead --json").document
