"""What must not come in from afar: commands, what only this machine may read, and lost secrets.

Whoever may edit tasks over HTTP need not be somebody who may run programs here, or read the
environment and the files of the monitor: `exec:`, `python:`, `${NAME}` and `${file:PATH}` are for
the command line and for configuration files, unless settings say otherwise. What is there already
may be paused and resumed, and its other fields changed.

Secrets are not shown. What is shown may be sent back: where `***` stands, and nothing around it was
changed, the secret stays.
"""

import re
from collections.abc import Mapping
from typing import Any

import attrs

from monitor.core.describe import HIDDEN, without_password, without_secrets
from monitor.core.probing import InvalidTask
from monitor.references import BadReference, fetched, has_reference

_COMMANDS = ("exec", "python")
_HIDDEN_PART = re.compile(r":\*\*\*@|=\*\*\*(?![^&#\s])")
"""Where `without_password` puts what it hides."""

_LOCAL = "over HTTP; use the command line or a configuration file, or set "


@attrs.frozen(kw_only=True)
class ApiOptions:
    """What the operator allows over HTTP."""

    allow_commands: bool = False
    """`exec:` and `python:`."""
    allow_references: bool = False
    """`${NAME}` and `${file:PATH}`."""
    url: str = ""
    """What our own addresses begin with."""
    lang: str = "en"
    drill_every_s: float | None = None
    """How often recovery is exercised; None: only when asked."""
    environment: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """What makes a command of ours mean the same database and settings."""


@attrs.frozen
class Given:
    """A target and options: what is, or what shall be."""

    target: str
    options: Mapping[str, Any]


NOTHING = Given("", {})


def check(wanted: Given, before: Given, options: ApiOptions) -> None:
    """Refuse what must not come in from afar.

    Raises:
        InvalidTask: naming the target or the option.
    """
    _check_references(wanted, before, options)
    _check_commands(wanted, before, options)
    _check_hidden(wanted, before)


def _check_commands(wanted: Given, before: Given, options: ApiOptions) -> None:
    if options.allow_commands or wanted == before:
        return
    for one in (wanted, before):
        if (scheme := _scheme(one.target)) in _COMMANDS:
            raise InvalidTask(
                "target", f"{scheme}: tasks are not made or changed {_LOCAL}web.allow_commands"
            )


def _scheme(target: str) -> str:
    """Return the scheme of a target as it will be used, references being fetched first."""
    try:
        found: str = fetched(target)
    except BadReference:
        found = target
    return found.partition(":")[0].strip().lower()


def _check_references(wanted: Given, before: Given, options: ApiOptions) -> None:
    if options.allow_references:
        return
    why = f"has a reference ${{...}}; these are not taken {_LOCAL}web.allow_references"
    if wanted.target != before.target and has_reference(wanted.target):
        raise InvalidTask("target", why)
    for name, value in wanted.options.items():
        if value != before.options.get(name) and has_reference(value):
            raise InvalidTask(f"option {name}", why)


# --- secrets --------------------------------------------------------------------------------------


def with_secrets(wanted: Given, before: Given) -> Given:
    """Return what is wanted with the secrets that were shown as `***` and came back unchanged."""
    target = wanted.target
    if target == without_password(before.target):
        target = before.target
    shown = without_secrets(before.options)
    return Given(
        target,
        {
            name: _kept(value, shown.get(name), before.options.get(name))
            for name, value in wanted.options.items()
        },
    )


def _kept(value: Any, shown: Any, stored: Any) -> Any:
    """Return a stored value for one that is as it was shown, in tables each for itself."""
    if stored is not None and value == shown:
        return stored
    if all(isinstance(one, Mapping) for one in (value, shown, stored)):
        return {name: _kept(one, shown.get(name), stored.get(name)) for name, one in value.items()}
    return value


def _check_hidden(wanted: Given, before: Given) -> None:
    why = f"has {HIDDEN} where a secret was hidden; write the secret itself"
    if wanted.target != before.target and _HIDDEN_PART.search(wanted.target):
        raise InvalidTask("target", why)
    for name, value in wanted.options.items():
        if value != before.options.get(name) and is_hidden(value):
            raise InvalidTask(f"option {name}", why)


def is_hidden(value: Any) -> bool:
    """Say whether a value has `***` in the place of a secret."""
    if isinstance(value, Mapping):
        return any(map(is_hidden, value.values()))
    return isinstance(value, str) and (value == HIDDEN or bool(_HIDDEN_PART.search(value)))
