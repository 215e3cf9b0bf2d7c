"""Ask systemd how a unit of this machine is: `systemd:nginx.service`.

systemd is asked over the message bus (D-Bus). A name without an ending is a service. Phases:
`connect`, `login`, `unit`.

A unit that is active is UP. It is DEGRADED while it is activating, reloading or refreshing, and
DOWN if it failed, is inactive or deactivating, was never installed, or has crashed and waits to be
started again (`auto-restart`).

With `oneshot=true` the unit is a job that comes to an end, such as what a timer starts: then it is
UP while it works and after it has ended well, also if it has not run yet; `since < 25h` asks that
it does. systemd forgets what has ended well, unless something like its timer keeps it loaded.

If the bus or systemd cannot be asked, that is our own fault.
"""

import errno
import os
import string
import time
from typing import Annotated, Any

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Seconds, Type
from monitor.core.counting import counted
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.core.units import format_duration
from monitor.probes.dbus import Bus, CallFailed, call_of, values_of
from monitor.probes.exitcode import exit_code_words, of_signal
from monitor.probes.explain import printable
from monitor.probes.kind import Kind
from monitor.probes.target import rest_of
from monitor.probes.threads import part_of_time_left

_SYSTEM_BUS = "/run/dbus/system_bus_socket"

_BUS_SHARE = 0.9
"""The part of the time left that the bus may take; then it is at fault, no unit."""

_SYSTEMD = "org.freedesktop.systemd1"
_MANAGER = "/org/freedesktop/systemd1"
_PROPERTIES = "org.freedesktop.DBus.Properties"

_OF_UNITS = ("LoadState", "ActiveState", "SubState", "StateChangeTimestamp")
_OF_SERVICES = ("Result", "NRestarts", "ExecMainCode", "ExecMainStatus")
_WITH_RESULT = {"timer", "socket", "mount", "automount", "swap", "path", "scope"}
_WITHOUT_RESULT = {"device", "target", "slice"}
_TYPES = {"service"} | _WITH_RESULT | _WITHOUT_RESULT

_LETTERS = frozenset(string.ascii_letters + string.digits + ":-_.\\@")

_BROKEN = {"bad-setting", "error"}
_ON_ITS_WAY = {"activating", "reloading", "refreshing"}
_KILLED = {2, 3}
"""CLD_KILLED and CLD_DUMPED: the status is then the number of a signal."""

_NO_SYSTEMD = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
}
_NO_UNIT = {"org.freedesktop.systemd1.NoSuchUnit", "org.freedesktop.systemd1.LoadFailed"}

_WHAT_TO_DO = {
    errno.ENOENT: "install dbus and start it, or say where the bus is with the option bus; "
    "in a container, mount that socket",
    errno.ECONNREFUSED: "start the bus",
    errno.EACCES: "let the monitor's user use the socket",
}


@attrs.frozen(kw_only=True)
class SystemdOptions:
    """Which bus, and what sort of unit."""

    bus: Annotated[
        str,
        Meta(
            description="`system`, `user` (the units of the monitor's own user), or the path of "
            "a bus's socket"
        ),
    ] = "system"
    oneshot: Annotated[
        bool, Meta(description="whether the unit comes to an end, so that it may be inactive")
    ] = False


