"""What looks found, for conditions to be tried on."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from monitor.assertions import COMMON, Name, Names, Outcome, Type, check, parse
from monitor.probes import kinds

NAMES = Names(
    (
        *COMMON.known,
        *(name for kind in kinds() for name in kind.facts.known),
        Name("loss", Type.PERCENT, "the share of packets without an answer"),
    ),
    open=True,
)
"""The names of all kinds, and any other."""

DOCUMENT = {
    "status": "ok",
    "ready": True,
    "error": None,
    "count": "3",
    "items": [
        {"id": 3, "name": "a", "price": 1, "tags": ["new", "red"]},
        {"id": 4, "name": "b", "price": 9.5, "tags": []},
    ],
    "disks": {"root": {"used": 40}, "data": {"used": 90}},
    "and": {"2xx": 7, "json": 1},
}

PAGE = f"<html>\n<head>{'x' * 5000} an error occurred {'y' * 100}"

FACTS: dict[str, Any] = {
    "status": 503,
    "headers": {"server": "nginx", "x-cache": "HIT"},
    "body": json.dumps(DOCUMENT),
    "page": PAGE,
    "certificate": {"days_left": 3.2, "names": ["example.com", "www.example.com"]},
    "answers": ["192.0.2.1", "192.0.2.2"],
    "rcode": "NXDOMAIN",
    "ttl": 300,
    "loss": 7.5,
    "rows": [{"n": Decimal("0.5"), "at": datetime(2026, 1, 2, tzinfo=UTC)}],
    "latency": 1.25,
    "phase": {"connect": 0.2, "tls": 0.4321},
    "address": "192.0.2.7",
    "empty": "",
    "nothing": [],
}


def outcome(text: str, facts: dict[str, Any] | None = None) -> Outcome:
    """Check a condition on the names of all kinds."""
    return check(parse(text, NAMES), FACTS if facts is None else facts)


def said(text: str, facts: dict[str, Any] | None = None) -> str:
    """Return what is said of a condition that fails."""
    found = outcome(text, facts)
    assert not found.passed
    return found.said
