"""Each setting, and how what was written for it is read; a wrong one says what to write."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from monitor.core.access.options import SHORTEST_KEY
from monitor.core.access.roles import Role, read_role
from monitor.core.counting import counted
from monitor.core.describe import without_password
from monitor.core.model import TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.reach import Network, read_allowed
from monitor.core.tasks import LONGEST_S
from monitor.core.units import format_duration, parse_duration
from monitor.texts import LANGUAGES
from monitor.web.listen import Listen, parse_listen

LOG_FORMATS = ("text", "json")


@attrs.frozen
class Setting:
    """One key of the file's table `[monitor]`, which is also an environment variable."""

    name: str
    read: Callable[[Any], Any]
    """Raises ValueError with a sentence that says what was found and what to write."""

    @property
    def variable(self) -> str:
        if self.name == "database":
            return "MONITOR_DATABASE_URL"
        return "MONITOR_" + self.name.replace(".", "_").upper()


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is not a text; write it in quotes")
    return value


def _listen(value: Any) -> Listen | None:
    return parse_listen(_text(value))


def _deadman(value: Any) -> str:
    from monitor.channels.post import read_base  # brings what speaks HTTP
    from monitor.core.alerts.notices import InvalidChannel

    try:
        read_base("deadman.url", _text(value))
    except InvalidChannel as error:
        raise ValueError(error.message) from error
    return str(value)


def _path(value: Any) -> Path:
    return Path(_text(value)).expanduser()


def _proxies(value: Any) -> tuple[Network, ...]:
    return read_allowed(_list(value, "networks", "127.0.0.1"))


def _header(value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", _text(value)):
        raise ValueError(f"{value!r} is no name of a header; write it like X-Forwarded-User")
    return str(value)


def _issuer(value: Any) -> str:
    from monitor.web.access.provider import read_address  # brings what speaks HTTP

    read_address(_text(value))
    return str(value)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(one.strip() for one in _list(value, "groups", "admins"))


def _keys(value: Any) -> tuple[str, ...]:
    """Read what secrets are sealed with; what is wrong is told without repeating it."""
    try:
        found = tuple(one.strip() for one in _list(value, "keys", ""))
    except ValueError:
        raise ValueError('is no list of keys; write ["${file:/run/secrets/monitor}"]') from None
    for number, key in enumerate(found, 1):
        if len(key) < SHORTEST_KEY:
            raise ValueError(
                f"key {number} has {counted(len(key), 'character')}; use {SHORTEST_KEY} random "
                "ones or more, such as `openssl rand -base64 32` prints"
            )
    return found


def _role_or_nobody(value: Any) -> Role | None:
    return None if value == "none" else _role(value)


def _role(value: Any) -> Role:
    return read_role(_text(value))


def _web_address(value: Any) -> str:
    parts = urlsplit(_text(value))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"{value!r} is no address to open; write it like https://monitor.example")
    return f"{parts.scheme}://{parts.netloc}"


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is not known; use {' or '.join(words)}")
        return str(value)

    return read


def _flag(value: Any) -> bool:
    """Read true or false; in the environment they are texts."""
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in known:
        raise ValueError(f"{value!r} is neither true nor false")
    return known[value]


def _seconds(shortest_s: float, other: str = "") -> Callable[[Any], float | None]:
    """Read a duration, or the word `other`, which means None."""

    def read(value: Any) -> float | None:
        if other and value == other:
            return None
        if not isinstance(value, str):
            raise ValueError(f"{value!r} has no unit; write it like 250ms, 30s, 5m, 1h30m or 7d")
        seconds = parse_duration(value)
        if not shortest_s <= seconds <= LONGEST_S:
            limits = f"{format_duration(shortest_s)} to {format_duration(LONGEST_S)}"
            raise ValueError(f"{value!r} is out of range; use {limits}")
        return seconds

    return read


def _list(value: Any, of: str, example: str) -> list[str]:
    """Read texts: a list in the file, with commas between them in the environment."""
    texts = [one for one in value.split(",") if one.strip()] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ValueError(f'{value!r} is no list of {of}; write ["{example}"]')
    return texts


def _allowed(value: Any) -> tuple[Network, ...]:
    return read_allowed(_list(value, "networks", "10.0.0.0/8"))