def prepare(target: str, options: SystemdOptions) -> Probe:
    """Make a probe that is UP while the unit is active.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    unit = _unit(target)
    if options.bus not in ("system", "user") and not options.bus.startswith("/"):
        raise InvalidTask(
            "option bus", f"{options.bus[:60]!r} is not allowed; use system, user or a full path"
        )

    async def look(trace: Trace) -> Result:
        path = _path(options.bus)
        with trio.move_on_at(part_of_time_left(_BUS_SHARE)):
            async with await _open(path, trace) as bus:
                with trace.enter("unit"):
                    facts = await _ask(bus, path, unit)
                    trace.facts.update(facts)
            return judge(unit, facts, oneshot=options.oneshot)
        raise OwnFault(Reason.NETWORK, f"the bus at {path} gave no answer in time")

    return look


async def _open(path: str, trace: Trace) -> Bus:
    try:
        return await Bus.open(path, trace)
    except OwnFault as fault:
        cause = fault.__cause__
        if isinstance(cause, OSError) and cause.errno in _WHAT_TO_DO:
            raise OwnFault(fault.reason, f"{fault}; {_WHAT_TO_DO[cause.errno]}") from cause
        raise


async def _ask(bus: Bus, path: str, unit: str) -> dict[str, Any]:
    """Return the facts of a unit.

    Raises:
        TargetDown: systemd knows no such unit.
        OwnFault: it is not there, or does not let us ask.
    """
    manager = f"{_SYSTEMD}.Manager"
    # GetUnit would know only what is loaded, and nothing keeps an inactive unit loaded.
    (loaded,) = await bus.call(call_of(_MANAGER, _SYSTEMD, manager, "LoadUnit", unit))
    match loaded:
        case CallFailed() if loaded.name in _NO_UNIT:
            raise TargetDown(f"systemd has no unit {unit}: {loaded}")
        case CallFailed() if loaded.name in _NO_SYSTEMD:
            raise OwnFault(
                Reason.NETWORK,
                f"systemd does not answer at {path}: {loaded}; was this machine started by it?",
            )
        case CallFailed():
            raise OwnFault(Reason.TASK_ERROR, f"systemd may not be asked at {path}: {loaded}")
    answers = await bus.call(
        *(
            call_of(_object(loaded), _SYSTEMD, _PROPERTIES, "Get", f"{_SYSTEMD}.{of}", name)
            for of, name in _properties(unit)
        )
    )
    values = values_of(answers)
    return _facts(dict(zip((name for _of, name in _properties(unit)), values, strict=True)))


def _properties(unit: str) -> list[tuple[str, str]]:
    """Return what is asked: interface and property."""
    kind = unit.rpartition(".")[2]
    own = _OF_SERVICES if kind == "service" else ("Result",) if kind in _WITH_RESULT else ()
    return [("Unit", name) for name in _OF_UNITS] + [(kind.capitalize(), name) for name in own]


def _object(loaded: Any) -> str:
    match loaded:
        case (str(path), *_) if path.startswith(f"{_MANAGER}/unit/"):
            return path
    raise OwnFault(Reason.NETWORK, "what answers for systemd on the bus is not systemd")


def _facts(found: dict[str, Any]) -> dict[str, Any]:
    """Make facts of properties; what is of another type than it should be is left away."""
    facts: dict[str, Any] = {}
    for fact, name in (
        ("load", "LoadState"),
        ("state", "ActiveState"),
        ("substate", "SubState"),
        ("result", "Result"),
    ):
        if isinstance(value := found.get(name), str):
            facts[fact] = printable(value, 60)
    if isinstance(restarts := found.get("NRestarts"), int):
        facts["restarts"] = restarts
    code, status = found.get("ExecMainCode"), found.get("ExecMainStatus")
    if isinstance(code, int) and isinstance(status, int) and code:
        facts["exit_code"] = of_signal(status) if code in _KILLED else status
    changed_us = found.get("StateChangeTimestamp")
    if isinstance(changed_us, int) and changed_us > 0:
        facts["since"] = Seconds(max(0.0, time.time() - changed_us / 1_000_000))
    if "state" not in facts:
        raise OwnFault(Reason.NETWORK, "what answers for systemd on the bus is not systemd")
    return facts


def judge(unit: str, facts: dict[str, Any], *, oneshot: bool) -> Result:
    """Judge a unit by its facts. Raises TargetDown if it is not well."""
    state, substate = facts["state"], facts.get("substate", "")
    load = facts.get("load")
    if load == "not-found":
        raise TargetDown(f"systemd has no unit {unit}")
    if load == "masked" and state != "active":
        raise TargetDown(f"{unit} is masked")
    if load in _BROKEN and state != "active":
        raise TargetDown(f"{unit} cannot be loaded ({load})")
    detail = f"{state} ({substate})" if substate not in ("", state) else state
    if "since" in facts:
        detail += f" for {format_duration(float(round(facts['since'])))}"
    detail += _ending(facts, state)
    if state == "active" or (oneshot and _job_is_well(facts)):
        return Result(status=Status.UP, detail=detail)
    if state in _ON_ITS_WAY and substate != "auto-restart":
        return Result(status=Status.DEGRADED, detail=detail)
    raise TargetDown(detail)


def _job_is_well(facts: dict[str, Any]) -> bool:
    if facts["state"] in _ON_ITS_WAY | {"deactivating"}:
        return facts.get("substate") != "auto-restart"
    return bool(facts["state"] == "inactive" and facts.get("result", "success") == "success")


def _ending(facts: dict[str, Any], state: str) -> str:
    """Say how it last ended, and how often it was started again."""
    said = ""
    if state != "active" and facts.get("result", "success") != "success":
        said += f", result {facts['result']}"
    if state != "active" and "exit_code" in facts:
        said += f", {exit_code_words(facts['exit_code'])}"
    if restarts := facts.get("restarts", 0):
        said += f", {counted(restarts, 'restart')}"
    return said


def _unit(target: str) -> str:
    name = rest_of(target).removeprefix("//").removesuffix("/")
    bare, dot, kind = name.rpartition(".")
    if not dot or kind not in _TYPES:
        bare, name = name, f"{name}.service"
    if not bare or len(name) > 255 or not _LETTERS.issuperset(name) or bare.endswith("@"):
        raise InvalidTask(
            "target",
            f"{printable(name, 60)!r} is not the name of a unit; write it like systemd:nginx",
        )
    return name


def _path(bus: str) -> str:
    if bus == "system":
        return _SYSTEM_BUS
    if bus == "user":
        return f"{os.environ.get('XDG_RUNTIME_DIR') or f'/run/user/{os.geteuid()}'}/bus"
    return bus


FACTS = Names(
    (
        Name(
            "state",
            Type.TEXT,
            'what systemd calls ActiveState, such as `"active"` or `"failed"`',
            also=("status", "active_state", "active"),
        ),
        Name(
            "substate",
            Type.TEXT,
            'what systemd calls SubState, such as `"running"` or `"auto-restart"`',
            also=("sub_state", "sub"),
        ),
        Name("load", Type.TEXT, 'what systemd calls LoadState, such as `"loaded"`'),
        Name(
            "result",
            Type.TEXT,
            'how it last ended: `"success"`, `"exit-code"`, `"oom-kill"` ...; not for targets, '
            "slices and devices",
        ),
        Name(
            "restarts",
            Type.NUMBER,
            "how often systemd has restarted a service by itself",
            also=("n_restarts", "restart_count"),
        ),
        Name(
            "exit_code",
            Type.NUMBER,
            "how a service's main process last ended, 128 and more for a signal; absent before",
            also=("code", "exec_main_status"),
        ),
        Name(
            "since",
            Type.DURATION,
            "how long it is in that state; absent if always",
            also=("age", "uptime", "started"),
        ),
    )
)

KIND = Kind(
    name="systemd",
    schemes=("systemd",),
    summary="Ask systemd how a unit of this machine is.",
    example="systemd:nginx.service",
    options=SystemdOptions,
    prepare=prepare,
    facts=FACTS,
)
