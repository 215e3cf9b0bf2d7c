"""Who types: whose name stands below a silence, an acknowledgement, and all that was changed."""

import os
import pwd
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.core.ports import Session
    from monitor.operations.signing import Author

BY_FILE = "configuration file"
"""How those make changes who edit the files that a monitor follows."""


def whoami() -> str:
    """Return the user's name on this machine, or the number if there is no name.

    Not what the environment says (LOGNAME, USER): anybody can say that he is somebody else there.
    """
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def typist(via: str = "command line") -> "Author":
    """Return who types, as what they change is signed.

    Args:
        via: how they make changes.
    """
    from monitor.operations.signing import Author

    return Author(name=whoami(), via=via)


def signed_by_typist(
    session: "Session", now: Callable[[], datetime], via: str = "command line"
) -> "Session":
    """Return the same session, whose changes are written down as those of who types.

    Args:
        via: how they make them.
    """
    from monitor.operations.signed_session import signed_session

    return signed_session(session, typist(via), now)
