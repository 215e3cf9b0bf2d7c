"""Is the monitor itself well? One judgement, for `/livez`, systemd and the dead man's switch.

The database being away is no illness: looks go on then, and what they see is kept.
"""

from collections.abc import Sequence

import attrs
import trio

from monitor.core.counting import counted
from monitor.core.units import format_duration
from monitor.engine.auditor import Auditor
from monitor.engine.doors import Doors
from monitor.engine.outage import Outage
from monitor.engine.reconcile import Reconcile
from monitor.engine.recorder import Recorder

SILENT_S = 15.0
"""An auditor that has not audited for so long is not believed any more; it does so every second."""
LAGGED_S = 5.0
"""A loop that stood still for so long in the last second or so is no longer a monitor's."""
STUCK_S = 60.0
"""A recorder that wrote nothing for so long, with something to write and a database, is stuck: a
unit of work has its own, shorter deadline."""


@attrs.frozen
class Word:
    """What is to be said of us."""

    ailing: Sequence[str] = ()
    """Why we are not well; nothing, if we are."""
    unready: Sequence[str] = ()
    """Why we cannot be asked or changed now; nothing, if we can."""


def word_of(
    auditor: Auditor, recorder: Recorder, reconcile: Reconcile, outage: Outage, doors: Doors
) -> Word:
    """Say how we are. Asked by the loop while it moves."""
    unready = []
    if not reconcile.is_settled:
        unready.append("the tasks have not been read yet")
    if outage.on:
        unready.append("the database is away")
    if doors.closing.is_set():
        unready.append("the monitor is leaving")
    return Word(tuple(ailments(auditor, recorder)), tuple(unready))


def ailments(auditor: Auditor, recorder: Recorder) -> list[str]:
    """Return what is wrong with ourselves, each in a few words; nothing, if we are well."""
    found = []
    silent_s = trio.current_time() - auditor.audited_s
    if silent_s > SILENT_S:
        found.append(f"nobody has audited for {format_duration(round(silent_s))}")
    if auditor.overdue:
        found.append(
            f"{counted(auditor.overdue, 'task')} did not look in time{_most(auditor.latest)}"
        )
    if auditor.worst_lag_s >= LAGGED_S:
        found.append(f"nothing moved for {format_duration(round(auditor.worst_lag_s, 1))}")
    if recorder.stuck_s > STUCK_S:
        found.append(f"nothing was recorded for {format_duration(round(recorder.stuck_s))}")
    return found


def _most(latest: tuple[int, float] | None) -> str:
    """Name the worst one by its number: `/livez` is read by strangers too."""
    if latest is None:
        return ""
    return f", task {latest[0]} by {format_duration(round(latest[1]))} the latest"
