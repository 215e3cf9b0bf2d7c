"""PostgreSQL: logins, rows, and what goes wrong; against real servers."""

from __future__ import annotations

import os
import pwd
import ssl
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import trio
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from tests.conftest import serving as postgres_serving
from tests.postgres import PostgresServer
from tests.probes.certificates import server_context
from tests.probes.conversations import judged
from tests.probes.servers import Stream, hang, look_at, probe_of, serving

PASSWORDS = {"scram": "p@ss/w\u00f6rd \u2168", "md5": "old", "clear": "open", "trusted": ""}


@attrs.frozen
class Guarded:
    """A server that asks for passwords and offers TLS."""

    server: PostgresServer
    ca: Path

    def url(self, user: str, host: str = "localhost") -> str:
        port = self.server.url("").rpartition(":")[2].partition("/")[0]
        return f"postgresql://{user}@{host}:{port}/postgres"


@pytest.fixture(scope="module")
def guarded(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    for server in postgres_serving(pytestconfig):
        ca = trustme.CA()
        authority = tmp_path_factory.mktemp("ca") / "ca.pem"
        ca.cert_pem.write_to_path(authority)
        leaf = ca.issue_cert("localhost")
        owner = pwd.getpwuid(server.home.stat().st_uid)
        files = {"cert": server.home / "server.pem", "key": server.home / "server.key"}
        leaf.cert_chain_pems[0].write_to_path(files["cert"])
        leaf.private_key_pem.write_to_path(files["key"])
        for file in files.values():
            file.chmod(0o600)
            os.chown(file, owner.pw_uid, owner.pw_gid)
        for user, password in PASSWORDS.items():
            method = "md5" if user == "md5" else "scram-sha-256"
            server.execute(
                f"do $do$ begin set local password_encryption = '{method}'; "
                f"create role {user} login password '{password}'; end $do$"
            )
        rules = [
            f"host all {user} all {method}"
            for user, method in (
                ("postgres", "trust"),
                ("trusted", "trust"),
                ("scram", "scram-sha-256"),
                ("md5", "md5"),
                ("clear", "password"),
            )
        ]
        [(hba,)] = server.execute("show hba_file")
        Path(hba).write_text("\n".join(rules) + "\n")
        server.execute(f"alter system set ssl_cert_file = '{files['cert']}'")
        server.execute(f"alter system set ssl_key_file = '{files['key']}'")
        server.execute("alter system set ssl = on")
        server.restart()
        yield Guarded(server, authority)


async def ask(server: PostgresServer, query: str, **options: object) -> Result:
    return await look_at(server.url("postgres"), query=query, **options)


async def test_a_server_that_answers_is_up(postgres: PostgresServer) -> None:
    result = await look_at(postgres.url("postgres"))
    assert Status.UP == result.status
    version = result.facts["server_version"]
    assert f"PostgreSQL {version.split()[0]} answered with 1 row" == result.detail
    assert [{"?column?": 1}] == result.facts["rows"]
    assert ["resolve", "connect", "greeting", "login", "query"] == list(result.timings)
    assert result.facts["in_recovery"] is False


async def test_values_have_the_types_that_conditions_compare(postgres: PostgresServer) -> None:
    query = """
        SELECT 1::int2 AS small, -5000000000 AS large, 1.25::numeric AS exact, 2.5::float8 AS
        float, 'NaN'::float8 AS nan, true AS yes, false AS no, NULL::int AS nothing,
        'text' AS text, '{"a": [1]}'::jsonb AS json, date '2026-01-02' AS day,
        interval '1 day 02:00:00.5' AS age, interval '-1 mon -3 sec' AS ago,
        interval '0' AS now, ARRAY[1,2] AS list
    """
    [row] = (await ask(postgres, query)).facts["rows"]
    assert {
        "small": 1, "large": -5000000000, "exact": 1.25, "float": 2.5, "nan": "NaN",
        "yes": True, "no": False, "nothing": None, "text": "text", "json": '{"a": [1]}',
        "day": "2026-01-02", "age": 93600.5, "ago": -2592003.0, "now": 0.0, "list": "{1,2}",
    } == row  # fmt: skip
    assert ["Seconds"] * 3 == [type(row[name]).__name__ for name in ("age", "ago", "now")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("rows[0].n > 0", Status.UP),
        ("rows[0].n > 5", Status.DOWN),
        ("rows[0].age < 5m and rows[0].age > 1m", Status.UP),
        ("len(rows) == 1 and rows[0].doc.json.$.ok", Status.UP),
        ("all(rows, it.n == 5)", Status.UP),
        ("rows[1] exists", Status.DOWN),
        ("not in_recovery", Status.UP),
    ],
)
async def test_conditions_ask_about_rows(
    postgres: PostgresServer, condition: str, expected: Status
) -> None:
    query = """SELECT 5 AS n, interval '2 min' AS age, '{"ok": true}' AS doc"""
    assert expected == (await judged(postgres.url("postgres"), condition, query=query)).status


