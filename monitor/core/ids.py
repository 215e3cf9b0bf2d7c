"""Ids that sort by the time at which they were given."""

import secrets
from datetime import datetime


def new_id(at: datetime) -> str:
    """Return a new id; those of the same microsecond are told apart by 32 random bits."""
    return f"{round(at.timestamp() * 1e6):016x}{secrets.token_hex(4)}"
