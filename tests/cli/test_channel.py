"""`monitor channel`: where alerts go, on both databases."""

from typing import Any

import pytest

from tests.cli.conftest import Monitor, part
from tests.cli.outages import outages, write
from tests.cli.receiver import Receiver

HOOK = "webhook+https://example.com/alerts"

WRONG = [
    ("--hours always", "hours: 'always' names no time zone; write it like"),
    ("--hours 'mon 9-18 UTC'", "hours: 'mon 9-18 UTC' has no hours in"),
    ("--quiet-hours '22:00-07:00 Mars'", "quiet-hours: 'Mars' is no time zone"),
    (
        "--hours '09:00-18:00 UTC' --quiet-hours '22:00-07:00 UTC'",
        "hours: hours and quiet_hours are two ways to say the same",
    ),
    ("--group-wait 30", "--group-wait: '30' has no unit"),
    ("--group-wait 2d", "group-wait: 2d is out of range; use 0s to 1d"),
    ("--group-interval 0s", "group-interval: 0s is out of range; use 1s to 1d"),
    ("--burst 0", "burst: 0 is out of range; use 1 to 1000"),
    ("--burst many", "--burst: 'many' is not a whole number"),
    ("-o nope=1", "option nope: is not known here"),
    ("-o method=GET", "option method: 'GET' is not allowed"),
    ("-o lang=fr", "option lang: 'fr' is not allowed"),
    ("-o text_template='{{ nope }}'", "option text_template: "),
    ("-o token", "-o 'token' is not KEY=VALUE"),
    ("-o secret='${NOT_SET_ANYWHERE}'", "the environment variable NOT_SET_ANYWHERE is not set"),
    ("--defualt", "unknown option: --defualt, did you mean --default"),
]
"""Wrong values of the fields of a channel, for `channel add` and `channel edit` alike."""

ADDRESSES = [
    ("''", "url: "),
    ("example.com", "url: "),
    ("htps://example.com", "url: has an unknown scheme 'htps'"),
    ("webhok+https://example.com", "unknown scheme 'webhok+https', did you mean 'webhook+https'"),
    ("webhook+https://", "url: names no host"),
    ("mailto://localhost", "option sender: is missing"),
    ("'webhook+https://example.com/\t'", "url: contains a control character"),
    (f"webhook+https://example.com/{'x' * 4096}", "url: has 4124 characters; at most 4096"),
]

COMMANDS = [
    ("channel", "channel what? There are: add, show"),
    ("channel add", "NAME is missing; see `monitor channel add --help`"),
    ("channel add a", "URL is missing"),
    (f"channel add '' {HOOK}", "name: is empty"),
    (f"channel add ' a' {HOOK}", "name: ' a' begins or ends with a space"),
    (f"channel add {'x' * 201} {HOOK}", "name: has 201 characters; at most 200"),
    (f"channel add 'a\tb' {HOOK}", "name: 'a\\tb' contains a control character"),
    (f"channel add ops {HOOK}", "channel 'ops' exists already; choose another name, or edit it"),
    ("channel show", "CHANNEL is missing"),
    ("channel show obs", "there is no channel 'obs', did you mean 'ops'"),
    ("channel edit ops", "there is nothing to change; say one of --url, --[no-]default"),
    ("channel edit nope --burst 2", "there is no channel 'nope'; `monitor channel list` shows all"),
    ("channel edit ops --unset nope", "--unset nope: channel 'ops' has no such option"),
    ("channel edit filed --burst 2", "channel 'filed' came from a configuration file; change it"),
    ("channel remove filed", "channel 'filed' came from a configuration file; change it there"),
    ("channel remove nope", "there is no channel 'nope'"),
    ("channel remove boss", "channel 'boss' is named by 'shop'; let them name another one first"),
    ("channel test", "name a channel, or an address with --url"),
    ("channel test nope", "there is no channel 'nope'"),
    (f"channel test ops --url {HOOK}", "a channel and --url exclude each other"),
    ("channel test ops -o method=PUT", "-o belongs to --url"),
    ("channel test --url nope://x", "url: has an unknown scheme 'nope'"),
    (f"channel test --url {HOOK} -o nope=1", "option nope: is not known here"),
    ("channel dead nope", "there is no channel 'nope'"),
    ("channel resend", "resend what? Name a channel, or say --key KEY or --all"),
    ("channel resend nope", "there is no channel 'nope'"),
    ("channel resend ops --all", "--all means all of all channels"),
    ("channel resend --key 7/7/down", "no undelivered alert has the key '7/7/down'"),
    ("channel resend ops --key 1/2/down", "no undelivered alert has the key '1/2/down'"),
    ("channel kinds webhok", "there is no family of channels 'webhok', did you mean 'webhook'"),
]


@pytest.fixture(autouse=True)
def _database(place: object, database: str) -> None:
    """Both databases; on neither is anything there yet."""


def shown(monitor: Monitor, channel: str) -> dict[str, Any]:
    form: dict[str, Any] = monitor(f"channel show {channel} --json").document
    return form


