"""Who types: whose name stands below a silence or an acknowledgement."""

import getpass
import os


def whoami() -> str:
    """Return the user's name on this machine, or the number if there is no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"
