"""Wait for a job to say that it is well: `heartbeat:`.

Nothing is looked at: the job sends a ping to an address of its own when it is done, and the monitor
says DOWN when none came in time. `monitor task show` tells the address. A job may also say that it
starts, that it failed, and what its exit code was; see [heartbeats](../heartbeats.md).

A ping is due one `period` after the last one, or at the moments of a `cron` expression, and may be
late by the `grace`. Within the grace the job is UP and `late` is true: runs of a daily job differ
by minutes, and each of them would be news. Before the first ping, its time counts from the moment
the task was made. Failures, missing pings and runs that take longer than `max_runtime` need no
confirmation by further looks; `attempts` and `recovery_confirmations` mean nothing here.
"""

import re
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import attrs
from cronsim import CronSim, CronSimError
from msgspec import Meta

from monitor.assertions import Name, Names, Type
from monitor.assertions.values import Seconds as Duration
from monitor.core.describe import shorten
from monitor.core.heartbeat import BAD, Cron, Every, Finding, Schedule, Terms, Word, examine
from monitor.core.model import Reason, Result, Status, TaskSpec
from monitor.core.pings import Ping
from monitor.core.probing import Around, InvalidTask, Probe, Trace
from monitor.core.units import format_duration
from monitor.probes.kind import Kind, only_within
from monitor.probes.options import Seconds
from monitor.probes.target import rest_of, scheme_of
from monitor.references import BadReference, fetched

SCHEME = "heartbeat"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_DAY_S = 86400.0
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_SAID = 200
"""Bytes of what a job said of its failure that are shown."""


@attrs.frozen(kw_only=True)
class HeartbeatOptions:
    """When pings are to come."""

    period: Annotated[
        Seconds | None, Meta(description="the time between two pings; a day, if not set")
    ] = None
    cron: Annotated[
        str, Meta(description="when the job runs, such as `0 3 * * MON-FRI`, instead of a period")
    ] = ""
    zone: Annotated[str, Meta(description="the time zone of `cron`, such as `Europe/Berlin`")] = (
        "UTC"
    )
    grace: Annotated[
        Seconds | None,
        Meta(
            description="how late a ping may be; 20 % of the period but at least a minute and at "
            "most a day, if not set"
        ),
    ] = None
    max_runtime: Annotated[
        Seconds | None,
        Meta(description="how long a run may take that said it starts; the grace, if not set"),
    ] = None
    token: Annotated[
        str, Meta(description="the secret part of its address; made when the task is added")
    ] = ""


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(24)


def prepare(target: str, options: HeartbeatOptions) -> Probe:
    """Check the task.

    Raises:
        InvalidTask: the target has more than the scheme, or an option is wrong.
    """
    if rest_of(target):
        raise InvalidTask("target", f"has more than a scheme; write {SCHEME}:")
    _terms(options)
    if options.token and not _TOKEN.fullmatch(options.token):
        raise InvalidTask(
            "option token", "must be 16 to 128 letters, digits, _ or -, and hard to guess"
        )
    return only_within(SCHEME)


def _terms(options: HeartbeatOptions) -> Terms:
    return Terms(
        schedule=_schedule(options),
        grace_s=options.grace,
        max_runtime_s=options.max_runtime,
    )


def _schedule(options: HeartbeatOptions) -> Schedule:
    if options.period is not None and options.period < 1.0:
        raise InvalidTask("option period", "is too short; use 1s or more")
    if not options.cron:
        return Every(_DAY_S if options.period is None else options.period)
    if options.period is not None:
        raise InvalidTask("option period", "says the same as cron; use one of them")
    try:
        zone = ZoneInfo(options.zone)
    except (KeyError, OSError, ValueError):
        raise InvalidTask(
            "option zone", f"{options.zone!r} is not known here; write it like Europe/Berlin"
        ) from None
    if len(options.cron.split()) != 5:
        raise InvalidTask(
            "option cron", f"{options.cron!r} has not five fields; write it like '0 3 * * *'"
        )
    try:
        next(CronSim(options.cron, _SOME_DAY))
    except CronSimError as error:
        wrong = str(error).lower().removeprefix("bad ")
        raise InvalidTask("option cron", f"{options.cron!r} has a wrong {wrong}") from None
    except StopIteration:
        raise InvalidTask("option cron", f"{options.cron!r} is never due") from None
    return Cron(options.cron, zone)


