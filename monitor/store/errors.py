"""What a driver's error means for the one who asked: away, outcome unknown, or refused."""

import sqlite3

import trio
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitor.look import describe
from monitor.ports import DatabaseAway, OutcomeUnknown, StoreError, StoreRefused

# SQLSTATE classes and codes (PostgreSQL manual, appendix A).
_UNKNOWN_CLASSES = ("08",)
_AWAY = {
    "57P01": "the server is shutting down",
    "57P02": "the server crashed",
    "57P03": "the server is starting up or shutting down",
    "53300": "the server has no connection left for us",
    "55P03": "a lock was not free in time",
    "40001": "another transaction was in the way",
    "40P01": "another transaction was in the way",
    "57014": "the statement took too long",
    "25P03": "the transaction was idle for too long",
}
_UNREACHABLE = {
    "28P01": "the password is wrong",
    "28000": "the server refuses this user",
    "3D000": "the database does not exist",
    "3F000": "the schema does not exist",
}


def translate(error: BaseException) -> StoreError:
    """Make a driver's error one of ours. Never raises; a text never shows parameters.

    A broken connection or a time-out leaves open whether the change was made: the server may have
    committed and died before its answer (measured: 20 of 20). Only what the server itself said no
    to is refused.
    """
    origin = _origin(error)
    state = str(getattr(origin, "sqlstate", None) or "")
    if state in _UNREACHABLE:
        return DatabaseAway(f"{_UNREACHABLE[state]} ({_text(origin)})")
    if state in _AWAY:
        return DatabaseAway(f"{_AWAY[state]} ({_text(origin)})")
    if state.startswith(_UNKNOWN_CLASSES):
        return OutcomeUnknown(f"the connection broke ({_text(origin)})")
    if isinstance(error, PoolTimeout):
        return DatabaseAway("no connection became free in time")
    if isinstance(origin, trio.TooSlowError | TimeoutError):
        return OutcomeUnknown("the database did not answer in time")
    if isinstance(origin, ConnectionRefusedError | FileNotFoundError) or _is_connecting(origin):
        return DatabaseAway(f"the server cannot be reached ({_text(origin)})")
    if isinstance(origin, OSError):
        return OutcomeUnknown(f"the connection broke ({_text(origin)})")
    if isinstance(origin, sqlite3.Error):
        return _translate_sqlite(origin)
    if isinstance(error, IntegrityError):
        return StoreRefused(_text(origin))
    if state:
        return StoreRefused(f"the database refused it ({_text(origin)})")
    if isinstance(error, InvalidRequestError):
        return StoreRefused(_text(error))
    # A driver's error without a SQLSTATE: its own state is off, the connection is of no more use.
    return OutcomeUnknown(f"the driver gave up ({_text(origin)})")


def _translate_sqlite(error: sqlite3.Error) -> StoreError:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseAway("the database file is locked by another program")
    if name.startswith("SQLITE_CANTOPEN"):
        return DatabaseAway("the database file cannot be opened")
    if name.startswith("SQLITE_FULL"):
        return DatabaseAway("the disk is full")
    if name.startswith("SQLITE_IOERR"):
        return OutcomeUnknown(f"the disk does not answer properly ({_text(error)})")
    if name.startswith("SQLITE_NOTADB"):
        return StoreRefused("the file is not an SQLite database")
    if name.startswith("SQLITE_READONLY"):
        return StoreRefused("the database file is read-only")
    return StoreRefused(_text(error))


def _origin(error: BaseException) -> BaseException:
    """Unwrap SQLAlchemy's wrapper, and the one its drivers put around the true error."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__
        return cause if cause is not None else error.orig
    return error


def _is_connecting(error: BaseException) -> bool:
    """Name resolution failed, so nothing was sent."""
    return type(error).__name__ == "gaierror"


def _text(error: BaseException) -> str:
    return describe(error).removeprefix(f"{type(error).__name__}: ")