def test_a_channel_is_added_with_its_defaults_and_the_next_step_is_named(monitor: Monitor) -> None:
    answer = monitor(f"channel add ops {HOOK} --default")
    assert (0, "") == (answer.code, answer.err)
    assert 'channel "ops" added\nnext: monitor channel test ops\n' == answer.out.replace(
        "python -m monitor", "monitor"
    )
    assert {
        "name": "ops",
        "where": "webhook+https://example.com",
        "options": {},
        "default": True,
        "system": False,
        "hours": "",
        "quiet_hours": "",
        "group_wait_s": 0.0,
        "group_interval_s": 60.0,
        "burst": 5,
        "group_by": [],
        "from_file": False,
        "waiting": 0,
        "dead": 0,
        "error": "",
        "last_sent_at": None,
        "tasks": [],
    } == shown(monitor, "ops")


def test_a_channel_is_added_with_everything_that_was_said(monitor: Monitor) -> None:
    line = (
        f"channel add ops {HOOK} --system -o method=PUT -o lang=ru --group-wait 30s "
        "--group-interval 2m --burst 9 --json --quiet-hours '22:00-07:00 Europe/Berlin'"
    )
    expected = {
        "options": {"method": "PUT", "lang": "ru"},
        "default": False,
        "system": True,
        "quiet_hours": "22:00-07:00 Europe/Berlin",
        "group_wait_s": 30.0,
        "group_interval_s": 120.0,
        "burst": 9,
    }
    assert expected == part(monitor(line).document, expected)


def test_that_nobody_would_be_told_by_default_is_said(monitor: Monitor) -> None:
    alone = monitor(f"channel add ops {HOOK}").out
    assert "only tasks that name a channel tell anybody" in alone
    monitor(f"channel add boss {HOOK} --default")
    assert "tell anybody" not in monitor(f"channel add more {HOOK}").out


def test_only_what_is_named_is_edited(monitor: Monitor) -> None:
    monitor(f"channel add ops {HOOK} --default -o method=PUT -o lang=ru --hours '09:00-18:00 UTC'")
    before = shown(monitor, "ops")
    answer = monitor("channel edit ops --no-default --burst 7 -o lang=en --unset method --hours ''")
    assert (0, 'channel "ops" edited\n') == (answer.code, answer.out)
    after = shown(monitor, "ops")
    expected = {"default": False, "burst": 7, "options": {"lang": "en"}, "hours": ""}
    assert expected == part(after, expected)
    assert expected.keys() == {key for key in before if before[key] != after[key]}


def test_no_secret_of_a_channel_is_shown(monitor: Monitor) -> None:
    monitor(
        "channel add ops webhook+https://me:hidden@example.com/hidden?key=hidden "
        "-o secret=hidden -o token= -o headers.X-Run=hidden"
    )
    monitor("channel add room slack://T0000/B0000/hiddenhiddenhidden")
    for line in ("list", "show ops", "show room", "edit ops --burst 3", "test ops"):
        for form in ("", "--json"):
            answer = monitor(f"channel {line} {form}")
            assert answer.out
            assert "hidden" not in answer.out + answer.err
    assert {"secret": "***", "token": "***", "headers.X-Run": "***"} == shown(monitor, "ops")[
        "options"
    ]


def test_a_removed_channel_is_gone(monitor: Monitor) -> None:
    monitor(f"channel add ops {HOOK}")
    answer = monitor("channel remove ops")
    assert 0 == answer.code
    assert answer.out.startswith('channel "ops" removed\nno channel is a default one')
    assert [] == monitor("channel list --json").document
    assert "channel add ops" in monitor("channel list").out


def test_what_waits_and_what_could_not_be_delivered_is_listed(monitor: Monitor) -> None:
    write(outages)
    found = {one["name"]: one for one in monitor("channel list --json").document}
    figures = {name: (one["waiting"], one["dead"], one["error"]) for name, one in found.items()}
    assert {"ops": (1, 0, ""), "boss": (0, 1, "no such room"), "filed": (0, 0, "")} == figures
    assert None is found["boss"]["last_sent_at"]
    assert found["ops"]["last_sent_at"] is not None
    lines = monitor("channel list").out.splitlines()
    assert ["boss", "webhook+https://example.com", "1", "no", "such", "room"] == lines[1].split()
    assert ["shop"] == shown(monitor, "boss")["tasks"]
    summary = monitor("status --json").document["summary"]
    assert (1, 1) == (summary["alerts_waiting"], summary["alerts_dead"])
    assert "alerts that could not be delivered: 1" in monitor("status").out


def test_what_could_not_be_delivered_is_sent_again_when_asked(monitor: Monitor) -> None:
    write(outages)
    (letter,) = monitor("channel dead --json").document
    expected = {"key": "1/2/down", "channel": "boss", "why": "no such room", "state": "dead"}
    assert expected == part(letter, expected)
    assert "1/2/down" in monitor("channel dead boss").out
    assert [] == monitor("channel dead ops --json").document
    document = monitor("channel resend --key 1/2/down --json").document
    assert [{"key": "1/2/down", "channel": "boss"}] == document["resent"]
    assert "no alert is undelivered" in monitor("channel dead").out
    assert (1, 0) == tuple(shown(monitor, "boss")[name] for name in ("waiting", "dead"))
    assert "alerts to be sent again: 0" in monitor("channel resend --all").out