async def test_a_failing_query_is_down_in_the_words_of_the_server(
    postgres: PostgresServer,
) -> None:
    result = await ask(postgres, "SELECT * FROM orders")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert 'relation "orders" does not exist (42P01)' == result.detail
    assert "server_version" in result.facts


@pytest.mark.parametrize("query", ["CREATE TABLE x (a int)", "COMMIT; CREATE TABLE x (a int)"])
async def test_a_query_cannot_change_anything_unless_it_may(
    postgres: PostgresServer, query: str
) -> None:
    with postgres.fresh_database() as url:
        result = await look_at(url, query=query)
        assert Status.DOWN == result.status
        assert Status.DOWN == (await look_at(url, query="SELECT * FROM x")).status
        assert Status.UP == (await look_at(url, query=query, read_only=False)).status
        assert Status.UP == (await look_at(url, query="SELECT * FROM x")).status


async def test_of_several_statements_the_last_rows_count(postgres: PostgresServer) -> None:
    result = await ask(postgres, "SELECT 1 AS a; SELECT 2 AS b", read_only=False)
    assert [{"b": 2}] == result.facts["rows"]


@pytest.mark.parametrize("read_only", [True, False])
async def test_many_rows_are_cut_and_that_is_said(
    postgres: PostgresServer, read_only: bool
) -> None:
    query = "SELECT generate_series(1, {}) AS n"
    result = await ask(postgres, query.format(100), read_only=read_only)
    assert (100, True) == (len(result.facts["rows"]), result.detail.endswith(" 100 rows"))
    result = await ask(postgres, query.format(1_000_000), read_only=read_only)
    assert [{"n": n} for n in range(1, 101)] == result.facts["rows"]
    assert result.detail.endswith("answered with more than 100 rows")


async def test_rows_larger_than_a_mebibyte_are_cut(postgres: PostgresServer) -> None:
    result = await ask(postgres, "SELECT repeat('x', 400000) FROM generate_series(1, 5)")
    assert (Status.UP, 2) == (result.status, len(result.facts["rows"]))
    result = await ask(postgres, "SELECT repeat('x', 100000000)")
    assert (Status.UP, []) == (result.status, result.facts["rows"])
    assert result.detail.endswith("more than 1 MiB; 0 rows kept")


async def test_a_query_that_takes_too_long_is_ended_by_the_server(
    postgres: PostgresServer,
) -> None:
    result = await look_at(postgres.url("postgres"), 1.0, query="SELECT pg_sleep(600)")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert "canceling statement due to statement timeout (57014)" == result.detail


async def test_a_copy_is_refused(postgres: PostgresServer) -> None:
    result = await ask(postgres, "COPY (SELECT 1) TO STDOUT", read_only=False)
    assert "the query is a COPY, which has no rows" == result.detail


