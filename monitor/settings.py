"""What may be set, wherever it is set: command line over environment over file over default.

Every value is checked once, here, and a wrong one is named by the place where it was written.
"""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from monitor.config.source import TABLES, BadConfig, Source, read_source
from monitor.core.access.options import AccessOptions
from monitor.core.access.people import Spans
from monitor.core.access.provider import OidcOptions
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.reach import Policy
from monitor.core.tuning import Tuning
from monitor.core.units import format_duration
from monitor.references import fetched, files_for_all
from monitor.settingkeys import SETTINGS
from monitor.web.api.guarded import ApiOptions
from monitor.web.listen import Listen, MetricsOptions

if TYPE_CHECKING:
    from monitor.store.address import Address

DATA_DIR = Path("monitor-data")
CONFIG = Path("monitor.toml")

_DATABASE = "sqlite:///monitor.db"


@attrs.frozen
class _Given:
    value: Any
    where: str


class SettingsError(Exception):
    """Some settings are wrong; each sentence names where one stands and how to mend it."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that was set, checked."""

    data_dir: Path = DATA_DIR
    database: str | None = None
    """The database URL as written, a relative path being taken from the current directory; None:
    the file in the data directory."""
    database_from: str = ""
    """Where that was written."""
    lang: str = "en"
    log_format: str = "text"
    tuning: Tuning = attrs.field(factory=Tuning)
    listen: Listen | None = attrs.field(factory=Listen)
    """Where to listen for HTTP; None: nowhere."""
    listen_from: str = ""
    """Where that was written; empty: nowhere, it is the default."""
    targets: Policy = attrs.field(factory=Policy)
    """Where looks may go."""
    health: Listen | None = None
    """Where `/livez` and `/readyz` are answered whatever our loop does; None: nowhere."""
    health_from: str = ""
    """Where that was written."""
    metrics: MetricsOptions = attrs.field(factory=MetricsOptions)
    web: ApiOptions = attrs.field(factory=ApiOptions)
    """What may be done over HTTP; see `api`."""
    deadman: str = attrs.field(default="", repr=False)
    """An address outside that is pinged as long as we are well; empty: nobody is."""
    deadman_interval_s: float = 60.0
    access: AccessOptions = attrs.field(factory=AccessOptions)
    """Who is let in over HTTP."""
    config: Path | None = None
    """The file that was read."""
    warnings: tuple[str, ...] = ()
    """What the operator should know and can ignore, a sentence each."""

    @property
    def url(self) -> str:
        """What the addresses of a monitor with these settings begin with; empty if it has none."""
        if self.access.url:
            return self.access.url.rstrip("/")
        return "" if self.listen is None else self.listen.url

    @property
    def api(self) -> ApiOptions:
        """What the API may do, and what it calls us."""
        written = {
            "MONITOR_DATABASE_URL": self.database,
            "MONITOR_DATA_DIR": self.data_dir,
            "MONITOR_CONFIG": self.config,
        }
        return attrs.evolve(
            self.web,
            url=self.url,
            lang=self.lang,
            drill_every_s=self.tuning.drill_every_s,
            environment={name: str(value) for name, value in written.items() if value is not None},
        )

    @property
    def address(self) -> "Address":
        """The database to open.

        Raises:
            SettingsError: the URL cannot be understood.
        """
        from monitor.store.address import BadAddress, parse_address  # brings SQLAlchemy

        try:
            if self.database is None:
                return parse_address(_DATABASE, self.data_dir)
            return parse_address(self.database)
        except BadAddress as error:
            raise SettingsError(f"{self.database_from}: {error}") from error


def load_settings(
    flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Gather and check all settings.

    Args:
        flags: what the command line says, by the names of the file's keys, and `config`; None
            means not given.
        environ: the environment, the process's own by default.

    Raises:
        SettingsError: with everything that is wrong.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, _Given] = {}
    problems: list[str] = []
    config = _config_file(flags or {}, environ)
    if config is not None:
        given, problems = _read_file(config)
    for name, setting in SETTINGS.items():
        if text := environ.get(setting.variable):
            given[name] = _Given(text, setting.variable)
        if (text := (flags or {}).get(name)) is not None:
            given[name] = _Given(text, "--" + name.replace("_", "-").replace(".", "-"))
    return _settings(given, config, problems, _misspelt(environ), environ)


# --- from values to settings ---------------------------------------------------------------------


def _settings(
    given: Mapping[str, _Given],
    config: Path | None,
    problems: list[str],
    warnings: list[str],
    environ: Mapping[str, str],
) -> Settings:
    values: dict[str, Any] = {}
    for name, one in given.items():
        try:
            values[name] = SETTINGS[name].read(fetched(one.value, environ))
        except ValueError as error:
            problems.append(f"{one.where}: {error}")
            continue
        if name == "access.secret_keys":
            warnings += [
                f"{one.where}: everybody on this machine can read {path}; chmod o-rwx {path}"
                for path in files_for_all(one.value)
            ]
    try:
        tuning = _tuning(values, given)
    except SettingsError as error:
        problems.extend(error.sentences)
    try:
        access = _access(values, given)
    except SettingsError as error:
        problems.extend(error.sentences)
    if problems:
        raise SettingsError(*problems)
    names = ("data_dir", "lang", "log_format", "listen")
    plain = {name: values[name] for name in names if name in values}
    return Settings(
        database=values.get("database"),
        database_from=given["database"].where if "database" in given else "",
        listen_from=given["listen"].where if "listen" in given else "",
        tuning=tuning,
        targets=Policy(
            private=values.get("targets.private", "allow"), allowed=values.get("targets.allow", ())
        ),
        health=values.get("health.listen"),
        health_from=given["health.listen"].where if "health.listen" in given else "",
        metrics=MetricsOptions(
            values.get("metrics.access", ""), values.get("metrics.per_task", True)
        ),
        web=ApiOptions(
            allow_commands=values.get("web.allow_commands", False),
            allow_references=values.get("web.allow_references", False),
        ),
        deadman=values.get("deadman.url", ""),
        deadman_interval_s=values.get("deadman.interval", 60.0),
        access=access,
        config=config,
        warnings=tuple(warnings),
        **plain,
    )


