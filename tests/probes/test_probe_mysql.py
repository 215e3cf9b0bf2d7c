"""MySQL and MariaDB: logins, rows, and what goes wrong.

A real MariaDB stands for both; the login of MySQL 8 is played by a server written here from its
documentation, with scrambles that PyMySQL has computed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import trio
import trustme
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault, TargetDown
from monitor.probes.mylogin import caching_sha2, native, sealed
from tests.probes.certificates import server_context
from tests.probes.conversations import judged, repeating
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import Stream, hang, look_at, probe_of, serving

NONCE = bytes(range(1, 21))
OK = b"\0\0\0\2\0\0\0"


@attrs.frozen
class MariaDb:
    """A server of our own, with TLS and a user `monitor` whose password is `hunter2`."""

    port: int
    ca: Path

    def url(self, user: str = "root", database: str = "test") -> str:
        return f"mysql://{user}@localhost:{self.port}/{database}"


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    server = needs_program("mariadbd", "mariadb-server")
    install = needs_program("mariadb-install-db", "mariadb-server")
    home, port, ca = tmp_path_factory.mktemp("mariadb"), free_port(), trustme.CA()
    leaf = ca.issue_cert("localhost")
    ca.cert_pem.write_to_path(home / "ca.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(home / "server.pem")
    subprocess.run(
        [install, "--no-defaults", f"--datadir={home}/data", "--user=root", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        check=True, capture_output=True,
    )  # fmt: skip
    (home / "init.sql").write_text(
        "CREATE DATABASE test;"
        "CREATE TABLE test.bits (b BIT(4));"
        "INSERT INTO test.bits VALUES (b'101');"
        "CREATE USER monitor IDENTIFIED BY 'hunter2';"
        "CREATE USER pamela IDENTIFIED VIA ed25519 USING PASSWORD('hunter2');\n".replace(";", ";\n")
    )
    command = [
        server, "--no-defaults", f"--datadir={home}/data", "--user=root", f"--port={port}",
        "--bind-address=127.0.0.1", f"--socket={home}/socket", f"--init-file={home}/init.sql",
        f"--ssl-cert={home}/server.pem", f"--ssl-key={home}/server.pem",
        "--plugin-load-add=auth_ed25519",
    ]  # fmt: skip
    with running(port, home / "log", *command):
        yield MariaDb(port, home / "ca.pem")


async def ask(server: MariaDb, query: str, **options: object) -> Result:
    return await look_at(server.url(), query=query, **options)


async def test_a_server_that_answers_is_up(mariadb: MariaDb) -> None:
    result = await look_at(mariadb.url().replace("mysql:", "mariadb:"))
    assert Status.UP == result.status
    version = result.facts["server_version"]
    assert f"MariaDB {version} answered with 1 row" == result.detail
    assert not version.startswith("5.5.5-")
    assert [{"1": 1}] == result.facts["rows"]
    assert ["resolve", "connect", "greeting", "tls", "login", "query"] == list(result.timings)


async def test_values_have_the_types_that_conditions_compare(mariadb: MariaDb) -> None:
    query = """
        SELECT 1 AS small, -5000000000 AS large, 1.25 AS exact, 2.5e0 AS other, NULL AS nothing,
        'text' AS text, json_object('a', 1) AS doc, date '2026-01-02' AS day, b,
        timediff('26:00:00.5', '00:00:00') AS age, timediff('00:00:01', '00:00:04') AS ago,
        'gr\u00fc\u00dfe' AS umlaut, repeat('x', 300) AS longer, year(now()) > 2000 AS yes
        FROM bits
    """
    [row] = (await ask(mariadb, query)).facts["rows"]
    assert {
        "small": 1, "large": -5000000000, "exact": 1.25, "other": 2.5, "nothing": None,
        "text": "text", "doc": '{"a": 1}', "day": "2026-01-02", "b": 5, "age": 93600.5,
        "ago": -3.0, "umlaut": "gr\u00fc\u00dfe", "longer": "x" * 300, "yes": 1,
    } == row  # fmt: skip
    assert ["Seconds"] * 2 == [type(row[name]).__name__ for name in ("age", "ago")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("rows[0].n > 0 and rows[0].age > 1m", Status.UP),
        ("rows[0].n > 5", Status.DOWN),
        ("rows[0].doc.json.a == 1", Status.UP),
    ],
)
async def test_conditions_ask_about_rows(
    mariadb: MariaDb, condition: str, expected: Status
) -> None:
    query = "SELECT 5 AS n, timediff('00:02:00', '00:00:00') AS age, json_object('a', 1) AS doc"
    assert expected == (await judged(mariadb.url(), condition, query=query)).status


async def test_a_failing_query_is_down_in_the_words_of_the_server(mariadb: MariaDb) -> None:
    result = await ask(mariadb, "SELECT * FROM orders")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert "Table 'test.orders' doesn't exist (1146)" == result.detail
    assert "server_version" in result.facts


@pytest.mark.parametrize("query", ["CREATE TABLE made (a int)", "INSERT INTO bits VALUES (b'1')"])
async def test_a_query_cannot_change_anything_unless_it_may(mariadb: MariaDb, query: str) -> None:
    result = await ask(mariadb, query)
    assert "Cannot execute statement in a READ ONLY transaction (1792)" == result.detail
    result = await ask(mariadb, query, read_only=False)
    assert (Status.UP, []) == (result.status, result.facts["rows"])


async def test_many_rows_are_cut_and_that_is_said(mariadb: MariaDb) -> None:
    result = await ask(mariadb, "SELECT seq AS n FROM seq_1_to_1000000")
    assert [{"n": n} for n in range(1, 101)] == result.facts["rows"]
    assert result.detail.endswith("answered with more than 100 rows")
    result = await ask(mariadb, "SELECT seq AS n FROM seq_1_to_100")
    assert result.detail.endswith("answered with 100 rows")


async def test_rows_larger_than_a_mebibyte_are_cut(mariadb: MariaDb) -> None:
    result = await ask(mariadb, "SELECT repeat('x', 400000) FROM seq_1_to_5")
    assert (Status.UP, 2) == (result.status, len(result.facts["rows"]))
    result = await ask(mariadb, "SELECT repeat('x', 15000000)")
    assert (Status.UP, []) == (result.status, result.facts["rows"])


async def test_a_query_that_takes_too_long_is_ended_by_the_server(mariadb: MariaDb) -> None:
    result = await look_at(mariadb.url(), 1.0, query="SELECT sleep(600)")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert "max_statement_time exceeded" in result.detail


async def test_files_of_ours_are_not_sent(mariadb: MariaDb) -> None:
    async def want_a_file(stream: Stream) -> None:
        await log_in(stream)
        await stream.receive_some()
        await stream.send_all(packet(b"\xfb/etc/passwd", 1))
        await hang(stream)

    async with serving(want_a_file) as port:
        result = await look_at(f"mysql://127.0.0.1:{port}", read_only=False)
    assert "the query is a LOAD DATA LOCAL, which has no rows" == result.detail


async def test_an_unknown_database_is_down(mariadb: MariaDb) -> None:
    result = await look_at(mariadb.url(database="nope"))
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert "Unknown database 'nope' (1049)" == result.detail


# --- logins -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["prefer", "require", "never"])
async def test_a_login_works_with_and_without_tls(mariadb: MariaDb, tls: str) -> None:
    options = {"tls": tls, "password": "hunter2", "query": "SHOW STATUS LIKE 'Ssl_cipher'"}
    if tls == "require":
        options["ca_file"] = str(mariadb.ca)
    result = await look_at(mariadb.url("monitor", ""), **options)
    assert Status.UP == result.status, result.detail
    assert (tls != "never") == bool(result.facts["rows"][0]["Value"])


@pytest.mark.parametrize("password", ["wrong", ""])
async def test_a_wrong_password_is_down(mariadb: MariaDb, password: str) -> None:
    result = await look_at(mariadb.url("monitor", ""), password=password)
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert result.detail.startswith("Access denied for user 'monitor'@'localhost'")


async def test_a_login_that_we_do_not_know_is_our_fault(mariadb: MariaDb) -> None:
    with pytest.raises(OwnFault, match="'client_ed25519', which the monitor does not know"):
        await look_at(mariadb.url("pamela", ""), password="hunter2")


async def test_required_tls_is_verified(mariadb: MariaDb) -> None:
    result = await look_at(mariadb.url(), tls="require")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "unknown authority" in result.detail


async def test_required_tls_that_is_not_offered_is_down() -> None:
    async with serving(repeating(greeting())) as port:
        result = await look_at(f"mysql://127.0.0.1:{port}", tls="require")
    assert (Status.DOWN, "greeting") == (result.status, result.phase)
    assert "the server does not offer TLS" == result.detail


async def test_an_error_instead_of_a_greeting_is_down() -> None:
    said = packet(b"\xff\x10\x04Too many connections", 0)
    async with serving(repeating(said)) as port:
        result = await look_at(f"mysql://127.0.0.1:{port}")
    assert (Status.DOWN, "greeting") == (result.status, result.phase)
    assert "Too many connections (1040)" == result.detail


async def test_a_password_in_clear_text_goes_over_tls_only() -> None:
    async def want_it(stream: Stream) -> None:
        await stream.send_all(greeting())
        await stream.receive_some()
        await stream.send_all(packet(b"\xfemysql_clear_password\0", 2))
        await hang(stream)

    async with serving(want_it) as port:
        with pytest.raises(OwnFault, match="sent over TLS only"):
            await look_at(f"mysql://127.0.0.1:{port}", password="hunter2")


# --- MySQL 8 ------------------------------------------------------------------------------------


def packet(body: bytes, sequence: int) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([sequence]) + body


def greeting(method: str = "caching_sha2_password", *, tls: bool = False) -> bytes:
    low, high = 0xF7FF | (0x800 if tls else 0), 0xDFFF
    low = low if tls else low & ~0x800
    return packet(
        b"\x0a8.4.3\0" + bytes(4) + NONCE[:8] + b"\0" + low.to_bytes(2, "little") + b"\xff\2\0"
        + high.to_bytes(2, "little") + bytes([21]) + bytes(10) + NONCE[8:] + b"\0"
        + method.encode() + b"\0",
        0,
    )  # fmt: skip


async def log_in(stream: Stream) -> None:
    await stream.send_all(greeting())
    await stream.receive_some()
    await stream.send_all(packet(OK, 2))


async def answer_one(stream: trio.abc.Stream) -> None:
    """Answer a query with one row: n = 1."""
    column = b"\3def\0\0\0\1n\0\x0c\x3f\0\1\0\0\0\x08\x81\0\0\0\0"
    end = b"\xfe\0\0\2\0"
    for number, body in enumerate((b"\1", column, end, b"\x011", end), 1):
        await stream.send_all(packet(body, number))


class MySql8:
    """A server that remembers a password's hash, or not, and wants it whole then."""

    def __init__(self, password: bytes, *, remembers: bool, ca: trustme.CA) -> None:
        self._password = password
        self._leaf = ca.issue_cert("localhost")
        self._remembers = remembers
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    async def plain(self, stream: Stream) -> None:
        await stream.send_all(greeting())
        await self._log_in(stream, 2, encrypted=False)

    async def secured(self, stream: Stream) -> None:
        await stream.send_all(greeting(tls=True))
        request = await stream.receive_some(36)
        assert 36 == len(request)
        encrypted = trio.SSLStream(stream, server_context(self._leaf), server_side=True)
        await self._log_in(encrypted, 3, encrypted=True)

    async def _log_in(self, stream: trio.abc.Stream, number: int, *, encrypted: bool) -> None:
        answer = bytes(await stream.receive_some())
        assert caching_sha2(self._password, NONCE) in answer
        if self._remembers:
            await stream.send_all(packet(b"\1\3", number))
            await stream.send_all(packet(OK, number + 1))
        else:
            await stream.send_all(packet(b"\1\4", number))
            number += 2
            if not encrypted:
                assert packet(b"\2", number - 1) == await stream.receive_some()
                pem = self._key.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
                await stream.send_all(packet(b"\1" + pem, number))
                number += 2
            said = bytes(await stream.receive_some())[4:]
            if not encrypted:
                assert self._password not in said
                sha1 = hashes.SHA1()
                masked = self._key.decrypt(said, padding.OAEP(padding.MGF1(sha1), sha1, None))
                said = bytes(c ^ NONCE[i % 20] for i, c in enumerate(masked))
            assert self._password + b"\0" == said
            await stream.send_all(packet(OK, number))
        await stream.receive_some()
        await answer_one(stream)
        assert packet(b"\1", 0) == await stream.receive_some()


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("tls", ["require", "never"])
async def test_mysql_8_lets_us_in_by_its_own_method(
    remembers: bool, tls: str, ca: trustme.CA
) -> None:
    server = MySql8(b"hunter2", remembers=remembers, ca=ca)
    async with serving(server.secured if tls == "require" else server.plain) as port:
        target = f"mysql://me:hunter2@localhost:{port}"
        result = await look_at(target, tls=tls, read_only=False)
    assert (Status.UP, [{"n": 1}]) == (result.status, result.facts.get("rows")), result.detail
    assert "MySQL 8.4.3 answered with 1 row" == result.detail


def test_scrambles_are_those_of_pymysql() -> None:
    assert "be2cbec13fd268cf921774da8dde99447d699455" == native(b"hunter2", NONCE).hex()
    expected = "04917479a40a673ae2388df86966d1b73768b4452df9a624881d93be865dc44c"
    assert expected == caching_sha2(b"hunter2", NONCE).hex()


@pytest.mark.parametrize(
    "pem", [b"", b"x", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_key_that_is_none_is_down(pem: bytes) -> None:
    with pytest.raises(TargetDown, match="the server's key cannot be used"):
        sealed(b"hunter2", NONCE, pem)


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"tls": "maybe"}, "option tls"),
        ({"query": ""}, "option query"),
        ({"ca_file": "x.pem"}, "option ca_file"),
    ],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("mysql://127.0.0.1/db", options)
    assert field == caught.value.field
