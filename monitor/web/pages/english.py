"""Words of the program that are no English: what pages say instead."""

from monitor.core.alerts.notices import NoticeKind, NoticeState
from monitor.core.drills import Ending
from monitor.core.model import GapReason, Reason
from monitor.core.pings import PingKind
from monitor.core.statuspage.values import PostState

_REASONS = {
    Reason.TASK_ERROR: "our own error",
    Reason.PROBE_UNKNOWN: "the look could not tell",
    Reason.LOOP_LAG: "we were too slow",
    Reason.UPLINK: "our uplink is lost",
    Reason.RESOLVER: "our resolver does not answer",
    Reason.NETWORK: "our network is away",
    Reason.REFUSED: "not allowed here",
    Reason.DESCRIPTORS: "too few file descriptors",
    Reason.DATABASE: "the database is away",
    Reason.MONITOR_DOWN: "we were not there",
    Reason.BACKING_OFF: "backing off",
    Reason.FAILED: "given up on",
    Reason.INVALID: "can never work as it is",
}
_GAPS = {
    GapReason.MONITOR_DOWN: ("no monitor ran", "No monitor was running."),
    GapReason.PAUSED: ("paused", "The task was paused."),
    GapReason.OVERRUN: ("overrun", "The look before took longer than the interval."),
    GapReason.BACKING_OFF: (
        "backing off",
        "Our child had failed and waited for its restart; that says nothing of the target.",
    ),
    GapReason.FAILED: (
        "given up on",
        "Our child had failed too often and waited for an operator.",
    ),
    GapReason.INVALID: ("could not work", "The task could not work as it was written."),
    GapReason.DATABASE_LOST: (
        "database away",
        "The database was away for so long that results had to be dropped.",
    ),
    GapReason.SUSPENDED: ("asleep", "The machine of the monitor was suspended."),
    GapReason.CLOCK_JUMP: ("clock stepped", "The clock of the machine was set forward."),
    GapReason.STALLED: ("stalled", "Our child stood still and was started again by the auditor."),
}
_STEPS = {
    "starting": "starting",
    "waiting": "waiting",
    "looking": "looking",
    "recording": "recording",
    "resting": "in our care",
    "backoff": "backing off",
    "failed": "given up on",
    "invalid": "cannot work",
}
_NOTICES = {
    NoticeKind.DOWN: "that it is down",
    NoticeKind.UP: "that it is up again",
    NoticeKind.DEGRADED: "that it is degraded",
    NoticeKind.IMPROVED: "that it is no longer degraded",
    NoticeKind.UNKNOWN: "that we cannot look",
    NoticeKind.KNOWN: "that we can look again",
    NoticeKind.FLAPPING: "that it flaps",
    NoticeKind.STEADY: "that it flaps no more",
    NoticeKind.REMINDER: "reminder",
    NoticeKind.ESCALATION: "escalation",
    NoticeKind.EXPIRY: "what runs out soon",
    NoticeKind.SYSTEM: "trouble of the monitor's own",
    NoticeKind.SYSTEM_OVER: "end of trouble of the monitor's own",
    NoticeKind.TRIAL: "trial",
}
_STATES = {
    NoticeState.PENDING: "waits since",
    NoticeState.SENT: "sent",
    NoticeState.DROPPED: "not told, by a rule,",
    NoticeState.DEAD: "could not be delivered,",
}
_ENDINGS = {
    Ending.RECOVERED: "recovered",
    Ending.LATE: "late",
    Ending.MISSED: "did not recover",
    Ending.REFUSED: "not carried out",
    Ending.CUT_SHORT: "cut short",
    Ending.UNDER_WAY: "under way",
}
_FIGURES = {
    "tasks": "children",
    "open_sessions": "open sessions",
    "looks": "looks since the start",
    "results_recorded": "records written",
    "records_waiting": "records waiting",
    "records_refused": "records refused",
    "tasks_overdue": "tasks overdue",
    "tasks_stalled": "children restarted by the auditor",
    "loop_lag_s": "worst lag of the loop, seconds",
    "clock_ahead_s": "our clock is ahead, seconds",
    "database_outages": "outages of the database",
    "uplink_outages": "outages of our uplink",
    "alerts_waiting": "alerts waiting",
    "alerts_sent": "messages sent",
}
_PINGS = {
    PingKind.START: "a run starts",
    PingKind.SUCCESS: "it went well",
    PingKind.FAIL: "it failed",
    PingKind.LOG: "something to remember",
}
_EVENTS = {
    "task.error": "our own code failed",
    "task.restarting": "ended, and will be started again",
    "task.restarted": "started again",
    "task.recovered": "recovered",
    "task.failed": "given up",
    "task.invalid": "cannot work as it is",
    "task.stalled": "did not look in time",
}
TROUBLES = tuple(_EVENTS)
"""What happens to a child of ours, as the page of its task tells it."""
ENGLISH = {
    **{f"reason {reason}": said for reason, said in _REASONS.items()},
    **{f"gap {reason}": short for reason, (short, _long) in _GAPS.items()},
    **{f"gap why {reason}": long for reason, (_short, long) in _GAPS.items()},
    **{f"step {step}": said for step, said in _STEPS.items()},
    **{f"notice {kind}": said for kind, said in _NOTICES.items()},
    **{f"notice state {state}": said for state, said in _STATES.items()},
    **{f"ending {ending}": said for ending, said in _ENDINGS.items()},
    **{f"figure {name}": said for name, said in _FIGURES.items()},
    **{f"event {kind}": said for kind, said in _EVENTS.items()},
    **{f"ping {kind}": said for kind, said in _PINGS.items()},
    **{f"state {state}": str(state) for state in PostState},
    "status 400": "That cannot be done so",
    "status 401": "Log in first",
    "status 405": "That does not work here",
    "status 408": "That took too long",
    "status 415": "That cannot be read",
    "status 429": "That was too often",
    "status 403": "That is not yours to do",
    "status 404": "There is nothing here",
    "status 409": "That cannot be done now",
    "status 413": "That is too much",
    "status 500": "That was our fault",
    "status 503": "The database cannot be asked now",
    "kin depends on": "Depends on",
    "kin needed by": "Needed by",
    "kin members": "Members",
    "kin member of": "Member of",
}
