"""Apprise: the real library, sending to a web server of ours in a thread of its own."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator

import pytest
import trio

from monitor.channels import find_family
from monitor.core.alerts.notices import InvalidChannel, NotDelivered, NoticeKind
from tests.channels.receivers import message, receiving, refusing, sender
from tests.probes.servers import closed_port, hang

pytest.importorskip("apprise", reason="NEEDS THE EXTRA: pip install 'sleepless-monitor[apprise]'")


async def test_a_message_arrives_with_its_weight() -> None:
    async with receiving() as receiver:
        send = sender(f"apprise+json://127.0.0.1:{receiver.port}/hook")
        await send(message())
        await send(message(NoticeKind.UP))
    down, up = receiver.requests
    assert ("/hook", "DOWN: shop-7", "failure") == (
        down.path,
        down.json["title"],
        down.json["type"],
    )
    assert "success" == up.json["type"]
    assert message().text == down.json["message"]


async def test_a_scheme_that_only_apprise_knows_needs_no_prefix() -> None:
    async with receiving() as receiver:
        await sender(f"json://127.0.0.1:{receiver.port}/", lang="ru")(message())
    assert "НЕ РАБОТАЕТ: shop-7" == receiver.requests[0].json["title"]
    assert "apprise" == find_family("pover://x").name
    assert "slack" == find_family("slack://x").name, "our own come first"


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What reaches the root of all logs, where our own log listens."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(f"{record.name} {record.getMessage()}")

    listener, root = Listener(), logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    yield heard
    root.setLevel(level)
    root.removeHandler(listener)


async def test_a_failure_says_why_without_secrets(logged: list[str]) -> None:
    async with receiving(refusing("503 x", "hunter2x T0PSECRET")) as receiver:
        url = f"apprise+json://me:hunter2x@127.0.0.1:{receiver.port}/T0PSECRET?:a=k3yk3y"
        send = sender(url)
        with pytest.raises(NotDelivered, match="503") as caught:
            await send(message())
    assert not caught.value.permanent
    told = "".join(traceback.format_exception(caught.value)) + repr(send) + "".join(logged)
    assert [] == [word for word in ("hunter2x", "T0PSECRET", "k3yk3y") if word in told]


async def test_nobody_there_is_a_failure_in_words() -> None:
    with pytest.raises(NotDelivered) as caught:
        await sender(f"apprise+json://127.0.0.1:{closed_port()}/")(message())
    # In an address of Apprise even a host may be a secret.
    assert "A Connection error occurred sending JSON notification to ***." == str(caught.value)


async def test_failures_of_two_messages_at_once_are_not_mixed_up() -> None:
    said: dict[str, str] = {}

    async def fail(name: str, status: str) -> None:
        async with receiving(refusing(status)) as receiver:
            with pytest.raises(NotDelivered) as caught:
                await sender(f"apprise+json://127.0.0.1:{receiver.port}/")(message())
        said[name] = str(caught.value)

    async with trio.open_nursery() as nursery:
        for name, status in (("a", "503 x"), ("b", "507 y")):
            nursery.start_soon(fail, name, status)
    assert "503" in said["a"]
    assert "507" not in said["a"]
    assert "507" in said["b"]
    assert "503" not in said["b"]


async def test_a_receiver_that_hangs_holds_nobody_up_when_the_deadline_comes() -> None:
    async with receiving(hang) as receiver:
        with trio.move_on_after(0.3) as deadline:
            await sender(f"apprise+json://127.0.0.1:{receiver.port}/")(message())
    assert deadline.cancelled_caught


@pytest.mark.parametrize("url", ["apprise+nosuch://s3cr3t", "apprise+pover://s3cr3t", "apprise+x"])
def test_an_address_that_apprise_does_not_understand_is_refused(url: str) -> None:
    with pytest.raises(InvalidChannel) as caught:
        sender(url)
    assert "url" == caught.value.field
    assert "s3cr3t" not in str(caught.value)


def test_without_the_extra_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(InvalidChannel) as caught:
        sender("apprise+pover://s3cr3t")
    assert (
        "url: is for Apprise, which is not installed here; run: pip install "
        "'sleepless-monitor[apprise]'" == str(caught.value)
    )
    with pytest.raises(InvalidChannel, match=r"those of Apprise \(pip install 'sleepless-mon"):
        sender("pover://s3cr3t")
