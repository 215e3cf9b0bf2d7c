"""Ask a container engine how one of its containers is: `docker:web`.

The engine is Docker, or Podman, which speaks the same API. It is asked over its socket on this
machine, or with the option `host` over TCP. Phases: `resolve`, `connect`, `tls`, `first_byte`,
`body`; `resolve` and `tls` only with `host`.

A container that runs is UP if its health check passes or if it has none. It is DEGRADED while the
health check has not passed yet (`starting`): it may be on its way up, but nobody has seen it work.
It is DOWN if it is unhealthy, in any state but `running`, or not there.

If the engine of this machine cannot be asked, that is our own fault; a `host` that cannot be
reached is DOWN, and its containers with it. An engine that answers with an error has said nothing
of the container, so that is UNKNOWN.
"""

import errno
from datetime import UTC, datetime
from typing import Annotated, Any

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Seconds, Type
from monitor.core.counting import counted
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Probe, TargetDown, Trace
from monitor.core.units import format_duration
from monitor.probes.answers import (
    Answer,
    ask_json,
    list_in,
    moment_in,
    number_in,
    table_in,
    text_in,
)
from monitor.probes.connect import connect, connect_unix
from monitor.probes.exitcode import exit_code_words
from monitor.probes.kind import Kind
from monitor.probes.request import Request
from monitor.probes.secure import TlsOptions, secure
from monitor.probes.target import Url, parse_url, refuse_path, rest_of
from monitor.probes.threads import part_of_time_left

_ENGINE_SHARE = 0.9
"""The part of the time left that our own engine may take; then it is at fault, no container."""

_PORTS = {False: 2375, True: 2376}

_WHAT_TO_DO = {
    errno.ENOENT: "start the engine, or say where its socket is with the option socket "
    "(Podman's is /run/podman/podman.sock)",
    errno.ECONNREFUSED: "start the engine",
    errno.EACCES: "let the monitor's user into the group of the socket",
}

_NEVER_YEAR = 1
"""Engines write the year 1 for what has not happened yet."""


@attrs.frozen(kw_only=True)
class DockerOptions(TlsOptions):
    """Where the engine is."""

    socket: Annotated[str, Meta(description="the engine's socket on this machine")] = (
        "/var/run/docker.sock"
    )
    host: Annotated[
        str, Meta(description="an engine elsewhere, tcp://HOST:PORT, instead of the socket")
    ] = ""
    tls: Annotated[bool, Meta(description="whether TLS is spoken with `host`")] = False


def prepare(target: str, options: DockerOptions) -> Probe:
    """Make a probe that asks about one container, by its name or id.

    Raises:
        InvalidTask: naming the target or the option that is wrong.
    """
    name = _name(target)
    engine = _engine(options)
    authority = "localhost" if engine is None else engine.authority
    request = Request.of_task(f"http://{authority}/containers/{name}/json", "GET", {}, "")

    async def look(trace: Trace) -> Result:
        if engine is None:
            answer = await _ask_here(options.socket, request, trace)
        else:
            async with await _reach(engine, options, trace) as stream:
                answer = await ask_json(stream, request, trace)
        return judge(name, answer, trace, datetime.now(UTC))

    return look


async def _ask_here(path: str, request: Request, trace: Trace) -> Answer:
    """Ask the engine of this machine. Raises OwnFault if that does not work."""
    with trio.move_on_at(part_of_time_left(_ENGINE_SHARE)):
        try:
            async with await connect_unix(path, trace) as stream:
                return await ask_json(stream, request, trace)
        except TargetDown as failure:
            raise OwnFault(
                Reason.NETWORK, f"the container engine at {path} cannot be asked: {failure}"
            ) from failure
        except OwnFault as fault:
            cause = fault.__cause__
            if isinstance(cause, OSError) and cause.errno in _WHAT_TO_DO:
                raise OwnFault(fault.reason, f"{fault}; {_WHAT_TO_DO[cause.errno]}") from cause
            raise
    raise OwnFault(Reason.NETWORK, f"the container engine at {path} gave no answer in time")


async def _reach(engine: Url, options: DockerOptions, trace: Trace) -> trio.abc.Stream:
    stream = await connect(engine.host, engine.port, trace)
    if not options.tls:
        return stream
    return await secure(stream, engine.host, options, trace, ("http/1.1",))


def judge(name: str, answer: Answer, trace: Trace, now: datetime) -> Result:
    """Judge what an engine has answered, and put it into the facts.

    Raises:
        TargetDown: there is no such container, or it is not well.
    """
    said = text_in(answer.found, "message")
    if answer.status == 404 and "no such container" in said.lower():
        raise TargetDown(f"the engine has no container {name}")
    if answer.status != 200:
        why = f"status {answer.status}: {said}" if said else f"status {answer.status}"
        return Result(status=Status.UNKNOWN, detail=f"the container engine answered {why}")
    state = table_in(answer.found, "State")
    word = text_in(state, "Status")
    if answer.wrong or not word:
        wrong = answer.wrong or "has no state of a container"
        return Result(status=Status.UNKNOWN, detail=f"the answer {wrong}; is it an engine's?")
    facts = _facts(answer.found, state, now)
    trace.facts.update(facts)
    if word != "running":
        raise TargetDown(_not_running(word, state, facts, now))
    detail = "running" + (f" for {_shown(facts['started'])}" if "started" in facts else "")
    if facts["restarts"]:
        detail += f", {counted(facts['restarts'], 'restart')}"
    match facts["health"]:
        case "unhealthy":
            raise TargetDown(_unhealthy(table_in(state, "Health")))
        case "starting":
            return Result(
                status=Status.DEGRADED, detail=f"{detail}, its health check has not passed yet"
            )
        case "healthy":
            detail += ", healthy"
    return Result(status=Status.UP, detail=detail)


