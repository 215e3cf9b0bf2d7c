"""What may be set, where, and what is said of what may not."""

from pathlib import Path

import pytest

from monitor.app import Tuning
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.settings import Settings, SettingsError, load_settings

EVERYTHING = """
[monitor]
database = "sqlite:///here.db"
data_dir = "data"
lang = "ru"
log_format = "json"
grace = "3s"
max_consecutive_errors = 7

[monitor.uplink]
anchors = ["tcp://192.0.2.1:443", "dns://192.0.2.53/example.com"]
interval = "10s"

[monitor.recovery]
base = "1s"
factor = 3
cap = "1m"
jitter = 0.0
max_attempts = "unlimited"
reset_after = "2m"
probe_every = "never"
"""

TUNED = Tuning(
    policy=RecoveryPolicy(
        backoff=Backoff(base_s=1.0, factor=3.0, cap_s=60.0, jitter=0.0),
        max_attempts=None,
        reset_after_s=120.0,
        probe_every_s=None,
    ),
    max_errors=7,
    grace_s=3.0,
    anchors=("tcp://192.0.2.1:443", "dns://192.0.2.53/example.com"),
    anchor_interval_s=10.0,
)


def write(text: str) -> None:
    Path("monitor.toml").write_text(text)


def refused(text: str, environ: dict[str, str] | None = None) -> str:
    """Return the sentence that a file, or the environment, earns."""
    write(text)
    with pytest.raises(SettingsError) as caught:
        _ = load_settings({}, environ or {}).address
    return str(caught.value)


def test_without_anything_the_database_lies_in_the_data_directory(place: Path) -> None:
    settings = load_settings({}, {})
    assert Settings() == settings
    assert "sqlite:///monitor-data/monitor.db" == str(settings.address)


def test_the_default_policy_is_that_of_the_seed(place: Path) -> None:
    tuning = load_settings({}, {}).tuning
    assert (60.0, 2.0, 10) == (
        tuning.policy.backoff.base_s,
        tuning.policy.backoff.factor,
        tuning.policy.max_attempts,
    )
    assert 5 == tuning.max_errors


def test_everything_can_be_set_in_the_file_of_the_current_directory(place: Path) -> None:
    write(EVERYTHING)
    settings = load_settings({}, {})
    assert TUNED == settings.tuning
    assert ("ru", "json", Path("data")) == (settings.lang, settings.log_format, settings.data_dir)
    assert "sqlite:///here.db" == str(settings.address)


def test_everything_can_be_set_in_the_environment(place: Path) -> None:
    environ = {
        "MONITOR_DATABASE_URL": "sqlite:///here.db",
        "MONITOR_DATA_DIR": "data",
        "MONITOR_LANG": "ru",
        "MONITOR_LOG_FORMAT": "json",
        "MONITOR_GRACE": "3s",
        "MONITOR_MAX_CONSECUTIVE_ERRORS": "7",
        "MONITOR_UPLINK_ANCHORS": "tcp://192.0.2.1:443, dns://192.0.2.53/example.com",
        "MONITOR_UPLINK_INTERVAL": "10s",
        "MONITOR_RECOVERY_BASE": "1s",
        "MONITOR_RECOVERY_FACTOR": "3",
        "MONITOR_RECOVERY_CAP": "1m",
        "MONITOR_RECOVERY_JITTER": "0",
        "MONITOR_RECOVERY_MAX_ATTEMPTS": "unlimited",
        "MONITOR_RECOVERY_RESET_AFTER": "2m",
        "MONITOR_RECOVERY_PROBE_EVERY": "never",
    }
    from_environment = load_settings({}, environ)
    write(EVERYTHING)
    from_file = load_settings({}, {})
    assert TUNED == from_environment.tuning
    assert (from_file.data_dir, from_file.lang, from_file.log_format, from_file.address) == (
        from_environment.data_dir,
        from_environment.lang,
        from_environment.log_format,
        from_environment.address,
    )


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    place: Path,
) -> None:
    write('[monitor]\ndata_dir = "file"\n')
    environ = {"MONITOR_DATA_DIR": "environment"}
    assert Path("file") == load_settings({}, {}).data_dir
    assert Path("environment") == load_settings({}, environ).data_dir
    assert Path("flag") == load_settings({"data_dir": "flag"}, environ).data_dir