def _access(values: Mapping[str, Any], given: Mapping[str, _Given]) -> AccessOptions:
    spans = {
        field: timedelta(seconds=values[f"access.{field}"])
        for field in ("idle", "lifetime")
        if f"access.{field}" in values
    }
    plain = {
        name: values[f"access.{name}"]
        for name in ("url", "secret_keys", "proxies", "proxy_header", "proxy_role")
        if f"access.{name}" in values
    }
    if "proxy_header" in plain and not plain.get("proxies"):
        raise SettingsError(
            f"{given['access.proxy_header'].where}: nobody is believed what stands in it; name the "
            "proxies that set it in access.proxies"
        )
    kept_s = values.get("access.audit_kept")
    kept = AccessOptions().kept if kept_s is None else timedelta(seconds=kept_s)
    oidc = _oidc(values, given)
    return AccessOptions(spans=Spans(**spans), kept=kept, oidc=oidc, **plain)


def _oidc(values: Mapping[str, Any], given: Mapping[str, _Given]) -> OidcOptions | None:
    begin = "access.oidc_"
    said = {
        name.removeprefix(begin): value for name, value in values.items() if name.startswith(begin)
    }
    if not said:
        return None
    for name in (f"{begin}issuer", f"{begin}client_id", "access.url"):
        if name not in values:
            first = next(name for name in given if name.startswith(begin))
            raise SettingsError(f"{given[first].where}: a login by a provider also needs {name}")
    return OidcOptions(**said)


def _tuning(values: Mapping[str, Any], given: Mapping[str, _Given]) -> Tuning:
    def chosen(default: Any, **fields: str) -> Any:
        return attrs.evolve(default, **{f: values[n] for f, n in fields.items() if n in values})

    backoff = chosen(
        Backoff(),
        base_s="recovery.base",
        factor="recovery.factor",
        cap_s="recovery.cap",
        jitter="recovery.jitter",
    )
    if backoff.cap_s < backoff.base_s:
        where = (given.get("recovery.cap") or given["recovery.base"]).where
        raise SettingsError(
            f"{where}: the cap of the waits between restarts ({format_duration(backoff.cap_s)}) "
            f"is below their base ({format_duration(backoff.base_s)}); raise the cap"
        )
    policy = chosen(
        RecoveryPolicy(backoff=backoff),
        max_attempts="recovery.max_attempts",
        reset_after_s="recovery.reset_after",
        probe_every_s="recovery.probe_every",
    )
    tuning: Tuning = chosen(
        Tuning(policy=policy),
        max_errors="max_consecutive_errors",
        grace_s="grace",
        anchors="uplink.anchors",
        anchor_interval_s="uplink.interval",
        drill_every_s="drill.every",
    )
    return tuning


def _misspelt(environ: Mapping[str, str]) -> list[str]:
    """Warn of variables that were probably meant for us; others may bear our prefix too."""
    known = ["MONITOR_CONFIG", *(setting.variable for setting in SETTINGS.values())]
    return [
        f"the environment variable {name} is not read, did you mean {close[0]}?"
        for name in sorted(environ)
        if name.startswith("MONITOR_") and name not in known
        if (close := difflib.get_close_matches(name, known, n=1, cutoff=0.8))
    ]


# --- the file ------------------------------------------------------------------------------------


def _config_file(flags: Mapping[str, str | None], environ: Mapping[str, str]) -> Path | None:
    if (named := flags.get("config")) is not None:
        return Path(named).expanduser()
    if named := environ.get("MONITOR_CONFIG"):
        return Path(named).expanduser()
    return CONFIG if CONFIG.is_file() else None


def _read_file(path: Path) -> tuple[dict[str, _Given], list[str]]:
    """Return what the file's table `[monitor]` sets, by the names of the settings; its problems.

    The other tables are read by `monitor.config`.
    """
    try:
        source = read_source(path)
    except BadConfig as error:
        raise SettingsError(*map(str, error.problems)) from error
    problems = [
        str(source.unknown((name,), TABLES)) for name in source.tables if name not in TABLES
    ]
    return _table(source, ("monitor",), source.tables.get("monitor", {}), problems), problems


def _table(
    source: Source, path: tuple[str, ...], table: Any, problems: list[str]
) -> dict[str, _Given]:
    """Return the settings of a table; those of the tables in it with dotted names."""
    if not isinstance(table, dict):
        problems.append(f"{source.where(path)}: must be a table, written [{'.'.join(path)}]")
        return {}
    prefix = "".join(f"{part}." for part in path[1:])
    known = {key.removeprefix(prefix) for key in SETTINGS if key.startswith(prefix)}
    here = {key.partition(".")[0] for key in known}
    found: dict[str, _Given] = {}
    for key, value in table.items():
        if key not in here:
            problems.append(str(source.unknown((*path, key), here)))
        elif key in known:
            found[prefix + key] = _Given(value, source.where((*path, key)))
        else:
            found |= _table(source, (*path, key), value, problems)
    return found
