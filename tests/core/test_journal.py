"""One event is one line: for people, or for machines."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import journal
from monitor.journal import FLOOD, FloodFilter, JsonFormatter, TextFormatter, set_up, tell


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """Return the lines logged to stderr since the last call; leave logging as it was."""
    root, own = logging.getLogger(), logging.getLogger("monitor")
    levels = (root.level, own.level)
    yield lambda: capsys.readouterr().err.splitlines()
    for handler in list(root.handlers):
        if isinstance(handler.formatter, TextFormatter | JsonFormatter):
            root.removeHandler(handler)
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def record_of(event: str, **fields: object) -> logging.LogRecord:
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
        logging.getLogger("monitor.supervisor").exception("a step of %s", "life")
    logging.getLogger("foreign").info("not shown: chatter of libraries")
    (line,) = map(json.loads, logged())
    assert ("log", "monitor.supervisor") == (line["event"], line["logger"])
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
