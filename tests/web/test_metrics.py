"""What Prometheus reads: by its own parser and its own programs, and what reading costs."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import trio
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_modern
from prometheus_client.parser import text_string_to_metric_families as parse_text
from starlette.requests import Request
from trio.testing import MockClock

from monitor.core.model import Gap, GapReason, State, Status, WatchedTask
from monitor.settings import SettingsError, load_settings
from monitor.web.listen import Listen, MetricsOptions, open_sockets
from monitor.web.metrics import Metrics
from monitor.web.routing import PUBLIC, Role
from tests.cli.conftest import Monitor, Start, wait_until
from tests.core.scene import Stage, at, broken, down, open_stage, taking, up
from tests.figures import figures
from tests.probes.real import free_port, needs_program, running
from tests.web.conftest import listen

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
MODERN = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
NASTY = 'say "\\n" \\ twice, {in="braces"} # и по-русски'

FIXED = {
    "monitor_task_status",
    "monitor_probe_duration_seconds_bucket",
    "monitor_schedule_lag_seconds_bucket",
    "monitor_task_consecutive_errors",
    "monitor_task_restarts_total",
    "monitor_open_sessions",
    "monitor_tasks_overdue",
    "monitor_results_recorded_total",
    "monitor_gap_seconds_total",
    "monitor_outbox_pending",
    "monitor_spool_results",
    "monitor_loop_lag_seconds",
    "monitor_leases",
}
"""Names that dashboards rely on."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield from open_stage()


@attrs.frozen
class Scraped:
    """What was read, as a parser understood it."""

    text: str
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float]

    def __getitem__(self, name: str) -> float:
        return self.of(name)

    def of(self, name: str, **labels: str) -> float:
        return self.samples[name, frozenset(labels.items())]

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.samples}


async def scrape(room: Metrics, accept: str = "text/plain", encoding: str = "") -> Scraped:
    headers = [(b"accept", accept.encode()), (b"accept-encoding", encoding.encode())]
    response = await room.show(Request({"type": "http", "headers": headers}))
    body = bytes(response.body)
    if response.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    modern = response.headers["content-type"].startswith("application/openmetrics-text")
    assert modern is (accept == MODERN)
    parse = parse_modern if modern else parse_text
    families = list(parse(body.decode()))
    samples = [sample for family in families for sample in family.samples]
    found = {(one.name, frozenset(one.labels.items())): one.value for one in samples}
    assert len(samples) == len(found), "a sample stands there twice"
    return Scraped(body.decode(), found)


