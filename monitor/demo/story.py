"""What is watched, and what becomes of it: the same minute again and again."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from monitor.core.model import TaskSpec
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.statuspage.making import make_page
from monitor.core.statuspage.values import Section
from monitor.operations.tasks import new_task

MINUTE_S = 60.0
SLOW_S = 0.4
POLICY = RecoveryPolicy(backoff=Backoff(base_s=2.0, jitter=0.0), reset_after_s=4.0)
"""What lasts minutes and hours elsewhere has to be seen in seconds here."""
MAX_ERRORS = 3


PAGE = make_page(
    slug="demo",
    title="Demo Shop",
    description="What the customers of the demonstration see.",
    sections=(
        Section(
            title="Shop",
            tasks=("shop", "search", "api"),
            names={"shop": "Storefront", "search": "Search", "api": "Interface for partners"},
        ),
        Section(
            title="Behind it",
            tasks=("old-database", "mail", "nightly-backup", "jobs-per-worker"),
            names={"old-database": "Archive", "mail": "Mail"},
        ),
    ),
    latency=True,
    accent="#1d4f7c",
)
"""The status page."""


def api_answers(at_s: float) -> bool:
    """Say whether the flapping target is well: an outage, then up and down, then calm."""
    at_s %= MINUTE_S
    if at_s < 22.0:
        return not 8.0 <= at_s < 15.0
    return at_s >= 40.0 or int(at_s / 2.0) % 2 == 0


def workers(at_s: float) -> int:
    """Say how many workers there are; none for a while, which a check did not expect."""
    return 0 if 5.0 <= at_s % MINUTE_S < 20.0 else 4


@attrs.frozen(kw_only=True)
class Places:
    """Where the targets are."""

    web: int
    """The port of a web server."""
    dead: int
    """A port at which nobody listens."""
    tls: int
    authority: Path
    """The authority behind its certificate."""
    token: str
    """Of the job that never comes."""


@attrs.frozen
class Actor:
    """A task, and the word for what it shows."""

    spec: TaskSpec
    part: str


def actors(places: Places) -> list[Actor]:
    """Return all that is watched."""
    web = f"http://127.0.0.1:{places.web}"
    return [
        Actor(_task("shop", f"{web}/shop", expect=["status == 200", "body contains 'ok'"]), "well"),
        Actor(_task("search", f"{web}/search", degraded=["latency < 300ms"]), "slow"),
        Actor(_task("api", f"{web}/api"), "flapping"),
        Actor(_task("old-database", f"tcp://127.0.0.1:{places.dead}"), "dead"),
        Actor(
            _task(
                "mail",
                f"tls://localhost:{places.tls}",
                options={"ca_file": str(places.authority), "days_left": "14"},
            ),
            "expiring",
        ),
        Actor(
            _task(
                "nightly-backup",
                "heartbeat:",
                options={"period": "10s", "grace": "5s", "token": places.token},
            ),
            "silent",
        ),
        Actor(
            _task(
                "jobs-per-worker",
                "python:monitor.demo.checks:jobs_per_worker",
                options={"port": str(places.web)},
            ),
            "crashing",
        ),
    ]


def _task(
    name: str, target: str, *, options: Mapping[str, str] | None = None, **more: object
) -> TaskSpec:
    return new_task(
        target,
        name=name,
        interval_s=1.0,
        timeout_s=0.9,
        attempts=2,
        retry_interval_s=0.5,
        recovery_confirmations=2,
        options=options,
        **more,
    )
