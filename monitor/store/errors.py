"""What a driver's error means for the one who asked: away, outcome unknown, or refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import trio
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitor.core.describe import describe
from monitor.core.failures import DatabaseAway, OutcomeUnknown, StoreError, StoreRefused

# SQLSTATEs, or the classes they begin with (PostgreSQL manual, appendix A).
_AWAY = {
    "25006": "the server is a standby that only reads",
    "25P03": "the transaction was idle for too long",
    "26000": "a pooler in between has mixed up prepared statements",
    "28000": "the server refuses this user",
    "28P01": "the password is wrong",
    "3D000": "the database does not exist",
    "3F000": "the schema does not exist",
    "40001": "another transaction was in the way",
    "40P01": "another transaction was in the way",
    "42P05": "a pooler in between has mixed up prepared statements",
    "53300": "the server has no connection left for us",
    "53": "the server is short of something",
    "55P03": "a lock was not free in time",
    "57014": "the statement took too long",
    "57P03": "the server is starting up or shutting down",
}
_UNKNOWN = {
    "08": "the connection broke",
    "57P": "the server ended the connection",
    "58": "the server's machine failed",
}
_VALUE = "22"
"""Of this class even the server's own words may repeat a value, which may be a secret."""

_SQLITE_AWAY = {
    "SQLITE_BUSY": "the database file is locked by another program",
    "SQLITE_LOCKED": "the database file is locked by another program",
    "SQLITE_CANTOPEN": "the database file cannot be opened",
    "SQLITE_READONLY": "the database file is read-only",
    "SQLITE_PERM": "the database file may not be used",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR_SHMSIZE": "the disk is full",
    "SQLITE_NOTADB": "the file is not an SQLite database",
    "SQLITE_CORRUPT": "the database file is damaged",
}

_UNWRITABLE = (OverflowError, UnicodeError)
"""What a driver raises, unwrapped, for a value that it cannot send."""

_DRIVERS = ("asyncpg", "sqlite3", "aiosqlite")


@contextmanager
def translated() -> Iterator[None]:
    """Raise a driver's errors as ours; what is neither passes: it is a bug of ours."""
    try:
        yield
    except StoreError:
        raise
    except (SQLAlchemyError, OSError, TimeoutError, trio.TooSlowError, *_UNWRITABLE) as error:
        raise translate(error) from error
    except Exception as error:
        if type(error).__module__.startswith(_DRIVERS):
            raise translate(error) from error
        raise


def translate(error: BaseException) -> StoreError:
    """Make a driver's error one of ours. Never raises; a text never shows parameters.

    A broken connection or a time-out leaves open whether the change was made: the server may have
    committed and died before its answer (measured: 20 of 20). Only what the server itself said no
    to is refused; what is wrong with the whole database and not with what it was asked is away.
    """
    origin = _origin(error)
    state = str(getattr(origin, "sqlstate", None) or "")
    if state:
        return _translate_state(state, origin)
    if isinstance(origin, sqlite3.Error):
        return _translate_sqlite(origin)
    if isinstance(error, PoolTimeout):
        return DatabaseAway("no connection became free in time")
    if isinstance(origin, trio.TooSlowError | TimeoutError):
        return OutcomeUnknown("the database did not answer in time")
    if isinstance(origin, ConnectionRefusedError | FileNotFoundError) or _is_connecting(origin):
        return DatabaseAway(f"the server cannot be reached ({_text(origin)})")
    if isinstance(origin, OSError):
        return OutcomeUnknown(f"the connection broke ({_text(origin)})")
    if isinstance(origin, _UNWRITABLE) or _never_sent(error):
        return StoreRefused(f"the value cannot be stored ({_text(origin)})")
    # A driver's error without a SQLSTATE: its own state is off, the connection is of no more use.
    return OutcomeUnknown(f"the driver gave up ({_text(origin)})")


def _translate_state(state: str, origin: BaseException) -> StoreError:
    away = _AWAY.get(state)
    if away is not None:
        return DatabaseAway(f"{away} ({_text(origin)})")
    for begin, unknown in _UNKNOWN.items():
        if state.startswith(begin):
            return OutcomeUnknown(f"{unknown} ({_text(origin)})")
    away = _AWAY.get(state[:2])
    if away is not None:
        return DatabaseAway(f"{away} ({_text(origin)})")
    if state.startswith(_VALUE):
        return StoreRefused(f"the value cannot be stored ({type(origin).__name__} {state})")
    return StoreRefused(f"the database refused it ({_text(origin)})")


def _translate_sqlite(error: sqlite3.Error) -> StoreError:
    name = str(getattr(error, "sqlite_errorname", ""))
    for begin, away in _SQLITE_AWAY.items():
        if name.startswith(begin):
            return DatabaseAway(away)
    if name.startswith("SQLITE_IOERR"):
        return OutcomeUnknown(f"the disk failed ({_text(error)})")
    return StoreRefused(f"the database refused it ({_text(error)})")


def _origin(error: BaseException) -> BaseException:
    """Unwrap SQLAlchemy's wrapper, and the one its drivers put around the true error."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__
        return cause if cause is not None else error.orig
    if isinstance(error, StatementError) and error.orig is not None:
        return error.orig
    return error


def _never_sent(error: BaseException) -> bool:
    """SQLAlchemy itself could not make the parameters of a statement (no JSON, for example)."""
    return isinstance(error, StatementError) and not isinstance(error, DBAPIError)


def _is_connecting(error: BaseException) -> bool:
    """Name resolution failed, so nothing was sent."""
    return type(error).__name__ == "gaierror"


def _text(error: BaseException) -> str:
    """Return the message alone: PostgreSQL's details repeat whole rows, secrets included."""
    if getattr(error, "sqlstate", None) and error.args:
        error = type(error)(error.args[0])
    return describe(error).removeprefix(f"{type(error).__name__}: ")
