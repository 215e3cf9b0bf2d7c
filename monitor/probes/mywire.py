"""The protocol of MySQL and MariaDB, as far as one login and one query need it.

https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

from typing import Any

import attrs

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes.account import Account
from monitor.probes.explain import printable
from monitor.probes.mylogin import METHODS, sealed
from monitor.probes.rows import Rows, clock, number
from monitor.probes.secure import TlsOptions
from monitor.probes.wire import Fields, Wire

_TALK_LIMIT = 64 * 1024
"""Bytes of any packet but a row."""

_COLUMNS_LIMIT = 4096
"""More columns no table has."""

_WITH_DB, _TLS = 1 << 3, 1 << 11
_CAPABILITIES = (
    1  # long passwords
    | 1 << 9  # protocol 4.1
    | 1 << 13  # transactions: their state is told
    | 1 << 15  # secure connection: hashed passwords
    | 1 << 17  # several results, as procedures give
    | 1 << 19  # ways to log in have names
)
_UTF8 = 45
"""utf8mb4_general_ci, which every server since 5.5.3 knows."""
_PACKET = 1 << 24

_NUMBERS = {0, 1, 2, 3, 4, 5, 8, 9, 13, 246}
"""DECIMAL, TINY, SHORT, LONG, FLOAT, DOUBLE, LONGLONG, INT24, YEAR, NEWDECIMAL."""
_TIME, _BIT = 11, 16


@attrs.frozen
class _Greeting:
    version: str
    tls: bool
    nonce: bytes
    method: str


@attrs.frozen
class _Column:
    name: str
    type: int


class MyWire:
    """The client's side of a connection: `greet`, perhaps `start_tls`, `login`, then queries.

    Every method raises TargetDown for an error of the server, in its words, and for what is no
    MySQL.
    """

    def __init__(self, wire: Wire, database: str) -> None:
        self._wire = wire
        self._database = database.encode()
        self._sequence = 0
        self._greeting = _Greeting("", tls=False, nonce=b"", method="")

    async def greet(self) -> str:
        """Read what the server says first, and return its version."""
        fields = Fields(await self._read(), "a MySQL server")
        if fields.little(1) != 10:
            raise TargetDown("not a MySQL server")
        version = fields.until_zero().decode("utf-8", "replace")
        fields.take(4)
        nonce = fields.take(8)
        fields.take(1)
        capabilities = fields.little(2)
        fields.take(3)
        capabilities |= fields.little(2) << 16
        length = fields.little(1)
        fields.take(10)
        nonce += fields.take(max(13, length - 8))[:12]
        method = fields.rest().split(b"\0")[0].decode("utf-8", "replace")
        # MariaDB hides behind this prefix from clients that would take 10 for old.
        version = version.removeprefix("5.5.5-") if "MariaDB" in version else version
        self._greeting = _Greeting(version, bool(capabilities & _TLS), nonce, method)
        return version

    @property
    def offers_tls(self) -> bool:
        """Whether the greeting said that the server speaks TLS."""
        return self._greeting.tls

    async def start_tls(self, tls: TlsOptions, trace: Trace) -> None:
        """Go on with TLS, which the server has offered."""
        await self._send(self._hello(tls=True))
        await self._wire.start_tls(tls, trace)

    async def login(self, account: Account) -> None:
        """Log in, and choose the database if one is named.

        Raises:
            OwnFault: the server wants what we do not know, or the password in clear text over a
                connection without TLS.
        """
        method, nonce = self._greeting.method, self._greeting.nonce
        if method not in METHODS:
            method = "mysql_native_password"  # the server asks again for what it wants
        proof = self._proof(method, account.password, nonce)
        text = account.user.encode() + b"\0" + bytes([len(proof)]) + proof
        text += self._database + b"\0" if self._database else b""
        hello = self._hello(tls=self._wire.encrypted)
        await self._send(hello + text + method.encode() + b"\0")
        while (answer := await self._read())[:1] != b"\0":
            fields = Fields(answer[1:], "a MySQL server")
            if answer[:1] == b"\xfe":
                method = fields.until_zero().decode("utf-8", "replace")
                nonce = fields.rest().removesuffix(b"\0")
                await self._send(self._proof(method, account.password, nonce))
            elif answer == b"\x01\x04" and method == "caching_sha2_password":
                await self._send(await self._whole_password(account.password, nonce))
            elif answer != b"\x01\x03":  # "that was right", and OK follows
                raise fields.broken()
        self._wire.goodbye = _framed(b"\x01", 0)

    async def query(self, query: bytes) -> Rows:
        """Run a query and return its rows."""
        self._sequence = 0
        await self._send(b"\x03" + query)
        first = await self._read()
        rows = Rows()
        if first[:1] == b"\0":
            return rows
        if first[:1] == b"\xfb":
            raise TargetDown("the query is a LOAD DATA LOCAL, which has no rows")
        fields = Fields(first, "a MySQL server")
        count = _length(fields)
        if not 0 < count <= _COLUMNS_LIMIT:
            raise fields.broken()
        columns = [_column(await self._read()) for _ in range(count)]
        if not _is_end(await self._read()):
            raise fields.broken()
        while True:
            size = await self._head()
            if size > _TALK_LIMIT and not rows.admits(size, count):
                return rows
            body = await self._body(size)
            if _is_end(body):
                return rows
            if size <= _TALK_LIMIT and not rows.admits(size, count):
                return rows
            rows.kept.append(_row(columns, body))

    def _hello(self, *, tls: bool) -> bytes:
        """Return the beginning of the answer to the greeting.

        It is sent before TLS and again within it; MariaDB goes by what was said first.
        """
        flags = _CAPABILITIES | (_WITH_DB if self._database else 0) | (_TLS if tls else 0)
        head = flags.to_bytes(4, "little") + _PACKET.to_bytes(4, "little")
        return head + bytes([_UTF8]) + bytes(23)

    def _proof(self, method: str, password: str, nonce: bytes) -> bytes:
        if method == "mysql_clear_password":
            return self._clear(password)
        if method not in METHODS:
            raise OwnFault(
                Reason.TASK_ERROR,
                f"the server wants a login by {printable(method, 60)!r}, which the monitor does "
                "not know; give it a user with a password",
            )
        return METHODS[method](password.encode(), nonce) if password else b""

    def _clear(self, password: str) -> bytes:
        if not self._wire.encrypted:
            raise OwnFault(
                Reason.TASK_ERROR,
                "the server wants the password in clear text, which is sent over TLS only; the "
                "server offers none, or tls=never is set",
            )
        return password.encode() + b"\0"

    async def _whole_password(self, password: str, nonce: bytes) -> bytes:
        """Return the password for a server that does not remember its hash."""
        if self._wire.encrypted:
            return self._clear(password)
        await self._send(b"\x02")
        answer = await self._read()
        if answer[:1] != b"\x01":
            raise TargetDown("not a valid answer of a MySQL server")
        return sealed(password.encode(), nonce, answer[1:])

    async def _send(self, body: bytes) -> None:
        await self._wire.send(_framed(body, self._sequence))
        self._sequence = (self._sequence + 1) % 256

    async def _head(self) -> int:
        """Return the length of the next packet."""
        head = Fields(await self._wire.take(4), "a MySQL server")
        size = head.little(3)
        if head.little(1) != self._sequence:
            raise TargetDown("not a MySQL server")
        self._sequence = (self._sequence + 1) % 256
        return size

    async def _body(self, size: int) -> bytes:
        body = await self._wire.take(size)
        if not body:
            raise TargetDown("not a valid answer of a MySQL server")
        if body[0] == 0xFF:
            raise TargetDown(self._error(body))
        return body

    async def _read(self) -> bytes:
        """Return the next packet that is no row."""
        size = await self._head()
        if size > _TALK_LIMIT:
            raise TargetDown("not a MySQL server")
        return await self._body(size)

    def _error(self, body: bytes) -> str:
        fields = Fields(body[1:], "a MySQL server")
        code = fields.little(2)
        text = fields.rest()
        # Before the login there is no SQLSTATE.
        return f"{self._wire.words(text[6:] if text[:1] == b'#' else text)} ({code})"


def _column(body: bytes) -> _Column:
    fields = Fields(body, "a MySQL server")
    for _ in range(4):  # catalogue, schema, alias of the table, table
        fields.take(_length(fields))
    name = fields.take(_length(fields)).decode("utf-8", "replace")
    fields.take(_length(fields))
    fields.take(7)
    return _Column(name, fields.little(1))


def _row(columns: list[_Column], body: bytes) -> dict[str, Any]:
    fields = Fields(body, "a MySQL server")
    row: dict[str, Any] = {}
    for column in columns:
        length = _length(fields)
        row[column.name] = None if length < 0 else _value(column, fields.take(length))
    return row


def _value(column: _Column, raw: bytes) -> Any:
    if column.type == _BIT:
        return int.from_bytes(raw[:8], "big")
    text = raw.decode("utf-8", "replace")
    if column.type in _NUMBERS:
        return number(text)
    return clock(text) if column.type == _TIME else text


def _length(fields: Fields) -> int:
    """Take a number of one to nine bytes; -1 stands for NULL."""
    first = fields.little(1)
    match first:
        case 0xFB:
            return -1
        case 0xFC | 0xFD:
            return fields.little(first - 0xFA)
        case 0xFE:
            return fields.little(8)
        case 0xFF:
            raise fields.broken()
    return first


def _is_end(body: bytes) -> bool:
    """Say whether this packet ends columns or rows; a row that begins so is very long."""
    return body[0] == 0xFE and len(body) < 9


def _framed(body: bytes, sequence: int) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([sequence]) + body
