"""`monitor simulate`: the example runs, the same each time, as text, JSON and a page."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.core.model import Status, TaskSpec
from monitor.core.ports import Session
from tests.cli import story
from tests.cli.conftest import Fill, Monitor

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "simulate.toml"
SHORT = """
[[channel]]
name = "ops"
url = "webhook+https://hooks.example/ops?token=${NOBODY_SET_THIS}"
default = true
[[task]]
name = "shop <b>&"
target = "https://shop.example"
[simulation]
length = "1d"
[[outage]]
tasks = "shop*"
at = "10h"
for = "10m"
detail = "<script>alert(1)</script>"
[[outage]]
tasks = "shop*"
at = "12h"
for = "70s"
"""


@pytest.fixture
def example(place: Path) -> Path:
    path = place / "simulate.toml"
    path.write_text(EXAMPLE.read_text())
    return path


def test_the_example_of_the_documentation_shows_what_it_promises(
    monitor: Monitor, example: Path
) -> None:
    answer = monitor("simulate simulate.toml")
    assert (0, "") == (answer.code, answer.err)
    lines = answer.out.splitlines()
    assert "30d from 2026-01-05 00:00Z, tasks: 5; outages as written" == lines[0]
    assert "really: 7 outages, 96 blips (over within 2m), 12h57m down in all" == lines[1]
    rows = [re.split(r"  +", line) for line in lines]
    assert ["", "as it is", "3 attempts", "patient"] in rows
    assert ["pages", "72", "11", "7"] in rows
    assert ["· missed", "0", "0", "1"] in rows
    assert lines[-2] == (
        "With “3 attempts” you would have had 11 pages instead of 72 (3 false alarms instead of "
        "64), and heard of real outages 26s later."
    )
    assert "2026-01-13 14:05Z, for 4m: over before anybody had to be told" in answer.out
    assert [example] == list(example.parent.iterdir())  # no database, no other file


def test_the_same_seed_gives_the_same_document_always(monitor: Monitor, example: Path) -> None:
    line = "simulate simulate.toml --random --seed 3 --days 6 --json"
    first = monitor(line)
    assert first.out == monitor(line).out
    other = monitor(line.replace("--seed 3", "--seed 4")).document
    assert first.document["truth"] != other["truth"]
    assert (3, True) == (first.document["seed"], first.document["random"])


def test_the_document_says_everything_that_the_table_does(monitor: Monitor, place: Path) -> None:
    Path("monitor.toml").write_text(SHORT)
    found = monitor("simulate --json --try", "once: attempts=1").document
    assert ("2026-01-05T00:00:00Z", 86400.0, None) == (
        *(found["start_at"], found["length_s"], found["seed"]),
    )
    truth = found["truth"]
    assert (1, 1, 670.0) == (truth["real_outages"], truth["blips"], truth["down_s"])
    assert [False, True] == [one["blip"] for one in truth["episodes"]]
    base, once = found["policies"]
    assert ("as it is", {}, "once", {"attempts": "1"}) == (
        *(base["name"], base["changes"], once["name"], once["changes"]),
    )
    assert (2, 1) == (once["figures"]["pages"], once["figures"]["false_alarms"])
    [outage] = base["outages"]
    assert ("shop <b>&", "2026-01-05T10:00:00Z", 600.0, "told") == (
        *(outage[name] for name in ("task", "from_at", "length_s", "heard")),
    )
    assert 40.0 <= outage["delay_s"] <= 101.0
    first = base["messages"][0]
    assert ("ops", ["down"], True, False) == (
        *(first[name] for name in ("channel", "kinds", "page", "false_alarm")),
    )
    assert [2] == once["pages_by_day"]


def test_without_outages_they_are_drawn_and_without_a_channel_somebody_is_there(
    monitor: Monitor, place: Path
) -> None:
    Path("tasks.toml").write_text('[[task]]\nname = "a"\ntarget = "tcp://192.0.2.1:1"\n')
    answer = monitor("simulate tasks.toml --days 20")
    assert (0, "") == (answer.code, answer.err)
    assert "20d from 2026-01-05 00:00Z, tasks: 1; outages by chance, seed 1" in answer.out
    assert "! nobody is told anything, since there is no channel" in answer.out


def test_outages_may_stand_beside_the_configuration(monitor: Monitor, place: Path) -> None:
    tasks, _, outages = SHORT.replace("?token=${NOBODY_SET_THIS}", "").partition("[simulation]")
    Path("monitor.toml").write_text(tasks)
    Path("outages.toml").write_text(f"[simulation]{outages}")
    assert "really: 1 outages, 1 blips" in monitor("simulate outages.toml").out
    assert 0 == monitor("config check monitor.toml outages.toml").code


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--days 0", "--days: 0 is out of range; use 1 to 366"),
        ("--seed -1", "--seed: -1 is out of range; use 0 or more"),
        ("--try attempts", "--try: 'attempts' is not KEY=VALUE"),
        ("--try attempts=0", '--try: policy "attempts=0", attempts: shop <b>&: 0 is out of range'),
        ("--history --random", "--history is what was recorded, so there is nothing for --random"),
        ("nowhere.toml", "the configuration file nowhere.toml: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_refused(
    monitor: Monitor, place: Path, line: str, expected: str
) -> None:
    Path("monitor.toml").write_text(SHORT)
    answer = monitor(f"simulate {line}")
    assert 2 == answer.code
    assert expected in answer.sentence


def test_a_file_that_is_wrong_is_told_by_every_command_that_checks(
    monitor: Monitor, place: Path
) -> None:
    text = SHORT.replace("?token=${NOBODY_SET_THIS}", "")
    Path("monitor.toml").write_text(text.replace('for = "10m"', "for = 10"))
    for line in ("simulate", "config check"):
        answer = monitor(line)
        assert 2 == answer.code
        assert "monitor.toml:14:1: outage 1, for: 10 has no unit; write it like" in answer.sentence


class Page(HTMLParser):
    """Gathers what a page asks of a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [name for name, _ in attributes if name in ("src", "href", "onclick")]
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


