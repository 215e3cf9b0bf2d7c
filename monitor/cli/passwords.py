"""Passwords, read where nobody looks on: from a terminal without echo, or from standard input."""

import getpass
import sys
from collections.abc import Iterable

from monitor.operations.refusals import Unfit
from monitor.words import Words


def read_password(words: Words, names: Iterable[str] = ()) -> str:
    """Ask for a new password, twice at a terminal, and make sure that it is good.

    Raises:
        Unfit: it is not good enough, or differs the second time.
    """
    from monitor.core.access.passwords import BadPassword, check_password

    if sys.stdin is not None and sys.stdin.isatty():
        password = getpass.getpass(words("new password: "))
        check = True
    else:
        password = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
        check = False
    try:
        check_password(password, names)
    except BadPassword as error:
        raise Unfit("", str(error)) from None
    if check and getpass.getpass(words("the same once more: ")) != password:
        raise Unfit("", "the two passwords differ; type the same twice")
    return password


def hashed(password: str) -> str:
    """Return what is kept of a password. Takes a moment, on purpose."""
    from monitor.core.access.passwords import normalized
    from monitor.web.access.hashing import hasher

    return hasher().hash(normalized(password))
