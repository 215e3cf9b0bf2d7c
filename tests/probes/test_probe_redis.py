"""Redis: commands and their answers, INFO, logins; against the real server and scripted ones."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import trio
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask
from monitor.probes.redis import read_info
from tests.probes.certificates import server_context
from tests.probes.conversations import judged, repeating
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import look_at, over_tls, probe_of, serving


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of our own: one user with a password, one without, and a few keys."""
    server = needs_program("redis-server", "redis-server")
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    with running(port, folder / "log", server, "--port", str(port), "--dir", str(folder)):
        cli = [needs_program("redis-cli", "redis-tools"), "-p", str(port)]
        for command in (
            ["acl", "setuser", "monitor", "on", ">hunter2", "+@read", "+ping", "+select", "~*"],
            ["rpush", "queue", "a", "b"],
            ["set", "count", "42"],
            ["-n", "2", "set", "only", "here"],
            ["set", "large", "x" * 100_000],
            ["set", "umlaut", "gr\u00fc\u00dfe"],
        ):
            subprocess.run([*cli, *command], check=True, stdout=subprocess.DEVNULL)
        yield port


async def look_at_bytes(said: bytes, **options: object) -> Result:
    async with serving(repeating(said)) as port:
        return await look_at(f"redis://127.0.0.1:{port}", **options)


async def test_a_server_that_answers_ping_is_up(redis: int) -> None:
    result = await look_at(f"redis://127.0.0.1:{redis}")
    assert (Status.UP, "PING: PONG") == (result.status, result.detail)
    assert {"answer": "PONG"} == result.facts
    assert ["resolve", "connect", "login", "command"] == list(result.timings)


@pytest.mark.parametrize(
    ("command", "answer", "detail"),
    [
        ("LLEN queue", 2, "LLEN: 2"),
        ("lrange queue 0 -1", ["a", "b"], "LRANGE: 2 elements"),
        ("GET nothing", None, "GET: nothing"),
        ("GET count", "42", "GET: 42"),
        ("ECHO 'two words'", "two words", "ECHO: two words"),
        ("GET umlaut", "gr\u00fc\u00dfe", "GET: gr\u00fc\u00dfe"),
        ("GEOPOS none x", [None], "GEOPOS: 1 element"),
        ("ECHO ''", "", "ECHO: an empty text"),
    ],
)
async def test_the_answer_of_a_command_is_a_fact(
    redis: int, command: str, answer: object, detail: str
) -> None:
    result = await look_at(f"redis://127.0.0.1:{redis}", command=command)
    assert (Status.UP, answer, detail) == (result.status, result.facts["answer"], result.detail)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("answer.json.$ > 41", Status.UP),
        ("answer == '42'", Status.UP),
        ("answer.json.$ > 42", Status.DOWN),
        ("info.used_memory > 1 and info.role == 'master'", Status.UP),
        ("info.db2.keys == 1", Status.UP),
        ("info.connected_slaves > 0", Status.DOWN),
    ],
)
async def test_conditions_ask_about_the_answer_and_info(
    redis: int, condition: str, expected: Status
) -> None:
    target = f"redis://127.0.0.1:{redis}/0"
    result = await judged(target, condition, command="GET count", info=True)
    assert expected == result.status, result.detail


async def test_the_path_is_the_number_of_the_database(redis: int) -> None:
    result = await look_at(f"redis://127.0.0.1:{redis}/2", command="GET only")
    assert "here" == result.facts["answer"]
    result = await look_at(f"redis://127.0.0.1:{redis}/99")
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert "ERR DB index is out of range" == result.detail


async def test_a_user_logs_in_and_may_do_what_he_may(redis: int) -> None:
    target = f"redis://monitor:hunter2@127.0.0.1:{redis}/0"
    assert Status.UP == (await look_at(target, command="GET count")).status
    result = await look_at(target, command="FLUSHALL")
    assert (Status.DOWN, "command") == (result.status, result.phase)
    assert result.detail.startswith("NOPERM")
    result = await look_at(f"redis://127.0.0.1:{redis}", user="monitor", password="wrong")
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert result.detail.startswith("WRONGPASS")


async def test_an_old_server_that_repeats_the_password_is_not_quoted() -> None:
    said = b"-ERR unknown command 'AUTH', with args beginning with: 'me' 'hunter2'\r\n"
    async with serving(repeating(said)) as port:
        result = await look_at(f"redis://me:hunter2@127.0.0.1:{port}")
    assert "ERR unknown command 'AUTH', with args beginning with: 'me' '***'" == result.detail


async def test_a_server_that_still_loads_is_down() -> None:
    result = await look_at_bytes(b"-LOADING Redis is loading the dataset in memory\r\n")
    assert (Status.DOWN, "command") == (result.status, result.phase)
    assert "LOADING Redis is loading the dataset in memory" == result.detail


async def test_rediss_speaks_tls_from_the_first_byte(ca: trustme.CA) -> None:
    async def pong(stream: trio.abc.Stream) -> None:
        await stream.receive_some()
        await stream.send_all(b"+PONG\r\n")

    async with serving(over_tls(server_context(ca.issue_cert("localhost")), pong)) as port:
        result = await look_at(f"rediss://localhost:{port}")
        assert Status.UP == result.status, result.detail
        assert "tls" in result.timings
        result = await look_at(f"rediss://127.0.0.1:{port}")
    assert (Status.DOWN, "tls") == (result.status, result.phase)


# --- bounds -------------------------------------------------------------------------------------


async def test_a_text_is_cut_at_a_mebibyte() -> None:
    result = await look_at_bytes(b"$5000000\r\n" + b"x" * 3_000_000)
    assert (Status.UP, 1024 * 1024) == (result.status, len(result.facts["answer"]))


async def test_a_list_is_cut_at_ten_thousand_parts() -> None:
    result = await look_at_bytes(b"*2000000000\r\n" + b":1\r\n" * 20_000)
    assert (Status.UP, 9_999) == (result.status, len(result.facts["answer"]))


@pytest.mark.parametrize(
    "said",
    [
        b"*1\r\n" * 100,
        b"$-\r\n",
        b":1x\r\n",
        b":" + b"9" * 100 + b"\r\n",
        b"$3\r\nabcde",
        b"%1\r\n",
        b"*x\r\n",
    ],
)
async def test_what_is_no_answer_is_down(said: bytes) -> None:
    result = await look_at_bytes(said)
    assert (Status.DOWN, "not a Redis server") == (result.status, result.detail)


async def test_a_line_without_an_end_is_down() -> None:
    result = await look_at_bytes(b"+" + b"x" * 200_000)
    assert "the target sent a line of more than 65536 bytes" == result.detail


def test_info_is_read_as_it_comes() -> None:
    text = (
        "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:12\r\nload:0.5\r\n"
        "slave0:ip=10.0.0.1,port=6379,state=online,offset=12,lag=0\r\nempty:\r\nrubbish\r\n"
    )
    assert {
        "redis_version": "7.0.15",
        "uptime_in_seconds": 12,
        "load": 0.5,
        "slave0": {"ip": "10.0.0.1", "port": 6379, "state": "online", "offset": 12, "lag": 0},
        "empty": "",
    } == read_info(text)


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("redis://h/x", {}, "target"),
        ("redis://h/\u0665", {}, "target"),
        ("redis://h", {"command": "GET 'x"}, "option command"),
        ("redis://h", {"command": " "}, "option command"),
        ("redis://h", {"info": "all"}, "option info"),
        ("redis://h", {"tls": "never"}, "option tls"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
