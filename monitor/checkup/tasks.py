"""Is every task accounted for in time, and are its numbers possible?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.checkup.findings import Finding, of_tasks
from monitor.core.model import Lifecycle
from monitor.core.policy import RecoveryPolicy
from monitor.engine.child import GRACE_S
from monitor.store.checkup import Ledger, Line

_REPORT = "report it with `monitor history TASK --json`: this is a bug of ours, or another program"
_AHEAD_S = 5.0
"""How far a look may lie ahead of us: clocks of two machines differ."""


def silent(lines: Iterable[Line], since_at: datetime, at: datetime) -> list[Finding]:
    """Find tasks that nobody has accounted for in time, while a monitor was running.

    A task is accounted for by its last look, or by why it has none: paused, backing off until some
    moment that has not passed, failed, invalid. Between two looks lie an interval and, if both
    are slow, two timeouts; after a start the first looks are spread over an interval.

    Args:
        lines: the tasks.
        since_at: when the monitor was started.
        at: the moment to judge, at which it was running.
    """
    late, unrestarted = [], []
    for line in lines:
        if line.paused or line.lifecycle not in (Lifecycle.RUNNING, Lifecycle.BACKOFF):
            continue
        moments = (line.created_at, line.last_looked_at, line.changed_at, since_at)
        newest_at = max(moment for moment in moments if moment is not None)
        if line.lifecycle == Lifecycle.BACKOFF:
            retry_at = max(line.retry_at or newest_at, since_at)
            if at - retry_at > timedelta(seconds=GRACE_S):
                unrestarted.append(line.name)
        elif (at - newest_at).total_seconds() > line.interval_s + 2 * line.timeout_s + GRACE_S:
            late.append(line.name)
    return [
        *of_tasks(
            "tasks.silent",
            late,
            "should have been looked at, and nothing says why not",
            "see `monitor history TASK`; a task resumed just now needs a moment; if it stays so, "
            "restart the monitor and report it",
        ),
        *of_tasks(
            "tasks.not_restarted",
            unrestarted,
            "should have been started again by now",
            "start it with `monitor task resume TASK`, and report it",
        ),
    ]


def given_up(lines: Iterable[Line]) -> list[Finding]:
    """Find tasks that nobody looks at because they broke, or can never work."""
    living = [line for line in lines if not line.paused]
    known = {one.value for one in Lifecycle}
    return [
        *of_tasks(
            "tasks.failed",
            [line.name for line in living if line.lifecycle == Lifecycle.FAILED],
            "failed at all attempts and not looked at",
            "see `monitor task show TASK`, mend the cause, then `monitor task resume TASK`",
        ),
        *of_tasks(
            "tasks.invalid",
            [line.name for line in living if line.lifecycle == Lifecycle.INVALID],
            "can never work as written",
            "see `monitor task show TASK`, then `monitor task edit TASK`",
        ),
        *of_tasks(
            "tasks.lifecycle",
            [line.name for line in living if line.lifecycle not in known],
            "neither running, backing off, failed nor invalid",
            _REPORT,
        ),
    ]


def impossible(
    lines: Sequence[Line], policy: RecoveryPolicy, max_errors: int, at: datetime
) -> list[Finding]:
    """Find numbers that no sound monitor writes."""
    most = policy.max_attempts
    ahead_at = at + timedelta(seconds=_AHEAD_S)
    return [
        *of_tasks(
            "tasks.next_check",
            [line.name for line in lines if _goes_back(line)],
            "planned before the last look",
            _REPORT,
        ),
        *of_tasks(
            "tasks.errors",
            [line.name for line in lines if line.consecutive_errors > max_errors],
            f"survived more than {max_errors} own errors in a row",
            "if max_consecutive_errors was lowered, wait for the next look; else " + _REPORT,
        ),
        *of_tasks(
            "tasks.attempts",
            [line.name for line in lines if most is not None and line.recovery_attempts > most],
            f"restarted more than {most} times in a row",
            "if recovery.max_attempts was lowered, `monitor task resume TASK`; else " + _REPORT,
        ),
        *of_tasks(
            "clock.ahead",
            [
                line.name
                for line in lines
                if line.last_looked_at is not None and line.last_looked_at > ahead_at
            ],
            "looked at in the future",
            "set the clock of this machine, or of the one the monitor runs on (NTP)",
        ),
    ]


def _goes_back(line: Line) -> bool:
    if line.last_slot_at is None:
        return False
    return line.next_check_at is None or line.next_check_at <= line.last_slot_at


def contradictions(ledger: Ledger) -> list[Finding]:
    """Find histories that cannot be true."""
    return [
        *of_tasks(
            "tasks.no_state",
            ledger.stateless,
            "without a state, so that nobody runs them",
            "remove them and add them again",
        ),
        *of_tasks(
            "ledger.steps",
            ledger.steps,
            "whose changes of status do not follow from one another",
            _REPORT,
        ),
        *of_tasks(
            "ledger.state",
            ledger.folding,
            "in a state that the changes of status do not lead to",
            _REPORT,
        ),
        *of_tasks(
            "ledger.incidents",
            ledger.incidents,
            "whose open incidents are not what is believed of the target",
            _REPORT,
        ),
        *of_tasks(
            "ledger.blamed",
            ledger.blamed,
            "blamed for a fault of ours",
            _REPORT,
        ),
    ]
