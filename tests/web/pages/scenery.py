"""A fleet with a past: thirty tasks in every condition there is, to look at and to test pages with.

`python -m tests.web.pages.show` serves it, so that a browser can be pointed at it.
"""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.app import App, Tuning, open_monitor
from monitor.channels.outside import outside
from monitor.core.alerts.alerting import (
    Acknowledgement,
    AlertingChange,
    Maintenance,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.model import (
    Event,
    Gap,
    GapReason,
    Incident,
    Lifecycle,
    Look,
    Reason,
    Recovery,
    Result,
    State,
    Status,
    Task,
    TaskSpec,
    Transition,
)
from monitor.core.pings import Ping, PingKind
from monitor.core.probing import Prepared, TargetDown, Trace
from monitor.engine.clock import Clock
from monitor.store.memory import MemoryStore

SLOTS = 100
TIMINGS = (("resolve", 0.08), ("connect", 0.17), ("tls", 0.3), ("first byte", 0.38), ("body", 0.07))


@attrs.define(eq=False)
class Scenery:
    """A store that is filled as if a monitor had run on it for a while."""

    store: MemoryStore
    now: datetime
    chance: random.Random = attrs.field(factory=lambda: random.Random(7))
    roles: dict[str, Callable[[], Result]] = attrs.field(factory=dict)

    # --- tasks ----------------------------------------------------------------------------------

    def add(
        self,
        name: str,
        target: str,
        status: Status = Status.UP,
        *,
        base_s: float = 0.08,
        detail: str = "",
        reason: Reason | None = None,
        since_s: float = 7 * 86400,
        past: Callable[[int], Status] | None = None,
        recovery: Recovery | None = None,
        without: range = range(0),
        without_reason: GapReason = GapReason.MONITOR_DOWN,
        **spec: Any,
    ) -> Task:
        """Add a task; `past` says how the look so many slots ago went."""
        fields = {"interval_s": 60.0, "timeout_s": 10.0, "attempts": 3, **spec}
        made_at = self.now - timedelta(days=9)
        task = self.store.insert(TaskSpec(name=name, target=target, **fields), made_at)
        tables, interval_s = self.store.tables, task.interval_s
        phase_s = (task.id * 7919 % 1000) / 1000 * interval_s
        newest = self.now - timedelta(seconds=phase_s)
        since_at = self.now - timedelta(seconds=since_s)

        def make(look_status: Status, took_s: float) -> Result:
            good = look_status in (Status.UP, Status.DEGRADED)
            timings = {phase: took_s * share for phase, share in TIMINGS if good or phase != "body"}
            return Result(
                status=look_status,
                detail="200 OK" if look_status is Status.UP else detail,
                reason=reason if look_status is Status.UNKNOWN else None,
                phase=None if good else "connect",
                timings=timings,
                duration_s=took_s if good else 3.1,
                address="192.0.2.10:443",
            )

        if past is None:

            def past(ago: int) -> Status:
                lasted_slots = since_s / interval_s
                return status if ago <= lasted_slots else Status.UP

        for ago in range(SLOTS):
            if ago in without or status is Status.PENDING:
                continue
            slot_at = newest - timedelta(seconds=ago * interval_s)
            wave = 1 + 0.25 * math.sin(ago / 9 + task.id) + self.chance.random() * 0.35
            took_s = base_s * wave * (3.2 if self.chance.random() > 0.97 else 1)
            tables.looks[task.id, slot_at] = Look(
                task_id=task.id, slot_at=slot_at, looked_at=slot_at, result=make(past(ago), took_s)
            )
        if without:
            tables.gaps[task.id, newest] = Gap(
                task_id=task.id,
                from_at=newest - timedelta(seconds=(without.stop - 1) * interval_s),
                until_at=newest - timedelta(seconds=(without.start - 1) * interval_s),
                reason=without_reason,
                slots=len(without),
            )
        seen = status not in (Status.PENDING, Status.PAUSED)
        claims = (Status.UP, Status.DEGRADED, Status.DOWN)
        tables.states[task.id] = State(
            task_id=task.id,
            status=status,
            reason=reason,
            detail=detail or ("200 OK" if seen else ""),
            since_at=since_at if seen else None,
            standing=status if status in claims else Status.UP,
            standing_since_at=since_at,
            seq=2 if seen else 0,
            incidents=1 if status is Status.DOWN else 0,
            last_slot_at=newest if seen else None,
            last_looked_at=newest if seen else None,
            next_check_at=newest + timedelta(seconds=interval_s) if seen else None,
        )
        if recovery is not None:
            tables.recoveries[task.id] = recovery
        if seen:
            tables.transitions[task.id, 1] = Transition(
                task_id=task.id, seq=1, at=made_at, before=Status.PENDING, after=Status.UP
            )
        if status is Status.DOWN:
            down = sorted(
                at
                for (owner, at), one in tables.looks.items()
                if owner == task.id and one.result.status is Status.DOWN
            )
            since_at, confirmed_at = down[0], down[2]
            tables.states[task.id] = attrs.evolve(
                tables.states[task.id], since_at=confirmed_at, standing_since_at=since_at
            )
            tables.incidents[task.id, 1] = Incident(
                task_id=task.id,
                number=1,
                opened_at=since_at,
                confirmed_at=confirmed_at,
                detail=detail,
            )
            tables.transitions[task.id, 2] = Transition(
                task_id=task.id,
                seq=2,
                at=confirmed_at,
                before=Status.UP,
                after=Status.DOWN,
                detail=detail,
            )
            self.tell(task, "ops", NoticeKind.DOWN, confirmed_at, NoticeState.SENT)
            self.tell(task, "pager", NoticeKind.DOWN, confirmed_at, NoticeState.DEAD)
        self.roles[name] = lambda: make(status, base_s * (1 + self.chance.random() * 0.5))
        return task

    def tell(
        self, task: Task, channel: str, kind: NoticeKind, at: datetime, state: NoticeState
    ) -> None:
        state_of = self.store.tables.states[task.id]
        notice = Notice(
            key=f"{task.id}/1/{kind.value}",
            channel=channel,
            kind=kind,
            at=at,
            since_at=at,
            task_id=task.id,
            incident=1,
            subject=task.name,
            target=task.target,
            status=Status.DOWN,
            detail=state_of.detail,
            state=state,
            why="the receiver answered 401 Unauthorized" if state is NoticeState.DEAD else "",
            attempts=1 if state is NoticeState.SENT else 5,
            decided_at=at + timedelta(seconds=1),
            message=f"m-{task.id}",
        )
        self.store.tables.alerts.notices[notice.key, channel] = notice

    def closed(self, task: Task, number: int, ago_s: float, lasted_s: float, detail: str) -> None:
        """Let a task have had an incident."""
        opened_at = self.now - timedelta(seconds=ago_s)
        self.store.tables.incidents[task.id, number] = Incident(
            task_id=task.id,
            number=number,
            opened_at=opened_at,
            confirmed_at=opened_at + timedelta(seconds=40),
            closed_at=opened_at + timedelta(seconds=lasted_s),
            detail=detail,
        )

    def happen(self, ago_s: float, kind: str, detail: str = "", **data: Any) -> None:
        at = self.now - timedelta(seconds=ago_s)
        self.store.tables.events[at, kind, None] = Event(at=at, kind=kind, detail=detail, data=data)

    # --- the whole ------------------------------------------------------------------------------

    def furnish(self) -> None:
        """Fill the store."""
        self._troubled()
        self._healthy()
        self._ours()
        self._alerting()

    def _troubled(self) -> None:
        shop = self.add(
            "shop checkout",
            "https://shop.example/checkout/health",
            Status.DOWN,
            base_s=0.14,
            detail="connection refused (192.0.2.10:443)",
            since_s=720,
            interval_s=30.0,
            tags=("prod", "shop"),
            expect=("status in 200..299", "latency < 800ms"),
        )
        self.closed(shop, 0, 86400 * 2, 312, "HTTP 503 Service Unavailable")
        self.add(
            "router berlin",
            "icmp://192.0.2.1",
            Status.DOWN,
            base_s=0.012,
            detail="no answer within 10s",
            since_s=2500,
            tags=("network",),
        )
        for name in ("printer berlin", "camera berlin"):
            self.add(
                name,
                f"tcp://{name.split()[0]}.berlin.example:9100",
                Status.UNREACHABLE,
                detail="not looked at while 'router berlin' is down",
                since_s=2450,
                depends_on=("router berlin",),
                tags=("network",),
            )
        self.add(
            "search api",
            "https://search.example/v2/ready",
            Status.DEGRADED,
            base_s=0.9,
            detail="latency < 300ms does not hold: 912ms",
            since_s=1500,
            tags=("prod",),
            degraded=("latency < 300ms",),
        )
        flaps = self.add(
            "legacy soap bridge",
            "http://bridge.example:8088/soap",
            Status.DEGRADED,
            base_s=0.4,
            detail="HTTP 502 Bad Gateway",
            since_s=60,
            past=lambda ago: Status.DOWN if ago % 7 in (2, 3) else Status.UP,
        )
        state = self.store.tables.states[flaps.id]
        self.store.tables.states[flaps.id] = attrs.evolve(
            state, flapping_since_at=self.now - timedelta(minutes=50), flaps=11
        )
        self.add(
            "<script>alert(1)</script> & \"friends\" 'n' 工",
            "https://hostile.example/%3Cimg%20src=x%20onerror=alert(1)%3E?token=s3cret",
            Status.UP,
            detail='<img src=x onerror="alert(2)">',
            tags=("<b>bold</b>",),
        )

    def _healthy(self) -> None:
        for number, (name, target, base_s) in enumerate(
            (
                ("shop front", "https://shop.example/", 0.12),
                ("shop cart", "https://shop.example/cart/health", 0.09),
                ("accounts", "https://accounts.example/healthz", 0.07),
                ("payments", "https://payments.example/status", 0.21),
                ("mail in", "imaps://mail.example", 0.05),
                ("mail out", "smtps://mail.example", 0.06),
                ("database primary", "postgresql://watcher:hunter2@db1.example/app", 0.004),
                ("database replica", "postgresql://watcher:hunter2@db2.example/app", 0.005),
                ("cache", "redis://cache.example", 0.002),
                ("queue", "amqp://queue.example", 0.011),
                ("dns ns1", "dns://192.0.2.53/example.com?type=A", 0.013),
                ("time", "ntp://time.example", 0.03),
                ("wildcard certificate", "tls://shop.example:443", 0.04),
                ("vpn", "udp://vpn.example:51820", 0.02),
                ("docs", "https://docs.example/", 0.16),
                ("git", "ssh://git.example", 0.08),
            )
        ):
            task = self.add(
                name,
                target,
                base_s=base_s,
                tags=("prod",) if number % 2 else (),
                without=range(30, 42) if number < 9 else range(0),
            )
            if number in (2, 5, 9):
                self.closed(task, 1, 86400 * (number + 1), 190 * number, "timeout after 10s")
        self.add(
            "shop",
            "group:",
            Status.UP,
            detail="3 of 3 members up",
            base_s=0.0001,
            options={"members": ["shop front", "shop cart", "accounts"]},
        )
        self.add(
            "nightly backup",
            "heartbeat:",
            Status.UP,
            detail="last ping 3h ago, took 12m",
            options={"period": "1d", "token": "a-token-that-is-hard-to-guess"},
            base_s=0.0001,
        )
        backup = max(self.store.tables.tasks)
        for kind, ago_s, body in (
            (PingKind.SUCCESS, 3 * 3600.0, "14 GB in 12 minutes"),
            (PingKind.START, 3.2 * 3600.0, ""),
            (PingKind.FAIL, 27 * 3600.0, "disk full: <b>/backup</b>"),
        ):
            at = self.now - timedelta(seconds=ago_s)
            code = 28 if kind is PingKind.FAIL else None
            run_s = 720.0 if kind is PingKind.SUCCESS else None
            self.store.tables.pings.setdefault((backup, kind), {})[at] = Ping(
                task_id=backup,
                kind=kind,
                at=at,
                exit_code=code,
                run_s=run_s,
                body=body,
                source="192.0.2.77",
            )

    def _ours(self) -> None:
        self.add(
            "report generator",
            "exec:/bin/true",
            Status.UNKNOWN,
            reason=Reason.TASK_ERROR,
            detail="RuntimeError: the plugin has a bug",
            since_s=400,
            recovery=Recovery(
                lifecycle=Lifecycle.BACKOFF,
                attempts=3,
                retry_at=self.now + timedelta(seconds=187),
                error="TooManyErrors: RuntimeError: the plugin has a bug",
                changed_at=self.now - timedelta(seconds=53),
            ),
            without=range(4),
            without_reason=GapReason.BACKING_OFF,
        )
        self.add(
            "warehouse scanner",
            "python:warehouse:scan",
            Status.UNKNOWN,
            reason=Reason.TASK_ERROR,
            detail="ImportError: no module named 'warehouse'",
            since_s=20_000,
            recovery=Recovery(
                lifecycle=Lifecycle.FAILED,
                attempts=10,
                error="TooManyErrors: ImportError: no module named 'warehouse'",
                changed_at=self.now - timedelta(hours=4),
            ),
            without=range(90),
            without_reason=GapReason.FAILED,
        )
        self.add("staging", "https://staging.example/", Status.PAUSED, paused=True)
        self.add("brand new", "https://new.example/", Status.PENDING)

    def _alerting(self) -> None:
        tables = self.store.tables
        tables.alerts.change(
            AlertingChange(
                channels=(
                    ChannelSpec(name="ops", url="webhook+http://127.0.0.1:9/x", default=True),
                    ChannelSpec(
                        name="pager",
                        url="webhook+http://127.0.0.1:9/p",
                        hours="mon-fri 09:00-18:00 UTC",
                    ),
                ),
                maintenances=(
                    Maintenance(
                        name="patch tuesday",
                        selector=Selector(tags=("prod",)),
                        rule={
                            "rrule": "FREQ=MONTHLY;BYDAY=2TU",
                            "start": "02:30",
                            "duration": "2h",
                            "zone": "Europe/Berlin",
                        },
                        note="operating systems",
                    ),
                ),
                silences=(
                    Silence(
                        id=0,
                        selector=Selector(tasks=("printer*",)),
                        from_at=self.now - timedelta(minutes=10),
                        until_at=self.now + timedelta(hours=2),
                        note="paper jam",
                        by="anna",
                    ),
                ),
                acknowledgements=(
                    Acknowledgement(
                        task_id=2,
                        incident=1,
                        at=self.now - timedelta(minutes=30),
                        note="provider called",
                        by="boris",
                    ),
                ),
            )
        )
        self.happen(86400 * 3 + 3, "drill.started")
        self.happen(86400 * 3, "drill.recovered", "after 2.004s", took_s=2.004, late=False)
        self.happen(86400 * 2 + 8, "drill.started")
        self.happen(86400 * 2, "drill.recovered", "late: after 7.8s, not 5s", took_s=7.8, late=True)
        self.happen(86400 + 3, "drill.started")
        self.happen(86400, "drill.recovered", "after 2.011s", took_s=2.011, late=False)

    # --- running --------------------------------------------------------------------------------

    def prepare(self, task: TaskSpec) -> Prepared:
        """Let targets go on as they were."""

        async def probe(trace: Trace) -> Result:
            role = self.roles.get(task.name)
            result = Result(status=Status.UP, detail="200 OK") if role is None else role()
            with trace.enter("connect"):
                await trio.sleep(min(0.05, result.duration_s / 4))
            if result.status in (Status.DOWN, Status.UNREACHABLE):
                raise TargetDown(result.detail)
            with trace.enter("first byte"):
                await trio.sleep(min(0.1, result.duration_s / 4))
            return result

        return Prepared(probe)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """Run a monitor on it."""
        async with open_monitor(
            self.store, Clock(), self.prepare, Tuning(grace_s=0.2), outside=outside("en")
        ) as app:
            await app.reconcile.settled()
            yield app


def scenery() -> Scenery:
    """Return a filled store."""
    store = MemoryStore(now=lambda: datetime.now(UTC))
    made = Scenery(store, datetime.now(UTC))
    made.furnish()
    return made


def empty() -> Scenery:
    """Return a store without tasks."""
    return Scenery(MemoryStore(now=lambda: datetime.now(UTC)), datetime.now(UTC))


def many(count: int) -> Scenery:
    """Return a store with so many tasks, without a past."""
    made = empty()
    for number in range(count):
        made.store.insert(
            TaskSpec(
                name=f"host-{number:05} {'web' if number % 3 else 'db'}",
                target=f"https://host-{number}.example/",
                tags=("prod",) if number % 4 else ("test",),
            ),
            made.now,
        )
    return made