def _anchors(value: Any) -> tuple[str, ...]:
    """Read targets, and make sure that each can be looked at."""
    from monitor.probes import prepare  # brings the language of conditions

    targets = tuple(one.strip() for one in _list(value, "targets", "tcp://192.0.2.1:443"))
    for target in targets:
        try:
            prepare(TaskSpec(name=target, target=target))
        except InvalidTask as error:
            raise ValueError(f"{without_password(target)!r}: {error}") from error
    return targets


def _count(other: str = "") -> Callable[[Any], int | None]:
    """Read a count from 1 on, or the word `other`, which means None."""

    def read(value: Any) -> int | None:
        if other and value == other:
            return None
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and not (isinstance(value, str) and re.fullmatch(r"\d{1,9}", value)):
            raise ValueError(f"{value!r} is not a whole number{f' or {other!r}' if other else ''}")
        if not 1 <= int(value) <= 1_000_000:
            raise ValueError(f"{value} is out of range; use 1 to 1000000")
        return int(value)

    return read


def _number(lowest: float, highest: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            if isinstance(value, bool):
                raise TypeError
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{value!r} is not a number") from None
        if not lowest <= number <= highest:
            raise ValueError(f"{value} is out of range; use {lowest:g} to {highest:g}")
        return number

    return read


SETTINGS = {
    name: Setting(name, read)
    for name, read in (
        ("database", _text),
        ("data_dir", _path),
        ("lang", _one_of(*LANGUAGES)),
        ("log_format", _one_of(*LOG_FORMATS)),
        ("listen", _listen),
        ("health.listen", _listen),
        ("grace", _seconds(0.0)),
        ("max_consecutive_errors", _count()),
        ("access.url", _web_address),
        ("access.idle", _seconds(60.0)),
        ("access.lifetime", _seconds(60.0)),
        ("access.audit_kept", _seconds(86400.0)),
        ("access.secret_keys", _keys),
        ("access.proxies", _proxies),
        ("access.proxy_header", _header),
        ("access.proxy_role", _role),
        ("access.oidc_issuer", _issuer),
        ("access.oidc_client_id", _text),
        ("access.oidc_client_secret", _text),
        ("access.oidc_scope", _text),
        ("access.oidc_name_claim", _text),
        ("access.oidc_role_claim", _text),
        ("access.oidc_admins", _words),
        ("access.oidc_editors", _words),
        ("access.oidc_role", _role_or_nobody),
        ("metrics.access", _one_of("public", "viewer")),
        ("metrics.per_task", _flag),
        ("targets.private", _one_of("allow", "list", "deny")),
        ("targets.allow", _allowed),
        ("web.allow_commands", _flag),
        ("web.allow_references", _flag),
        ("uplink.anchors", _anchors),
        ("uplink.interval", _seconds(1.0)),
        ("deadman.url", _deadman),
        ("deadman.interval", _seconds(1.0)),
        ("drill.every", _seconds(60.0, "never")),
        ("recovery.base", _seconds(0.1)),
        ("recovery.factor", _number(1.0, 100.0)),
        ("recovery.cap", _seconds(0.1)),
        ("recovery.jitter", _number(0.0, 0.9)),
        ("recovery.max_attempts", _count("unlimited")),
        ("recovery.reset_after", _seconds(0.0)),
        ("recovery.probe_every", _seconds(1.0, "never")),
    )
}


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of the table `[monitor]`."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    for name in SETTINGS:
        table, dot, key = name.rpartition(".")
        inside = schema["properties"]
        if dot:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            inside = inside.setdefault(table, empty)["properties"]
        inside[key] = {"type": ["string", "number"]}
    texts = {"type": "array", "items": {"type": "string"}}
    schema["properties"]["targets"]["properties"]["allow"] = texts
    for key in ("proxies", "secret_keys", "oidc_admins", "oidc_editors"):
        schema["properties"]["access"]["properties"][key] = texts
    schema["properties"]["metrics"]["properties"]["per_task"] = {"type": "boolean"}
    for key in ("allow_commands", "allow_references"):
        schema["properties"]["web"]["properties"][key] = {"type": "boolean"}
    schema["properties"]["uplink"]["properties"]["anchors"] = texts
    return schema
