"""Log in to a PostgreSQL server and ask it something: `postgresql://user:password@host/database`.

Phases: `resolve`, `connect`, `greeting` (whether TLS is offered), `tls`, `login`, `query`. Unless
`read_only=false`, the statement timeout is set from the time left, so that the server gives up no
later than we do.
"""

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result
from monitor.core.probing import Probe, TargetDown, Trace
from monitor.probes.account import check_upgrade, read_account, read_name
from monitor.probes.kind import Kind
from monitor.probes.pgwire import PgWire
from monitor.probes.rows import ROWS, QueryOptions, Rows, answered, check_query, statement_ms
from monitor.probes.target import parse_url
from monitor.probes.wire import Wire


def prepare(target: str, options: QueryOptions) -> Probe:
    """Make a probe that is UP when the query was answered.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 5432)
    account = read_account(url, options, "postgres")
    database = read_name(url)
    tls = check_upgrade(options)
    query = check_query(options)

    async def look(trace: Trace) -> Result:
        async with await Wire.open(url, trace, secret=account.secret) as wire:
            server = PgWire(wire)
            if tls is not None:
                with trace.enter("greeting"):
                    offered = await server.offers_tls()
                    if options.tls == "require" and not offered:
                        raise TargetDown("the server does not offer TLS")
                if offered:
                    await wire.start_tls(tls, trace)
            with trace.enter("login"):
                await server.login(account, database)
            version = server.parameters.get("server_version", "")
            trace.facts["server_version"] = version
            if "in_hot_standby" in server.parameters:
                trace.facts["in_recovery"] = server.parameters["in_hot_standby"] == "on"
            with trace.enter("query"):
                rows = await _ask(server, query, read_only=options.read_only)
            trace.facts["rows"] = rows.kept
        return answered("PostgreSQL", version, rows)

    return look


async def _ask(server: PgWire, query: bytes, *, read_only: bool) -> Rows:
    if not read_only:
        return await server.query(query, limited=False)
    state = await server.run(
        "BEGIN READ ONLY;"
        f"SET LOCAL statement_timeout = {statement_ms()};"
        "SET LOCAL intervalstyle = iso_8601"
    )
    if state != b"T":
        raise TargetDown("the server began no transaction")
    rows = await server.query(query, limited=True)
    if not rows.cut:
        # A pooler keeps its connection to the server only if no transaction is left open.
        await server.run("ROLLBACK")
    return rows


FACTS = ROWS | Names(
    (
        Name(
            "in_recovery",
            Type.BOOLEAN,
            "whether the server is a standby; PostgreSQL 14 and later say so",
            also=("is_standby", "standby", "replica", "pg_is_in_recovery"),
        ),
    )
)

KIND = Kind(
    name="postgresql",
    schemes=("postgresql", "postgres"),
    summary="Log in to a PostgreSQL server and run a query.",
    example="postgresql://monitor:secret@db.example.com/app",
    options=QueryOptions,
    prepare=prepare,
    facts=FACTS,
)