async def test_what_runs_is_told_in_both_formats_under_names_that_stay(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop", taking(0.2), interval_s=10.0)
    stage.add(NASTY, down, interval_s=10.0)
    stage.add("rests", paused=True)
    async with stage.running() as app:
        await trio.sleep(25)
        for accept in ("", "text/html", MODERN):
            await trio.sleep(2)
            seen = await scrape(Metrics(app), accept)
            assert FIXED <= seen.names
            assert (1, 0, 7) == (
                seen.of("monitor_task_status", task="shop"),
                seen.of("monitor_task_status", task=NASTY),
                seen.of("monitor_task_status", task="rests"),
            )
            assert 1 == seen.of("monitor_tasks", status="up")
            assert 1 == seen.of("monitor_tasks", status="paused")
            assert 1 == seen["monitor_alive"]
            assert 2 == seen["monitor_leases"]
            assert len(app.store.open_sessions) == seen["monitor_open_sessions"]
            looks = stage.looks(stage.store.tables.tasks[1])
            assert len(looks) == seen.of("monitor_looks_total", status="up")
            took = {"kind": "shop"}
            assert len(looks) == seen.of("monitor_probe_duration_seconds_count", **took)
            assert pytest.approx(0.2 * len(looks)) == seen.of(
                "monitor_probe_duration_seconds_sum", **took
            )
            assert 0 == seen.of("monitor_probe_duration_seconds_bucket", le="0.1", **took)
            assert len(looks) == seen.of("monitor_probe_duration_seconds_bucket", le="0.25", **took)
            assert pytest.approx(0.2) == seen.of("monitor_task_last_duration_seconds", task="shop")


async def test_errors_of_ours_and_restarts_are_told_of_the_task_that_has_them(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("breaks", broken, interval_s=1.0)
    stage.add("shop", up, interval_s=1.0)
    async with stage.running(max_errors=3) as app:
        room = Metrics(app)
        await trio.sleep(1.5)
        seen = await scrape(room)
        assert 2 == seen.of("monitor_task_consecutive_errors", task="breaks")
        assert 0 == seen.of("monitor_task_restarts_total", task="breaks")
        await trio.sleep(300)
        seen = await scrape(room)
        assert 2 == seen.of("monitor_task_restarts_total", task="breaks")
        assert 0 == seen.of("monitor_task_restarts_total", task="shop")
        assert 5 == seen.of("monitor_task_status", task="breaks")
        lost = sum(
            (gap.until_at - gap.from_at).total_seconds() for gap in stage.store.tables.gaps.values()
        )
        assert lost == seen.of("monitor_gap_seconds_total", reason="backing_off") > 0


async def test_what_is_late_and_lost_is_told(stage: Stage, autojump_clock: MockClock) -> None:
    async with stage.running() as app:
        task = stage.add("shop")
        gap = Gap(
            task_id=task.id,
            from_at=at(0),
            until_at=at(60),
            reason=GapReason.DATABASE_LOST,
            slots=1,
        )
        app.recorder.on_gaps([gap])
        app.tally.late.add(0.7)
        app.auditor.overdue = 3
        app.auditor.audited_s = trio.current_time() - 40
        seen = await scrape(Metrics(app))
        assert 60 == seen.of("monitor_gap_seconds_total", reason="database_lost")
        assert 0 == seen.of("monitor_schedule_lag_seconds_bucket", le="0.5")
        assert 1 == seen.of("monitor_schedule_lag_seconds_bucket", le="1.0")
        assert (3, 40, 0) == (
            seen["monitor_tasks_overdue"],
            seen["monitor_audit_age_seconds"],
            seen["monitor_alive"],
        )


async def test_single_tasks_are_left_out_if_nobody_wants_them(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop")
    async with stage.running() as app:
        await trio.sleep(1)
        seen = await scrape(Metrics(app, per_task=False), MODERN)
        assert "task=" not in seen.text
        assert 1 == seen.of("monitor_tasks", status="up")


async def test_a_crowd_that_asks_at_once_is_given_the_same_text(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop")
    async with stage.running() as app:
        room = Metrics(app)
        await trio.sleep(1)
        first = await scrape(room)
        await trio.sleep(0.5)
        assert first.text == (await scrape(room)).text
        await trio.sleep(0.6)
        assert first.text != (await scrape(room)).text


async def test_ten_thousand_tasks_are_told_without_holding_the_loop(
    stage: Stage, pytestconfig: pytest.Config
) -> None:
    async with stage.running() as app:
        tasks = [stage.add(f'shop "{number}"', paused=True) for number in range(10_000)]
        states = {task.id: State(task_id=task.id, status=Status.UP) for task in tasks}
        app.surroundings.take([WatchedTask(task=one, state=states[one.id]) for one in tasks])
        held_s = []

        async def watch_turns() -> None:
            while True:
                turn_s = time.thread_time()
                await trio.lowlevel.checkpoint()
                held_s.append(time.thread_time() - turn_s)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch_turns)
            began_s = time.thread_time()
            response = await Metrics(app).show(Request({"type": "http", "headers": []}))
            took_s = time.thread_time() - began_s
            nursery.cancel_scope.cancel()
    text = bytes(response.body).decode()
    assert 10_000 == text.count("\nmonitor_task_status{")
    assert len(held_s) > 60, "it gives the others their turn"
    figures(pytestconfig).note(
        "a scrape of 10,000 tasks",
        f"{len(text) / 1e6:.1f} MB in {took_s:.2f} s, the loop held {1000 * max(held_s):.1f} ms",
    )
    assert took_s < 1
    assert max(held_s) < 0.05


@pytest.mark.parametrize(
    ("access", "host", "needs"),
    [
        ("", "127.0.0.1", PUBLIC),
        ("", "0.0.0.0", Role.VIEWER),
        ("viewer", "127.0.0.1", Role.VIEWER),
        ("public", "0.0.0.0", PUBLIC),
    ],
)
async def test_beyond_this_machine_it_takes_a_viewer_unless_it_is_said_otherwise(
    stage: Stage, access: str, host: str, needs: Role | None
) -> None:
    sockets = await open_sockets(Listen(host, 0))
    async with stage.running() as app:
        [entry] = Metrics.of(app, MetricsOptions(access), sockets).entries()
    for one in sockets:
        one.close()
    assert ("/metrics", needs) == (entry.path, entry.needs)


def test_it_is_set_in_the_environment(place: Path) -> None:
    assert MetricsOptions() == load_settings({}, {}).metrics
    environ = {"MONITOR_METRICS_ACCESS": "viewer", "MONITOR_METRICS_PER_TASK": "false"}
    assert MetricsOptions("viewer", False) == load_settings({}, environ).metrics
    with pytest.raises(SettingsError, match="METRICS_PER_TASK: 'no' is neither true nor false"):
        load_settings({}, {"MONITOR_METRICS_PER_TASK": "no"})


# --- by Prometheus's own programs -----------------------------------------------------------------


async def test_promtool_finds_nothing_to_say(stage: Stage) -> None:
    program = needs_program("promtool", "prometheus")
    stage.add(NASTY, broken, interval_s=0.1)
    async with stage.running() as app:
        await trio.sleep(0.3)
        seen = await scrape(Metrics(app))
    done = await trio.run_process(
        [program, "check", "metrics"],
        stdin=seen.text.encode(),
        capture_stdout=True,
        capture_stderr=True,
        check=False,
    )
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_the_example_rules_are_sound() -> None:
    program = needs_program("promtool", "prometheus")
    done = subprocess.run(
        [program, "check", "config", EXAMPLES / "prometheus.yml"], text=True, capture_output=True
    )
    assert 0 == done.returncode, done.stdout + done.stderr


async def test_the_examples_ask_for_nothing_that_is_not_there(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop")
    async with stage.running() as app:
        await trio.sleep(1)
        seen = await scrape(Metrics(app), MODERN)
    there = set(re.findall(r"^# TYPE (\w+)", seen.text, re.MULTILINE))
    there |= {f"{name}_total" for name in there} | seen.names
    rules = (EXAMPLES / "prometheus-rules.yml").read_text()
    dashboard = json.loads((EXAMPLES / "grafana.json").read_text())
    asked = re.findall(r"\bmonitor_\w+", rules)
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            asked += re.findall(r"\bmonitor_\w+", target["expr"])
    assert set() == set(asked) - there
    assert len(set(asked)) > 15


@pytest.mark.slow
def test_a_real_prometheus_reads_it_and_raises_the_alarm(
    start: Start, monitor: Monitor, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = needs_program("prometheus", "prometheus")
    monkeypatch.setenv("MONITOR_METRICS_ACCESS", "viewer")
    listening = listen(start, f"tcp://127.0.0.1:{port} tcp://127.0.0.1:1 --interval 500ms")
    rules = (EXAMPLES / "prometheus-rules.yml").read_text()
    (tmp_path / "prometheus-rules.yml").write_text(re.sub(r"for: \dm", "for: 0s", rules))
    settings = (EXAMPLES / "prometheus.yml").read_text()
    settings = settings.replace("127.0.0.1:8080", f"127.0.0.1:{listening.port}")
    settings = settings.replace("15s", "500ms\n  evaluation_interval: 500ms")
    assert 401 == listening.ask("/metrics").status
    token = monitor("token add prometheus --path /metrics --read-only --json").document["token"]
    authorization = f"    authorization: {{credentials: {token}}}\n    static_configs:"
    settings = settings.replace("    static_configs:", authorization)
    config = tmp_path / "prometheus.yml"
    config.write_text(settings)
    own = free_port()
    command = (program, f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}")

    def firing() -> bool:
        found = ask_prometheus(own, 'ALERTS{alertstate="firing"}')
        return ("TargetDown", "tcp://127.0.0.1:1") in {
            (one["alertname"], one.get("task")) for one in found
        }

    with running(own, tmp_path / "log", *command, f"--web.listen-address=127.0.0.1:{own}"):
        wait_until(firing)
        assert [] == ask_prometheus(own, "up == 0")
        assert [f"tcp://127.0.0.1:{port}"] == [
            one["task"] for one in ask_prometheus(own, "monitor_task_status == 1")
        ]
    assert 0 == listening.process.signal(15)


def ask_prometheus(port: int, query: str) -> list[dict[str, str]]:
    """Return the labels of what a query finds."""
    url = f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(query)}"
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return []  # it is not ready yet
    return [one["metric"] for one in answer["data"]["result"]]
