"""What was expected against what was told: a diff, with the reason why not."""

from tests.simulation.policies import POLICIES, diff

DOWN = 'timeline = { shop = "up 10m, down" }\nuntil = "14m"\n'


def expect(*entries: str) -> str:
    return f"{DOWN}expect = [{', '.join(f'{{ {one} }}' for one in entries)}]\n"


async def test_what_is_as_expected_has_no_sign() -> None:
    entry = 'at = "10m40s", channel = "ops", kind = "down", task = "shop"'
    assert ["10m40s ops shop down"] == await diff(expect(entry))


async def test_what_nobody_expects_is_wrong_unless_it_may_come() -> None:
    assert ["+ 10m40s ops shop down"] == await diff(DOWN)
    assert ["10m40s ops shop down"] == await diff(f"{DOWN}expect_nothing_else = false")


async def test_what_comes_at_another_time_is_shown_twice() -> None:
    entry = 'at = "11m40s", channel = "ops", kind = "down", task = "shop"'
    expected = ["+ 10m40s ops shop down", "- 11m40s ops shop down", "told at 10m40s"]
    assert expected == await diff(expect(entry))


async def test_one_message_answers_one_expectation() -> None:
    entry = 'within = ["10m", "12m"], channel = "ops", kind = "down", task = "shop"'
    lines = await diff(expect(entry, entry))
    assert ["- 10m..12m ops shop down", "told at 10m40s", "10m40s ops shop down"] == lines


async def test_a_wide_expectation_leaves_a_narrow_one_what_it_needs() -> None:
    wide = 'within = ["0s", "14m"], channel = "ops", kind = "down", task = "shop"'
    narrow = 'at = "10m40s", channel = "ops", kind = "down", task = "shop"'
    lines = await diff(expect(wide, narrow))
    assert ["- 0s..14m ops shop down", "told at 10m40s", "10m40s ops shop down"] == lines


async def test_the_wrong_channel_is_named() -> None:
    entry = 'at = "10m40s", channel = "boss", kind = "down", task = "shop"'
    lines = await diff(expect(entry))
    assert ["- 10m40s boss shop down", "it is not for boss, but for ops"] == lines[:2]


async def test_words_that_are_missing_are_shown_with_those_that_are_there() -> None:
    entry = 'at = "10m40s", channel = "ops", kind = "down", task = "shop", contains = "db"'
    lines = await diff(expect(entry))
    assert "it does not contain 'db', but says: DOWN: shop" in lines


async def test_what_is_held_or_dropped_names_the_rule() -> None:
    entry = 'at = "10m40s", channel = "ops", kind = "down", task = "shop"'
    quiet = 'given = [{ at = "0s", silence = "shop", for = "1h", note = "move" }]\n'
    assert "it still waits: held: silence 1 (move)" in await diff(expect(entry) + quiet)
    over = (expect(entry) + quiet).replace("down", "down 1m, up", 1)
    assert (
        "dropped at 11m20s: over before anybody had to be told (held: silence 1 (move))"
        in await diff(over)
    )
    behind = POLICIES.replace('name = "router"', 'name = "router"\nattempts = 1')
    parent = expect(entry).replace("timeline = {", 'timeline = { router = "up 10m, down",')
    assert "no such message came up: shop was unreachable then" in await diff(parent, behind)


async def test_what_fails_names_the_error() -> None:
    entry = 'at = "10m40s", channel = "ops", kind = "down", task = "shop"'
    for result, why in (("fails", "it still waits, after "), ("refuses", "given up at 10m40s")):
        given = f'given = [{{ at = "0s", channel = "ops", result = "{result}", detail = "full" }}]'
        [found] = [line for line in await diff(expect(entry) + given) if line.startswith(why)]
        assert found.endswith(": full")


async def test_what_never_came_up_tells_how_the_task_was() -> None:
    up = 'at = "12m", channel = "ops", kind = "up", task = "shop"'
    assert "no such message came up: shop was down then" in await diff(expect(up))
    again = 'at = "1h10m40s", channel = "ops", kind = "reminder", task = "shop"'
    taken = (expect(again) + 'given = [{ at = "12m", ack = "shop", by = "ann" }]').replace(
        "14m", "2h"
    )
    assert "no such message came up: the incident was acknowledged by ann" in await diff(taken)
    system = 'at = "12m", channel = "ops", kind = "system", about = "channel boss"'
    assert "no such message came up" in await diff(expect(system))