def test_an_empty_variable_is_not_set(place: Path) -> None:
    assert "en" == load_settings({}, {"MONITOR_LANG": "", "MONITOR_CONFIG": ""}).lang


def test_the_file_can_be_named(place: Path) -> None:
    Path("other.toml").write_text('[monitor]\nlang = "ru"\n')
    assert "ru" == load_settings({"config": "other.toml"}, {}).lang
    assert "ru" == load_settings({}, {"MONITOR_CONFIG": "other.toml"}).lang


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[monitor]\ngrace = 10", "monitor.toml:2:1: monitor.grace: 10 has no unit"),
        ("[monitor]\n\ngrace = '10'", "monitor.toml:3:1: monitor.grace: '10' has no unit"),
        ("[monitor]\ngrace = '400d'", "is out of range; use 0s to 366d"),
        ("[monitor]\ngrace = true", "monitor.toml:2:1: monitor.grace: True has no unit"),
        (
            "[monitor]\ngarce = '1s'",
            "monitor.toml:2:1: monitor.garce: is not known here, did you mean grace",
        ),
        (
            "[monitor]\nlang = 'fr'",
            "monitor.toml:2:1: monitor.lang: 'fr' is not known; use en or ru",
        ),
        ("[monitor]\nlang = ['en']", "monitor.toml:2:1: monitor.lang: ['en'] is not known"),
        ("[monitor]\nlog_format = 'xml'", "'xml' is not known; use text or json"),
        ("[monitor]\ndata_dir = 5", "monitor.toml:2:1: monitor.data_dir: 5 is not a text"),
        (
            "[monitor]\ndatabase = 'mysql://x'",
            "monitor.toml:2:1: monitor.database: database kind 'mysql'",
        ),
        ("[monitor]\nmax_consecutive_errors = 0", "0 is out of range; use 1 to 1000000"),
        ("[monitor]\nmax_consecutive_errors = 1.5", "1.5 is not a whole number"),
        ("[monitor]\nmax_consecutive_errors = true", "True is not a whole number"),
        ("[monitor]\nrecovery = 5", "monitor.toml:2:1: monitor.recovery: must be a table"),
        ("[monitor]\nrecovery.base = 5", "monitor.toml:2:1: monitor.recovery.base: 5 has no unit"),
        (
            "[monitor]\nrecovery = {base = 5}",
            "monitor.toml:2:13: monitor.recovery.base: 5 has no unit",
        ),
        (
            "[monitor.recovery]\nfactor = 'x'",
            "monitor.toml:2:1: monitor.recovery.factor: 'x' is not a num",
        ),
        ("[monitor.recovery]\nfactor = nan", "nan is out of range; use 1 to 100"),
        (
            "[monitor.recovery]\njitter = 1",
            "monitor.toml:2:1: monitor.recovery.jitter: 1 is out of range",
        ),
        ("[monitor.recovery]\nmax_attempts = 'many'", "'many' is not a whole number or 'unlim"),
        ("[monitor.recovery]\nprobe_every = 'often'", "'often' is not a duration"),
        (
            "[monitor.recovery]\nbase = '2h'",
            "monitor.toml:2:1: monitor.recovery.base: the cap of the waits",
        ),
        (
            "[monitor.recovery]\ncap = '5s'",
            "monitor.toml:2:1: monitor.recovery.cap: the cap of the waits",
        ),
        ("[monitor.recovery]\nbsae = '5s'", "monitor.recovery.bsae: is not known here, did you"),
        (
            "[monitor]\nuplink.anchors = 'tcp://192.0.2.1'",
            "monitor.toml:2:1: monitor.uplink.anchors: 'tcp://192.0.2.1': target: ",
        ),
        ("[monitor]\nuplink.anchors = [5]", "[5] is no list of targets; write ["),
        ("monitor = 5", "monitor.toml:1:1: monitor: must be a table, written [monitor]"),
        (
            "[montior]\nlang = 'en'",
            "monitor.toml:1:1: montior: is not known here, did you mean monitor",
        ),
        ("lang = 'en'", "monitor.toml:1:1: lang: is not known here"),
        ("[monitor]\nlang = en", "monitor.toml:2:8: Invalid value"),
        ("[monitor]\nlang = 'en'\nlang = 'ru'", "Cannot overwrite a value, so this is not valid"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_by_its_line(
    place: Path, text: str, expected: str
) -> None:
    assert expected in refused(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MONITOR_DATABASE_URL", "nonsense"),
        ("MONITOR_LANG", "fr"),
        ("MONITOR_LOG_FORMAT", "xml"),
        ("MONITOR_GRACE", "5"),
        ("MONITOR_MAX_CONSECUTIVE_ERRORS", "-1"),
        ("MONITOR_UPLINK_ANCHORS", "nowhere"),
        ("MONITOR_UPLINK_INTERVAL", "100ms"),
        ("MONITOR_RECOVERY_BASE", "soon"),
        ("MONITOR_RECOVERY_FACTOR", "0.5"),
        ("MONITOR_RECOVERY_CAP", "1ms"),
        ("MONITOR_RECOVERY_JITTER", "-0.1"),
        ("MONITOR_RECOVERY_MAX_ATTEMPTS", "0"),
        ("MONITOR_RECOVERY_RESET_AFTER", "12"),
        ("MONITOR_RECOVERY_PROBE_EVERY", "1ms"),
    ],
)
def test_a_wrong_variable_is_named(place: Path, name: str, value: str) -> None:
    assert refused("", {name: value}).startswith(f"{name}: ")


