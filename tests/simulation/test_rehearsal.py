"""The real engine on virtual time: who is told what, to the second."""

import pytest

from monitor.simulation.rehearsal import concerned
from tests.simulation.policies import POLICIES, cases_of, outcome_of, told


async def test_looks_come_at_round_times_so_that_messages_do_too() -> None:
    expected = [(640, "shop down -> ops"), (920, "shop up -> ops")]
    assert expected == await told('timeline = { shop = "up 10m, down 5m, up" }')


async def test_the_same_is_told_each_time() -> None:
    test = """
        timeline = { shop = "up 7m, down 40m, up", router = "up 20m, down 5m, up" }
        until = "3h"
        [[test.given]]
        at = "1m"
        task = "other"
        result = "down"
        for = "4m"
        every = "9m"
        times = 9
    """
    first = await told(test)
    assert 20 < len(first)
    for _ in range(3):
        assert first == await told(test)


async def test_a_task_may_be_otherwise_for_one_test() -> None:
    test = 'timeline = { shop = "up 10m, down" }\ntasks = { shop = { attempts = 1 } }\nuntil="11m"'
    assert [(600, "shop down -> ops")] == await told(test)


async def test_a_look_that_is_not_answered_takes_as_long_as_its_timeout() -> None:
    test = 'timeline = { shop = "up 10m, timeout" }\nuntil = "14m"'
    # Looks end 10 s after they began, and 20 s later comes the next.
    assert [(670, "shop down -> ops")] == await told(test)


async def test_what_comes_again_and_again_is_flapping() -> None:
    test = """
        tasks = { shop = { attempts = 1, recovery_confirmations = 1 } }
        until = "2h"
        [[test.given]]
        at = "10m"
        task = "shop"
        result = "down"
        for = "30s"
        every = "2m"
        times = 20
    """
    found = [what for _, what in await told(test)]
    assert 1 == found.count("shop flapping -> ops")
    assert 1 == found.count("shop steady -> ops")


async def test_our_own_faults_are_told_only_to_those_who_ask() -> None:
    test = 'timeline = { shop = "up 10m, unknown 5m, up" }\n'
    assert [] == await told(test)
    asks = test + 'tasks = { shop = { alert_on = ["down", "unknown"] } }'
    assert [(600, "shop unknown -> ops"), (900, "shop known -> ops")] == await told(asks)


async def test_a_certificate_that_runs_out_is_told_at_each_step() -> None:
    test = """
        until = "3h"
        given = [
          { at = "1h", task = "shop", result = "up", facts.certificate.days_left = 13.5 },
          { at = "2h", task = "shop", result = "up", facts.certificate.days_left = 2.5 },
        ]
    """
    assert [(3600, "shop expiry -> ops"), (7200, "shop expiry -> ops")] == await told(test)


async def test_an_incident_that_is_taken_goes_no_higher_while_that_holds() -> None:
    test = 'timeline = { shop = "up 10m, down" }\nuntil = "50m"\n'
    taken = test + 'given = [{ at = "12m", ack = "shop" }]'
    for_a_while = test + 'given = [{ at = "12m", ack = "shop", for = "20m" }]'
    down = (640, "shop down -> ops")
    assert [down, (1540, "shop escalation -> boss")] == await told(test)
    assert [down] == await told(taken)
    assert [down, (1920, "shop escalation -> boss")] == await told(for_a_while)


async def test_who_takes_what_is_not_broken_is_told_so() -> None:
    _, outcome = await outcome_of('given = [{ at = "12m", ack = "shop" }]')
    assert ("12m: shop has no incident that somebody could take",) == outcome.remarks


async def test_what_is_silenced_is_told_when_the_silence_is_over() -> None:
    test = 'timeline = { shop = "up 10m, down" }\nuntil = "40m"\n'
    for quiet in ('silence = "sh*"', 'silence_tags = ["prod"]'):
        given = f'given = [{{ at = "0s", {quiet}, for = "20m" }}]'
        assert (1200, "shop down -> ops") == (await told(test + given))[0]
    assert (640, "shop down -> ops") == (
        await told(test + 'given = [{ at = "0s", silence = "other", for = "20m" }]')
    )[0]


async def test_what_a_parent_held_back_is_told_though_nobody_says_that_the_parent_is_well() -> None:
    once = "tasks = { shop = { attempts = 1 } }\nuntil = '1h'\n"
    doubted = once + 'timeline = { router = "up 10m, down 30s, up", shop = "up 10m, down" }'
    assert [(660, "shop down -> ops")] == [one for one in await told(doubted) if one[0] < 700]
    back = once + 'timeline = { router = "up 10m, down 5m, up", shop = "up 10m, down" }'
    found = [what for at_s, what in await told(back) if at_s < 1080]
    assert ["router down -> ops", "router up -> ops", "shop down -> ops"] == found


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("fails", [(715, "shop down -> ops")]),  # tried at 640, 645, 655, 675 s, give or take
        ("hangs", [(715, "shop down -> ops")]),  # from 640 to 670 s and from 675 to 705 s
        ("refuses", []),
    ],
)
async def test_a_receiver_may_fail(result: str, expected: list[tuple[float, str]]) -> None:
    test = f"""
        timeline = {{ shop = "up 10m, down" }}
        given = [{{ at = "0s", channel = "ops", result = "{result}", for = "11m20s" }}]
        until = "15m"
    """
    found = await told(test)
    assert [what for _, what in expected] == [what for _, what in found]
    for (sooner, _), (later, _) in zip(expected, found, strict=True):
        assert pytest.approx(sooner, abs=5) == later


async def test_trouble_of_the_monitor_is_told_where_it_belongs() -> None:
    policies = POLICIES.replace('hooks.example/boss"', 'hooks.example/boss"\nsystem = true')
    test = """
        timeline = { shop = "up 10m, down" }
        given = [{ at = "0s", channel = "ops", result = "fails" }]
        until = "20m"
    """
    assert "channel ops system -> boss" in [what for _, what in await told(test, policies)]


async def test_only_what_a_test_is_about_is_watched() -> None:
    (case,), declared = cases_of('[[test]]\nname = "it"\ntimeline = { router = "up" }')
    assert ["router", "shop"] == list(concerned(case, declared).tasks)
    (case,), declared = cases_of('[[test]]\nname = "it"\ntimeline = { other = "up" }')
    assert ["other"] == list(concerned(case, declared).tasks)


async def test_after_thirty_days_messages_still_come_to_the_second() -> None:
    found = await told('timeline = { other = "up 29d, down 5m, up" }\nuntil = "30d"')
    at_s = 29 * 86400
    assert [(at_s + 40, "other down -> ops"), (at_s + 320, "other up -> ops")] == found
