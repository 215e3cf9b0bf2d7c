"""PostgreSQL's protocol 3.0, as far as one login and one query need it.

https://www.postgresql.org/docs/current/protocol.html
"""

import hashlib
import re
from typing import Any

import attrs

from monitor.assertions import Seconds
from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown
from monitor.probes.account import Account
from monitor.probes.explain import printable
from monitor.probes.rows import ROWS_LIMIT, Rows, number
from monitor.probes.scram import Scram, binding_of
from monitor.probes.wire import Fields, Wire

_VERSION = 3 << 16
_TLS_PLEASE = (8).to_bytes(4, "big") + ((1234 << 16) + 5679).to_bytes(4, "big")
_TALK_LIMIT = 64 * 1024
"""Bytes of any message but a row."""

_ROW_LIMIT = 1 << 30
"""No row of PostgreSQL is larger; what we do not keep, we do not read."""

_FOREIGN_LOGINS = {2: "Kerberos", 6: "SCM", 7: "GSSAPI", 9: "SSPI"}

_BOOL, _INTERVAL = 16, 1186
_NUMBERS = {20, 21, 23, 26, 700, 701, 1700}
"""int8, int2, int4, oid, float4, float8, numeric: the same in every PostgreSQL (pg_type.dat)."""

_ISO_INTERVAL = re.compile(
    r"P(?:(-?[0-9]+)Y)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+)D)?"
    r"(?:T(?:(-?[0-9]+)H)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+(?:\.[0-9]+)?)S)?)?"
)
_ISO_SECONDS = (365.25 * 86400, 30 * 86400, 86400, 3600, 60, 1)
"""Years and months as PostgreSQL itself counts them in extract(epoch from ...)."""


@attrs.frozen
class Column:
    """A column of an answer: its name, and the number of its type."""

    name: str
    type: int


