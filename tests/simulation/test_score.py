"""How a policy did: what was told, held against what was true."""

from collections.abc import Sequence
from pathlib import Path

from monitor.channels.outside import check_channel
from monitor.config.declared import Declarations, read_declared
from monitor.config.scenario import Scenario, Wishes
from monitor.config.scenarios import policy_of_words, read_scenario
from monitor.config.source import read_sources
from monitor.probes import prepare
from monitor.simulation.account import Account, Compared
from monitor.simulation.score import Fate, Heard, Score, share
from monitor.simulation.trial import make_world, try_policies

POLICIES = """
[[channel]]
name = "ops"
url = "webhook+https://hooks.example/ops"
default = true

[[channel]]
name = "boss"
url = "webhook+https://hooks.example/boss"

[[maintenance]]
name = "patch day"
tags = ["web"]
cron = "0 3 * * *"
duration = "1h"

[[task]]
name = "router"
target = "icmp://192.0.2.1"
attempts = 1

[[task]]
name = "shop"
target = "https://shop.example"
depends_on = ["router"]
tags = ["web"]
escalate = [{ after = "1h", channels = ["boss"] }]
"""

GROUP = """
[[task]]
name = "both"
target = "group:"
options = { members = ["shop", "router"] }
channels = ["boss"]
"""


def read(text: str, tried: Sequence[str], hours: float) -> tuple[Scenario, Declarations]:
    Path("it.toml").write_text(f"{POLICIES}{text}")
    sources = read_sources([Path("it.toml")])
    declared, _ = read_declared(sources, prepare, check_channel)
    sources += [policy_of_words(one) for one in tried]
    wishes = Wishes(length_s=hours * 3600.0)
    return read_scenario(sources, declared, prepare, check_channel, wishes), declared


async def account_of(text: str, *tried: str, hours: float = 24.0) -> Account:
    scenario, declared = read(text, tried, hours)
    world = make_world(scenario, declared)
    trials = await try_policies(scenario, declared, world, prepare, check_channel)
    return Account(scenario=scenario, world=world, trials=tuple(trials))


async def score_of(text: str, *tried: str) -> Score:
    return (await account_of(text, *tried)).trials[-1].score


def outage(task: str, at: str, length: str, more: str = "") -> str:
    return f'[[outage]]\ntasks = "{task}"\nat = "{at}"\nfor = "{length}"\n{more}\n'


def fate(score: Score, task: str) -> Fate:
    [found] = [one for one in score.fates if one.episode.task == task]
    return found


async def test_an_outage_is_heard_of_after_the_looks_that_confirm_it() -> None:
    score = await score_of(outage("shop", "10h", "30m"))
    shop = fate(score, "shop")
    assert Heard.TOLD is shop.heard
    assert shop.delay_s is not None
    assert 40.0 <= shop.delay_s <= 101.0  # up to a minute to the first look, then two more
    assert shop.end_delay_s is not None
    assert 20.0 <= shop.end_delay_s <= 81.0
    kinds = [(one.channel, one.kinds[0], one.is_page) for one in score.pages if "shop" in one.about]
    assert [("ops", "down", True), ("ops", "up", False)] == kinds


async def test_a_page_about_a_blip_or_about_what_is_over_is_a_false_alarm() -> None:
    blip = outage("shop", "10h", "70s")
    assert 1 == (await score_of(blip, "attempts=1")).figures()["false_alarms"]
    assert 0 == (await score_of(blip, "attempts=5")).figures()["pages"]
    over = outage("shop", "10h", "10m") + '[[outage]]\nchannel = "ops"\nat = "9h"\nfor = "2h"\n'
    figures = (await score_of(over)).figures()
    assert (1, 1, 1) == (*(figures[one] for one in ("pages", "false_alarms", "late_messages")),)


async def test_an_outage_that_nobody_hears_of_is_missed_and_says_why() -> None:
    score = await score_of(outage("shop", "10h", "150s"), "alert_after=10m")
    shop = fate(score, "shop")
    assert (Heard.MISSED, True) == (shop.heard, "it may be over soon" in shop.why)
    shop = fate(await score_of(outage("shop", "10h", "150s"), "attempts=9"), "shop")
    assert (Heard.MISSED, "it never failed 9 looks in a row") == (shop.heard, shop.why)


async def test_what_a_rule_held_back_was_not_missed() -> None:
    shop = fate(await score_of(outage("shop", "3h5m", "30m")), "shop")
    assert (Heard.HELD, True) == (shop.heard, "patch day" in shop.why)


