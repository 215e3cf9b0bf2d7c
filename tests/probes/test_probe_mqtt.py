"""MQTT: sessions, round trips and messages; against a real Mosquitto and scripted brokers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import trio

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask
from tests.probes.conversations import judged, repeating
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import SHORT_S, look_at, probe_of, serving

versions = pytest.mark.parametrize("version", ["3.1.1", "5"])
qualities = pytest.mark.parametrize("qos", [0, 1, 2])


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A broker of our own; `me` (password `hunter2`) may read all and write under `own/`."""
    broker = needs_program("mosquitto", "mosquitto")
    home, port = tmp_path_factory.mktemp("mosquitto"), free_port()
    subprocess.run(
        [
            needs_program("mosquitto_passwd", "mosquitto"),
            "-b",
            "-c",
            home / "users",
            "me",
            "hunter2",
        ],
        check=True,
    )
    (home / "rights").write_text("user me\ntopic read #\ntopic write own/#\n")
    (home / "conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\nuser root\n"
        f"password_file {home}/users\nacl_file {home}/rights\n"
    )
    with running(port, home / "log", broker, "-c", home / "conf"):
        yield port


def publish(port: int, topic: str, message: str, *flags: str) -> None:
    client = needs_program("mosquitto_pub", "mosquitto-clients")
    account = ["-u", "me", "-P", "hunter2", "-p", str(port), "-t", topic, "-m", message]
    subprocess.run([client, *account, *flags], check=True)


async def ask(port: int, **options: object) -> Result:
    return await look_at(f"mqtt://me:hunter2@127.0.0.1:{port}", **options)


async def look_at_bytes(said: bytes, **options: object) -> Result:
    async with serving(repeating(said)) as port:
        return await look_at(f"mqtt://127.0.0.1:{port}", **options)


@versions
async def test_a_broker_that_lets_us_in_is_up(mosquitto: int, version: str) -> None:
    result = await ask(mosquitto, version=version)
    assert (Status.UP, "the broker accepted the session") == (result.status, result.detail)
    assert ["resolve", "connect", "login"] == list(result.timings)


@versions
@pytest.mark.parametrize("password", ["wrong", ""])
async def test_a_wrong_password_is_down(mosquitto: int, version: str, password: str) -> None:
    target = f"mqtt://me@127.0.0.1:{mosquitto}"
    result = await look_at(target, version=version, password=password)
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert result.detail.startswith("the broker says that this client is not authorized")


@versions
@qualities
async def test_a_message_of_our_own_comes_back(mosquitto: int, version: str, qos: int) -> None:
    options = {"version": version, "qos": qos, "round_trip": True, "prefix": "own/"}
    result = await ask(mosquitto, **options)
    assert Status.UP == result.status, result.detail
    assert 0 < result.facts["round_trip"] < result.duration_s
    assert ["resolve", "connect", "login", "subscribe", "round_trip"] == list(result.timings)


async def test_a_round_trip_is_a_duration_for_conditions(mosquitto: int) -> None:
    target = f"mqtt://me:hunter2@127.0.0.1:{mosquitto}"
    options = {"round_trip": True, "prefix": "own/"}
    assert Status.UP == (await judged(target, "round_trip < 5s", **options)).status
    assert Status.DOWN == (await judged(target, "round_trip > 5s", **options)).status


async def test_a_message_that_may_not_be_published_is_down(mosquitto: int) -> None:
    options = {"round_trip": True, "prefix": "other/"}
    result = await ask(mosquitto, version="5", qos=1, **options)
    assert (Status.DOWN, "round_trip") == (result.status, result.phase)
    assert "for this message, the broker says that this client is not authorized" in result.detail
    target = f"mqtt://me:hunter2@127.0.0.1:{mosquitto}"
    # The old protocol cannot say so: the broker drops the message.
    result = await look_at(target, SHORT_S, **options)
    assert "no answer within 0.2 s, in phase round_trip" == result.detail


