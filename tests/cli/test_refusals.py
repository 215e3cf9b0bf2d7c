"""Errors as one sentence and an exit code; bugs of ours with everything that helps to find them."""

from pathlib import Path

import pytest

from monitor.cli.everywhere import Everywhere
from monitor.cli.refusals import BadInput, CouldNotTell, refusal
from monitor.core.failures import DatabaseAway, NoSuchTask, SchemaMismatch
from monitor.core.model import Reason
from monitor.core.probing import InvalidTask, OwnFault
from monitor.settings import SettingsError
from tests.cli.conftest import Monitor


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BadInput("no"), ("no", 2)),
        (SettingsError("no"), ("no", 2)),
        (InvalidTask("name", "is empty"), ("name: is empty", 2)),
        (NoSuchTask("no"), ("no", 2)),
        (CouldNotTell("no"), ("no", 3)),
        (DatabaseAway("no"), ("the database cannot be used: no", 3)),
        (SchemaMismatch("no"), ("the database cannot be used: no", 3)),
        (KeyboardInterrupt(), ("", 130)),
        (BadInput("two\nlines \x1b[31m"), ("two lines \N{REPLACEMENT CHARACTER}[31m", 2)),
    ],
)
def test_what_a_user_can_meet(error: BaseException, expected: tuple[str, int]) -> None:
    assert expected == refusal(error)
    assert expected == refusal(BaseExceptionGroup("", [BaseExceptionGroup("", [error])]))


def test_of_several_the_one_with_the_highest_code_is_told() -> None:
    group = ExceptionGroup("", [BadInput("input"), DatabaseAway("away")])
    assert ("the database cannot be used: away", 3) == refusal(group)


def test_a_bug_is_never_hidden_behind_a_sentence() -> None:
    assert None is refusal(RuntimeError("bug"))
    assert None is refusal(OwnFault(Reason.NETWORK, "not for users"))
    assert None is refusal(ExceptionGroup("", [BadInput("input"), RuntimeError("bug")]))


def test_a_bug_is_no_claim_about_what_was_asked(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("oh no")

    monkeypatch.setattr("monitor.settings.load_settings", broken)
    answer = monitor("status")
    assert (3, "") == (answer.code, answer.out)
    assert "RuntimeError: oh no" in answer.err
    assert answer.err.endswith(
        "monitor: this is a bug of ours, please report it with the lines above\n"
    )


def test_a_value_that_is_no_text_is_refused(monitor: Monitor, place: Path) -> None:
    answer = monitor("task add tcp://localhost:1", "-o", "send=\udcff")
    assert (2, "-o send: the value is not UTF-8 text") == (answer.code, answer.sentence)


@pytest.mark.parametrize(
    ("everywhere", "expected"),
    [
        (Everywhere(), "monitor status"),
        (Everywhere(data_dir="my data"), "monitor status --data-dir 'my data'"),
        (Everywhere(database="sqlite:///a.db"), "monitor status --database sqlite:///a.db"),
        (Everywhere(database="postgresql://me:secret@h/x"), "monitor status --database URL"),
    ],
)
def test_what_to_type_next_means_the_same_database_and_shows_no_password(
    everywhere: Everywhere, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/monitor"])
    assert expected == everywhere.command("status")


def test_help_is_printed_on_stdout(monitor: Monitor) -> None:
    for line in ("--help", "-h", "--json --help", "task --help", "task add --help", "run -h"):
        answer = monitor(line)
        assert (0, "") == (answer.code, answer.err)
        assert answer.out.startswith("Usage: monitor")


def test_the_version_is_printed(monitor: Monitor) -> None:
    assert "monitor 0." == monitor("--version").out[:10]
