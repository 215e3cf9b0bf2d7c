"""One event is one line: for people, or for machines."""

import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import journal
from monitor.journal import (
    FLOOD,
    FloodFilter,
    JsonFormatter,
    TextFormatter,
    say,
    set_up,
    take_down,
    tell,
)
from monitor.scribe import LIMIT
from tests.pipes import full_pipe


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """Take down what was set up, and return the lines logged to stderr since the last call."""

    def lines() -> list[str]:
        take_down()
        return capsys.readouterr().err.splitlines()

    yield lines
    take_down()


def record_of(event: str, /, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("monitor", logging.WARNING, "", 0, event, (), None)
    record.event, record.fields = event, fields
    record.created = 7.5
    return record


def test_a_line_for_people_has_time_level_event_and_sentence() -> None:
    record = record_of("task.error", task=7, name="shop", errors=2, limit=5, error="KeyError: 'a'")
    assert (
        "00:00:07 WARNING task.error       task 7 \"shop\": our own error 2 of 5: KeyError: 'a'"
        == TextFormatter("en").format(record)
    )
    assert "собственная ошибка 2 из 5" in TextFormatter("ru").format(record)


def test_a_line_for_machines_has_the_fields_by_name() -> None:
    expected = {
        "at": "1970-01-01T00:00:07.500000+00:00",
        "level": "warning",
        "event": "task.error",
        "task": 7,
        "name": "магазин",
    }
    line = JsonFormatter().format(record_of("task.error", task=7, name="магазин"))
    assert expected == json.loads(line)
    assert "магазин" in line


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@given(st.dictionaries(st.text(), values | st.lists(values), max_size=5))
def test_whatever_a_target_says_a_line_is_one_line(fields: dict[str, object]) -> None:
    record = record_of("status.changed", **{**fields, "detail": fields.get("detail", "a\nb")})
    assert TextFormatter("en").format(record).isprintable()
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert set(fields) <= set(json.loads(line))


def test_a_target_cannot_forge_a_line_or_paint_the_terminal() -> None:
    detail = "gone\n03:00:00 INFO status.changed all is well\x1b[2J\r\x9b31m\u2028"
    line = TextFormatter("en").format(record_of("database.lost", error=detail))
    assert line.isprintable()
    assert 1 == len(line.splitlines())


def test_a_foreign_log_record_is_shown_with_its_logger(logged: Callable[[], list[str]]) -> None:
    set_up("json")
    try:
        raise OSError("disk full")
    except OSError:
        logging.getLogger("monitor.engine.supervisor").exception("a step of %s", "life")
    logging.getLogger("foreign").info("not shown: chatter of libraries")
    (line,) = map(json.loads, logged())
    assert ("log", "monitor.engine.supervisor") == (line["event"], line["logger"])
    assert ("a step of life", "OSError: disk full") == (line["message"], line["error"])


def test_for_people_a_foreign_error_has_its_traceback(logged: Callable[[], list[str]]) -> None:
    set_up("text", "ru")
    try:
        raise OSError("disk full")
    except OSError:
        logging.getLogger("foreign").exception("oh")
    first, second, *_ = logged()
    assert "ERROR   log              foreign: oh" in first
    assert second.startswith("Traceback")


def test_fields_that_are_none_are_left_out(logged: Callable[[], list[str]]) -> None:
    set_up("json")
    tell("task.failed", task=7, name="shop", error=None)
    (line,) = map(json.loads, logged())
    assert {"at", "level", "event", "task", "name"} == set(line)
    assert "error" == line["level"]


def test_setting_up_again_replaces_the_former_set_up(logged: Callable[[], list[str]]) -> None:
    set_up("json")
    set_up("text", level=logging.WARNING)
    tell("monitor.started", tasks=1, database="x")
    tell("gap.booked", task=1, slots=2)
    (line,) = logged()
    assert "gap.booked" in line


def test_no_line_is_lost_when_the_set_up_is_replaced(logged: Callable[[], list[str]]) -> None:
    stop = threading.Event()
    told = 0

    def go_on_telling() -> None:
        nonlocal told
        while not stop.is_set():
            tell("task.failed", task=told)
            told += 1

    set_up("json")
    thread = threading.Thread(target=go_on_telling)
    thread.start()
    for _ in range(20):
        set_up("json")
        time.sleep(0.002)
    stop.set()
    thread.join()
    assert set(range(told)) == {json.loads(line)["task"] for line in logged()}


def test_taking_it_down_leaves_logging_as_it_was(
    logged: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    root, own = logging.getLogger(), logging.getLogger("monitor")
    before = list(root.handlers), root.level, own.level, warnings.showwarning
    set_up(level=logging.DEBUG)
    set_up("json", level=logging.ERROR)
    tell("task.failed", task=1)
    assert before != (root.handlers, root.level, own.level, warnings.showwarning)
    assert 1 == len(logged())
    assert before == (root.handlers, root.level, own.level, warnings.showwarning)
    assert ["task.failed"] == caplog.messages, "who else listens goes on hearing"


def test_a_line_says_what_was_true_when_it_was_told(logged: Callable[[], list[str]]) -> None:
    sessions = ["task 1"]
    set_up("json")
    tell("session.leaked", sessions=sessions)
    logging.getLogger("foreign").warning("open: %s", sessions)
    sessions.clear()
    first, second = map(json.loads, logged())
    assert (["task 1"], "open: ['task 1']") == (first["sessions"], second["message"])


def test_lines_of_many_threads_are_all_there_and_whole(logged: Callable[[], list[str]]) -> None:
    def tell_some(thread: int) -> None:
        for number in range(200):
            tell("task.failed", task=1000 * thread + number, error="x" * 200)

    set_up("json")
    threads = [threading.Thread(target=tell_some, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [json.loads(line)["task"] for line in logged()]
    assert {1000 * k + number for k in range(8) for number in range(200)} == set(told)
    assert 1600 == len(told)
    for k in range(8):
        assert sorted(one for one in told if one // 1000 == k) == [
            t for t in told if t // 1000 == k
        ]


def test_words_that_are_no_event_stand_behind_what_was_told_before(
    logged: Callable[[], list[str]],
) -> None:
    set_up()
    for _ in range(50):
        tell("gap.booked", task=1, slots=2)
    say("monitor: the end")
    lines = logged()
    assert (51, "monitor: the end") == (len(lines), lines[-1])
    say("monitor: nothing is set up")
    assert ["monitor: nothing is set up"] == logged()


def test_a_process_without_stderr_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    set_up()
    tell("task.failed", task=1)
    say("a word")
    assert "" == capsys.readouterr().out


def test_a_warning_of_the_interpreter_is_a_line_like_any_other(
    logged: Callable[[], list[str]],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up("json")
        warnings.warn("never awaited", RuntimeWarning, stacklevel=1)
        (line,) = map(json.loads, logged())
    assert ("py.warnings", "warning") == (line["logger"], line["level"])
    assert "RuntimeWarning: never awaited" in line["message"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_record_that_cannot_be_formatted_is_told_and_harms_nobody(
    log_format: str, logged: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # those of pytest would raise
    set_up(log_format)
    logging.getLogger("foreign").warning("%d apples", "many")
    (line,) = logged()
    assert "foreign" in line
    assert "a record that cannot be written: TypeError: %d format" in line


def test_how_many_lines_were_lost_is_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_pipe() as pipe:
        monkeypatch.setattr(sys, "stderr", pipe.stream)
        set_up("json")
        for number in range(LIMIT + 1000):
            tell("task.failed", task=number)
        pipe.read()
        take_down()
        pipe.end()
        lines = [json.loads(line) for line in pipe.lines]
    lost = sum(line["lines"] for line in lines if line["event"] == "log.dropped")
    assert 800 <= lost < LIMIT + 1000
    assert LIMIT + 1000 == lost + sum(line["event"] == "task.failed" for line in lines)
    assert {"warning"} == {line["level"] for line in lines if line["event"] == "log.dropped"}


DATABASE = "postgresql://ann:pa55-w0rd@db.example/monitor"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_line_shows_a_password(log_format: str, logged: Callable[[], list[str]]) -> None:
    set_up(log_format, level=logging.DEBUG)
    tell("task.started", task=1, name="shop", target=DATABASE)
    tell("database.lost", error=f"cannot reach {DATABASE}")
    logging.getLogger("foreign").warning("cannot reach %s", DATABASE)
    try:
        raise OSError(f"cannot reach {DATABASE}")
    except OSError:
        logging.getLogger("foreign").exception("oh")
    lines = "\n".join(logged())
    assert 4 <= lines.count("postgresql://ann:***@db.example/monitor")
    assert "pa55" not in lines


def test_debug_events_are_told_only_on_demand(logged: Callable[[], list[str]]) -> None:
    set_up()
    tell("session.opened", owner="task 1", task=1)
    assert [] == logged()
    set_up(level=logging.DEBUG)
    tell("session.opened", owner="task 1", task=1)
    assert 1 == len(logged())


def test_of_a_flood_only_the_first_lines_of_a_second_are_shown() -> None:
    flood = FloodFilter()
    passed = [record for k in range(500) if flood.filter(record := record_of("gap.booked", k=k))]
    assert FLOOD == len(passed)
    assert [True] == [one.fields["more"] for one in passed if "more" in one.fields]  # type: ignore[attr-defined]
    assert "(more of this event in the same second is not shown)" in TextFormatter("en").format(
        passed[-1]
    )
    assert flood.filter(record_of("task.error"))
    later = record_of("gap.booked")
    later.created = 8.0
    assert flood.filter(later)


def test_errors_are_shown_however_many_there_are() -> None:
    flood = FloodFilter()
    for _ in range(500):
        record = record_of("task.failed")
        record.levelno = logging.ERROR
        assert flood.filter(record)


def test_the_levels_of_loud_events_are_loud() -> None:
    loud = {event for event, level in journal.LEVELS.items() if level >= logging.ERROR}
    assert {"task.failed", "task.invalid", "task.stalled", "database.lost", "system.storm"} <= loud