@versions
@qualities
async def test_a_retained_message_is_found(mosquitto: int, version: str, qos: int) -> None:
    publish(mosquitto, "own/room/temperature", '{"celsius": 21.5}', "-r", "-q", "2")
    options = {"topic": "own/+/temperature", "qos": qos, "version": version}
    result = await ask(mosquitto, **options)
    assert Status.UP == result.status
    assert 'own/room/temperature: {"celsius": 21.5}' == result.detail
    assert {
        "message": '{"celsius": 21.5}',
        "topic": "own/room/temperature",
        "retained": True,
    } == result.facts
    target = f"mqtt://me:hunter2@127.0.0.1:{mosquitto}"
    assert Status.UP == (await judged(target, "message.json.celsius < 25", **options)).status
    assert Status.DOWN == (await judged(target, "message.json.celsius > 25", **options)).status


async def test_only_a_new_message_may_be_wanted(mosquitto: int) -> None:
    publish(mosquitto, "own/news", "old", "-r")
    target = f"mqtt://me:hunter2@127.0.0.1:{mosquitto}"
    options = {"topic": "own/news", "retained": False}
    result = await look_at(target, SHORT_S, **options)
    assert "no answer within 0.2 s, in phase receive" == result.detail
    results = []

    async def wait() -> None:
        results.append(await ask(mosquitto, **options))
        nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        while True:
            await trio.to_thread.run_sync(publish, mosquitto, "own/news", "new")
    assert ("new", False) == (results[0].facts["message"], results[0].facts["retained"])


async def test_a_large_message_is_cut_at_a_mebibyte(mosquitto: int) -> None:
    length = 3_000_000
    varint = bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14 & 0x7F | 0x80,
                    length >> 21])  # fmt: skip
    said = b"\x20\2\0\0\x90\3\0\1\0" + b"\x30" + varint + b"\0\1t" + b"x" * length
    result = await look_at_bytes(said, topic="t")
    assert (Status.UP, 1024 * 1024 - 3) == (result.status, len(result.facts["message"]))


@pytest.mark.parametrize(
    ("said", "options", "expected"),
    [
        (b"\x20\2\0\3", {}, "the broker is not available (code 3)"),
        (b"\x20\2\0\x63", {}, "the broker refuses (code 99)"),
        (b"\x20\3\0\x89\0", {"version": "5"}, "the broker is busy (code 137)"),
        (
            b"\x20\2\0\0\x90\3\0\1\x80",
            {"topic": "t"},
            "for this subscription, the broker gives no reason (code 128)",
        ),
        (
            b"\x20\3\0\0\0\xe0\1\x8b",
            {"version": "5", "topic": "t"},
            "the broker is shutting down (code 139)",
        ),
        (b"\x20\2\0\0\x50\2\0\1", {"topic": "t"}, "not an MQTT broker"),
        (b"\x20\xff\xff\xff\xff\x7f", {}, "not an MQTT broker"),
        (b"\x20\1\0", {}, "not a valid answer of an MQTT broker"),
    ],
)
async def test_what_the_broker_refuses_is_down(
    said: bytes, options: dict[str, object], expected: str
) -> None:
    result = await look_at_bytes(said, **options)
    assert (Status.DOWN, expected) == (result.status, result.detail)


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("mqtt://h/topic", {}, "target"),
        ("mqtt://h", {"qos": 3}, "option qos"),
        ("mqtt://h", {"version": "4"}, "option version"),
        ("mqtt://h", {"password": "x"}, "option user"),
        ("mqtt://h", {"topic": "a", "round_trip": True}, "option topic"),
        ("mqtt://h", {"topic": "a\0"}, "option topic"),
        ("mqtt://h", {"prefix": "a/#"}, "option prefix"),
        ("mqtt://h", {"client_id": "x" * 70_000}, "option client_id"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
