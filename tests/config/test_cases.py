"""Tests of alert policies in files: read, and all that is wrong told with its place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.channels.outside import check_channel
from monitor.config.case import Acknowledge, Case, Expected, Manner, Silencing
from monitor.config.cases import read_cases
from monitor.config.declared import read_declared
from monitor.config.source import BadConfig, read_sources
from monitor.core.alerts.alerting import Selector
from monitor.core.alerts.notices import NoticeKind
from monitor.core.model import Status
from monitor.probes import prepare

POLICIES = """[[channel]]
name = "ops"
url = "webhook+https://hooks.example/x"
[[task]]
name = "shop"
target = "self:"
"""
FIRST = 7
"""The first line behind it."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(*texts: str) -> tuple[Case, ...]:
    files = [Path(f"{number}.toml") for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    sources = read_sources(files)
    declared, _ = read_declared(sources, prepare, check_channel)
    return read_cases(sources, declared, prepare)


def wrong(text: str) -> list[str]:
    with pytest.raises(BadConfig) as refused:
        read(f"{POLICIES}{text}")
    return [str(problem) for problem in refused.value.problems]


def test_a_test_may_say_everything() -> None:
    [case] = read(f"""{POLICIES}
        [[test]]
        name = "everything"
        start = "2026-03-29T00:30+01:00"
        until = "2h"
        tasks = {{ shop = {{ attempts = 1, reminder = "never" }} }}
        timeline = {{ shop = "up 10m, degraded 5m, up" }}
        given = [
          {{ at = "1h", task = "shop", result = "down", for = "1m", detail = "full", takes="2s" }},
          {{ at = "5m", channel = "ops", result = "hangs" }},
          {{ at = "1m", silence = ["a*", "b"], for = "1h", note = "n" }},
          {{ at = "1h1s", ack = "shop", by = "ann" }},
        ]
        expect = [
          {{ at = "10m", channel = "ops", kind = "degraded", task = "shop", late = false }},
          {{ within = ["1h", "2h"], channel = "ops", kind = "system", about = "channel ops" }},
        ]
        expect_nothing_else = false
    """)
    assert datetime(2026, 3, 28, 23, 30, tzinfo=UTC) == case.start_at
    assert (7200.0, False, "0.toml:8:9") == (case.until_s, case.nothing_else, case.where)
    spec = case.tasks["shop"]
    assert (1, None) == (spec.attempts, spec.alerts.reminder_s)
    script = case.sights["shop"]
    seen = [script.at(at_s).status for at_s in (0, 600, 900, 3600, 3660)]
    assert [Status.UP, Status.DEGRADED, Status.UP, Status.DOWN, Status.UP] == seen
    assert ("full", 2.0) == (script.at(3601).detail, script.at(3601).takes_s)
    ops = case.receivers["ops"]
    assert [Manner.WORKS, Manner.HANGS] == [ops.at(at_s).manner for at_s in (299, 300)]
    chosen = Selector(tasks=("a*", "b"))
    assert case.deeds == (
        Silencing(at_s=60.0, selector=chosen, for_s=3600.0, note="n"),
        Acknowledge(at_s=3601.0, task="shop", by="ann"),
    )
    first, second = case.expected
    assert first == Expected(
        at_s=600.0, channel="ops", kind=NoticeKind.DEGRADED, about="shop", late=False
    )
    assert (3600.0, 7200.0, "channel ops") == (second.from_s, second.to_s, second.about)


def test_what_is_not_said_has_a_default() -> None:
    [case] = read(f'{POLICIES}[[test]]\nname = "it"\ntimeline = {{ shop = "up 10m, down 5m, up" }}')
    assert (datetime(2026, 1, 5, tzinfo=UTC), True) == (case.start_at, case.nothing_else)
    assert 0 == case.start_at.weekday()
    assert 25 * 60.0 == case.until_s


def test_tests_may_stand_in_a_file_of_their_own() -> None:
    cases = read(POLICIES, '[[test]]\nname = "a"\n[[test]]\nname = "b"\n')
    assert [("a", "1.toml:1:1"), ("b", "1.toml:3:1")] == [(one.name, one.where) for one in cases]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("until = '1h'", '0.toml:7:1: test 1: has no name'),
        ("name = 'it'\nutil = '1h'", '0.toml:9:1: test "it", util: is not known here, did you'),
        ("name = 'it'\nuntil = 5", '0.toml:9:1: test "it", until: 5 has no unit'),
        ("name = 'it'\nuntil = '0s'", "until: '0s' has no length"),
        ("name = 'it'\nuntil = '800d'", "until: '800d' is too long; a test covers 366d at most"),
        ("name = 'it'\nstart = 'monday'", "start: 'monday' is no moment; write it like 2026-01-"),
        ("name = 'it'\nstart = 1066-10-14T09:00:00", "start: the year 1066 is out of range"),
        ("name = 'it'\ntasks.shp.attempts = 1", "tasks, shp: there is no task 'shp', did you mean"),
        ("name = 'it'\ntasks.shop = 1", "tasks, shop: 1 is not a table"),
        ("name = 'it'\ntasks.shop.atempts = 1", "tasks, shop, atempts: is not known here, did y"),
        ("name = 'it'\ntasks.shop.target = 'x:'", "tasks, shop, target: is not known here"),
        ("name = 'it'\ntasks.shop.attempts = 0", "tasks, shop: attempts: 0 is out of range"),
        ("name = 'it'\ntimeline.shp = 'up'", "timeline, shp: there is no task 'shp', did you mean"),
        ("name = 'it'\ntimeline.shop = 'up 5m, dwn'", "'dwn' is not known, did you mean 'down'; "),
        ("name = 'it'\ntimeline.shop = 'up, down'", "'up' has no length, and something comes a"),
        ("name = 'it'\ntimeline.shop = 'up for 5m'", "'up for 5m' is no part of it; write 'up 1"),
        ("name = 'it'\ngiven = 5", "given: 5 is not a list of tables; write"),
        ("name = 'it'\ngiven = [{at='1m'}]", "given: names none of: task, channel, ack, silence"),
        ("name = 'it'\ngiven = [{at='1m', ack='shop', task='shop'}]", "names task and ack of: "),
        ("name = 'it'\ngiven = [{ack='shp', at='1m'}]", "ack: there is no task 'shp'"),
        ("name = 'it'\ngiven = [{at='1m', task='shop'}]", "given: has no result"),
        ("name = 'it'\ngiven = [{at='1m', silence='x'}]", "given: has no for"),
        ("name = 'it'\ngiven = [{task='shop', result='down', at='1m', times=2}]", "has one of ev"),
        ("name = 'it'\ngiven = [{channel='op', at='1m', result='fails'}]", "there is no channel '"),
        ("name = 'it'\ngiven = [{channel='ops', at='1m', result='down'}]", "'down' is not known; "),
        ("name = 'it'\nexpect = [{channel='ops', kind='down', task='shop'}]", "one of at and with"),
        ("name = 'it'\nexpect = [{at='1m', kind='down', task='shop'}]", "expect: has no channel"),
        ("name = 'it'\nexpect = [{at='1m', channel='ops', kind='down'}]", "one of task and"),
        ("name = 'it'\nexpect = [{at='1m', channel='ops', kind='dwn', task='shop'}]", "'dwn' is n"),
        ("name = 'it'\nexpect = [{at='1m', channel='op', kind='up', task='shop'}]", "channel 'op"),
        ("name = 'it'\nexpect = [{at='1m', channel='ops', kind='up', about='x'}]", "up has a task"),
        ("name = 'it'\nexpect = [{at='1m', channel='ops', kind='system', task='shop'}]", "itself;"),
        ("name = 'it'\nexpect = [{within=['2m','1m'], channel='ops', kind='up', task='shop'}]",
         "expect, within: '1m' is earlier than '2m'"),
        ("name = 'it'\nuntil = '1m'\ntimeline.shop = 'up 5m, up'", "until: is earlier than other"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    problems = wrong(f"[[test]]\n{text}")
    assert told in problems[0], problems
    assert problems[0].startswith((f"0.toml:{FIRST}:", f"0.toml:{FIRST + 2}:"))
    assert 1 == len(problems), problems


def test_all_that_is_wrong_is_told_at_once() -> None:
    problems = wrong(
        '[[test]]\nname = "a"\nuntl = "1h"\ngiven = [\n{ at = "1m", ack = "x" },\n{ at = 5, '
        'ack = "shop" }]\n[[test]]\nname = "a"\n'
    )
    assert ["0.toml:9:1", "0.toml:11:14", "0.toml:12:3", "0.toml:14:1"] == [
        one.partition(": ")[0] for one in problems
    ]
    assert "the name is taken; choose another" in problems[-1]


def test_it_must_be_a_list_of_tables() -> None:
    assert ["0.toml:7:1: test: must be a list of tables, each written [[test]]"] == wrong(
        "[test]\nname = 'it'"
    )
