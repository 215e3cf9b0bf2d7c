"""The kinds of looks, one file each, and the registry that finds the right one for a target.

kinds    http, tcp, tls, udp, dns, icmp, ntp, ssh, exec, python, itself and those of `_BUILT_IN`;
         others come as plugins (plugins, foreign)
reading  target (URLs), options (what may be set), conditions (what is well)
network  connect (the one way out), secure (TLS), threads (lookups), explain (why it failed),
         datagrams (of udp and ntp)
tls's    certificate (the chain), alerts, talk (into TLS from plain text)
tcp's    script (what is heard and said in turn)
dns's    dnsquestion, dnswire (UDP, TCP, TLS, HTTPS), dnsmessages (http's too), dnsanswer
http's   httpoptions, request (and redirects), payload, cookies, authorization, tokens (OAuth2),
         hidden (secrets); road (the way there), proxy, socks, nameserver;
         exchange (over one connection), http2 and its frames (grpc's too), content (under a cap)
asking   heartbeat (what a job says of itself), group (how other tasks stand)
icmp's   icmpwire (echoes and complaints)
ssh's    sshwire (messages), sshkeys (the proof of a host key)
exec's   perfdata
domain's domainregistry (whom to ask, how often), rdap (what it says), answers (docker's too)
systemd's dbus (calls over a message bus), exitcode (in words; docker's too)
"""

from functools import partial
from importlib import import_module
from typing import Any

import attrs

from monitor.core.model import TaskSpec
from monitor.core.probing import InvalidTask, Prepared
from monitor.probes.conditions import make_rule
from monitor.probes.kind import Kind
from monitor.probes.options import did_you_mean, read_options
from monitor.probes.plugins import load_plugin, plugins, prepare_foreign
from monitor.probes.target import rest_of, scheme_of
from monitor.references import BadReference, fetched

_BUILT_IN = {
    "http": "http",
    "https": "http",
    "tcp": "tcp",
    "tls": "tls",
    "udp": "udp",
    "dns": "dns",
    "icmp": "icmp",
    "ntp": "ntp",
    "ssh": "ssh",
    "domain": "domain",
    "exec": "exec",
    "python": "python",
    "docker": "docker",
    "systemd": "systemd",
    "self": "itself",
    "heartbeat": "heartbeat",
    "group": "group",
    "flow": "flow",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "redis": "redis",
    "rediss": "redis",
    "mqtt": "mqtt",
    "mqtts": "mqtt",
    "amqp": "amqp",
    "amqps": "amqp",
    "nats": "nats",
    "ws": "websocket",
    "wss": "websocket",
    "grpc": "grpc",
    "grpcs": "grpc",
    "smtp": "smtp",
    "smtps": "smtp",
    "imap": "imap",
    "imaps": "imap",
    "pop3": "pop3",
    "pop3s": "pop3",
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


def prepare(task: TaskSpec) -> Prepared:
    """Make a task ready to be looked at.

    References to secrets (`${NAME}`) are replaced here; the task itself keeps them.

    Raises:
        InvalidTask: naming the target, the option or the condition that is wrong.
    """
    target = _fetched("target", task.target)
    options = {name: _fetched(f"option {name}", value) for name, value in task.options.items()}
    kind = find_kind(target)
    rule = make_rule(task, kind)
    if scheme_of(target) not in _BUILT_IN:
        return Prepared(
            prepare_foreign(kind, target, options),
            rule,
            kind.within and partial(prepare_foreign, kind, target, options),
        )
    read = read_options(kind.options, options)
    return Prepared(
        kind.prepare(target, read), rule, kind.within and partial(kind.within, target, read)
    )


def completed(spec: TaskSpec, before: TaskSpec | None = None) -> TaskSpec:
    """Return a task with the options that are made once, such as the token of a heartbeat.

    Those that it had `before`, as the same kind of task, stay.
    """
    kind = _kind_of(spec)
    missing = [] if kind is None else [name for name in kind.made if name not in spec.options]
    if kind is None or not missing:
        return spec
    known = before.options if before is not None and _kind_of(before) is kind else {}
    made = {name: known.get(name) or kind.made[name]() for name in missing}
    return attrs.evolve(spec, options={**spec.options, **made})


def _kind_of(spec: TaskSpec) -> Kind | None:
    try:
        return find_kind(_fetched("target", spec.target))
    except InvalidTask:
        return None


def _fetched(field: str, value: Any) -> Any:
    try:
        return fetched(value)
    except BadReference as error:
        raise InvalidTask(field, str(error)) from error


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