def _facts(found: dict[str, Any], state: dict[str, Any], now: datetime) -> dict[str, Any]:
    facts = {
        "state": text_in(state, "Status"),
        # Docker leaves it away if there is no check, Podman says nothing.
        "health": text_in(table_in(state, "Health"), "Status") or "none",
        "exit_code": number_in(state, "ExitCode"),
        "out_of_memory": state.get("OOMKilled") is True,
        "restarts": number_in(found, "RestartCount") or 0,
        "image": text_in(table_in(found, "Config"), "Image") or text_in(found, "Image"),
    }
    age_s = _age_s(state, "StartedAt", now)
    return facts if age_s is None else {**facts, "started": Seconds(age_s)}


def _not_running(word: str, state: dict[str, Any], facts: dict[str, Any], now: datetime) -> str:
    if word == "created":
        return "created, but never started"
    if word == "paused":
        return "paused"
    ended_s = _age_s(state, "FinishedAt", now)
    ago = "" if ended_s is None else f", {_shown(ended_s)} ago"
    number = facts["exit_code"]
    code = "an unknown exit code" if number is None else exit_code_words(number)
    code += " for lack of memory" if facts["out_of_memory"] else ""
    error = f" ({told})" if (told := text_in(state, "Error")) else ""
    if word == "restarting":
        times = f", {counted(facts['restarts'], 'restart')}" if facts["restarts"] else ""
        return f"restarting{times}, ended with {code}{ago}{error}"
    return f"{word} with {code}{ago}{error}"


def _unhealthy(health: dict[str, Any]) -> str:
    """Say what the last health check said; engines keep a few, the last one at the end."""
    streak = number_in(health, "FailingStreak") or 0
    times = f", failed {streak} times in a row" if streak > 1 else ""
    last = next(iter(list_in(health, "Log")[-1:]), None)
    said = f": {told}" if (told := text_in(last, "Output")) else ""
    return f"running, but unhealthy{times}{said}"


def _age_s(state: dict[str, Any], name: str, now: datetime) -> float | None:
    at = moment_in(state, name)
    if at is None or at.year <= _NEVER_YEAR:
        return None
    return max(0.0, (now - at).total_seconds())  # the clock of a host may be ahead of ours


def _shown(age_s: float) -> str:
    return format_duration(float(round(age_s)))


def _name(target: str) -> str:
    name = rest_of(target).removeprefix("//").removesuffix("/")
    well = name.replace("_", "").replace(".", "").replace("-", "")
    if not (well.isascii() and well.isalnum() and name[0].isalnum() and len(name) <= 255):
        raise InvalidTask(
            "target", f"{name[:60]!r} is not the name of a container; write it like docker:web"
        )
    return name


def _engine(options: DockerOptions) -> Url | None:
    """Return where to find the engine, or None for the socket."""
    if not options.host:
        if options.tls:
            raise InvalidTask("option tls", "means nothing without the option host")
        if not options.socket.startswith("/") or "\0" in options.socket:
            raise InvalidTask(
                "option socket", f"{options.socket[:60]!r} is not the full path of a socket"
            )
        return None
    try:
        url = parse_url(options.host, _PORTS[options.tls])
        refuse_path(url)
    except InvalidTask as error:
        raise InvalidTask("option host", error.message) from None
    if url.scheme != "tcp":
        raise InvalidTask("option host", f"has the scheme {url.scheme}:; write tcp://HOST:PORT")
    return url


FACTS = Names(
    (
        Name(
            "state",
            Type.TEXT,
            'what the engine says, such as `"running"` or `"exited"`',
            also=("status",),
        ),
        Name(
            "health",
            Type.TEXT,
            'what the health check says: `"healthy"`, `"starting"`, `"unhealthy"`, or `"none"`',
            also=("healthy", "healthcheck"),
        ),
        Name("exit_code", Type.NUMBER, "how it last ended; 0 if it has not", also=("code",)),
        Name(
            "out_of_memory",
            Type.BOOLEAN,
            "whether it was last ended for lack of memory",
            also=("oom", "oom_killed"),
        ),
        Name(
            "restarts",
            Type.NUMBER,
            "how often the engine has restarted it by itself",
            also=("restart_count",),
        ),
        Name(
            "started",
            Type.DURATION,
            "how long ago it was last started; absent if never",
            also=("uptime", "age", "started_at"),
        ),
        Name("image", Type.TEXT, "the image it was made of, as it was written then"),
    )
)

KIND = Kind(
    name="docker",
    schemes=("docker",),
    summary="Ask a container engine (Docker, Podman) how a container is.",
    example="docker:web",
    options=DockerOptions,
    prepare=prepare,
    facts=FACTS,
)