async def test_no_transaction_is_left_open_for_a_pooler(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as url:
        await look_at(url)
        assert [] == postgres.backends(url.rpartition("/")[2])


async def test_an_unknown_database_is_down(postgres: PostgresServer) -> None:
    result = await look_at(postgres.url("nope"))
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert 'database "nope" does not exist (3D000)' == result.detail


# --- logins -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", PASSWORDS)
@pytest.mark.parametrize("tls", ["prefer", "require", "never"])
async def test_every_way_to_log_in_works(guarded: Guarded, user: str, tls: str) -> None:
    options = {"tls": tls, "password": PASSWORDS[user]}
    if tls == "require":
        options["ca_file"] = str(guarded.ca)
    if (user, tls) == ("clear", "never"):
        with pytest.raises(OwnFault, match="in clear text, which is sent over TLS only"):
            await look_at(guarded.url(user), **options)
        return
    query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    result = await look_at(guarded.url(user), query=query, **options)
    assert Status.UP == result.status, result.detail
    assert [{"ssl": tls != "never"}] == result.facts["rows"]
    assert (tls != "never") == ("tls" in result.timings)


@pytest.mark.parametrize("user", ["scram", "md5", "clear"])
async def test_a_wrong_password_is_down_and_not_repeated(guarded: Guarded, user: str) -> None:
    result = await look_at(guarded.url(user), password="hunter2")
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert f'password authentication failed for user "{user}" (28P01)' == result.detail


@pytest.mark.parametrize("user", ["scram", "md5", "clear"])
async def test_a_missing_password_is_said(guarded: Guarded, user: str) -> None:
    result = await look_at(guarded.url(user))
    assert f"the server wants a password for user {user!r}; none is given" == result.detail


async def test_a_login_over_tls_is_tied_to_the_certificate(guarded: Guarded) -> None:
    """Somebody between us and the server, with a certificate of his own, gets nowhere."""
    ca = trustme.CA()
    leaf = ca.issue_cert("localhost")
    port = int(guarded.url("x").rpartition(":")[2].partition("/")[0])

    async def between(client: Stream) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", port)
        request = await client.receive_some(8)
        await server.send_all(request)
        assert b"S" == await server.receive_some(1)
        await client.send_all(b"S")
        near = trio.SSLStream(client, server_context(leaf), server_side=True)
        context = ssl.create_default_context(cafile=str(guarded.ca))
        far = trio.SSLStream(server, context, server_hostname="localhost")
        await near.do_handshake()
        await far.do_handshake()
        async with server, trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, near, far)
            await _pass_on(far, near)
            nursery.cancel_scope.cancel()

    async with serving(between) as near_port:
        target = f"postgresql://scram@localhost:{near_port}/postgres"
        result = await look_at(target, password=PASSWORDS["scram"])
    assert (Status.DOWN, "login") == (result.status, result.phase)
    assert "SCRAM channel binding check failed (28000)" == result.detail


async def _pass_on(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
    try:
        while data := await source.receive_some():
            await sink.send_all(data)
    except trio.BrokenResourceError:
        pass


async def test_required_tls_is_verified(guarded: Guarded) -> None:
    result = await look_at(guarded.url("trusted"), tls="require")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "unknown authority" in result.detail
    trusted = {"tls": "require", "ca_file": str(guarded.ca)}
    result = await look_at(guarded.url("trusted", "127.0.0.1"), **trusted)
    assert "certificate is for another address" in result.detail
    result = await look_at(guarded.url("trusted"), tls="require", verify=False)
    assert Status.UP == result.status


async def test_required_tls_that_is_not_offered_is_down(postgres: PostgresServer) -> None:
    result = await look_at(postgres.url("postgres"), tls="require")
    assert (Status.DOWN, "greeting") == (result.status, result.phase)
    assert "the server does not offer TLS" == result.detail


async def test_nothing_said_before_tls_is_believed() -> None:
    async def inject(stream: Stream) -> None:
        await stream.receive_some()
        await stream.send_all(b"SR\0\0\0\x08\0\0\0\0")
        await hang(stream)

    async with serving(inject) as port:
        result = await look_at(f"postgresql://127.0.0.1:{port}")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "the target went on in plain text when TLS had to begin" == result.detail


@pytest.mark.parametrize(("code", "name"), [(7, "GSSAPI"), (9, "SSPI")])
async def test_a_login_that_we_do_not_know_is_our_fault(code: int, name: str) -> None:
    async def ask_for_it(stream: Stream) -> None:
        await stream.receive_some()
        await stream.send_all(b"R\0\0\0\x08" + code.to_bytes(4, "big"))
        await hang(stream)

    async with serving(ask_for_it) as port:
        with pytest.raises(OwnFault, match=f"a login by {name}"):
            await look_at(f"postgresql://127.0.0.1:{port}", tls="never", password="x")


async def test_a_server_that_repeats_our_password_is_not_quoted() -> None:
    async def repeat(stream: Stream) -> None:
        await stream.receive_some()
        body = b"SFATAL\0C28P01\0Mwrong: hunter2\0\0"
        await stream.send_all(b"E" + (len(body) + 4).to_bytes(4, "big") + body)
        await hang(stream)

    async with serving(repeat) as port:
        result = await look_at(f"postgresql://me:hunter2@127.0.0.1:{port}", tls="never")
    assert "wrong: *** (28P01)" == result.detail


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"tls": "maybe"}, "option tls"),
        ({"query": "  "}, "option query"),
        ({"query": "SELECT '\0'"}, "option query"),
        ({"query": "SELECT '\udcff'"}, "option query"),
        ({"user": "a\0b"}, "option user"),
        ({"ca_file": "x.pem"}, "option ca_file"),
        ({"ca_file": "x.pem", "tls": "never"}, "option ca_file"),
        ({"read_only": "perhaps"}, "option read_only"),
        ({"timeout": "5s"}, "option timeout"),
    ],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("postgresql://127.0.0.1/db", options)
    assert field == caught.value.field
