"""Which database: `sqlite:///path` or `postgresql://user:password@host:port/name`."""

from pathlib import Path

import attrs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.core.describe import without_password

_SQLITE = frozenset({"sqlite", "sqlite+aiosqlite"})
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
_PARAMETERS = ("host", "port", "user", "password", "passfile", "ssl", "sslmode")
"""Of those that PostgreSQL's own programs know, the ones that the driver takes too."""


class BadAddress(ValueError):
    """The database URL cannot be understood; the message says what to write."""


def _shown(url: URL) -> str:
    # The URL hides what stands before the @ itself, but no parameters.
    return without_password(url.render_as_string(hide_password=True))


@attrs.frozen
class Address:
    """A database that can be opened. Neither `str()` nor `repr()` ever shows a password."""

    url: URL = attrs.field(repr=_shown)
    schema: str | None = None
    """PostgreSQL only: everything lives in this schema instead of the default one."""
    application: str = "monitor"
    """PostgreSQL only: the name our connections bear in `pg_stat_activity`."""

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == "sqlite+aiosqlite"

    @property
    def path(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.url.database or "")

    def __str__(self) -> str:
        if self.is_sqlite:
            return f"sqlite:///{self.url.database}"
        return _shown(self.url.set(drivername="postgresql"))


def parse_address(text: str, base: Path | None = None) -> Address:
    """Read a database URL; a relative SQLite path is taken from `base`.

    Raises:
        BadAddress: naming what is wrong; never repeating a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise BadAddress(
            "the database URL cannot be read; write sqlite:///path/to/file.db "
            "or postgresql://user:password@host:5432/name"
        ) from None
    if url.drivername in _SQLITE:
        return Address(_sqlite(url, base))
    if url.drivername in _POSTGRESQL:
        if not url.database:
            raise BadAddress(f"{_shown(url)} names no database; add /NAME at the end")
        if url.port is not None and not 1 <= url.port <= 65535:
            raise BadAddress(f"{_shown(url)}: the port must be 1 to 65535")
        return Address(_postgresql(url))
    raise BadAddress(
        f"database kind {url.drivername!r} is not supported; use sqlite:/// or postgresql://"
    )


def _sqlite(url: URL, base: Path | None) -> URL:
    if url.host:
        raise BadAddress(f"{_shown(url)} has two slashes; write sqlite:///path with three")
    if not url.database or url.database == ":memory:":
        raise BadAddress("an SQLite database needs a file: write sqlite:///path/to/file.db")
    if url.query:
        raise BadAddress(
            "the URL of an SQLite database takes no parameters; leave out what follows ?"
        )
    path = Path(url.database)
    if base is not None and not path.is_absolute():
        path = base / path
    return url.set(drivername="sqlite+aiosqlite", database=str(path))


def _postgresql(url: URL) -> URL:
    """Translate what libpq calls `sslmode` into asyncpg's `ssl`; the other names agree.

    A password among the parameters moves to the place where it is never shown.
    """
    query = dict(url.query)
    for name in query:
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise BadAddress(f"the database URL has a parameter {name!r}; known are {known}")
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    if "password" in query:
        url = url.set(password=str(query.pop("password")))
    return url.set(drivername="postgresql+asyncpg", query=query)