def test_the_timeline_is_one_page_that_asks_nobody_for_anything(
    monitor: Monitor, place: Path
) -> None:
    Path("monitor.toml").write_text(SHORT)
    answer = monitor("simulate --html it.html --try attempts=1")
    assert (0, "the timeline is in it.html") == (answer.code, answer.out.splitlines()[-1])
    text = Path("it.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert [] == page.open
    assert [] == page.addresses
    assert "script" not in page.tags
    assert "url(" not in text
    assert "@import" not in text
    assert "shop &lt;b&gt;&amp;" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert 2 == page.tags.count("figure")
    assert '<th scope="row">pages</th><td>1</td><td>2</td></tr>' in text
    assert '<td class="told"' in text
    for sort in (
        'class="down"',
        'class="blip"',
        'class="believed"',
        'class="page"',
        'class="vain"',
    ):
        assert sort in text.partition('</p>\n<div class="wide timeline"')[2], sort


def test_a_page_that_cannot_be_written_is_told(monitor: Monitor, place: Path) -> None:
    Path("monitor.toml").write_text(SHORT)
    answer = monitor("simulate --html nowhere/it.html")
    assert 3 == answer.code
    assert "the file nowhere/it.html cannot be written" in answer.err


def test_it_speaks_russian(monitor: Monitor, place: Path) -> None:
    Path("monitor.toml").write_text(SHORT)
    answer = monitor("--lang ru simulate --html it.html --try attempts=1")
    assert "С «attempts=1» тревог было бы 2" in answer.out.replace("“", "«")
    latin = re.sub(r"attempts|as|shop|ops|UTC|html|it\b", "", answer.out.partition("\n")[0])
    assert "задач: 1" in latin
    assert '<html lang="ru">' in Path("it.html").read_text(encoding="utf-8")


# --- history -------------------------------------------------------------------------------------

NOW = (datetime.now(UTC) - timedelta(minutes=1)).replace(second=37, microsecond=0)
"""At a slot of task 1: how many looks see a blip depends on where between two slots it lies."""


async def two_hours(session: Session) -> None:
    """A task that was down for ten minutes, and for one look, as it was recorded."""
    [task] = await session.add([TaskSpec(name="shop", target="self:", attempts=3)], NOW)
    records = []
    for minute in range(120):
        at = NOW - timedelta(minutes=120 - minute)
        bad = 30 <= minute < 40 or minute == 90
        records.append(story.look(task.id, at, Status.DOWN if bad else Status.UP))
    await session.commit(records)


def test_history_is_what_the_targets_did(monitor: Monitor, fill: Fill) -> None:
    fill(two_hours)
    found = monitor("simulate --history --json --try attempts=1").document
    assert (True, None) == (found["recorded"], found["seed"])
    real, blip = found["truth"]["episodes"]
    assert (600.0, 60.0) == (real["length_s"], blip["length_s"])
    base, once = found["policies"]
    assert (1, 2) == (base["figures"]["pages"], once["figures"]["pages"])
    begun_at = datetime.fromisoformat(real["from_at"])
    assert abs(begun_at - (NOW - timedelta(minutes=90, seconds=30))) <= timedelta(seconds=1)
    assert "recorded: 120 looks at 1 task" in found["notes"][0]


def test_history_may_be_that_of_the_tasks_of_a_file(monitor: Monitor, fill: Fill) -> None:
    fill(two_hours)
    Path("monitor.toml").write_text(
        '[[task]]\nname = "shop"\ntarget = "tcp://192.0.2.1:1"\nattempts = 1\n'
        '[[task]]\nname = "new"\ntarget = "tcp://192.0.2.1:2"\n'
        '[[outage]]\ntasks = "new"\nat = "20d"\n'
    )
    answer = monitor("simulate --history --blip 1s")
    assert (0, "") == (answer.code, answer.err)
    assert "! nothing was recorded of new: taken to be up" in answer.out
    assert ["outages somebody heard of", "2/2"] in [
        re.split(r"  +", line) for line in answer.out.splitlines()
    ]


def test_where_nothing_was_recorded_there_is_no_history(monitor: Monitor, fill: Fill) -> None:
    async def a_task(session: Session) -> None:
        await session.add([TaskSpec(name="shop", target="self:")], NOW)

    fill(a_task)
    answer = monitor("simulate --history")
    assert 2 == answer.code
    assert "nothing was recorded of these tasks then" in answer.sentence