class PgWire:
    """The client's side of a PostgreSQL connection: `offers_tls`, `login`, then queries.

    What the server says of itself (`server_version` ...) is in `parameters`. Every method raises
    TargetDown for an error of the server, in its words, and for what is no PostgreSQL.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.parameters: dict[str, str] = {}

    async def offers_tls(self) -> bool:
        """Ask whether the server speaks TLS; if it does, `start_tls` of the wire must follow."""
        await self._wire.send(_TLS_PLEASE)
        answer = await self._wire.take(1)
        if answer not in (b"S", b"N"):
            raise TargetDown("not a PostgreSQL server")
        return answer == b"S"

    async def login(self, account: Account, database: str) -> None:
        """Log in, and wait until the server is ready.

        Raises:
            OwnFault: the server wants what we do not know, or the password in clear text over a
                connection without TLS.
        """
        said = {
            "user": account.user,
            "database": database,
            "application_name": "monitor",
            "client_encoding": "UTF8",
        }
        text = "".join(f"{name}\0{value}\0" for name, value in said.items() if value).encode()
        body = _VERSION.to_bytes(4, "big") + text + b"\0"
        await self._wire.send((len(body) + 4).to_bytes(4, "big") + body)
        await self._prove(account)
        while (await self._read())[0] != b"Z":
            pass
        self._wire.goodbye = _message(b"X", b"")

    async def run(self, statements: str) -> bytes:
        """Run statements that return nothing; return the state of the transaction afterwards."""
        await self._wire.send(_message(b"Q", statements.encode() + b"\0"))
        while True:
            kind, body = await self._read()
            if kind == b"Z":
                return body

    async def query(self, query: bytes, *, limited: bool) -> Rows:
        """Run a query and return its rows.

        With `limited`, the server itself ends after the rows that are kept; it then takes only one
        statement. Consoles of poolers do not know that part of the protocol.
        """
        if limited:
            await self._wire.send(
                _message(b"P", b"\0" + query + b"\0\0\0")
                + _message(b"B", b"\0\0\0\0\0\0\0\0")
                + _message(b"D", b"P\0")
                + _message(b"E", b"\0" + (ROWS_LIMIT + 1).to_bytes(4, "big"))
                + _message(b"S", b"")
            )
        else:
            await self._wire.send(_message(b"Q", query + b"\0"))
        rows, columns = Rows(), list[Column]()
        while True:
            kind, length = await self._head(_ROW_LIMIT)
            if kind == b"D":
                if not rows.admits(length, len(columns)):
                    return rows
                rows.kept.append(_row(columns, await self._wire.take(length)))
                continue
            body = await self._body(kind, length)
            if kind == b"T":
                rows, columns = Rows(), _columns(body)
            elif kind in (b"G", b"H", b"W"):
                raise TargetDown("the query is a COPY, which has no rows")
            elif kind == b"Z":
                return rows

    async def _prove(self, account: Account) -> None:
        """Answer what the server asks until it believes who we are."""
        while True:
            fields = await self._asked()
            match fields.big(4):
                case 0:
                    return
                case 3:
                    if not self._wire.encrypted:
                        raise OwnFault(
                            Reason.TASK_ERROR,
                            "the server wants the password in clear text, which is sent over TLS "
                            "only; the server offers none, or tls=never is set",
                        )
                    await self._answer(_password(account).encode() + b"\0")
                case 5:
                    inner = _md5(_password(account).encode() + account.user.encode())
                    await self._answer(b"md5" + _md5(inner + fields.take(4)) + b"\0")
                case 10:
                    await self._scram(_password(account), fields.rest().split(b"\0"))
                case known if known in _FOREIGN_LOGINS:
                    raise OwnFault(
                        Reason.TASK_ERROR,
                        f"the server wants a login by {_FOREIGN_LOGINS[known]}, which the monitor "
                        "does not know; give it a user with a password",
                    )
                case _:
                    raise fields.broken()

    async def _scram(self, password: str, offered: list[bytes]) -> None:
        certificate = self._wire.certificate()
        binding = binding_of(certificate) if certificate else None
        plus = b"SCRAM-SHA-256-PLUS"
        if binding is not None and plus in offered:
            mechanism, scram = plus, Scram(password, binding)
        elif b"SCRAM-SHA-256" in offered:
            mechanism = b"SCRAM-SHA-256"
            scram = Scram(password, unoffered=binding is not None)
        else:
            raise OwnFault(
                Reason.TASK_ERROR,
                f"the server wants a login by {printable(str(b' or '.join(offered), 'latin-1'))}, "
                "which the monitor does not know",
            )
        first = scram.first()
        await self._answer(mechanism + b"\0" + len(first).to_bytes(4, "big") + first)
        await self._answer(await scram.answer(await self._expect(11)))
        scram.check(await self._expect(12))

    async def _expect(self, step: int) -> bytes:
        fields = await self._asked()
        if fields.big(4) != step:
            raise fields.broken()
        return fields.rest()

    async def _asked(self) -> Fields:
        kind, body = await self._read()
        fields = Fields(body, "a PostgreSQL server")
        if kind != b"R":
            raise fields.broken()
        return fields

    async def _answer(self, body: bytes) -> None:
        await self._wire.send(_message(b"p", body))

    async def _read(self) -> tuple[bytes, bytes]:
        """Return the kind and body of the next message that is an answer."""
        while True:
            kind, length = await self._head(_TALK_LIMIT)
            body = await self._body(kind, length)
            if kind not in (b"N", b"A", b"S"):
                return kind, body

    async def _head(self, limit: int) -> tuple[bytes, int]:
        """Return the kind of the next message, and the length of its body."""
        head = Fields(await self._wire.take(5), "a PostgreSQL server")
        kind, length = head.take(1), head.big(4) - 4
        if not 0 <= length <= limit:
            raise TargetDown("not a PostgreSQL server")
        return kind, length

    async def _body(self, kind: bytes, length: int) -> bytes:
        """Return a body other than a row's; take up what the server says of itself."""
        if length > _TALK_LIMIT:
            raise TargetDown("not a PostgreSQL server")
        body = await self._wire.take(length)
        if kind == b"E":
            raise TargetDown(self._error(body))
        if kind == b"S" and len(self.parameters) < 100:
            name, _zero, value = body.rstrip(b"\0").partition(b"\0")
            self.parameters[name.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        return body

    def _error(self, body: bytes) -> str:
        fields = {part[:1]: part[1:] for part in body.split(b"\0") if part}
        message = self._wire.words(fields.get(b"M", b"an error without a message"))
        code = self._wire.words(fields.get(b"C", b""))
        return f"{message} ({code})" if code else message


def read_interval(text: str) -> Seconds | str:
    """Read an interval in PostgreSQL's style `iso_8601`; another one stays a text."""
    found = _ISO_INTERVAL.fullmatch(text) if len(text) <= 100 else None
    if not found or not any(found.groups()):
        return text
    parts = zip(found.groups("0"), _ISO_SECONDS, strict=True)
    return Seconds(sum(float(count) * seconds for count, seconds in parts))


def _columns(body: bytes) -> list[Column]:
    fields = Fields(body, "a PostgreSQL server")
    columns = []
    for _ in range(fields.big(2)):
        name = fields.until_zero().decode("utf-8", "replace")
        fields.take(6)
        columns.append(Column(name, fields.big(4)))
        fields.take(8)
    return columns


def _row(columns: list[Column], body: bytes) -> dict[str, Any]:
    fields = Fields(body, "a PostgreSQL server")
    if fields.big(2) != len(columns):
        raise fields.broken()
    row: dict[str, Any] = {}
    for column in columns:
        length = fields.big(4)
        row[column.name] = None if length == 0xFFFFFFFF else _value(column, fields.take(length))
    return row


def _value(column: Column, raw: bytes) -> Any:
    text = raw.decode("utf-8", "replace")
    if column.type in _NUMBERS:
        return number(text)
    if column.type == _BOOL:
        return text == "t"
    return read_interval(text) if column.type == _INTERVAL else text


def _password(account: Account) -> str:
    if not account.password:
        raise TargetDown(f"the server wants a password for user {account.user!r}; none is given")
    return account.password


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body
