"""What the running monitor tells of itself in numbers, read off it at the moment it is asked.

The names are fixed: dashboards and alert rules rely on them. What is said of single tasks bears
the task's name; everything else has labels with few values.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import attrs
import trio
from prometheus_client import ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from monitor import __version__
from monitor.app import App
from monitor.core.model import GapReason, Status
from monitor.engine.tally import Histogram, scheme_of

_PROCESS = ProcessCollector(registry=None)
"""Processor time, memory and open files, by the names that all programs use."""

STATUS_NUMBERS = {
    Status.DOWN: 0,
    Status.UP: 1,
    Status.PENDING: 2,
    Status.MAINTENANCE: 3,
    Status.DEGRADED: 4,
    Status.UNKNOWN: 5,
    Status.UNREACHABLE: 6,
    Status.PAUSED: 7,
}
"""The first four are those of Uptime Kuma, so that its dashboards can be kept."""


@attrs.frozen
class Row:
    """One task at the moment it was asked about."""

    label: str
    """Its name, as it stands between quotes."""
    id: int
    scheme: str
    status: Status
    errors: int
    restarts: int
    took_s: float | None


def row_of(monitor: App, name: str) -> Row | None:
    """Read off one task; None if it is gone by now."""
    watched = monitor.surroundings.find(name)
    if watched is None:
        return None
    task, child = watched.task, monitor.fleet.child(watched.task.id)
    return Row(
        _quotable(name),
        task.id,
        _quotable(scheme_of(task)),
        watched.shown[0],
        watched.state.consecutive_errors,
        0 if child is None else child.restarts,
        None if child is None else child.took_s,
    )


def _quotable(text: str) -> str:
    """Write a text as it stands between the quotes of a label."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


# --- of the whole --------------------------------------------------------------------------------


def families(monitor: App, statuses: Counter[Status]) -> Iterator[Metric]:
    """Read off all that is said of the whole; a few milliseconds at most."""
    yield _gauge("monitor_build_info", "Which version runs.", {(__version__,): 1}, "version")
    yield from _PROCESS.collect()
    yield from _health(monitor)
    yield _gauge(
        "monitor_tasks",
        "Tasks by the status that is shown of them.",
        {(status.value,): statuses[status] for status in Status},
        "status",
    )
    yield from _looks(monitor)
    yield from _records(monitor)
    yield from _alerts(monitor)


def _health(monitor: App) -> Iterator[Metric]:
    auditor = monitor.auditor
    well = not monitor.word().ailing
    yield _one("monitor_alive", "1 if /livez says that we are well, else 0.", well)
    yield _one(
        "monitor_audit_age_seconds",
        "Time since every task was last proved to look in time.",
        max(0.0, trio.current_time() - auditor.audited_s),
    )
    yield _one(
        "monitor_tasks_overdue", "Tasks that did not look in time, just now.", auditor.overdue
    )
    yield _count(
        "monitor_tasks_stalled", "Tasks found stalled and woken or started again.", auditor.stalls
    )
    yield _one(
        "monitor_loop_lag_seconds",
        "The longest time our own loop stood still in the last second.",
        auditor.worst_lag_s,
    )
    yield _one(
        "monitor_clock_ahead_seconds",
        "How far our clock is ahead of the machine's, which was set back.",
        monitor.clock.ahead_s,
    )
    yield _one(
        "monitor_open_sessions",
        "Database sessions that are open.",
        len(monitor.store.open_sessions),
    )
    yield _one("monitor_database_up", "0 while the database is away.", not monitor.outage.on)
    yield _count(
        "monitor_database_outages", "How often the database was away.", monitor.outage.count
    )
    yield _one("monitor_uplink_up", "0 while none of the anchors answers.", not monitor.uplink.lost)
    yield _one(
        "monitor_leases", "Tasks that are this process's to watch.", len(monitor.fleet.children)
    )