def within(_target: str, options: HeartbeatOptions, around: Around) -> Probe:
    """Make the probe of a task.

    Raises:
        InvalidTask: it has no token, so no ping can ever come.
    """
    if not options.token:
        raise InvalidTask("option token", "is not set, so no ping can come; set one")
    terms = _terms(options)

    async def look(trace: Trace) -> Result:
        with trace.enter("pings", ours=True):
            pings, absent = await around.pings(), await around.absences()
        now = around.now()
        finding = examine(terms, pings, around.task.created_at, now, absent)
        if finding.changes_at is not None:
            around.look_at(finding.changes_at)
        trace.facts |= _facts(finding, now)
        reason = Reason.MONITOR_DOWN if finding.word is Word.UNHEARD else None
        return Result(status=_status(finding), reason=reason, detail=_detail(finding), sure=True)

    return look


def _status(finding: Finding) -> Status:
    if finding.word in BAD:
        return Status.DOWN
    if finding.word is Word.UNHEARD:
        return Status.UNKNOWN
    return Status.UP if finding.success is not None else Status.PENDING


def _detail(finding: Finding) -> str:
    """Say it in words that stay the same until something happens."""
    success, start, failure = finding.success, finding.start, finding.failure
    last = "no ping yet" if success is None else f"last ping {_moment(success.at)}{_took(success)}"
    due, over = _moment(finding.due_at), _moment(finding.over_at)
    match finding.word:
        case Word.FAILED if failure is not None:
            return f"{_failed(failure)}; {last}"
        case Word.MISSING:
            return f"no ping came: it was due {due}, and has been missing since {over}; {last}"
        case Word.UNHEARD if (away := finding.absence) is not None:
            return (
                f"no ping came in time, but we were not there ourselves from "
                f"{_moment(away.from_at)} to {_moment(away.until_at)}; missing from {over} on; "
                f"{last}"
            )
        case Word.OVERLONG if start is not None:
            return f"the run that started {_moment(start.at)} takes too long, since {over}; {last}"
        case Word.RUNNING if start is not None:
            return f"running since {_moment(start.at)}, until {over} at most; {last}"
        case Word.LATE:
            return f"{last}; late, due since {due}, missing from {over} on"
    return f"{last}, the next one is due {due}"


def _failed(failure: Ping) -> str:
    at, took, body = _moment(failure.at), _took(failure), " ".join(failure.body.split())
    said = f": {shorten(body, _SAID)}" if body else ""
    if failure.exit_code is None:
        return f"the job failed {at}{took}{said}"
    return f"the job failed with exit code {failure.exit_code} {at}{took}{said}"


def _took(ping: Ping) -> str:
    return "" if ping.run_s is None else f" after a run of {format_duration(round(ping.run_s, 3))}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _facts(finding: Finding, now: datetime) -> dict[str, Any]:
    success, last = finding.success, finding.failure or finding.success
    late_s = max(0.0, (now - finding.due_at).total_seconds())
    facts: dict[str, Any] = {
        "state": finding.word.value,
        "late": late_s > 0,
        "lateness": Duration(late_s),
        "running": finding.start is not None and finding.failure is None,
    }
    if success is not None:
        facts["age"] = Duration((now - success.at).total_seconds())
    if last is not None and last.run_s is not None:
        facts["run_time"] = Duration(last.run_s)
    if last is not None and last.exit_code is not None:
        facts["exit_code"] = last.exit_code
    return facts


def token_of(task: TaskSpec) -> str | None:
    """Return the token of a task, if it is a heartbeat and has one."""
    try:
        if scheme_of(task.target) != SCHEME:
            return None
        token = fetched(task.options.get("token"))
    except (InvalidTask, BadReference):
        return None
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None


FACTS = Names(
    (
        Name("late", Type.BOOLEAN, "whether a ping is due"),
        Name("lateness", Type.DURATION, "for how long it has been due", also=("delay",)),
        Name("age", Type.DURATION, "how long ago the last success was"),
        Name("run_time", Type.DURATION, "how long the last run took, if it said that it started"),
        Name("running", Type.BOOLEAN, "whether a run has started since the last success"),
        Name("exit_code", Type.NUMBER, "what the last run ended with, if it said so"),
        Name("state", Type.TEXT, "new, well, running, late, failed, missing, overlong or unheard"),
    )
)

KIND = Kind(
    name=SCHEME,
    schemes=(SCHEME,),
    summary="Wait for a job to say that it is well.",
    example="heartbeat:",
    options=HeartbeatOptions,
    prepare=prepare,
    facts=FACTS,
    within=within,
    made={"token": new_token},
)