@pytest.mark.parametrize("chosen", ["boss", "--all", "boss --key 1/2/down"])
def test_resending_says_how_many(monitor: Monitor, chosen: str) -> None:
    write(outages)
    out = monitor(f"channel resend {chosen}").out
    assert "alerts to be sent again: 1" in out
    assert "no monitor is running; they wait until one does" in out


def test_a_trial_is_told_at_once(monitor: Monitor, receiver: Receiver) -> None:
    monitor(f"channel add ops {receiver.url} --hours 'mon 03:00-03:01 UTC; tue 03:00-03:01 UTC'")
    answer = monitor("channel test ops")
    assert (0, "") == (answer.code, answer.err)
    assert f"delivered to webhook+http://127.0.0.1:{receiver.port} in " in answer.out
    (message,) = receiver.messages
    assert ("ops", ["trial"]) == (message["channel"], receiver.kinds)
    assert message["title"] in answer.out
    assert [] == monitor("channel dead --json").document


def test_a_trial_of_an_address_that_is_not_stored_needs_no_database(
    monitor: Monitor, receiver: Receiver
) -> None:
    answer = monitor(f"channel test --url {receiver.url} -o lang=ru --json")
    expected = {"delivered": True, "why": "", "permanent": False, "channel": None}
    assert (0, expected) == (answer.code, part(answer.document, expected))
    assert "ПРОБА" in receiver.messages[0]["title"]


def test_a_trial_that_is_refused_has_exit_code_1(monitor: Monitor, receiver: Receiver) -> None:
    monitor(f"channel add ops {receiver.url}")
    receiver.status = 410
    answer = monitor("channel test ops")
    assert (1, "") == (answer.code, answer.err)
    assert "the receiver answered with status 410" in answer.out
    assert "trying again cannot help" in answer.out
    receiver.status = 503
    document = monitor("channel test ops --json").document
    assert (False, False) == (document["delivered"], document["permanent"])


def test_a_receiver_that_does_not_answer_is_not_waited_for_for_ever(
    monitor: Monitor, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.engine.courier.DEADLINE_S", 0.1)
    answer = monitor(f"channel test --url webhook+http://127.0.0.1:{port}/")
    assert 1 == answer.code
    assert "not taken within 0.1 s" in answer.out


def test_a_policy_on_addresses_holds_for_trials_too(
    monitor: Monitor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_TARGETS_PRIVATE", "deny")
    assert 1 == monitor(f"channel test --url {receiver.url}").code
    assert [] == receiver.messages


@pytest.mark.parametrize(("words", "expected"), WRONG, ids=[words for words, _ in WRONG])
def test_a_wrong_field_adds_no_channel_and_changes_none(
    monitor: Monitor, words: str, expected: str
) -> None:
    monitor(f"channel add ops {HOOK} --default")
    before = monitor("channel list --json").document
    for line in (f"channel add new {HOOK} {words}", f"channel edit ops {words}"):
        answer = monitor(line)
        assert 2 == answer.code
        assert expected in answer.sentence
    assert before == monitor("channel list --json").document


@pytest.mark.parametrize(("url", "expected"), ADDRESSES, ids=[url[:40] for url, _ in ADDRESSES])
def test_a_wrong_address_is_taken_by_no_command(monitor: Monitor, url: str, expected: str) -> None:
    monitor(f"channel add ops {HOOK}")
    before = monitor("channel list --json").document
    for line in ("channel add new", "channel edit ops --url", "channel test --url"):
        answer = monitor(f"{line} {url}")
        assert 2 == answer.code, answer
        assert expected in answer.sentence
    assert before == monitor("channel list --json").document


def test_a_wrong_command_says_one_sentence(monitor: Monitor) -> None:
    write(outages)
    before = monitor("channel list --json").document
    for line, expected in COMMANDS:
        answer = monitor(line)
        assert 2 == answer.code, line
        assert expected in answer.sentence
    assert before == monitor("channel list --json").document


def test_the_families_are_listed_and_one_of_them_with_its_options(monitor: Monitor) -> None:
    assert {"webhook", "mail", "ntfy"} <= {
        one["name"] for one in monitor("channel kinds --json").document
    }
    assert "mailtos://" in monitor("channel kinds").out
    by_scheme = monitor("channel kinds webhook+https --json").document
    assert by_scheme == monitor("channel kinds webhook --json").document
    assert {"secret", "lang"} <= {option["name"] for option in by_scheme["options"]}
    assert "signs each message" in monitor("channel kinds webhook").out


def test_it_speaks_russian(monitor: Monitor) -> None:
    assert "канал «ops» добавлен" in monitor(f"--lang ru channel add ops {HOOK}").out
    assert ["ИМЯ", "КУДА", "ДЛЯ"] == monitor("channel list --lang ru").out.split()[:3]
    assert "недоставленных оповещений нет" in monitor("channel dead --lang ru").out