def test_a_password_is_never_repeated(place: Path) -> None:
    assert "secret" not in refused("", {"MONITOR_DATABASE_URL": "mysql://me:secret@host/name"})
    assert "secret" not in refused("", {"MONITOR_UPLINK_ANCHORS": "http://me:secret@host:x/"})


def test_a_file_that_is_named_must_be_there(place: Path) -> None:
    with pytest.raises(SettingsError, match=r"nope\.toml: cannot be read: no such file"):
        load_settings({"config": "nope.toml"}, {})


def test_a_file_that_is_no_text_is_refused(place: Path) -> None:
    Path("monitor.toml").write_bytes(b"[monitor]\nlang = '\xff'")
    with pytest.raises(SettingsError, match=r"monitor\.toml: is not UTF-8 text \(at byte 18\)"):
        load_settings({}, {})


def test_tables_of_tasks_are_left_to_those_who_read_them(place: Path) -> None:
    write("[monitor]\nlang = 'ru'\n[defaults]\n[[task]]\nname = 5\n[[channel]]\n")
    settings = load_settings({}, {})
    assert ("ru", ()) == (settings.lang, settings.warnings)


def test_everything_that_is_wrong_is_told_at_once(place: Path) -> None:
    write("[monitor]\nlang = 'fr'\ngarce = '1s'\n[montior]\n[monitor.recovery]\nfactor = 'x'\n")
    with pytest.raises(SettingsError) as refused:
        load_settings({"log_format": "xml"}, {"MONITOR_GRACE": "5"})
    told = "\n".join(sorted(refused.value.sentences))
    assert 6 == len(refused.value.sentences)
    for place_of in (":2:1: monitor.lang", ":3:1: monitor.garce", ":4:1: montior", ":6:1: monitor"):
        assert f"monitor.toml{place_of}" in told
    assert "MONITOR_GRACE: '5' has no unit" in told
    assert "--log-format: 'xml' is not known" in told


def test_a_setting_may_refer_to_a_secret(place: Path) -> None:
    write("[monitor]\ndatabase = 'postgresql://me:${DB_PASSWORD}@host/name'\n")
    settings = load_settings({}, {"DB_PASSWORD": "s3cret"})
    assert "postgresql://me:s3cret@host/name" == settings.database
    with pytest.raises(SettingsError, match=r":2:1: .*database: the environment variable DB_PASS"):
        load_settings({}, {})


def test_a_misspelt_variable_is_pointed_out_and_a_strange_one_is_left_alone(place: Path) -> None:
    environ = {"MONITOR_DATABASE": "x", "MONITOR_PORT": "tcp://10.0.0.1:80"}
    [warning] = load_settings({}, environ).warnings
    assert "MONITOR_DATABASE is not read, did you mean MONITOR_DATABASE_URL?" in warning
