"""Log in to a MySQL or MariaDB server and ask it something: `mysql://user:password@host/database`.

Phases: `resolve`, `connect`, `greeting` (what the server says first), `tls`, `login`, `query`.
Unless `read_only=false`, how long a statement may run is set from the time left, where the server
knows such a setting.
"""

import contextlib

from monitor.core.model import Result
from monitor.core.probing import Probe, TargetDown, Trace
from monitor.probes.account import check_upgrade, read_account, read_name
from monitor.probes.kind import Kind
from monitor.probes.mywire import MyWire
from monitor.probes.rows import ROWS, QueryOptions, Rows, answered, check_query, statement_ms
from monitor.probes.target import parse_url
from monitor.probes.wire import Wire


def prepare(target: str, options: QueryOptions) -> Probe:
    """Make a probe that is UP when the query was answered.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    url = parse_url(target, 3306)
    account = read_account(url, options, "root")
    database = read_name(url)
    tls = check_upgrade(options)
    query = check_query(options)

    async def look(trace: Trace) -> Result:
        async with await Wire.open(url, trace, secret=account.secret) as wire:
            server = MyWire(wire, database)
            with trace.enter("greeting"):
                version = await server.greet()
                trace.facts["server_version"] = version
                if options.tls == "require" and not server.offers_tls:
                    raise TargetDown("the server does not offer TLS")
            if tls is not None and server.offers_tls:
                await server.start_tls(tls, trace)
            with trace.enter("login"):
                await server.login(account)
            with trace.enter("query"):
                rows = await _ask(server, query, version, read_only=options.read_only)
            trace.facts["rows"] = rows.kept
        return answered("MariaDB" if "MariaDB" in version else "MySQL", version, rows)

    return look


async def _ask(server: MyWire, query: bytes, version: str, *, read_only: bool) -> Rows:
    if read_only:
        ms = statement_ms()
        limit = f"max_statement_time = {ms / 1000}"
        if "MariaDB" not in version:
            limit = f"max_execution_time = {ms}"
        with contextlib.suppress(TargetDown):  # proxies and old servers know no such setting
            await server.query(f"SET SESSION {limit}".encode())
        # START TRANSACTION READ ONLY would not do: CREATE, DROP and ALTER end it first.
        await server.query(b"SET SESSION TRANSACTION READ ONLY")
    return await server.query(query)


KIND = Kind(
    name="mysql",
    schemes=("mysql", "mariadb"),
    summary="Log in to a MySQL or MariaDB server and run a query.",
    example="mysql://monitor:secret@db.example.com/app",
    options=QueryOptions,
    prepare=prepare,
    facts=ROWS,
)
