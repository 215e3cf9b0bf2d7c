"""Alertmanager: the real one, which takes alerts and forgets them when we say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from monitor.channels.wording import compose
from monitor.core.alerts.notices import NotDelivered, NoticeKind
from tests.channels.receivers import notice, sender
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import read_request

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real Alertmanager that tells nobody."""
    program = needs_program("prometheus-alertmanager", "prometheus-alertmanager")
    folder: Path = tmp_path_factory.mktemp("alertmanager")
    config = folder / "config.yml"
    config.write_text("route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n")
    port = free_port()
    command = [
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(port, folder / "log", program, *command):
        yield port


async def standing(port: int) -> list[dict[str, Any]]:
    """Return the alerts that Alertmanager has."""
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    async with stream:
        await stream.send_all(
            b"GET /api/v2/alerts HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        got = await read_request(stream)
        async for piece in stream:
            got += piece
    alerts: list[dict[str, Any]] = msgspec.json.decode(got.partition(b"\r\n\r\n")[2])
    return alerts


async def test_an_alert_stands_until_the_task_is_up_again(port: int) -> None:
    send = sender(f"alertmanager+http://127.0.0.1:{port}", labels={"env": "test"})
    since_at = NOW - timedelta(minutes=5)
    times: dict[str, Any] = {
        "since_at": since_at,
        "at": NOW - timedelta(minutes=4),
        "ended_at": None,
    }
    with trio.fail_after(30):
        await send(compose([notice(task=1, **times), notice(task=2, **times)]))
        (one, two) = sorted(await standing(port), key=lambda one: str(one["labels"]["task"]))
        over: dict[str, Any] = {
            "since_at": since_at,
            "at": NOW,
            "ended_at": NOW - timedelta(minutes=1),
        }
        await send(compose([notice(NoticeKind.UP, 1, **over)]))
        (left,) = await standing(port)
    assert ("TaskDown", "shop-1", "test") == tuple(
        one["labels"][name] for name in ("alertname", "task", "env")
    )
    assert "DOWN: shop-1" == one["annotations"]["summary"]
    assert two["labels"] == left["labels"]
    assert msgspec.convert(two["endsAt"], datetime, strict=False) > NOW + timedelta(days=6)


async def test_every_kind_is_taken_as_it_is(port: int) -> None:
    send = sender(f"alertmanager+http://127.0.0.1:{port}", lang="ru")
    with trio.fail_after(30):
        for number, kind in enumerate(NoticeKind, 10):
            await send(compose([notice(kind, number, since_at=NOW, at=NOW, ended_at=NOW)]))


async def test_what_it_does_not_take_is_a_refusal_in_its_words(port: int) -> None:
    send = sender(f"alertmanager+http://127.0.0.1:{port}/no/such/path")
    with trio.fail_after(30), pytest.raises(NotDelivered, match="status 404") as caught:
        await send(compose([notice()]))
    assert caught.value.permanent
