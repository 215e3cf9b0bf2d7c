"""The kinds of looks, one file each, and the registry that finds the right one for a target.

kinds    http, tcp, tls, dns, exec, python, itself; others come as plugins (plugins, foreign)
reading  target (URLs), options (what may be set)
network  connect (the one way out), secure (TLS), threads (lookups), explain (why it failed)
http's   request (and redirects), exchange (over one connection), content (under a cap)
exec's   perfdata
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from monitor.ports import InvalidTask, Kind, Probe
from monitor.probes.options import did_you_mean, read_options
from monitor.probes.plugins import load_plugin, plugins, prepare_foreign
from monitor.probes.target import rest_of, scheme_of

_BUILT_IN = {
    "http": "http",
    "https": "http",
    "tcp": "tcp",
    "tls": "tls",
    "dns": "dns",
    "exec": "exec",
    "python": "python",
    "self": "itself",
}
"""Scheme -> file. They are imported when first used, because some bring large libraries."""


def find_kind(target: str) -> Kind:
    """Return the kind that looks at such targets; no plugin can take a built-in scheme.

    Raises:
        InvalidTask: no kind has that scheme, or its plugin cannot be loaded.
    """
    scheme = scheme_of(target)
    if scheme in _BUILT_IN:
        return _built_in(scheme)
    if scheme in plugins():
        return load_plugin(scheme)
    known = sorted({*_BUILT_IN, *plugins()})
    host_and_port = rest_of(target).partition("/")[0].isdigit()
    guess = f", did you mean 'tcp://{target}'" if host_and_port else did_you_mean(scheme, known)
    raise InvalidTask(
        "target", f"has an unknown kind of look {scheme!r}{guess}; there are: {', '.join(known)}"
    )


def prepare(target: str, options: Mapping[str, Any]) -> Probe:
    """Make a probe for a target.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    kind = find_kind(target)
    if scheme_of(target) not in _BUILT_IN:
        return prepare_foreign(kind, target, options)
    return kind.prepare(target, read_options(kind.options, options))


def check_target(target: str, options: Mapping[str, Any]) -> None:
    """Raise InvalidTask if no kind can look at that target with those options."""
    prepare(target, options)


def kinds() -> list[Kind]:
    """Return all kinds that work; a plugin that cannot be loaded says why when it is used."""
    found = [_built_in(scheme) for scheme in _BUILT_IN]
    for scheme in sorted(plugins().keys() - _BUILT_IN.keys()):
        try:
            found.append(load_plugin(scheme))
        except InvalidTask:
            continue
    return list({id(kind): kind for kind in found}.values())


def _built_in(scheme: str) -> Kind:
    kind: Kind = import_module(f"{__name__}.{_BUILT_IN[scheme]}").KIND
    return kind
