"""Receipts of what was asked for with a key: asked for again, it is not done twice."""

from datetime import datetime, timedelta

import attrs

KEPT = timedelta(hours=24)
"""How long a key means what it meant first."""


@attrs.frozen(kw_only=True)
class Receipt:
    """What was asked for and answered; kept in one transaction with what was done."""

    key: str
    """Who asked for what, with the key that they chose."""
    digest: str
    """Of what was asked for."""
    at: datetime
    status: int
    location: str
    """Where what was made can be found; may be empty."""
    body: str