async def test_who_hears_of_the_router_hears_of_the_shop() -> None:
    score = await score_of(outage("router", "10h", "30m") + outage("shop", "10h", "30m"))
    assert Heard.TOLD is fate(score, "router").heard
    assert Heard.PARENT is fate(score, "shop").heard


async def test_an_outage_before_the_end_of_another_is_told_is_known() -> None:
    two = outage("shop", "10h", "10m") + outage("shop", "10h10m15s", "10m")
    score = await score_of(two, "recovery_confirmations=5")
    assert [Heard.TOLD, Heard.KNOWN] == [
        one.heard for one in score.fates if one.episode.task == "shop"
    ]


async def test_what_comes_and_goes_is_told_as_such() -> None:
    flaky = outage("shop", "10h", "130s", 'every = "4m"\ntimes = 12')
    score = await score_of(flaky, "attempts=1 recovery_confirmations=1")
    heard = {one.heard for one in score.fates if one.episode.task == "shop"}
    assert {Heard.TOLD, Heard.FLAPPING} == heard


async def test_a_group_is_judged_by_how_its_members_really_are() -> None:
    score = await score_of(GROUP + outage("shop", "10h", "30m"))
    assert Heard.TOLD is fate(score, "both").heard
    assert [False] == [one.false_alarm for one in score.pages if one.kinds == ("down",)][-1:]


async def test_escalations_reminders_nights_and_channels_are_counted() -> None:
    long = outage("shop", "20h", "3h59m")
    figures = (await score_of(long, "reminder=30m")).figures()
    assert 1 == figures["escalations"]
    assert 3 == figures["reminders"]  # after 30 m, 1 h 30 m and 3 h 30 m
    assert 1 <= (figures["pages_at_night"] or 0) < (figures["pages"] or 0)
    score = await score_of(GROUP + long)
    assert {"ops": 1, "boss": 2} == score.by("channel")  # of the group, and the escalation
    assert {"shop": 2, "both": 1} == score.by("about")


async def test_what_is_held_until_morning_is_counted_as_held() -> None:
    hours = outage("shop", "5h", "6h")
    shop = fate(await score_of(hours, "hours='08:00-20:00 UTC'"), "shop")
    assert shop.delay_s is not None
    assert 3 * 3600.0 - 1 <= shop.delay_s <= 3 * 3600.0 + 1
    assert 2.9 * 3600.0 < shop.held_s < shop.delay_s


async def test_policies_go_through_the_same_outages_and_are_compared() -> None:
    text = outage("shop", "10h", "70s", 'every = "1h"\ntimes = 5') + outage("shop", "16h", "4m")
    account = await account_of(text, "once: attempts=1", "late: alert_after=5m", hours=20.0)
    base, once, late = (one.score for one in account.trials)
    assert [one.episode for one in base.fates] == [one.episode for one in once.fates]
    compared = list(account.compared())
    assert ["once", "late"] == [one.name for one in compared]
    sooner, missing = compared
    assert sooner.later_s is not None
    assert -61.0 <= sooner.later_s <= -39.0
    assert (6, 5, 0) == (sooner.pages, sooner.false_alarms, sooner.missed)
    assert sooner.base_false_alarms == base.figures()["false_alarms"]
    assert 1 <= missing.missed
    assert late.figures()["pages"] == missing.pages


async def test_the_same_is_told_each_time_to_the_last_digit() -> None:
    text = "[simulation]\nrandom = true\nseed = 4\n"
    first = await account_of(text, hours=24 * 12.0)
    assert 12 < len(first.trials[0].score.pages)
    for _ in range(2):
        assert first == await account_of(text, hours=24 * 12.0)


def test_a_share_is_a_value_that_there_was() -> None:
    assert None is share([], 0.5)
    assert [1.0, 2.0, 3.0, 4.0] == [share([1.0, 2.0, 3.0, 4.0], part) for part in (0, 0.5, 0.7, 1)]
    assert 9.0 == share([float(one) for one in range(1, 11)], 0.9)


def test_delays_that_hardly_differ_are_the_same() -> None:
    names = ("pages", "false_alarms", "outages_missed")
    base: dict[str, float | None] = {**dict.fromkeys(names, 1), "delay_median_s": 40.0}
    assert 0.0 == Compared.of("x", base, {**base, "delay_median_s": 40.9}).later_s
    assert None is Compared.of("x", base, {**base, "delay_median_s": None}).later_s
