"""Simulations in files: read, and all that is wrong told with its place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.channels.outside import check_channel
from monitor.config.case import Behaviour, Manner
from monitor.config.declared import Declarations, read_declared
from monitor.config.scenario import Scenario, Wishes
from monitor.config.scenarios import policy_of_words, read_scenario
from monitor.config.source import BadConfig, read_sources
from monitor.config.variants import vary
from monitor.core.model import Status
from monitor.probes import prepare

POLICIES = """[[channel]]
name = "ops"
url = "webhook+https://hooks.example/x"
quiet_hours = "22:00-07:00 UTC"
[[task]]
name = "shop"
target = "self:"
tags = ["web"]
[[task]]
name = "shop-admin"
target = "self:"
"""
FIRST = 12
"""The first line behind it."""
HOUR_S = 3600.0


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, wishes: Wishes | None = None, *tried: str) -> tuple[Scenario, Declarations]:
    Path("it.toml").write_text(f"{POLICIES}{text}")
    sources = read_sources([Path("it.toml")])
    declared, _ = read_declared(sources, prepare, check_channel)
    sources += [policy_of_words(one) for one in tried]
    return read_scenario(sources, declared, prepare, check_channel, wishes), declared


def wrong(text: str, *tried: str) -> list[str]:
    with pytest.raises(BadConfig) as refused:
        read(text, None, *tried)
    return [str(problem) for problem in refused.value.problems]


def test_without_a_word_it_is_thirty_days_from_a_monday() -> None:
    scenario, _ = read("")
    assert datetime(2026, 1, 5, tzinfo=UTC) == scenario.start_at
    assert (30 * 24 * HOUR_S, 1, False) == (scenario.length_s, scenario.seed, scenario.random)


def test_what_is_typed_counts_more_than_what_is_written() -> None:
    text = '[simulation]\nstart = 2026-03-01T00:00:00Z\nlength = "9d"\nseed = 5\nblip = "30s"\n'
    written, _ = read(text)
    assert (9 * 24 * HOUR_S, 5, 30.0) == (written.length_s, written.seed, written.blip_s)
    typed, _ = read(text, Wishes(length_s=60.0, seed=0, random=True))
    assert (60.0, 0, True, written.start_at) == (
        *(typed.length_s, typed.seed, typed.random, typed.start_at),
    )


def test_an_outage_is_of_all_tasks_that_are_meant_and_may_come_again() -> None:
    scenario, _ = read("""
        [[outage]]
        tasks = "shop*"
        at = "1h"
        for = "10s"
        every = "10h"
        [[outage]]
        tags = "web"
        at = 2026-01-05T03:00:00Z
        for = "1h"
        result = "timeout"
        [[outage]]
        channel = "ops"
        at = "2h"
    """, Wishes(length_s=24 * HOUR_S))  # fmt: skip
    admin, shop = scenario.sights["shop-admin"], scenario.sights["shop"]
    assert [1.0, 11.0, 21.0] == [span.from_s / HOUR_S for span in admin]
    assert [10.0] * 3 == [span.until_s - span.from_s for span in admin]
    assert (3 * HOUR_S, 4 * HOUR_S, True) == (
        *(shop[-1].from_s, shop[-1].until_s, shop[-1].value.hangs),
    )
    assert Status.DOWN is shop[0].value.status
    [span] = scenario.receivers["ops"]
    assert Behaviour(manner=Manner.FAILS, detail="the simulation says so") == span.value


def test_what_lies_outside_of_the_days_that_are_asked_for_is_left_out() -> None:
    text = '[[outage]]\ntasks = "shop"\nat = "20d"\n[[outage]]\ntasks = "shop"\nat = "2d"\n'
    assert 2 == len(read(text)[0].sights["shop"])
    assert 1 == len(read(text, Wishes(length_s=7 * 24 * HOUR_S))[0].sights["shop"])


def test_a_policy_is_of_the_tasks_that_are_meant_and_of_the_channels() -> None:
    scenario, declared = read("""
        [[policy]]
        name = "it"
        tags = "web"
        attempts = 5
        interval = "4s"
        reminder = "never"
        hours = "mon-fri 09:00-18:00 UTC"
    """)
    [policy] = scenario.policies
    under = vary(declared, policy, prepare, check_channel)
    shop, admin = under.tasks["shop"].spec, under.tasks["shop-admin"].spec
    assert (5, 4.0, None) == (shop.attempts, shop.interval_s, shop.alerts.reminder_s)
    assert (4.0, 3.2) == (shop.retry_interval_s, shop.timeout_s)  # cut to fit
    assert declared.tasks["shop-admin"].spec == admin
    ops = under.channels["ops"]
    assert ("mon-fri 09:00-18:00 UTC", "") == (ops.hours, ops.quiet_hours)
    assert {"attempts": "5", "interval": "4s", "reminder": "never"}.items() <= policy.said.items()


@pytest.mark.parametrize(
    ("words", "name", "task"),
    [
        ("attempts=1", "attempts=1", {"attempts": 1}),
        ("3 attempts: attempts=3 retry-interval=20s", "3 attempts",
         {"attempts": 3, "retry_interval_s": 20.0}),
        ("x: alert_on=down reminder=never", "x", {"on": (Status.DOWN,), "reminder_s": None}),
        ("x: channels='[\"ops\"]' paused=true", "x", {"channels": ("ops",), "paused": True}),
    ],
)  # fmt: skip
def test_a_policy_may_be_typed(words: str, name: str, task: dict[str, object]) -> None:
    [policy] = read("", None, words)[0].policies
    assert (name, task) == (policy.name, policy.task)


def test_what_is_typed_wrong_is_told_too() -> None:
    with pytest.raises(ValueError, match="'attempts' is not KEY=VALUE"):
        policy_of_words("attempts")
    [problem] = wrong("", "x: attemps=3")
    assert problem.startswith(
        '--try: policy "x", attemps: is not known here, did you mean attempts'
    )
    assert ['--try: policy "x", attempts: shop: 300 is out of range; use 1 to 100'] == wrong(
        "", "x: attempts=300"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[simulation]\nlenght = "3d"',
         "it.toml:13:1: simulation, lenght: is not known here, did you mean length"),
        ('[simulation]\nnight = "22:00"', "it.toml:13:1: simulation, night: '22:00' names no time"),
        ("[[simulation]]", "it.toml:12:1: simulation: must be a table, written [simulation]"),
        ("[outage]", "it.toml:12:1: outage: must be a list of tables, each written [[outage]]"),
        ('[[outage]]\ntasks = "shop"', "it.toml:12:1: outage 1: has no at"),
        ('[[outage]]\nat = "1h"', "it.toml:12:1: outage 1: has no tasks, tags or channel"),
        ('[[outage]]\nat = "1h"\ntasks = "shp"', "it.toml:14:1: outage 1, tasks: there is no task "
         "'shp', did you mean 'shop'"),
        ('[[outage]]\nat = "1h"\nchannel = "opps"', "it.toml:14:1: outage 1, channel: there is no "
         "channel 'opps', did you mean 'ops'"),
        ('[[outage]]\ntasks = "shop"\nat = "40d"', "it.toml:14:1: outage 1, at: lies outside"),
        ('[[outage]]\ntasks = "shop"\nat = 2025-01-01', "it.toml:14:1: outage 1, at: "),
        ('[[outage]]\ntasks = "shop"\nat = "1h"\ntimes = 3', "it.toml:12:1: outage 1: has times "
         "and no every"),
        ('[[outage]]\ntasks = "shop"\nat = "1h"\nresult = "fails"', "it.toml:15:1: outage 1, "
         "result: 'fails' is not known"),
        ("[[policy]]\nattempts = 1", "it.toml:12:1: policy 1: has no name"),
        ('[[policy]]\nname = "a"', 'it.toml:12:1: policy "a": changes nothing'),
        ('[[policy]]\nname = "a"\nattempts = 0', 'it.toml:14:1: policy "a", attempts: shop: 0 is'),
        ('[[policy]]\nname = "a"\nburst = 0', 'it.toml:14:1: policy "a", burst: channel ops: 0 is'),
        ('[[policy]]\nname = "a"\ntasks = "x"\nattempts = 1', 'it.toml:14:1: policy "a", tasks: '
         "there is no task 'x'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, expected: str) -> None:
    assert FIRST == POLICIES.count("\n") + 1
    assert any(one.startswith(expected) for one in wrong(text)), wrong(text)


def test_a_name_is_given_once_and_not_too_many_are_tried() -> None:
    again = '[[policy]]\nname = "a"\nattempts = 1\n'
    assert ['it.toml:16:1: policy "a", name: the name is taken; choose another'] == wrong(2 * again)
    many = "".join(f'[[policy]]\nname = "p{number}"\nattempts = 1\n' for number in range(9))
    [problem] = wrong(many)
    assert problem.endswith('policy "p8": is one too many; at most 8 are tried side by side')
