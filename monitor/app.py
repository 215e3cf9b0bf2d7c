"""The whole: what runs while the monitor runs, and how it leaves in good order.

    root nursery
    |- beat, loop lag                 the alarm, and the measure of our own lateness
    |- recorder, uplink, reconcile, listen, auditor, presence       each supervised by itself
    |- outbox                         a courier for each channel, supervised by itself
    |- drill                          exercises of recovery, by plan and when asked
    |- garbage                        full collections when they do no harm
    |- guests                         what others bring, such as the listener; supervised like these
    |- task 1, task 2, ...            each: scope, supervisor, child nursery, session, watch, probe

Leaving: nobody is let in any more, no new looks; looks and requests in flight get the grace, and so
does what is to be told; what they saw is written; then the organs, each closing its session; last
the farewell beat. `departure` says when.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio

from monitor.core.changes import Changes
from monitor.core.describe import without_password
from monitor.core.failures import StoreError
from monitor.core.model import Task, TaskSpec
from monitor.core.policy import SYSTEM_POLICY
from monitor.core.ports import Store
from monitor.core.probing import Prepare
from monitor.core.records import LookRecord
from monitor.core.tuning import Tuning as Tuning
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.alerts import Alerts
from monitor.engine.around import Surroundings
from monitor.engine.auditor import Auditor
from monitor.engine.beat import Beat
from monitor.engine.clock import Clock
from monitor.engine.doors import Doors
from monitor.engine.drill import Drill
from monitor.engine.fleet import Fleet
from monitor.engine.garbage import Garbage
from monitor.engine.kin import Kin
from monitor.engine.loop_lag import LoopLag
from monitor.engine.organ import OrganChronicle
from monitor.engine.outage import Outage
from monitor.engine.outbox import NOWHERE, Outbox, Outside
from monitor.engine.presence import Presence
from monitor.engine.reconcile import Reconcile
from monitor.engine.recorder import Recorder
from monitor.engine.supervisor import Life, Supervisor
from monitor.engine.tally import Tally
from monitor.engine.uplink import Uplink
from monitor.engine.watch import Watch
from monitor.engine.wellness import Word, word_of
from monitor.journal import tell

Guest = Callable[["App"], Awaitable[None]]
"""Runs beside our own organs, for as long as the monitor."""


@attrs.define(eq=False, kw_only=True)
class App:
    """A running monitor."""

    store: Store
    clock: Clock
    tuning: Tuning
    beat: Beat
    lag: LoopLag
    outage: Outage
    recorder: Recorder
    uplink: Uplink
    surroundings: Surroundings
    tally: Tally
    watch: Watch
    fleet: Fleet
    reconcile: Reconcile
    auditor: Auditor
    alerts: Alerts
    alarm: Alarm
    outbox: Outbox
    drill: Drill
    presence: Presence
    doors: Doors = attrs.field(factory=Doors)
    cause: str = "done"
    """Why the monitor leaves; set it before leaving `open_monitor`."""

    def word(self) -> Word:
        """Say whether we are well, and ready."""
        return word_of(self.auditor, self.recorder, self.reconcile, self.outage, self.doors)

    def figures(self) -> dict[str, float]:
        """Say how we are, in numbers."""
        return {
            "tasks": len(self.fleet.children),
            "open_sessions": len(self.store.open_sessions),
            "looks": self.watch.looks,
            "results_recorded": self.recorder.written,
            "records_waiting": self.recorder.waiting,
            "records_refused": self.recorder.refused,
            "tasks_overdue": self.auditor.overdue,
            "tasks_stalled": self.auditor.stalls,
            "loop_lag_s": round(self.auditor.worst_lag_s, 6),
            "clock_ahead_s": round(self.clock.ahead_s, 3),
            "database_outages": self.outage.count,
            "uplink_outages": self.uplink.count,
            "alerts_waiting": self.alerts.waiting,
            "alerts_sent": self.outbox.sent,
        }


def build(
    store: Store,
    clock: Clock,
    prepare: Prepare,
    nursery: trio.Nursery,
    tuning: Tuning,
    on_look: Callable[[Task, LookRecord], None] | None = None,
    outside: Outside | None = None,
) -> App:
    """Put the parts together; nothing runs yet. Tasks will live in `nursery`."""
    clock.observe()  # a step is seen against the moment before it, so from now on
    ease = tuning.ease
    beat, lag, outage = Beat(clock, ease), LoopLag(ease), Outage(clock)
    tally = Tally()
    recorder = Recorder(store, clock, outage, on_gaps=tally.gaps)
    alerts = Alerts(recorder.keep)
    alarm = outage.alarm = Alarm(alerts, clock)
    kin = Kin(clock=clock)
    uplink = Uplink(
        clock=clock,
        beat=beat,
        recorder=recorder,
        alarm=alarm,
        anchors={
            without_password(one): prepare(TaskSpec(name=one, target=one)).probe
            for one in tuning.anchors
        },
        interval_s=tuning.anchor_interval_s,
    )
    surroundings = Surroundings(clock=clock, beat=beat, recorder=recorder, lag=lag)
    watch = Watch(
        store=store,
        clock=clock,
        beat=beat,
        lag=lag,
        recorder=recorder,
        uplink=uplink,
        surroundings=surroundings,
        alerts=alerts,
        kin=kin,
        tally=tally,
        prepare=prepare,
        max_errors=tuning.max_errors,
    )
    if on_look is not None:
        watch.on_look = on_look
    supervisor = Supervisor(policy=tuning.policy, clock=clock)
    fleet = Fleet(
        nursery=nursery,
        supervisor=supervisor,
        watch=watch,
        beat=beat,
        clock=clock,
        recorder=recorder,
        surroundings=surroundings,
        alarm=alarm,
    )
    surroundings.running = fleet.watched
    kin.child = fleet.child
    supervisor.population = lambda: len(fleet.children)
    supervisor.on_storm = fleet.tell_storm
    outbox = Outbox(
        store=store,
        clock=clock,
        recorder=recorder,
        alerts=alerts,
        alarm=alarm,
        kin=kin,
        task=fleet.task,
        outside=outside or NOWHERE,
        ease=ease,
    )

    def take_up(changes: Changes) -> None:
        kin.learn([one.task for one in changes.watched])
        alerts.watch_only({one.task.id for one in changes.watched})
        if changes.alerting is not None:
            alerts.say(changes.alerting)
        outbox.reread()

    reconcile = Reconcile(
        store=store, clock=clock, fleet=fleet, recorder=recorder, take_up=take_up, ease=ease
    )
    auditor = Auditor(
        store=store,
        clock=clock,
        beat=beat,
        lag=lag,
        fleet=fleet,
        recorder=recorder,
        reconcile=reconcile,
        alarm=alarm,
        ease=ease,
    )
    drill = Drill(
        store=store,
        clock=clock,
        recorder=recorder,
        alarm=alarm,
        fleet=fleet,
        every_s=tuning.drill_every_s,
    )
    reconcile.drill = drill.ask
    presence = Presence(store=store, clock=clock, figures=dict, ease=ease)
    app = App(
        store=store,
        clock=clock,
        tuning=tuning,
        beat=beat,
        lag=lag,
        outage=outage,
        recorder=recorder,
        uplink=uplink,
        surroundings=surroundings,
        tally=tally,
        watch=watch,
        fleet=fleet,
        reconcile=reconcile,
        auditor=auditor,
        alerts=alerts,
        alarm=alarm,
        outbox=outbox,
        drill=drill,
        presence=presence,
    )
    presence.figures = app.figures
    return app


@asynccontextmanager
async def open_monitor(
    store: Store,
    clock: Clock,
    prepare: Prepare,
    tuning: Tuning | None = None,
    on_look: Callable[[Task, LookRecord], None] | None = None,
    guests: Mapping[str, Guest] | None = None,
    outside: Outside | None = None,
) -> AsyncIterator[App]:
    """Run a monitor around a block; leaving the block stops it in good order.

    `outside` says how channels are made; without it, what is to be told waits in the outbox.

    `guests` run beside our own organs, each supervised like them: what fails is told and started
    again, and harms nobody else.

    The tasks are watched once `app.reconcile.settled()` returns. A block that ends by an exception
    stops the monitor in good order all the same; one that is cancelled gives up looks in flight.
    """
    async with trio.open_nursery() as root:
        app = build(store, clock, prepare, root, tuning or Tuning(), on_look, outside)
        # Shielded: whoever is cancelled leaves records, and these are still written.
        organs = trio.CancelScope(shield=True)
        gone = trio.Event()
        root.start_soon(_keep_organs, app, guests or {}, organs, gone)
        try:
            yield app
        finally:
            grace = format_duration(app.tuning.grace_s)
            tell("monitor.stopping", cause=app.cause, grace=grace)
            with trio.move_on_after(4 * app.tuning.grace_s + 1.0, shield=True):
                await _leave(app, organs, gone)
            organs.cancel()
            root.cancel_scope.cancel()


async def _keep_organs(
    app: App,
    guests: Mapping[str, Guest],
    scope: trio.CancelScope,
    gone: trio.Event,
) -> None:
    """Run our own organs, each restarted for ever if it fails."""
    supervisor = Supervisor(policy=SYSTEM_POLICY, clock=app.clock)
    organs: dict[str, Callable[[], Awaitable[None]]] = {
        "loop lag": app.lag.run,
        "beat": app.beat.run,
        "recorder": app.recorder.run,
        "uplink": app.uplink.run,
        "reconcile": app.reconcile.run,
        "listen": app.reconcile.listen,
        "auditor": app.auditor.run,
        "outbox": app.outbox.run,
        "drill": app.drill.run,
        "garbage": Garbage(lambda: len(app.fleet.children), app.tuning.ease).run,
        "presence": app.presence.run,
        **{name: partial(run, app) for name, run in guests.items()},
    }
    try:
        with scope:
            async with trio.open_nursery() as nursery:
                for name, run in organs.items():
                    nursery.start_soon(
                        supervisor.supervise,
                        name,
                        partial(_live, run),
                        OrganChronicle(name),
                        name=name,
                    )
    finally:
        gone.set()


async def _live(run: Callable[[], Awaitable[None]], _life: Life) -> None:
    await run()


async def _leave(app: App, organs: trio.CancelScope, gone: trio.Event) -> None:
    """Stop in the order of who needs whom."""
    app.doors.close()
    app.fleet.leave()
    with trio.move_on_after(app.tuning.grace_s):
        await app.fleet.wait_empty()
    app.fleet.cancel()
    with trio.move_on_after(app.tuning.grace_s):
        await app.fleet.wait_empty()
    with trio.move_on_after(app.tuning.grace_s):
        await app.doors.wait_closed()
    with trio.move_on_after(app.tuning.grace_s):
        await app.outbox.settle()
    app.recorder.close()
    with trio.move_on_after(app.tuning.grace_s):
        await app.recorder.wait_done()
    organs.cancel()
    await gone.wait()
    try:
        await app.presence.farewell()
    except StoreError as error:
        tell("database.noise", error=f"no farewell: {error}")
    tell(
        "monitor.stopped",
        open_sessions=len(app.store.open_sessions),
        unwritten=app.recorder.waiting,
    )
