"""The tasks of files: checked as those of the command line are, and all that is wrong told."""

from pathlib import Path

import pytest

from monitor.channels.outside import check_channel
from monitor.config.declared import Declarations, Declared, read_declared
from monitor.config.source import BadConfig, read_sources, with_conf_d
from monitor.core.model import AlertPolicy, Escalation, Status, TaskSpec
from monitor.probes import prepare


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(*texts: str) -> dict[str, Declared]:
    return dict(everything(*texts)[0].tasks)


def everything(*texts: str) -> tuple[Declarations, list[str]]:
    files = [Path(f"{number}.toml") for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return read_declared(read_sources(files), prepare, check_channel)


def wrong(*texts: str) -> list[str]:
    with pytest.raises(BadConfig) as refused:
        read(*texts)
    return [str(problem) for problem in refused.value.problems]


def test_a_task_may_say_everything() -> None:
    tasks = read("""
        [[task]]
        name = "shop"
        target = "https://shop.example/health"
        interval = "30s"
        timeout = "5s"
        attempts = 2
        retry_interval = "1m"
        recovery_confirmations = 1
        expect = ["status in 200..204", "latency < 800ms"]
        degraded = "latency < 300ms"
        invert = true
        paused = true
        [task.options]
        method = "POST"
        headers = { X-Run = "${HOME}" }
    """)
    expected = TaskSpec(
        name="shop",
        target="https://shop.example/health",
        interval_s=30.0,
        timeout_s=5.0,
        attempts=2,
        retry_interval_s=60.0,
        recovery_confirmations=1,
        expect=("status in 200..204", "latency < 800ms"),
        degraded=("latency < 300ms",),
        invert=True,
        paused=True,
        options={"method": "POST", "headers": {"X-Run": "${HOME}"}},
    )
    assert [expected] == [one.spec for one in tasks.values()]
    assert tasks["shop"].spec.from_file
    assert tasks["shop"].says_paused


def test_what_is_not_said_has_the_value_it_has_on_the_command_line() -> None:
    tasks = read('[[task]]\ntarget = "self:"')
    assert TaskSpec(name="self:", target="self:") == tasks["self:"].spec
    assert not tasks["self:"].says_paused


def test_defaults_of_the_first_file_count_for_all_and_others_for_their_own() -> None:
    first = '[defaults]\ninterval = "10s"\nattempts = 5\n[[task]]\nname = "a"\ntarget = "self:"\n'
    second = '[defaults]\nattempts = 1\n[[task]]\nname = "b"\ntarget = "self:"\ninterval = "20s"\n'
    third = '[[task]]\nname = "c"\ntarget = "self:"\n'
    found = {
        name: (one.spec.interval_s, one.spec.attempts)
        for name, one in read(first, second, third).items()
    }
    assert {"a": (10.0, 5), "b": (20.0, 1), "c": (10.0, 5)} == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[tsk]]\nname = "a"', "0.toml:1:1: tsk: is not known here, did you mean task"),
        ("task = 5", "0.toml:1:1: task: must be a list of tables, each written [[task]]"),
        ("[task]\nname = 'a'", "0.toml:1:1: task: must be a list of tables"),
        ("defaults = 5", "0.toml:1:1: defaults: must be a table, written [defaults]"),
        ("[defaults]\nname = 'a'", "0.toml:2:1: defaults, name: is not known here"),
        ("[[task]]\nname = 'a'", '0.toml:1:1: task "a": has no target'),
        ("[[task]]\ntarget = 5", "0.toml:2:1: task 1, target: 5 is not a text"),
        ("[[task]]\ntarget = 'self'", '0.toml:2:1: task "self", target: begins with no kind of'),
        ("[[task]]\ntarget='self:'\nname='7'", '0.toml:3:1: task "7", name: \'7\' would be read'),
        ("[[task]]\ntarget='self:'\ninterval=5", ":3:1: task \"self:\", interval: 5 has no unit"),
        ("[[task]]\ntarget='self:'\ninterval='5'", ":3:1: task \"self:\", interval: '5' has no u"),
        ("[[task]]\ntarget='self:'\ninterval='1ms'", ":3:1: task \"self:\", interval: 1ms is out"),
        ("[[task]]\ntarget='self:'\nretry_interval='1ms'", ":3:1: task \"self:\", retry-interva"),
        ("[[task]]\ntarget='self:'\nattempts='3'", "attempts: '3' is not a whole number"),
        ("[[task]]\ntarget='self:'\nattempts=true", "attempts: True is not a whole number"),
        ("[[task]]\ntarget='self:'\nattempts=0", ":3:1: task \"self:\", attempts: 0 is out of"),
        ("[[task]]\ntarget='self:'\ninvert='yes'", "invert: 'yes' is neither true nor false"),
        ("[[task]]\ntarget='self:'\nexpect=5", "expect: 5 is neither a condition in quotes nor"),
        ("[[task]]\ntarget='self:'\nexpect=['pid > 1',\n 'latency < 5']", ":4:2: task \"self:\""),
        ("[[task]]\ntarget='self:'\nexpect='pid >'", ":3:1: task \"self:\", expect: "),
        ("[[task]]\ntarget='self:'\noptions=5", "options: 5 is not a table; write options = {"),
        ("[[task]]\ntarget='self:'\noptions.a = 5", ":3:1: task \"self:\", option a: is not know"),
        ("[[task]]\ntarget='tcp://a:1'\n[task.options]\nsend = 1979-05-27", "is a date or time"),
        ("[[task]]\ntarget='tcp://a:1'\n[task.options]\nsend = nan", "nan is not a number that c"),
        ("[[task]]\ntarget='tcp://${NOBODY_SET_THIS}'", "target: the environment variable NOBODY"),
        ("[[task]]\nintervl='1s'\ntarget='self:'", "intervl: is not known here, did you mean in"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    problems = wrong(text)
    assert told in problems[0]
    assert 1 == len(problems)


def test_a_wrong_condition_is_shown_with_a_caret() -> None:
    [problem] = wrong("[[task]]\ntarget = 'self:'\nexpect = ['pid > 1', 'latncy < 1s']")
    assert (
        "0.toml:3:22: task \"self:\", expect: 'latncy' is not known here; did you mean latency?\n"
        "  latncy < 1s\n"
        "  ^"
    ) == problem


def test_all_that_is_wrong_with_all_files_is_told_at_once() -> None:
    first = """
        [defaults]
        intervall = "1s"
        [[task]]
        target = "tcp://127.0.0.1:1"
        attempts = 0
        degraded = ["latency <", "address exists", "phse.tls < 1s"]
        options = { sendd = "x", recive = "y" }
    """
    second = '[[task]]\ntarget = "nope:"\n[[task]]\nname = "fine"\ntarget = "self:"\n'
    problems = wrong(first, second)
    assert 7 == len(problems)
    for told in ("0.toml:3:9", "0.toml:6:9", "0.toml:7:21", "0.toml:7:52", "0.toml:8:21"):
        assert 1 == sum(told in problem for problem in problems), (told, problems)
    assert "1.toml:2:1" in problems[-1]


def test_a_name_stands_once_in_all_files() -> None:
    task = '[[task]]\nname = "shop"\ntarget = "self:"\n'
    [problem] = wrong(task, f"\n{task}")
    assert '1.toml:3:1: task "shop": the name is taken by the task at 0.toml:1:1' in problem


def test_files_that_cannot_be_read_are_all_named() -> None:
    Path("empty").mkdir()
    Path("bad.toml").write_text("[[task]\n")
    Path("end.toml").write_text("a = [")
    Path("raw.toml").write_bytes(b"\xff")
    names = ("no.toml", "empty", "bad.toml", "end.toml", "raw.toml")
    with pytest.raises(BadConfig) as refused:
        read_sources([Path(name) for name in names])
    told = [str(problem) for problem in refused.value.problems]
    assert ["the configuration file no.toml: cannot be read: no such file or directory",
            "empty: this directory has no *.toml"] == told[:2]  # fmt: skip
    assert told[2].startswith("bad.toml:1:")
    assert told[3].startswith("end.toml")
    assert all("so this is not valid TOML" in one for one in told[2:4])
    assert told[4].startswith("raw.toml: is not UTF-8 text")


def test_a_directory_beside_the_main_file_belongs_to_it() -> None:
    main = Path("monitor.toml")
    main.write_text('[[task]]\nname = "main"\ntarget = "self:"\n')
    assert [main] == with_conf_d(main)
    Path("conf.d").mkdir()
    for name in ("b", "a"):
        text = f'[[task]]\nname = "{name}"\ntarget = "self:"\n'
        Path("conf.d", f"{name}.toml").write_text(text)
    Path("conf.d", "notes.txt").write_text("not TOML [")
    declared, _ = read_declared(read_sources(with_conf_d(main)), prepare, check_channel)
    assert ["main", "a", "b"] == list(declared.tasks)


ALERTS = """
    [defaults]
    reminder = "never"

    [[channel]]
    name = "ops"
    url = "webhook+https://hooks.example/x"
    default = true
    quiet_hours = "22:00-07:00 Europe/Berlin"
    burst = 3
    group_by = ["tags"]
    [channel.options]
    secret = "s"

    [[channel]]
    name = "boss"
    url = "webhook+https://hooks.example/y"

    [[maintenance]]
    name = "patch day"
    tags = ["prod"]
    cron = "0 3 * * sun"
    duration = "2h"
    zone = "Europe/Berlin"

    [[task]]
    name = "router"
    target = "self:"

    [[task]]
    name = "shop"
    target = "self:"
    tags = ["prod", "web"]
    depends_on = ["router"]
    channels = ["ops"]
    alert_on = ["down", "unknown"]
    alert_after = "2m"
    reminder = "1h"
    escalate = [{ after = "10m", channels = ["boss"] }]
    expiry_days = [7, 1]
"""


def test_who_is_told_may_stand_in_a_file() -> None:
    declared, warnings = everything(ALERTS)
    assert [] == warnings
    ops = declared.channels["ops"]
    assert ("22:00-07:00 Europe/Berlin", 3, True) == (ops.quiet_hours, ops.burst, ops.default)
    work = declared.maintenances["patch day"]
    assert (("prod",), "2h") == (work.selector.tags, work.rule["duration"])
    shop = declared.tasks["shop"].spec
    assert (("prod", "web"), ("router",)) == (shop.tags, shop.depends_on)
    assert shop.alerts == AlertPolicy(
        channels=("ops",),
        on=(Status.DOWN, Status.UNKNOWN),
        after_s=120.0,
        reminder_s=3600.0,
        escalation=(Escalation(after_s=600.0, channels=("boss",)),),
        expiry_days=(7, 1),
    )
    assert declared.tasks["router"].spec.alerts == AlertPolicy(reminder_s=None)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("webhook+https://hooks.example/y", "wbhook+https://x", "did you mean 'webhook+https'"),
        ('name = "boss"', 'name = "ops"', "the name is taken; choose another"),
        ("22:00-07:00 Europe/Berlin", "22:00-07:00 Europe/Belin", "Europe/Berlin"),
        ("burst = 3", 'burst = "three"', "'three' is not a whole number"),
        ('group_by = ["tags"]', 'group_by = ["colour"]', "'colour' is not known; use tags or kind"),
        ("burst = 3", "burst = 0", "0 is out of range"),
        ("burst = 3", "brust = 3", "is not known here, did you mean burst"),
        ('cron = "0 3 * * sun"', 'cron = "every sunday"', "cron"),
        ('duration = "2h"', "duration = 2", "2 is not a text"),
        ('["down", "unknown"]', '["down", "unkown"]', "'unkown' is nothing that is told"),
        ('reminder = "1h"', 'reminder = "1x"', "1x"),
        ('after = "10m", channels = ["boss"]', 'after = "10m"', "has other keys than after"),
        ('depends_on = ["router"]', 'depends_on = ["shop"]', "cannot depend on itself"),
        ("[7, 1]", '"7"', "is not a list of days"),
    ],
)
def test_what_is_wrong_with_alerts_is_named_with_its_place(
    before: str, after: str, expected: str
) -> None:
    assert before in ALERTS
    [problem] = wrong(ALERTS.replace(before, after, 1))
    assert problem.startswith("0.toml:")
    assert expected in problem


def test_tasks_that_wait_for_each_other_are_refused() -> None:
    task = '[[task]]\nname = "{}"\ntarget = "self:"\ndepends_on = ["{}"]\n'
    problems = wrong(task.format("a", "b") + task.format("b", "a") + task.format("c", "a"))
    assert 2 == len(problems)
    assert all("depends on itself, directly or through others" in one for one in problems)


def test_names_that_no_file_knows_earn_a_warning() -> None:
    _, warnings = everything(ALERTS.replace('["router"]', '["ruter"]').replace('["ops"]', '["op"]'))
    assert 2 == len(warnings)
    assert "no file has a channel 'op', did you mean 'ops'" in warnings[0]
    assert "no file has a task 'ruter', did you mean 'router'" in warnings[1]