def _looks(monitor: App) -> Iterator[Metric]:
    tally = monitor.tally
    yield _count_by(
        "monitor_looks",
        "Looks by what they saw, before it was confirmed.",
        {(status.value,): count for status, count in tally.looks.items()},
        "status",
    )
    took = HistogramMetricFamily(
        "monitor_probe_duration_seconds", "How long looks took.", labels=["kind"]
    )
    for scheme, histogram in tally.took.items():
        took.add_metric([scheme], _buckets(histogram), histogram.sum)
    yield took
    late = HistogramMetricFamily(
        "monitor_schedule_lag_seconds", "How much later than its slot each look began."
    )
    late.add_metric([], _buckets(tally.late), tally.late.sum)
    yield late
    yield _count_by(
        "monitor_gap_seconds",
        "Time without looks that were due, of all tasks together, by its reason.",
        {(reason.value,): tally.gaps_s.get(reason, 0.0) for reason in GapReason},
        "reason",
    )


def _records(monitor: App) -> Iterator[Metric]:
    recorder = monitor.recorder
    yield _count(
        "monitor_results_recorded",
        "Records written to the database: results, pings, alerts, events.",
        recorder.written,
    )
    yield _count(
        "monitor_records_refused",
        "Records that the database would not take.",
        recorder.refused,
    )
    yield _one(
        "monitor_spool_results", "Records that wait for the database in memory.", recorder.waiting
    )


def _alerts(monitor: App) -> Iterator[Metric]:
    yield _one(
        "monitor_outbox_pending", "Alerts that wait to be delivered.", monitor.alerts.waiting
    )
    couriers = monitor.outbox.couriers.items()
    yield _count_by(
        "monitor_messages_sent",
        "Messages that a channel has taken.",
        {(name,): courier.sent for name, courier in couriers},
        "channel",
    )
    yield _gauge(
        "monitor_channel_broken",
        "1 while a channel takes nothing.",
        {(name,): courier.health.broken for name, courier in couriers},
        "channel",
    )


# --- of single tasks -----------------------------------------------------------------------------


@attrs.frozen
class TaskFamily:
    """A family with one sample for each task."""

    empty: Metric
    """What stands above the samples."""
    line: Callable[[Row], str]
    """Makes the sample of a task, a whole line that both formats have; empty: there is none."""


def _of_tasks() -> Iterator[TaskFamily]:
    numbers = ", ".join(f"{number} {status.value}" for status, number in STATUS_NUMBERS.items())
    yield TaskFamily(
        InfoMetricFamily("monitor_task", "What a task is."),
        lambda row: (
            f'monitor_task_info{{id="{row.id}",kind="{row.scheme}",task="{row.label}"}} 1.0\n'
        ),
    )
    yield TaskFamily(
        GaugeMetricFamily("monitor_task_status", f"The status that is shown of it: {numbers}."),
        lambda row: f'monitor_task_status{{task="{row.label}"}} {STATUS_NUMBERS[row.status]}.0\n',
    )
    yield TaskFamily(
        GaugeMetricFamily(
            "monitor_task_consecutive_errors",
            "Errors of our own in a row; the target is not to blame.",
        ),
        lambda row: f'monitor_task_consecutive_errors{{task="{row.label}"}} {row.errors}.0\n',
    )
    yield TaskFamily(
        CounterMetricFamily(
            "monitor_task_restarts",
            "How often its child was started again, after errors of our own or a stall, no drill.",
        ),
        lambda row: f'monitor_task_restarts_total{{task="{row.label}"}} {row.restarts}.0\n',
    )
    yield TaskFamily(
        GaugeMetricFamily("monitor_task_last_duration_seconds", "How long its last look took."),
        _last_duration,
    )


def _last_duration(row: Row) -> str:
    if row.took_s is None:
        return ""
    return f'monitor_task_last_duration_seconds{{task="{row.label}"}} {row.took_s!r}\n'


TASK_FAMILIES = tuple(_of_tasks())
"""Their samples are written here and not by the library, which takes five times as long."""


# --- families ------------------------------------------------------------------------------------


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _gauge(
    name: str, text: str, values: "dict[tuple[str, ...], float]", *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for given, value in values.items():
        family.add_metric(given, value)
    return family


def _count(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _count_by(
    name: str, text: str, values: "dict[tuple[str, ...], float]", *labels: str
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for given, value in values.items():
        family.add_metric(given, value)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Add the counts up, as the format wants them."""
    bounds: Iterable[str] = [*(repr(bound) for bound in histogram.bounds), "+Inf"]
    total, buckets = 0, []
    for bound, count in zip(bounds, histogram.counts, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets
