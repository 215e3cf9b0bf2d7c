"""What is told of the events of the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import attrs
import pytest

from monitor.channels.payload import json_of
from monitor.channels.samples import samples
from monitor.demo.answering import Asked
from monitor.demo.inbox import Inbox, channel_to
from monitor.demo.narrator import Hearing, Narrator
from monitor.demo.story import Places, actors
from monitor.journal import tell

PLACES = Places(web=1, dead=2, tls=3, authority=Path("authority.pem"), token="t" * 32)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@attrs.define
class Stage:
    """A narrator that hears, and what it said."""

    narrator: Narrator
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture(params=["en"])
def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    lines: list[str] = []
    narrator = Narrator(
        lines.append, actors(PLACES), request.param, "monitor status", now=lambda: NOW
    )
    logger = logging.getLogger("monitor")
    level = logger.level
    logger.setLevel(logging.INFO)
    with Hearing(narrator):
        yield Stage(narrator, lines)
    logger.setLevel(level)
    assert narrator not in logger.handlers
    assert logger.propagate


def change(name: str, before: str, after: str, detail: str = "") -> None:
    tell("status.changed", task=1, name=name, before=before, after=after, reason="", detail=detail)


def test_a_change_is_told_and_the_first_time_why_it_matters(stage: Stage) -> None:
    change("old-database", "up", "down", "connection refused")
    change("api", "up", "down", "status 503")
    first, why, second = stage.lines
    assert first.startswith("  0:00  old-database ")
    assert first.endswith("✗ down         connection refused")
    assert "one lost packet wakes nobody" in why
    assert "✗ down" in second


@pytest.mark.parametrize("stage", ["ru"], indirect=True)
def test_in_russian_too(stage: Stage) -> None:
    change("shop", "pending", "up")
    tell("task.recovered", task=7, name="jobs-per-worker", attempt=0)
    assert "✓ работает" in stage.lines[0]
    assert "jobs-per-worker: восстановлена" in stage.text


def test_a_crash_is_told_from_the_first_error_to_the_recovery(stage: Stage) -> None:
    for errors in (1, 2, 3):
        tell("task.error", task=7, name="jobs", errors=errors, limit=3, error="ZeroDivisionError")
    tell(
        "task.restarting",
        task=7,
        name="jobs",
        attempt=1,
        retry_at="2026-01-01T00:00:02+00:00",
        error="TooManyErrors",
    )
    tell("task.restarted", task=7, name="jobs", attempt=1)
    tell("task.recovered", task=7, name="jobs", attempt=0)
    told = [line.split("  ")[-1] for line in stage.lines if line.startswith("  0:0")]
    assert [
        "! jobs: our own code failed: ZeroDivisionError",
        "↻ jobs: has been ended, and is started again in 2s",
        "↻ jobs: starts again, attempt 1",
        "✓ jobs: has recovered",
    ] == told
    assert "never booked on the target" in stage.text
    assert 3 == stage.narrator.counts["task.error"]


def test_where_to_look_is_told_when_it_is_known(stage: Stage) -> None:
    stage.narrator.open()
    tell("web.listening", address="127.0.0.1:8080", port=8080)
    tell("web.first_run", open="http://127.0.0.1:8080/?first-run=secret")
    tell("monitor.started", tasks=7, database="")
    assert "dashboard: http://127.0.0.1:8080/?first-run=secret" in stage.text
    assert f"curl http://127.0.0.1:8080/ping/{'t' * 32}" in stage.text
    assert "in another terminal: monitor status" in stage.text


def test_trouble_of_ours_that_nobody_foresaw_is_told_as_the_log_has_it(stage: Stage) -> None:
    tell("system.error", organ="recorder", error="KeyError: 'x'", retry_at="soon")
    tell("session.opened", owner="task 1")
    tell("web.busy", error="a warning")
    [line] = stage.lines
    assert "recorder ended by an error and starts again at soon: KeyError: 'x'" in line


def test_what_cannot_be_told_harms_nobody(stage: Stage) -> None:
    change("api", "up", "no such status")
    tell("task.restarting", name="jobs")
    change("api", "down", "up")
    assert "✓ up" in stage.lines[0]


async def test_the_inbox_takes_each_message_once_and_keeps_it(stage: Stage) -> None:
    inbox = Inbox(stage.narrator.take)
    message = next(iter(samples()))
    for _ in range(2):
        status, _ = await inbox.take(Asked("/inbox", json_of(message)))
        assert HTTPStatus.OK is status
    assert (1, 1) == (inbox.taken, inbox.again)
    [letter] = inbox.letters
    assert message.title == letter.message.title
    assert f"✉ the inbox has taken: {message.title}" in stage.lines[0]


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]"])
async def test_what_is_no_message_is_refused(body: bytes) -> None:
    inbox = Inbox()
    status, _ = await inbox.take(Asked("/inbox", body))
    assert HTTPStatus.BAD_REQUEST is status
    assert 0 == inbox.taken


def test_the_channel_leads_to_it_with_everything_at_once() -> None:
    channel = channel_to(1234)
    assert "webhook+http://127.0.0.1:1234/inbox" == channel.url
    assert (True, True, 0.0) == (channel.default, channel.system, channel.group_wait_s)
